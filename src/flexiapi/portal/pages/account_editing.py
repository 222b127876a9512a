"""Accounts created, changed and deleted by their administrators."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.accounts.queries.administration import target_space
from flexiapi.accounts.serializers import DTMF_PROTOCOLS, administrators_context
from flexiapi.accounts.services import creation, guarded
from flexiapi.auth.page_access import AdministratorPage, PageRequest, require
from flexiapi.http import errors, forms, inputs
from flexiapi.http.routing import path
from flexiapi.portal.account_forms import AccountForm, NewAccountForm
from flexiapi.spaces import queries as spaces
from flexiapi.spaces.models import Space

from .account_pages import AccountPage, place

_NEW = "/admin/accounts/create"


class NewAccount(AdministratorPage):
    """The form of a new account."""

    def get(self, request: PageRequest) -> HttpResponse:
        space = target_space(request.scope, request.GET.get("domain")) or request.space
        require(
            request.scope.super_admin or not spaces.is_full(space), errors.Forbidden("No seat is left in this Space.")
        )
        free = spaces.with_free_seat() if request.scope.super_admin else []
        role = "admin" if request.GET.get("admin") == "1" else "end_user"
        context = {
            "role": role,
            "asks_for_password": space.digest is not None,
            "domain": space.domain,
            "domains": [each.domain for each in free],
        }
        return render(request, "portal/account_form.html", {**context, **choices(space)})


class AccountCreation(AdministratorPage):
    """A new account."""

    form_page = _NEW

    def post(self, request: PageRequest) -> HttpResponse:
        space = target_space(request.scope, inputs.read(request).get("domain")) or request.space
        require(not spaces.is_full(space), errors.Forbidden("No seat is left in this Space."))
        new = NewAccountForm.read(request, **administrators_context(space), space=space)
        account = creation.create_by_administrator(space, new, by=request.caller, origin=request.origin)
        forms.flash(request, _("The account was created."))
        return forms.go(place(account))


class AccountEditing(AccountPage):
    """The form of an account that is there."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        space = accounts.space_of(account)
        context: dict[str, Any] = {
            "account": account,
            "role": "admin" if account.admin else "end_user",
            "domain": account.domain,
            "domains": sorted(spaces.domains()) if request.scope.super_admin else [],
            "has_password": accounts.has_password(account),
        }
        return render(request, "portal/account_form.html", {**context, **choices(space)})


class AccountDeletion(AccountPage):
    """The question before an account is deleted."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        own = account.pk == request.caller.account_id
        context = {"account": account, "own": own, "last": guarded.is_last(account)}
        return render(request, "portal/account_delete.html", context)


def change(request: PageRequest, account: Account) -> HttpResponse:
    """Change an account as its form says."""
    present = accounts.space_of(account)
    space = target_space(request.scope, inputs.read(request).get("domain"), present) or present
    data = AccountForm.read(
        request,
        **administrators_context(space),
        account_id=account.pk,
        account=account,
        space=space,
        has_password=accounts.has_password(account),
    )
    guarded.change_account(request.scope, account.pk, data, space=space, origin=request.origin)
    forms.flash(request, _("The account was saved."))
    return forms.go(place(account))


def choices(space: Space) -> dict[str, Any]:
    """What the selects of the form offer, and which fields a Space has."""
    return {
        "space": space,
        "roles": [("end_user", _("User")), ("admin", _("Administrator"))],
        "dtmf_protocols": [("", "–"), *((name, name) for name in DTMF_PROTOCOLS)],
    }


routes = [
    path("admin/accounts/create", NewAccount.as_view()),
    path("admin/accounts/accounts", AccountCreation.as_view()),
    path("admin/accounts/<id:account_id>/edit", AccountEditing.as_view()),
    path("admin/accounts/<id:account_id>/delete", AccountDeletion.as_view()),
]
