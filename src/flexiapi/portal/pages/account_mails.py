"""The mails that administrators send to an account: links that set up an app, or a new password."""

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.accounts.services import mails
from flexiapi.auth.page_access import PageRequest, require
from flexiapi.config import instance
from flexiapi.http import errors, forms
from flexiapi.http.routing import path
from flexiapi.spaces import links

from .account_pages import AccountPage, place


class MailPage(AccountPage, ABC):
    """The question before a mail is sent, and the sending; a link never sends."""

    kind: ClassVar[Literal["provisioning", "password"]]

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        if not account.email:
            return self.without_address(request, account)
        hours = -(-self.minutes() // 60)
        return render(request, "portal/account_mail.html", {"account": account, "kind": self.kind, "hours": hours})

    def post(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        if not account.email:
            return self.without_address(request, account)
        self.send(request, account, links.base(request, request.space, accounts.space_of(account)))
        forms.flash(request, _("The mail to %(address)s is on its way.") % {"address": account.email})
        return forms.go(place(account, self.tab))

    def without_address(self, request: PageRequest, account: Account) -> HttpResponse:
        """Back to the account, which cannot be written to."""
        forms.flash(request, _("This account has no e-mail address."), kind="error")
        return forms.go(place(account))

    @abstractmethod
    def minutes(self) -> int:
        """How long the link of the mail is good; 0 is for ever."""

    @abstractmethod
    def send(self, request: PageRequest, account: Account, base_url: str) -> None:
        """Send it."""


class ProvisioningMail(MailPage):
    """The mail that sets an app up."""

    kind = "provisioning"

    def minutes(self) -> int:
        """How long the provisioning token is good."""
        return instance.current().app_provisioning_token_expiration_minutes

    def send(self, request: PageRequest, account: Account, base_url: str) -> None:
        """With a new wizard link and a new provisioning token."""
        mails.send_provisioning(account, base_url=base_url, by=request.caller, origin=request.origin)


class PasswordMail(MailPage):
    """The mail that lets somebody choose a new password, where passwords are in use."""

    kind = "password"
    tab = "/activity"

    def find(self, request: PageRequest, account_id: int) -> Account:
        """The account.

        Raises:
            NotFound: it does not exist or lies out of reach.
            Forbidden: Digest is not enabled on its Space.
        """
        account = super().find(request, account_id)
        has_digest = accounts.space_of(account).digest is not None
        require(has_digest, errors.Forbidden("Digest is not enabled on this space"))
        return account

    def minutes(self) -> int:
        """How long the token is good."""
        return instance.current().app_reset_password_email_token_expiration_minutes

    def send(self, request: PageRequest, account: Account, base_url: str) -> None:
        """With a new token."""
        mails.send_password_reset(account, base_url=base_url, by=request.caller, origin=request.origin)


routes = [
    path("admin/accounts/<id:account_id>/provisioning_email/create", ProvisioningMail.as_view()),
    path("admin/accounts/<id:account_id>/provisioning_email/send", ProvisioningMail.as_view()),
    path("admin/accounts/<id:account_id>/reset_password_email/create", PasswordMail.as_view()),
    path("admin/accounts/<id:account_id>/reset_password_email/send", PasswordMail.as_view()),
]
