"""The types and actions of an account, where its Space has intercoms."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.auth.page_access import PageRequest, require
from flexiapi.http import errors, forms
from flexiapi.http.routing import path
from flexiapi.intercom import queries
from flexiapi.intercom.serializers import ActionFields
from flexiapi.intercom.services import actions, types
from flexiapi.portal.serializers import TypeId

from .account_pages import AccountPage, place


class IntercomPage(AccountPage):
    """A page that is there where the account's Space has intercoms."""

    def find(self, request: PageRequest, account_id: int) -> Account:
        """The account.

        Raises:
            NotFound: it does not exist, lies out of reach, or its Space has no intercoms.
        """
        account = super().find(request, account_id)
        require(accounts.space_of(account).intercom_features, errors.NotFound())
        return account


class TypeAttachment(IntercomPage):
    """The form of one more type."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        choices = [(found.pk, found.key) for found in queries.types_beside(account)]
        return render(request, "portal/account_type.html", {"account": account, "types": choices})


class TypesOfAccount(IntercomPage):
    """One more type."""

    tab = "/types/create"

    def post(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        type_id = TypeId.read(request).account_type_id
        types.attach_type(request.scope, account.pk, type_id, origin=request.origin)
        forms.flash(request, _("The type was added."))
        return forms.go(place(account, "#types"))


class TypeOfAccount(IntercomPage):
    """A type of the account, to be taken away."""

    def delete(self, request: PageRequest, account_id: int, type_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        types.detach_type(request.scope, account.pk, type_id, origin=request.origin)
        forms.flash(request, _("The type was taken away."))
        return forms.go(place(account, "#types"))


class ActionPage(IntercomPage):
    """A page about actions, which an account with a DTMF protocol has."""

    def find(self, request: PageRequest, account_id: int) -> Account:
        """The account.

        Raises:
            NotFound: it does not exist, lies out of reach, or its Space has no intercoms.
            Forbidden: it has no DTMF protocol.
        """
        return queries.with_dtmf(super().find(request, account_id))


class Actions(ActionPage):
    """One more action."""

    tab = "/actions/create"

    def post(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        actions.create_action(request.scope, account.pk, ActionFields.read(request), origin=request.origin)
        forms.flash(request, _("The action was saved."))
        return forms.go(place(account, "#actions"))


class NewAction(ActionPage):
    """The form of a new action."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        return render(request, "portal/account_action.html", {"account": self.find(request, account_id)})


class Action(ActionPage):
    """An action, replaced or deleted."""

    def put(self, request: PageRequest, account_id: int, action_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        queries.action(account, action_id)
        texts = ActionFields.read(request)
        actions.change_action(request.scope, account.pk, action_id, texts, origin=request.origin)
        forms.flash(request, _("The action was saved."))
        return forms.go(place(account, "#actions"))

    def delete(self, request: PageRequest, account_id: int, action_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        if not actions.delete_action(request.scope, account.pk, action_id, origin=request.origin):
            raise errors.NotFound
        forms.flash(request, _("The action was deleted."))
        return forms.go(place(account, "#actions"))


class ActionEditing(ActionPage):
    """The form of an action that is there."""

    template = "portal/account_action.html"

    def get(self, request: PageRequest, account_id: int, action_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        return render(request, self.template, {"account": account, "action": queries.action(account, action_id)})


class ActionDeletion(ActionEditing):
    """The question before an action is deleted."""

    template = "portal/account_action_delete.html"


routes = [
    path("admin/accounts/<id:account_id>/types/create", TypeAttachment.as_view()),
    path("admin/accounts/<id:account_id>/types", TypesOfAccount.as_view()),
    path("admin/accounts/<id:account_id>/types/<id:type_id>", TypeOfAccount.as_view()),
    path("admin/accounts/<id:account_id>/actions/create", NewAction.as_view()),
    path("admin/accounts/<id:account_id>/actions", Actions.as_view()),
    path("admin/accounts/<id:account_id>/actions/<id:action_id>", Action.as_view()),
    path("admin/accounts/<id:account_id>/actions/<id:action_id>/edit", ActionEditing.as_view()),
    path("admin/accounts/<id:account_id>/actions/<id:action_id>/delete", ActionDeletion.as_view()),
]
