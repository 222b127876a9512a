"""What happened around an account, for its administrators."""

from django.http import HttpResponse
from django.shortcuts import render

from flexiapi.auth.page_access import PageRequest
from flexiapi.http.routing import path
from flexiapi.portal import activity

from .account_pages import AccountPage


class Activity(AccountPage):
    """Its key, tokens and codes, by kind."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        context = {"account": account, "kinds": activity.of(account)}
        return render(request, "portal/account_activity.html", context)


routes = [path("admin/accounts/<id:account_id>/activity", Activity.as_view())]
