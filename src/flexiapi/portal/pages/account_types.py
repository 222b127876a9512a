"""The account types, which all Spaces share, for administrators of a Space that has intercoms."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.auth.page_access import AdministratorPage, PageRequest, require
from flexiapi.http import errors, forms
from flexiapi.http.routing import path
from flexiapi.intercom import queries
from flexiapi.intercom.serializers import TypeFields
from flexiapi.intercom.services import types

_PLACE = "/admin/accounts/types"


class TypesPage(AdministratorPage):
    """A page about types, where the Space has intercoms."""

    form_page = _PLACE

    def enter(self, request: PageRequest) -> None:
        """The Space has intercoms."""
        super().enter(request)
        require(request.space.intercom_features, errors.NotFound())


class Types(TypesPage):
    """All of them, and one more."""

    def get(self, request: PageRequest) -> HttpResponse:
        return render(request, "portal/account_types.html", {"types": queries.types()})

    def post(self, request: PageRequest) -> HttpResponse:
        self.form_page = f"{_PLACE}/create"
        types.create_type(TypeFields.read(request))
        forms.flash(request, _("The type was saved."))
        return forms.go(_PLACE)


class NewType(TypesPage):
    """The form of a new type."""

    def get(self, request: PageRequest) -> HttpResponse:
        return render(request, "portal/account_types_form.html")


class Type(TypesPage):
    """A type, renamed or deleted."""

    def put(self, request: PageRequest, type_id: int) -> HttpResponse:
        self.form_page = f"{_PLACE}/{type_id}/edit"
        found = queries.changeable_type(request.scope, type_id)
        types.change_type(found.pk, TypeFields.read(request, type_id=found.pk))
        forms.flash(request, _("The type was saved."))
        return forms.go(_PLACE)

    def delete(self, request: PageRequest, type_id: int) -> HttpResponse:
        types.delete_type(queries.changeable_type(request.scope, type_id).pk)
        forms.flash(request, _("The type was deleted."))
        return forms.go(_PLACE)


class TypeEditing(TypesPage):
    """The form of a type that is there."""

    template = "portal/account_types_form.html"

    def get(self, request: PageRequest, type_id: int) -> HttpResponse:
        return render(request, self.template, {"type": queries.changeable_type(request.scope, type_id)})


class TypeDeletion(TypeEditing):
    """The question before a type is deleted."""

    template = "portal/account_types_delete.html"


routes = [
    path("admin/accounts/types", Types.as_view()),
    path("admin/accounts/types/create", NewType.as_view()),
    path("admin/accounts/types/<id:type_id>", Type.as_view()),
    path("admin/accounts/types/<id:type_id>/edit", TypeEditing.as_view()),
    path("admin/accounts/types/<id:type_id>/delete", TypeDeletion.as_view()),
]
