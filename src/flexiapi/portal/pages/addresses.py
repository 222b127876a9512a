"""Changing the e-mail address or phone number: the new one, then the code that went there."""

from typing import ClassVar

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts import captcha, queries
from flexiapi.accounts.models import Account, EmailChangeCode, PhoneChangeCode
from flexiapi.accounts.serializers.addresses import EmailChange, PhoneChange
from flexiapi.accounts.services import address_changes
from flexiapi.auth.page_access import PageRequest, Redirected, UserPage, require
from flexiapi.http import errors, forms, negotiation
from flexiapi.http.routing import path
from flexiapi.portal.serializers import Digits

from .registration import WANTS_NEWSLETTER, with_captcha


class AddressPage(UserPage):
    """A page about one of the two kinds of address; phones only where the Space has them."""

    kind: ClassVar[str] = "email"

    def enter(self, request: PageRequest) -> None:
        """The Space has this kind."""
        super().enter(request)
        if self.kind == "phone":
            require(request.space.phone_registration, errors.NotFound("Phone registration disabled"))

    def pending(self, account: Account) -> EmailChangeCode | PhoneChangeCode | None:
        """The code that waits to be entered."""
        return queries.pending_email_code(account) if self.kind == "email" else queries.pending_phone_code(account)


class Change(AddressPage):
    """The form for the new address."""

    def get(self, request: PageRequest) -> HttpResponse:
        account = queries.own(request.scope)
        present = account.email if self.kind == "email" else account.phone
        code = self.pending(account)
        context = {
            "kind": self.kind,
            "present": present,
            "waiting_for": _target(code) if code is not None else None,
            "captcha": captcha.gateway(),
        }
        return with_captcha(render(request, "portal/address_change.html", context))

    def post(self, request: PageRequest) -> HttpResponse:
        self.form_page = f"/{self.kind}/change"
        account = queries.own(request.scope)
        captcha.check(request, address=request.origin.ip)
        try:
            if self.kind == "email":
                context = {"domain": account.domain, "unique_email": request.space.unique_email, "email": account.email}
                new_email = EmailChange.read(request, **context)
                address_changes.request_email(account, new_email.email, origin=request.origin)
            else:
                new_phone = PhoneChange.read(request, domain=account.domain)
                address_changes.request_phone(account, new_phone.phone, origin=request.origin)
        except errors.Forbidden:
            raise Redirected("/blocked") from None
        return forms.go(f"/{self.kind}/validate")


class Validate(AddressPage):
    """The form for the code."""

    def get(self, request: PageRequest) -> HttpResponse:
        code = self.pending(queries.own(request.scope))
        if code is None:
            raise errors.NotFound
        return render(request, "portal/address_validate.html", {"kind": self.kind, "target": _target(code)})


class SendAgain(AddressPage):
    """Another code for the same address."""

    def post(self, request: PageRequest) -> HttpResponse:
        self.form_page = f"/{self.kind}/validate"
        account = queries.own(request.scope)
        code = self.pending(account)
        if code is None:
            return forms.go(f"/{self.kind}/change")
        try:
            address_changes.send_again(account, code, origin=request.origin)
        except errors.Forbidden:
            raise Redirected("/blocked") from None
        forms.flash(request, _("A new code was sent."))
        return forms.go(f"/{self.kind}/validate")


class Confirm(AddressPage):
    """The check of the code."""

    def post(self, request: PageRequest) -> HttpResponse:
        self.form_page = f"/{self.kind}/validate"
        account = queries.own(request.scope)
        if self.pending(account) is None:
            return forms.go(f"/{self.kind}/change")
        code = Digits.read(request).code
        try:
            self.confirm(request, account, code)
        except errors.Invalid as error:
            if negotiation.accepts_json(request):
                raise
            forms.leave_errors(request, error.errors)
            return forms.go(f"/{self.kind}/change")
        confirmed = _("The e-mail address is confirmed."), _("The phone number is confirmed.")
        forms.flash(request, confirmed[self.kind == "phone"])
        return forms.go("/dashboard")

    def confirm(self, request: PageRequest, account: Account, code: str) -> None:
        """Make the new address the account's own."""
        if self.kind == "phone":
            address_changes.confirm_phone(account, code, by=request.caller, origin=request.origin)
            return
        newsletter = bool(request.session.get(WANTS_NEWSLETTER))
        address_changes.confirm_email(account, code, by=request.caller, origin=request.origin, newsletter=newsletter)
        request.session.pop(WANTS_NEWSLETTER, None)


def _target(code: EmailChangeCode | PhoneChangeCode) -> str:
    """Where a code was sent to."""
    return code.email if isinstance(code, EmailChangeCode) else code.phone


class EmailChangePage(Change):
    """A new e-mail address."""


class PhoneChangePage(Change):
    """A new phone number."""

    kind = "phone"


class EmailValidatePage(Validate):
    """The code of a new e-mail address."""


class PhoneValidatePage(Validate):
    """The code of a new phone number."""

    kind = "phone"


class EmailSendAgain(SendAgain):
    """Another code by e-mail."""


class PhoneSendAgain(SendAgain):
    """Another code by SMS."""

    kind = "phone"


class EmailConfirm(Confirm):
    """The check of an e-mail code."""


class PhoneConfirm(Confirm):
    """The check of a phone code."""

    kind = "phone"


routes = [
    path("email/change", EmailChangePage.as_view()),
    path("email/validate", EmailValidatePage.as_view()),
    path("email/send_again", EmailSendAgain.as_view()),
    path("email", EmailConfirm.as_view()),
    path("phone/change", PhoneChangePage.as_view()),
    path("phone/validate", PhoneValidatePage.as_view()),
    path("phone/send_again", PhoneSendAgain.as_view()),
    path("phone", PhoneConfirm.as_view()),
]
