"""The link of the mail that old Linphone apps have sent at the creation of an account."""

from django.http import HttpResponse
from django.shortcuts import render

from flexiapi.accounts.services import former
from flexiapi.auth import sessions
from flexiapi.auth.page_access import PageRequest, PanelPage
from flexiapi.http import forms
from flexiapi.http.routing import path

from .recovery import private


class Confirmation(PanelPage):
    """Whoever opens the link confirms, which activates the account and logs the browser in.

    Looking at it changes nothing: mail filters do. A key that is not pending leads to the login page, as do the
    links that an installation of the PHP product sent.
    """

    def get(self, request: PageRequest, code: str) -> HttpResponse:
        account = former.account_with_key(request.space, code)
        if account is None:
            return forms.go("/login")
        return private(render(request, "portal/confirmation.html", {"account": account}))

    def post(self, request: PageRequest, code: str) -> HttpResponse:
        account = former.account_with_key(request.space, code)
        if account is None:
            return forms.go("/login")
        former.activate(account, code, origin=request.origin)
        return forms.go(sessions.log_in(request, account, method="confirmation link"))


routes = [path("authenticate/email/<seg:code>", Confirmation.as_view())]
