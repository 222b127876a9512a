"""Logging in and out with a password, and the pages that anybody may read."""

from django.http import HttpResponse
from django.shortcuts import render

from flexiapi.accounts import phones
from flexiapi.accounts.services import passwords
from flexiapi.auth import limits, oidc, sessions
from flexiapi.auth.page_access import Page, PageRequest, PanelPage, Redirected, UserPage, home_of
from flexiapi.auth.second_factor import passkeys
from flexiapi.config import instance
from flexiapi.http import errors, forms, negotiation, proxies
from flexiapi.http.messages import sentence
from flexiapi.http.pagination import base_url
from flexiapi.http.routing import path
from flexiapi.portal import queries
from flexiapi.portal.serializers import LoginForm
from flexiapi.spaces import texts


class Login(PanelPage):
    """The login page; who is logged in is sent home."""

    def get(self, request: PageRequest) -> HttpResponse:
        if request.caller is not None:
            return forms.go(home_of(request.caller))
        space = request.space
        settings = instance.current()
        context = {
            "space": space,
            "introduction": texts.introduction(space),
            "oidc": oidc.offers_login(space),
            "password_login": oidc.passwords_count(space),
            "passkeys": passkeys.relying_party(space, proxies.connection(request)) is not None,
            "accounts": queries.activated_accounts(space) if settings.app_show_login_counter_temp else None,
            "fresh": queries.is_fresh(space),
            "base": base_url(request),
        }
        return render(request, "portal/login.html", context)


class Authenticate(PanelPage):
    """The check of the login form."""

    form_page = "/login"
    keeps_input = False

    def post(self, request: PageRequest) -> HttpResponse:
        space = request.space
        if not oidc.passwords_count(space):
            raise errors.Forbidden
        form = LoginForm.read(request)
        phone = phones.e164(form.username)
        name = f"{phone or form.username}@{space.domain}"
        with limits.guarded(limits.PASSWORDS, request.origin, space=space, account=name, failures=(errors.Invalid,)):
            account = queries.login_account(space, form.username, phone)
            if account is None or not passwords.matches(account, form.password, space=space):
                if account is None:
                    passwords.spend_time(form.password)
                raise errors.Invalid({"authentication": [sentence("authentication", "authentication")]})
        asked_for = request.session.pop("asked_for", "/")
        return forms.go(sessions.log_in(request, account, method="password", to=asked_for))


class Logout(Page):
    """The end of a session, also at the Space's identity provider.

    A link does it too. It asks first where another site has it, or where nobody may have followed it yet.
    """

    def get(self, request: PageRequest) -> HttpResponse:
        if request.caller is None:
            return forms.go("/login")
        return self.post(request) if _followed(request) else render(request, "portal/logout.html")

    def post(self, request: PageRequest) -> HttpResponse:
        provider = request.space.oidc
        away = provider is not None and request.caller is not None and oidc.offers_login(request.space)
        sessions.log_out(request)
        return forms.go(oidc.logout_url(provider, base_url=base_url(request)) if provider and away else "/login")


def _followed(request: PageRequest) -> bool:
    """Whether somebody followed a link of this site or typed it (Fetch Metadata; older browsers do not say)."""
    ours = request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
    return ours and request.method == "GET" and "Sec-Purpose" not in request.headers


class Blocked(UserPage):
    """What a blocked account reads, the only page that it opens."""

    def enter(self, request: PageRequest) -> None:
        """Somebody is logged in, blocked or not; nobody wants to come back here."""
        if request.account is None and not negotiation.accepts_json(request):
            raise Redirected("/about" if not request.space.web_panel else "/")
        super().enter(request)

    def admit(self, request: PageRequest) -> None:
        """It opens for blocked accounts too."""
        if not request.caller.blocked:
            super().admit(request)

    def get(self, request: PageRequest) -> HttpResponse:
        return render(request, "portal/blocked.html")


routes = [
    path("login", Login.as_view()),
    path("authenticate", Authenticate.as_view()),
    path("logout", Logout.as_view()),
    path("blocked", Blocked.as_view()),
]
