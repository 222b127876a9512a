"""One line each of the lists that people see: recordings, devices, calls."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.utils.translation import gettext as _

from flexiapi.accounts.models import Account
from flexiapi.http.dates import now
from flexiapi.spaces.models import Space
from flexiapi.statistics import documents
from flexiapi.statistics.documents import CallState
from flexiapi.statistics.queries import Party
from flexiapi.telephony import queries as telephony
from flexiapi.telephony import registrar
from flexiapi.telephony.contact_header import Device
from flexiapi.telephony.models import AccountFile


@dataclass(frozen=True, slots=True)
class RecordingLine:
    """A voicemail that can be played; `caller` is an address without scheme, if one was told."""

    id: str
    caller: str | None
    recorded_at: datetime | None
    url: str
    download_url: str


def recording(file: AccountFile) -> RecordingLine:
    """The line of a recording."""
    url = f"/f/{quote(file.pk, safe='')}/{quote(file.name or '', safe='')}"
    return RecordingLine(file.pk, bare_address(file.sip_from), file.created_at, url, f"{url}/download")


def recordings(ids: Sequence[str]) -> list[RecordingLine]:
    """The lines of recordings, in the order of their ids."""
    return [recording(file) for file in telephony.files(ids)]


def bare_address(uri: str | None) -> str | None:
    """A SIP URI without scheme and parameters."""
    if uri is None:
        return None
    return uri.partition(":")[2].partition(";")[0].partition("?")[0] or uri


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A registered device; `kind` is `android`, `ios`, `computer` or `other`."""

    uuid: str
    kind: str
    kind_text: str
    icon: str
    app: str
    version: str
    name: str
    user_agent: str
    updated_at: datetime | None


def devices(account: Account) -> list[DeviceLine] | None:
    """The devices of an account, the one seen last first; None where the registrar cannot be reached."""
    try:
        found = telephony.registered(account)
    except registrar.Unreachable:
        return None
    return [device(row) for row in reversed(found.values())]


def device(row: Device) -> DeviceLine:
    """The line of a device."""
    app, version, name = row.agent_parts
    kind = _kind(app.lower())
    texts = {"android": _("Android"), "ios": _("iPhone or iPad"), "computer": _("Computer"), "other": _("Other device")}
    icon = {"computer": "computer-desktop", "other": "phone"}.get(kind, "device-phone-mobile")
    if "ipad" in row.user_agent.lower():
        icon = "device-tablet"
    return DeviceLine(row.uuid, kind, texts[kind], icon, app, version, name, row.user_agent, row.updated_at)


def _kind(app: str) -> str:
    if "android" in app:
        return "android"
    if any(word in app for word in ("iphone", "ipad", "ios")):
        return "ios"
    return "computer" if any(word in app for word in ("desktop", "linphonec", "qt")) else "other"


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call from one side's point of view; `ended_at` is None while nobody told an end."""

    peer: str
    incoming: bool
    caller: str
    callee: str
    state: CallState
    started_at: datetime
    ended_at: datetime | None
    id: str

    @property
    def seconds(self) -> int | None:
        """How long it was; None while nobody told an end."""
        return None if self.ended_at is None else max(0, int((self.ended_at - self.started_at).total_seconds()))

    @property
    def duration(self) -> str | None:
        """How long it was, as `m:ss` or `h:mm:ss`."""
        return None if self.seconds is None else duration(self.seconds)

    @property
    def direction_text(self) -> str:
        """The direction in words."""
        return _("Incoming") if self.incoming else _("Outgoing")

    @property
    def state_text(self) -> str:
        """The state in words."""
        if self.incoming and self.state == "canceled":
            return _("Missed")
        texts = {"accepted": _("Answered"), "declined": _("Declined"), "canceled": _("Canceled"), "error": _("Failed")}
        return texts[self.state]


def calls(party: Party | None, ids: Sequence[str]) -> list[CallLine]:
    """The lines of calls, in the order of their ids; a call to oneself counts as outgoing.

    Without `party` they are seen from their callers' side.
    """
    return [_call(party, call) for call in documents.calls(ids)]


def _call(party: Party | None, call: documents.Document) -> CallLine:
    outgoing = party is None or (call["from_username"], call["from_domain"]) == (party.username, party.domain)
    caller, callee = (f"{call[f'{side}_username']}@{call[f'{side}_domain']}" for side in ("from", "to"))
    started = datetime.fromisoformat(call["initiated_at"])
    ended = datetime.fromisoformat(call["ended_at"]) if call["ended_at"] else None
    return CallLine(
        peer=callee if outgoing else caller,
        incoming=not outgoing,
        caller=caller,
        callee=callee,
        state=documents.state_of(each["invite_terminated_state"] for each in call["devices"]),
        started_at=started,
        ended_at=ended,
        id=call["id"],
    )


def duration(seconds: int) -> str:
    """Seconds as `m:ss`, from an hour on as `h:mm:ss`."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def target(row: telephony.Forwarding) -> str:
    """Where a forwarding sends calls, in words."""
    if row.forward_to == "voicemail":
        return _("voicemail")
    if row.forward_to == "contact":
        return f"{row.contact_username}@{row.contact_domain}" if row.contact_username is not None else "–"
    return row.sip_uri or "–"


def condition(kind: str, *, own: bool = True) -> str:
    """When a forwarding of a type applies, in words; `own` says that the account itself reads them."""
    if not own:
        texts = {"always": _("Always"), "no_answer": _("When nobody answers"), "busy": _("When the line is busy")}
        return texts.get(kind, kind)
    return {"always": _("Always"), "no_answer": _("When I do not answer"), "busy": _("When I am busy")}.get(kind, kind)


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in a list, and whether it administers all Spaces."""

    account: Account
    super_admin: bool


def accounts(rows: Sequence[Account], super_domains: Collection[str]) -> list[AccountLine]:
    """The lines of accounts; `super_domains` are those of the super Spaces."""
    return [AccountLine(row, row.admin and row.domain in super_domains) for row in rows]


@dataclass(frozen=True, slots=True)
class SpaceLine:
    """A Space: its seats (`most` is None where there is no limit) and the days until it expires (None: never)."""

    space: Space
    accounts: int
    most: int | None
    days_left: int | None

    @property
    def expired(self) -> bool:
        """Whether it is over."""
        return self.days_left is not None and self.days_left <= 0

    @property
    def low(self) -> float:
        """From how many accounts on it is filling up."""
        return 0.6 * (self.most or 0)

    @property
    def high(self) -> float:
        """From how many accounts on it is nearly full."""
        return 0.8 * (self.most or 0)


def space(row: Space, accounts: int) -> SpaceLine:
    """The line of a Space."""
    day = row.expiry_day
    return SpaceLine(row, accounts, row.max_accounts or None, (day.date() - now().date()).days if day else None)
