"""What an account has elsewhere: its account at another provider, its credentials on directories."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.auth.page_access import PageRequest
from flexiapi.http import errors, forms
from flexiapi.http.routing import path
from flexiapi.portal.serializers import CardDavForm, ExternalAccountForm
from flexiapi.telephony import queries
from flexiapi.telephony.services import carddav_credentials, external_accounts

from .account_pages import AccountPage, place

_PROTOCOLS = [(name, name) for name in ("UDP", "TCP", "TLS")]
_ALGORITHMS = [(name, name) for name in ("SHA-256", "MD5")]


class External(AccountPage):
    """The account at another provider."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        found = queries.find_external_account(account)
        others = found is not None and any((found.realm, found.registrar, found.outbound_proxy))
        context = {"account": account, "external": found, "protocols": _PROTOCOLS, "others": others}
        return render(request, "portal/account_external.html", context)

    def post(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        self.form_page = place(account, "/external")
        stored = queries.find_external_account(account)
        data = ExternalAccountForm.read(request, account_id=account.pk, stored=stored)
        external_accounts.set_external_account(request.scope, account.pk, data)
        forms.flash(request, _("The external account was saved."))
        return forms.go(place(account, "#external"))

    def delete(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        if not external_accounts.remove_external_account(request.scope, account.pk):
            raise errors.NotFound
        forms.flash(request, _("The external account was removed."))
        return forms.go(place(account, "#external"))


class ExternalDeletion(AccountPage):
    """The question before it is removed."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        context = {"account": account, "external": queries.external_account(account)}
        return render(request, "portal/account_external_delete.html", context)


class CardDavPage(AccountPage):
    """A page about credentials, where the account's Space has them."""

    def find(self, request: PageRequest, account_id: int) -> Account:
        """The account.

        Raises:
            NotFound: it does not exist or lies out of reach.
            Forbidden: credentials of accounts are off in its Space.
        """
        accounts.account(request.scope, account_id)
        queries.account_with_credentials(request.scope, account_id)
        return super().find(request, account_id)


class CardDavs(CardDavPage):
    """New credentials."""

    def post(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        self.form_page = place(account, "/carddavs/create")
        free = {server.pk: server for server in queries.carddav_servers_without(account)}
        data = CardDavForm.read(request, free=free)
        carddav_credentials.set_credentials(account, free[data.carddav_id], data)
        forms.flash(request, _("The credentials were saved."))
        return forms.go(place(account, "#carddav"))


class NewCardDav(CardDavPage):
    """The form of new credentials."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        servers = [(server.pk, server.uri) for server in queries.carddav_servers_without(account)]
        context = {"account": account, "servers": servers, "algorithms": _ALGORITHMS}
        return render(request, "portal/account_carddav.html", context)


class CardDav(CardDavPage):
    """Credentials on one directory."""

    def delete(self, request: PageRequest, account_id: int, server_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        carddav_credentials.remove_credentials(account, server_id)
        forms.flash(request, _("The credentials were removed."))
        return forms.go(place(account, "#carddav"))


class CardDavDeletion(CardDavPage):
    """The question before credentials are removed."""

    def get(self, request: PageRequest, account_id: int, server_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        context = {"account": account, "credential": queries.carddav_credential(account, server_id)}
        return render(request, "portal/account_carddav_delete.html", context)


routes = [
    path("admin/accounts/<id:account_id>/external", External.as_view()),
    path("admin/accounts/<id:account_id>/external/delete", ExternalDeletion.as_view()),
    path("admin/accounts/<id:account_id>/carddavs", CardDavs.as_view()),
    path("admin/accounts/<id:account_id>/carddavs/create", NewCardDav.as_view()),
    path("admin/accounts/<id:account_id>/carddavs/<id:server_id>", CardDav.as_view()),
    path("admin/accounts/<id:account_id>/carddavs/<id:server_id>/delete", CardDavDeletion.as_view()),
]
