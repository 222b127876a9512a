"""The cards of the dashboard and of account pages that other rooms fill."""

from typing import Any
from urllib.parse import quote

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Scope
from flexiapi.provisioning import qr
from flexiapi.statistics import queries as statistics
from flexiapi.telephony import queries as telephony

from . import lines

_SHOWN = 3


def provisioning_links(base: str, token: str) -> dict[str, object]:
    """A token as a page shows it: its URL, a link that opens the app, and the QR code."""
    url = f"{base}/provisioning/{token}"
    return {
        "url": url,
        "app_url": f"sip-linphone:?linphone-action=show&linphone-fetch-config={quote(url, safe='')}",
        "qr": SafeString(qr.svg(url, label=_("QR code of the provisioning link"), keep=True)),
    }


def of(account: Account, scope: Scope) -> dict[str, Any]:
    """The context of the cards: the latest of voicemails, devices and calls, and where calls go.

    `devices` is None where the registrar cannot be reached.
    """
    recordings = telephony.recordings(account)
    latest = list(recordings[:_SHOWN])
    devices = lines.devices(account)
    forwarding = telephony.active_forwarding(account.pk)
    return {
        "recordings": [lines.recording(file) for file in latest],
        "recordings_total": recordings.count() if len(latest) == _SHOWN else len(latest),
        "devices": None if devices is None else devices[:_SHOWN],
        "devices_total": len(devices or ()),
        "calls": lines.calls(account, statistics.latest_calls(account, _SHOWN)),
        "forwarding": forwarding and {"when": lines.condition(forwarding.type), "target": lines.target(forwarding)},
    }
