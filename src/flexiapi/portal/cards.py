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
