"""The second step of logging in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from flexiapi.auth import sessions
from flexiapi.auth.page_access import PageRequest, WaitingPage
from flexiapi.auth.second_factor import codes
from flexiapi.auth.second_factor import queries as factors
from flexiapi.auth.second_factor.serializers import OneTimeCodeForm
from flexiapi.http import forms
from flexiapi.http.routing import path


class SecondStep(WaitingPage):
    """The page that asks, and the check of a code."""

    form_page = sessions.SECOND_FACTOR_PAGE

    def get(self, request: PageRequest) -> HttpResponse:
        context = {"account": request.waiting, "state": factors.state(request.waiting.pk)}
        return render(request, "portal/second_login.html", context)

    def post(self, request: PageRequest) -> HttpResponse:
        account = request.waiting
        code = OneTimeCodeForm.read(request).one_time_code
        kind = codes.spend(account, code, space=request.space, origin=request.origin)
        after = sessions.finish(request, account, factor=kind)
        if kind == "recovery code":
            left = factors.recovery_codes_left(account.pk)
            text = ngettext("%(left)d recovery code is left.", "%(left)d recovery codes are left.", left)
            forms.flash(request, text % {"left": left})
        return forms.go(after)


routes = [path("login/second_factor", SecondStep.as_view())]
