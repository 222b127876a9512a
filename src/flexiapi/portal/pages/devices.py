"""The devices on which the account is registered."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts import queries as accounts
from flexiapi.auth.page_access import PageRequest, UserPage
from flexiapi.http import errors, forms, inputs
from flexiapi.http.routing import path
from flexiapi.portal import lines
from flexiapi.portal.serializers import DeviceForm
from flexiapi.telephony import queries, registrar
from flexiapi.telephony.services import devices

_UNREACHABLE = "The registrar cannot be reached"


class Devices(UserPage):
    """All of them, the one seen last first."""

    def get(self, request: PageRequest) -> HttpResponse:
        return render(request, "portal/devices.html", {"devices": lines.devices(accounts.own(request.scope))})

    def delete(self, request: PageRequest) -> HttpResponse:
        self.form_page = "/devices"
        form = DeviceForm.read(request)
        if not devices.remove_device(accounts.own(request.scope), form.uuid):
            raise errors.NotFound
        forms.flash(request, _("The device was logged out."))
        return forms.go("/dashboard" if inputs.read(request).get("from") == "dashboard" else "/devices")


class DeviceDeletion(UserPage):
    """The question before a device is removed."""

    def get(self, request: PageRequest, uuid: str) -> HttpResponse:
        try:
            found = queries.registered(accounts.own(request.scope)).get(uuid)
        except registrar.Unreachable:
            raise errors.Unavailable(_UNREACHABLE) from None
        if found is None:
            raise errors.NotFound
        origin = "dashboard" if request.GET.get("from") == "dashboard" else ""
        return render(request, "portal/device_delete.html", {"device": lines.device(found), "from": origin})


routes = [
    path("devices", Devices.as_view()),
    path("devices/<path:uuid>/delete", DeviceDeletion.as_view()),
]
