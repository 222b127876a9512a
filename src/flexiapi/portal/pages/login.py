"""Logging in and out with a password, and the pages that anybody may read."""

from django.http import HttpResponse
from django.shortcuts import render

from flexiapi.accounts import phones
from flexiapi.accounts.services import passwords
from flexiapi.auth import sessions
from flexiapi.auth.page_access import Page, PageRequest, PanelPage, home_of
from flexiapi.config import instance
from flexiapi.http import errors, forms
from flexiapi.http.messages import sentence
from flexiapi.http.pagination import base_url
from flexiapi.http.routing import path
from flexiapi.portal import queries
from flexiapi.portal.serializers import LoginForm


class Login(PanelPage):
    """The login page; who is logged in is sent home."""

    def get(self, request: PageRequest) -> HttpResponse:
        if request.caller is not None:
            return forms.go(home_of(request.caller))
        space = request.space
        settings = instance.current()
        context = {
            "space": space,
            "oidc": space.oidc is not None,
            "password_login": space.oidc is None or space.digest is not None,
            "accounts": queries.activated_accounts(space) if settings.app_show_login_counter_temp else None,
            "fresh": queries.is_fresh(space),
            "base": base_url(request),
        }
        return render(request, "portal/login.html", context)


class Authenticate(PanelPage):
    """The check of the login form."""

    form_page = "/login"

    def post(self, request: PageRequest) -> HttpResponse:
        space = request.space
        if space.oidc is not None and space.digest is None:
            raise errors.Forbidden
        form = LoginForm.read(request)
        account = queries.login_account(space, form.username, phones.e164(form.username))
        if account is None or not passwords.matches(account, form.password, space=space):
            if account is None:
                passwords.spend_time(form.password)
            raise errors.Invalid({"authentication": [sentence("authentication", "authentication")]})
        asked_for = request.session.pop("asked_for", "/")
        sessions.log_in(request, account, method="password")
        return forms.go(asked_for)


class Logout(Page):
    """The end of a session; the link of old bookmarks asks first."""

    def get(self, request: PageRequest) -> HttpResponse:
        if request.caller is None:
            return forms.go("/login")
        return render(request, "portal/logout.html")

    def post(self, request: PageRequest) -> HttpResponse:
        sessions.log_out(request)
        return forms.go("/login")


class Blocked(PanelPage):
    """What a blocked account reads."""

    def get(self, request: PageRequest) -> HttpResponse:
        return render(request, "portal/blocked.html")


routes = [
    path("login", Login.as_view()),
    path("authenticate", Authenticate.as_view()),
    path("logout", Logout.as_view()),
    path("blocked", Blocked.as_view()),
]
