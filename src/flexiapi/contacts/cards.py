"""Contacts as vCards 4.0 (RFC 6350) with the extended properties that Linphone reads."""

from collections.abc import Iterable

from .queries import EffectiveContact
from .rfc6350 import escaped, plain


def card(contact: EffectiveContact) -> str:
    """One contact, its lines separated by LF, nothing after the last."""
    row = contact.row
    address = f"{row.username}@{row.domain}"
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "KIND:individual",
        f"IMPP:sip:{plain(address)}",
        f"FN:{escaped(row.display_name or address)}",
    ]
    if row.dtmf_protocol:
        lines.append(f"X-LINPHONE-ACCOUNT-DTMF-PROTOCOL:{escaped(row.dtmf_protocol)}")
    lines += [f"X-LINPHONE-ACCOUNT-TYPE:{escaped(key)}" for _, key in contact.types]
    lines += [f"X-LINPHONE-ACCOUNT-ACTION:{escaped(key)};{escaped(code)}" for _, key, code in contact.actions]
    return "\n".join([*lines, "END:VCARD"])


def directory(contacts: Iterable[EffectiveContact]) -> str:
    """All contacts, card after card; nothing at all without any."""
    return "\n".join(card(contact) for contact in contacts)
