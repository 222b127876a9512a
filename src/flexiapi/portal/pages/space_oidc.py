"""The identity provider of a Space, for its administrators."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.auth import oidc_configuration
from flexiapi.auth.page_access import PageRequest, require
from flexiapi.http import errors, forms
from flexiapi.http.routing import path
from flexiapi.portal.serializers import OidcPageForm
from flexiapi.spaces import queries as spaces

from .space_pages import SpacePage, place

_TAB = "/oidc"


class ProviderPage(SpacePage):
    """What the pages of a provider share: refused forms go back to its settings."""

    tab = _TAB


class SpaceProvider(ProviderPage):
    """The settings of the provider."""

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        context = {
            "space": space,
            "provider": space.oidc,
            "hindrance": oidc_configuration.hindrance(space),
            "without_address": spaces.accounts_without_address(space),
        }
        return render(request, "portal/space_oidc.html", context)

    def post(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        require(oidc_configuration.hindrance(space) is None, errors.Forbidden())
        oidc_configuration.save(space, OidcPageForm.read(request))
        forms.flash(request, _("The OpenID Connect provider was saved."))
        return forms.go(place(space, _TAB))

    def delete(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        oidc_configuration.delete(space)
        forms.flash(request, _("The OpenID Connect provider was removed."))
        return forms.go(place(space, _TAB))


class SpaceProviderDeletion(ProviderPage):
    """The question before a provider is removed."""

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        provider = oidc_configuration.find(space)
        return render(request, "portal/space_oidc_delete.html", {"space": space, "provider": provider})


class SpaceProviderKeys(ProviderPage):
    """The provider's keys, fetched again; a link asks first, since links are followed by more than people."""

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        provider = oidc_configuration.find(space)
        return render(request, "portal/space_oidc_refresh.html", {"space": space, "provider": provider})

    def post(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        try:
            oidc_configuration.refresh(space)
        except errors.Invalid as error:
            forms.leave_errors(request, error.errors)
        else:
            forms.flash(request, _("The keys were fetched again."))
        return forms.go(place(space, _TAB))


routes = [
    path("admin/spaces/<id:space_id>/oidc", SpaceProvider.as_view()),
    path("admin/spaces/<id:space_id>/oidc/delete", SpaceProviderDeletion.as_view()),
    path("admin/spaces/<id:space_id>/oidc/refresh_public_key", SpaceProviderKeys.as_view()),
]
