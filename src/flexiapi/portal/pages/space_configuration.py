"""What the administrators of a Space decide themselves: its look, its texts, who may register."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.auth.page_access import PageRequest
from flexiapi.http import forms, inputs
from flexiapi.http.routing import path
from flexiapi.portal.frame import DEFAULT_HUE
from flexiapi.portal.space_forms import ConfigurationForm
from flexiapi.spaces.services.change import configure

from .space_pages import SpacePage, place

_TAB = "/configuration"


class Configuration(SpacePage):
    """The configuration of a Space."""

    tab = _TAB

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        context = {"space": self.find(request, space_id), "default_hue": DEFAULT_HUE}
        return render(request, "portal/space_configuration.html", context)

    def put(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        columns = ConfigurationForm.read(request)
        without_logo = columns.pop("logo_delete")
        configure(space.domain, columns, logo=inputs.file(request, "logo"), without_logo=without_logo)
        forms.flash(request, _("The configuration was saved."))
        return forms.go(place(space, _TAB))


routes = [path("admin/spaces/<id:space_id>/configuration", Configuration.as_view())]
