"""The CardDAV servers that the apps of a Space search, for its administrators."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.auth.page_access import PageRequest
from flexiapi.http import forms
from flexiapi.http.routing import path
from flexiapi.spaces import queries
from flexiapi.spaces.serializers import CardDavServerInput
from flexiapi.spaces.services import servers

from .space_integration import TAB
from .space_pages import SpacePage, place

_BELOW = "/carddavs"


class Servers(SpacePage):
    """One more server."""

    tab = f"{_BELOW}/create"

    def post(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        servers.add_carddav_server(space.domain, CardDavServerInput.read(request))
        forms.flash(request, _("The CardDAV server was saved."))
        return forms.go(place(space, TAB))


class NewServer(SpacePage):
    """The form of a new server."""

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        return render(request, "portal/space_carddav.html", {"space": self.find(request, space_id)})


class Server(SpacePage):
    """A server, changed or removed."""

    def put(self, request: PageRequest, space_id: int, server_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        found = queries.carddav_server(space, server_id)
        self.form_page = place(space, f"{_BELOW}/{found.pk}/edit")
        servers.change_carddav_server(space.domain, found.pk, CardDavServerInput.read(request))
        forms.flash(request, _("The CardDAV server was saved."))
        return forms.go(place(space, TAB))

    patch = put

    def delete(self, request: PageRequest, space_id: int, server_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        servers.delete_carddav_server(space.domain, server_id)
        forms.flash(request, _("The CardDAV server was removed."))
        return forms.go(place(space, TAB))


class ServerEditing(SpacePage):
    """The form of a server that is there."""

    template = "portal/space_carddav.html"

    def get(self, request: PageRequest, space_id: int, server_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        found = queries.carddav_server_with_count(space, server_id)
        return render(request, self.template, {"space": space, "server": found})


class ServerDeletion(ServerEditing):
    """The question before a server is removed."""

    template = "portal/space_carddav_delete.html"


_SERVERS = "admin/spaces/<id:space_id>/carddavs"

routes = [
    path(_SERVERS, Servers.as_view()),
    path(f"{_SERVERS}/create", NewServer.as_view()),
    path(f"{_SERVERS}/<id:server_id>", Server.as_view()),
    path(f"{_SERVERS}/<id:server_id>/edit", ServerEditing.as_view()),
    path(f"{_SERVERS}/<id:server_id>/delete", ServerDeletion.as_view()),
]
