"""The page of an account for its administrators: what it is, and cards of what belongs to it."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.accounts.services import provisioning_tokens
from flexiapi.auth.page_access import PageRequest
from flexiapi.config import instance
from flexiapi.http import errors, forms
from flexiapi.http.routing import path
from flexiapi.intercom import queries as intercom
from flexiapi.portal import lines, queries
from flexiapi.portal.cards import provisioning_links
from flexiapi.portal.serializers import DeviceForm
from flexiapi.provisioning import queries as provisioning
from flexiapi.spaces import links
from flexiapi.spaces.models import Space
from flexiapi.telephony import queries as telephony
from flexiapi.telephony.services import devices

from . import account_editing
from .account_pages import AccountPage, place


class Information(AccountPage):
    """An account at a glance."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        space = accounts.space_of(account)
        context: dict[str, Any] = {
            "account": account,
            "space": space,
            "super_admin": account.admin and account.domain in queries.super_domains(request.scope),
            "has_password": accounts.has_password(account),
            "provisioning": provisioning_card(request, account, space),
            "provision_action": place(account, "/provision"),
            "devices": lines.devices(account),
            "dictionary": intercom.dictionary(account),
            "external": telephony.find_external_account(account),
            "intercom": intercom_cards(account) if space.intercom_features else None,
            "carddav": carddav_card(account) if space.carddav_user_credentials else None,
        }
        return render(request, "portal/account.html", context)

    def put(self, request: PageRequest, account_id: int) -> HttpResponse:
        return account_editing.change(request, self.find(request, account_id))


class Provision(AccountPage):
    """A new provisioning link; a link here asks first, since links are followed by more than people."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        unspent = provisioning.unspent(account.pk)
        return render(request, "portal/account_provision.html", {"account": account, "unspent": unspent})

    def post(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        provisioning_tokens.provision(account, by=request.caller, origin=request.origin)
        forms.flash(request, _("A new provisioning link is ready."))
        return forms.go(place(account, "#provisioning"))


class Card(AccountPage):
    """A path that was a page once and is a card now."""

    card = ""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        return forms.go(place(self.find(request, account_id), f"#{self.card}"))


class AccountDevices(Card):
    """The devices of an account."""

    card = "devices"

    def delete(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        if not devices.remove_device(account, DeviceForm.read(request).uuid):
            raise errors.NotFound
        forms.flash(request, _("The device was logged out."))
        return forms.go(place(account, "#devices"))


class DeviceDeletion(AccountPage):
    """The question before a device is removed."""

    def get(self, request: PageRequest, account_id: int, uuid: str) -> HttpResponse:
        account = self.find(request, account_id)
        device = lines.device(telephony.device(account, uuid))
        return render(request, "portal/account_device_delete.html", {"account": account, "device": device})


def provisioning_card(request: PageRequest, account: Account, space: Space) -> dict[str, Any] | None:
    """The unused link of an account, on the host of its Space, and when it ends; None without one."""
    found = provisioning.unspent(account.pk)
    if found is None:
        return None
    minutes = instance.current().app_provisioning_token_expiration_minutes
    ends = found.created_at + timedelta(minutes=minutes) if minutes else None
    return {**provisioning_links(links.base(request, request.space, space), found.token), "ends": ends}


def intercom_cards(account: Account) -> dict[str, Any]:
    """What is said about an account to intercoms."""
    return {
        "actions": list(intercom.actions(account)),
        "types": intercom.types_of(account),
        "more_types": bool(intercom.types_beside(account)),
    }


def carddav_card(account: Account) -> dict[str, Any]:
    """The credentials of an account on the directories of its Space, and whether one of these is still without."""
    return {
        "credentials": telephony.carddav_credentials(account),
        "more": bool(telephony.carddav_servers_without(account)),
    }


routes = [
    path("admin/accounts/<id:account_id>", Information.as_view()),
    path("admin/accounts/<id:account_id>/provision", Provision.as_view()),
    path("admin/accounts/<id:account_id>/devices", AccountDevices.as_view()),
    path("admin/accounts/<id:account_id>/devices/<path:uuid>/delete", DeviceDeletion.as_view()),
]
