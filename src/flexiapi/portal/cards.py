"""The cards of the dashboard that other rooms fill."""

from typing import Any

from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Scope
from flexiapi.statistics import queries as statistics
from flexiapi.telephony import queries as telephony

from . import lines

_SHOWN = 3


def of(account: Account, scope: Scope) -> dict[str, Any]:
    """The context of the cards: the latest of voicemails, devices and calls, and where calls go.

    `devices` is None where the registrar cannot be reached.
    """
    recordings = telephony.recordings(account)
    devices = lines.devices(account)
    calls = list(statistics.call_log(account).values_list("pk", flat=True)[:_SHOWN])
    forwarding = lines.first_enabled(telephony.forwardings(account))
    return {
        "recordings": [lines.recording(file) for file in recordings[:_SHOWN]],
        "recordings_total": recordings.count(),
        "devices": None if devices is None else devices[:_SHOWN],
        "devices_total": len(devices or ()),
        "calls": lines.calls(account, calls),
        "forwarding": forwarding and {"when": lines.condition(forwarding.type), "target": lines.target(forwarding)},
    }
