"""What a Space is connected to: its mail server, how its passwords are hashed, and links to the rest."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.auth.page_access import PageRequest
from flexiapi.http import forms
from flexiapi.http.routing import path
from flexiapi.portal.space_forms import DigestForm, EmailServerForm
from flexiapi.spaces import queries
from flexiapi.spaces.serializers import ALGORITHMS
from flexiapi.spaces.services import digest, servers

from .space_pages import SpacePage, place

TAB = "/integration"
_ALGORITHMS = [(name, name) for name in ALGORITHMS]
_PORT = 25


class Integration(SpacePage):
    """All that a Space is connected to."""

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        context = {
            "space": space,
            "email_server": queries.find_email_server(space),
            "carddav_servers": queries.carddav_servers_with_counts(space),
        }
        return render(request, "portal/space_integration.html", context)


class MailServer(SpacePage):
    """The mail server of a Space; its password is never shown."""

    tab = "/email"

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        context = {"space": space, "server": queries.find_email_server(space), "default_port": _PORT}
        return render(request, "portal/space_email.html", context)

    def post(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        settings = EmailServerForm.read(request, stored=queries.find_email_server(space))
        servers.set_email_server(space.domain, settings)
        forms.flash(request, _("The mail server was saved."))
        return forms.go(place(space, TAB))

    def delete(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        servers.delete_email_server(space.domain)
        forms.flash(request, _("The mail server was removed."))
        return forms.go(place(space, TAB))


class MailServerDeletion(SpacePage):
    """The question before a mail server is removed."""

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        context = {"space": space, "server": queries.email_server(space)}
        return render(request, "portal/space_email_delete.html", context)


class Digest(SpacePage):
    """How the passwords of a Space are hashed."""

    tab = "/digest"

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        context = {"space": space, "fixed": queries.account_count(space) > 0, "algorithms": _ALGORITHMS}
        return render(request, "portal/space_digest.html", context)

    def post(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        present = space.digest.realm if space.digest is not None else None
        choice = DigestForm.read(request, present=present, fixed=queries.account_count(space) > 0)
        digest.set_digest(space.domain, choice)
        forms.flash(request, _("The digest configuration was saved."))
        return forms.go(place(space, TAB))


routes = [
    path("admin/spaces/<id:space_id>/integration", Integration.as_view()),
    path("admin/spaces/<id:space_id>/email", MailServer.as_view()),
    path("admin/spaces/<id:space_id>/email/delete", MailServerDeletion.as_view()),
    path("admin/spaces/<id:space_id>/digest", Digest.as_view()),
]
