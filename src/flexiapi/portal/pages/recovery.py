"""The ways back into an account: a code by mail or SMS, or an administrator's link."""

from contextlib import AbstractContextManager
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from flexiapi.accounts import captcha, phones
from flexiapi.accounts.services import password_reset, recovery
from flexiapi.auth import limits, sessions
from flexiapi.auth.page_access import PageRequest, PanelPage, require
from flexiapi.http import errors, forms, proxies
from flexiapi.http.pagination import base_url
from flexiapi.http.routing import path
from flexiapi.portal.serializers import Digits, RecoveryByEmailForm, RecoveryByPhoneForm, ResetForm

from .registration import with_captcha

_HANDLE = "recovery"
_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


class ByEmail(PanelPage):
    """The form for recovery by e-mail."""

    def get(self, request: PageRequest) -> HttpResponse:
        context = {"space": request.space, "captcha": captcha.gateway()}
        return with_captcha(render(request, "portal/recovery_email.html", context))


class ByPhone(PanelPage):
    """The form for recovery by phone, which an app opens with the token that it was sent."""

    def get(self, request: PageRequest, token: str) -> HttpResponse:
        try:
            with guess_at_a_link(request):
                recovery.usable_token(token)
        except errors.Forbidden:
            raise errors.NotFound from None
        context = {"token": token, "phone": request.GET.get("phone", "")[:64]}
        return private(render(request, "portal/recovery_phone.html", context))


class PhoneHint(PanelPage):
    """Recovery by phone starts in the app."""

    def get(self, request: PageRequest) -> HttpResponse:
        return render(request, "portal/recovery_phone_hint.html")


class Recovery(PanelPage):
    """What both forms send; the answer is the same whether the account exists or not."""

    form_page = "/recovery/email"

    def post(self, request: PageRequest) -> HttpResponse:
        space = request.space
        if "phone" in request.POST and "email" not in request.POST:
            token = request.POST.get("account_recovery_token", "")
            self.form_page = f"/recovery/phone/{token}" if token.isalnum() else "/recovery/phone"
            by_phone = RecoveryByPhoneForm.read(request)
            with guess_at_a_link(request), limits.same_time():
                handle = recovery.request_by_phone(
                    space,
                    phone=phones.normalised(by_phone.phone),
                    recovery_token=by_phone.account_recovery_token,
                    origin=request.origin,
                )
        else:
            by_email = RecoveryByEmailForm.read(request, needs_username=not space.unique_email)
            captcha.check(request, address=request.origin.ip)
            with limits.same_time():
                handle = recovery.request_by_email(
                    space,
                    email=by_email.email,
                    username=by_email.username,
                    base_url=base_of_mails(request),
                    origin=request.origin,
                )
        request.session[_HANDLE] = handle
        return forms.go("/recovery/confirm")


class Confirm(PanelPage):
    """The form for the code, and its check."""

    def get(self, request: PageRequest) -> HttpResponse:
        handle = request.session.get(_HANDLE)
        if handle is None:
            return forms.go("/recovery/email")
        return private(self.page(request, recovery.attempts_left(handle)))

    def post(self, request: PageRequest) -> HttpResponse:
        handle = request.session.get(_HANDLE)
        if handle is None:
            raise errors.PageExpired(_("The code has expired"))
        code = Digits.read(request).code
        with limits.same_time():
            outcome = recovery.confirm(request.space, handle, code, origin=request.origin)
        if outcome.account is None:
            return private(self.page(request, outcome.attempts_left, wrong=True))
        del request.session[_HANDLE]
        after = "/password" if request.space.digest is not None else "/dashboard"
        return forms.go(sessions.log_in(request, outcome.account, method="recovery", to=after, recovered=True))

    form_page = "/recovery/confirm"

    @staticmethod
    def page(request: PageRequest, left: int, *, wrong: bool = False) -> HttpResponse:
        """The form, with how many tries are left."""
        tries = ngettext("%(left)d attempt left", "%(left)d attempts left", left) % {"left": left}
        return render(request, "portal/recovery_confirm.html", {"tries": tries, "left": left, "wrong": wrong})


class ResetPage(PanelPage):
    """A page about a new password by the link of an administrator's mail."""

    def enter(self, request: PageRequest) -> None:
        """Digest is enabled on the Space."""
        super().enter(request)
        require(request.space.digest is not None, errors.Forbidden("Digest is not enabled on this space"))


class ResetPassword(ResetPage):
    """The form that the link leads to."""

    def get(self, request: PageRequest, token: str) -> HttpResponse:
        context: dict[str, Any] = {"token": token, "captcha": captcha.gateway(), "usable": True}
        try:
            with guess_at_a_link(request):
                password_reset.usable_token(request.space, token)
        except errors.Forbidden:
            context["usable"] = False
        return private(with_captcha(render(request, "portal/reset_password.html", context)))


class ResetPasswordForm(ResetPage):
    """What that form sends."""

    def post(self, request: PageRequest) -> HttpResponse:
        sent = request.POST.get("token", "")
        self.form_page = f"/reset_password/{sent}" if sent.isalnum() else "/login"
        new = ResetForm.read(request)
        captcha.check(request, address=request.origin.ip)
        try:
            with guess_at_a_link(request):
                password_reset.reset(request.space, new.token, new.password, origin=request.origin)
        except errors.NotFound:
            raise errors.Forbidden(_("This link is no longer available.")) from None
        return render(request, "portal/reset_password_done.html")


def guess_at_a_link(request: PageRequest) -> AbstractContextManager[None]:
    """Count a token that is none."""
    missed = (errors.NotFound, errors.Forbidden)
    return limits.guarded(limits.LINKS, request.origin, space=request.space, failures=missed)


def base_of_mails(request: PageRequest) -> str:
    """How links begin in a mail that anybody may have sent to somebody else: with the Space's own host.

    A Space that is alone answers on every host, also on one that an attacker made up. This machine is none.
    """
    connection = proxies.connection(request)
    if connection.host in (proxies.without_port(request.space.host), *_THIS_MACHINE):
        return base_url(request)
    return f"{connection.scheme}://{request.space.host}"


def private(reply: HttpResponse) -> HttpResponse:
    """Keep a page out of caches.

    Its address stays out of other sites' logs by the `Referrer-Policy: same-origin` of every page; a stricter
    one would have browsers send the page's forms with `Origin: null`, which the CSRF check refuses.
    """
    reply["Cache-Control"] = "no-store"
    return reply


routes = [
    path("recovery/email", ByEmail.as_view()),
    path("recovery/phone", PhoneHint.as_view()),
    path("recovery/phone/<seg:token>", ByPhone.as_view()),
    path("recovery", Recovery.as_view()),
    path("recovery/confirm", Confirm.as_view()),
    path("reset_password", ResetPasswordForm.as_view()),
    path("reset_password/<seg:token>", ResetPassword.as_view()),
]
