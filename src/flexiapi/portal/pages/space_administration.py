"""Spaces created, administered and deleted by super administrators."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts.services.spaces import delete_space
from flexiapi.auth.page_access import PageRequest, SuperAdministratorPage
from flexiapi.config import instance
from flexiapi.http import forms
from flexiapi.http.routing import path
from flexiapi.portal import queries
from flexiapi.portal.space_forms import (
    MOST_ACCOUNTS,
    REVERSED,
    AdministrationForm,
    AppForm,
    NewSpaceForm,
    SpaceDeletionForm,
    host_errors,
    new_space,
)
from flexiapi.spaces.models import Space
from flexiapi.spaces.serializers import ALGORITHMS
from flexiapi.spaces.services import creation
from flexiapi.spaces.services.change import change_settings

from .space_pages import place
from .spaces import information, list_of_spaces

_LIST = "/admin/spaces"


class Spaces(SuperAdministratorPage):
    """All Spaces, and one more."""

    form_page = f"{_LIST}/create"

    def get(self, request: PageRequest) -> HttpResponse:
        return list_of_spaces(request)

    def post(self, request: PageRequest) -> HttpResponse:
        asked = new_space(NewSpaceForm.read(request))
        with host_errors():
            creation.create_as_asked(asked)
        forms.flash(request, _("The Space was created."))
        return forms.go(_LIST)


class NewSpacePage(SuperAdministratorPage):
    """The form of a new Space."""

    def get(self, request: PageRequest) -> HttpResponse:
        context = {
            "root_host": instance.current().app_root_host,
            "algorithms": [(name, name) for name in ALGORITHMS],
        }
        return render(request, "portal/space_form.html", context)


class OneSpace(SuperAdministratorPage):
    """A Space at a glance; what its apps show, changed; its end."""

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        return information(request, space_id)

    def put(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = queries.administered_space(request.scope, space_id)
        self.form_page = place(space, "/edit")
        change_settings(space.domain, AppForm.read(request))
        forms.flash(request, _("The configuration of the apps was saved."))
        return forms.go(self.form_page)

    def delete(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = queries.administered_space(request.scope, space_id)
        self.form_page = f"{_LIST}/delete/{space.pk}"
        SpaceDeletionForm.read(request, space=space)
        delete_space(space.domain, by=request.caller, origin=request.origin)
        forms.flash(request, _("The Space was deleted."))
        return forms.go(_LIST)


class AppConfiguration(SuperAdministratorPage):
    """The form of what the apps of a Space show."""

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = queries.administered_space(request.scope, space_id)
        context = {
            "space": space,
            "shown": {name: not getattr(space, name) for name in REVERSED},
            "numbers": numbers(space),
        }
        return render(request, "portal/space_apps.html", context)


class Administration(SuperAdministratorPage):
    """What super administrators decide about a Space."""

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = queries.administered_space(request.scope, space_id)
        context = {"space": space, "own": is_own(request, space)}
        return render(request, "portal/space_administration.html", context)

    def put(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = queries.administered_space(request.scope, space_id)
        self.form_page = place(space, "/administration")
        columns = AdministrationForm.read(request, space=space, own=is_own(request, space))
        change_settings(space.domain, columns)
        forms.flash(request, _("The Space was saved."))
        return forms.go(place(space))


class SpaceDeletion(SuperAdministratorPage):
    """The question before a Space is deleted."""

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = queries.administered_space(request.scope, space_id)
        context = {"space": space, "accounts": queries.accounts_of(space), "own": is_own(request, space)}
        return render(request, "portal/space_delete.html", context)


def is_own(request: PageRequest, space: Space) -> bool:
    """Whether a Space is the one that the caller belongs to."""
    return space.domain == request.caller.domain


def numbers(space: Space) -> list[tuple[int, Any]]:
    """How many accounts an app may have; what the API has set stays to be chosen."""
    offered = sorted({*range(1, MOST_ACCOUNTS + 1), space.max_account} - {0})
    return [(0, _("No limit")), *((number, number) for number in offered)]


routes = [
    path("admin/spaces", Spaces.as_view()),
    path("admin/spaces/create", NewSpacePage.as_view()),
    path("admin/spaces/<id:space_id>", OneSpace.as_view()),
    path("admin/spaces/<id:space_id>/edit", AppConfiguration.as_view()),
    path("admin/spaces/<id:space_id>/administration", Administration.as_view()),
    path("admin/spaces/delete/<id:space_id>", SpaceDeletion.as_view()),
]
