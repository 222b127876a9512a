"""The form of call forwardings: one section for each type, sent at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from flexiapi.accounts.models import Account
from flexiapi.contacts import queries as contacts
from flexiapi.http import errors
from flexiapi.telephony import queries as telephony
from flexiapi.telephony.models import CallForwarding
from flexiapi.telephony.rules import TYPES
from flexiapi.telephony.serializers import ForwardingData, ForwardingInput

from . import lines

_SELECTABLE = 500


@dataclass(frozen=True, slots=True)
class Section:
    """What the form shows of one type."""

    kind: str
    title: str
    enabled: bool
    forward_to: str
    sip_uri: str | None
    contact_id: int | None


def sections(account: Account, *, own: bool) -> list[Section]:
    """The sections of an account's form, with what is stored."""
    stored = {row.type: row for row in telephony.forwardings(account)}
    return [_section(kind, lines.condition(kind, own=own), stored.get(kind)) for kind in TYPES]


def form(account: Account, *, own: bool) -> dict[str, Any]:
    """The context of an account's form; `own` says whether the account itself fills it in."""
    return {
        "sections": sections(account, own=own),
        "targets": [
            ("sip_uri", _("A SIP address")),
            ("contact", _("One of my contacts") if own else _("A contact of the account")),
            ("voicemail", _("Voicemail")),
        ],
        "contacts": contact_choices(account),
    }


def contact_choices(account: Account) -> list[tuple[str, str]]:
    """The contacts that calls may go to, as choices; the stored ones are among them, however many there are."""
    found = {
        contact.row.id: (contact.row.display_name, f"{contact.row.username}@{contact.row.domain}")
        for contact in contacts.effective(account.pk, most=_SELECTABLE, dictionary=False)
    }
    for row in telephony.forwardings(account):
        if row.contact is not None:
            found.setdefault(row.contact.pk, (row.contact.display_name, row.contact.identifier))
    named = ((pk, f"{name} ({address})" if name else address) for pk, (name, address) in found.items())
    return [("", "–"), *((str(pk), text) for pk, text in sorted(named, key=lambda each: each[1].lower()))]


def read(account: Account, values: dict[str, Any]) -> dict[str, ForwardingData]:
    """The forwardings that the form asks for, by type. Sections that are switched off keep what they have.

    Raises:
        Invalid: with the messages of all sections, `always.sip_uri` and so on.
    """
    stored = {row.type: row for row in telephony.forwardings(account)}
    sent = {kind: _sent(values.get(kind)) for kind in TYPES}
    planned = [CallForwarding(type=kind, enabled=_is_on(sent[kind])) for kind in TYPES]
    wanted: dict[str, ForwardingData] = {}
    messages: dict[str, Sequence[str]] = {}
    for kind in TYPES:
        if not _is_on(sent[kind]):
            if kind in stored:
                wanted[kind] = _switched_off(stored[kind])
            continue
        others = [other for other in planned if other.type != kind]
        chosen = {name: sent[kind].get(name) for name in ("forward_to", "sip_uri", "contact_id")}
        try:
            wanted[kind] = ForwardingInput.check(
                {**chosen, "enabled": True}, account_id=account.pk, others=others, type=kind
            )
        except errors.Invalid as error:
            messages |= {f"{kind}.{field}": texts for field, texts in error.errors.items()}
    if messages:
        raise errors.Invalid(messages)
    return wanted


def _section(kind: str, title: str, row: CallForwarding | None) -> Section:
    if row is None:
        return Section(kind, title, False, "sip_uri", None, None)
    return Section(kind, title, row.enabled, row.forward_to, row.sip_uri, row.contact_id)


def _sent(section: Any) -> dict[str, Any]:
    return section if isinstance(section, dict) else {}


def _is_on(section: dict[str, Any]) -> bool:
    return section.get("enabled") == "on"


def _switched_off(row: CallForwarding) -> ForwardingData:
    return ForwardingData(row.forward_to, False, sip_uri=row.sip_uri, contact_id=row.contact_id)
