"""Contacts, contacts lists and stored vCards as JSON (`docs/wire/contacts.md`)."""

from collections.abc import Sequence
from typing import Any

from flexiapi.accounts import documents as accounts
from flexiapi.http import dates
from flexiapi.http.errors import NotFound

from . import queries
from .models import ContactsList, Vcard

Document = dict[str, Any]


def contact(found: queries.EffectiveContact) -> Document:
    """A contact for the account that sees it: what could be used in its name is null or empty."""
    row = found.row
    return {
        "id": row.id,
        "username": row.username,
        "domain": row.domain,
        "activated": row.activated,
        "display_name": row.display_name,
        "dtmf_protocol": row.dtmf_protocol,
        "provisioning_token": None,
        "provisioning_token_expire_at": None,
        "dictionary": found.dictionary,
        "sip_uri": f"sip:{row.username}@{row.domain}",
        "passwords": [],
        "email_change_code": None,
        "types": [{"id": type_id, "key": key} for type_id, key in found.types],
        "actions": [{"id": action_id, "key": key, "code": code} for action_id, key, code in found.actions],
        "carddav_servers": [],
    }


def administered(ids: Sequence[int]) -> list[Document]:
    """Contacts for an administrator: whole accounts, in the order of `ids`."""
    return [document for batch in queries.batches(ids) for document in accounts.many(batch)]


def administered_contact(account_id: int) -> Document:
    """A contact for an administrator: the whole account.

    Raises:
        NotFound: it was deleted meanwhile.
    """
    found = accounts.one(account_id)
    if found is None:
        raise NotFound
    return found


def contacts_list(found: ContactsList) -> Document:
    """A contacts list with the number of its members, which `queries.lists` counts; a new one has none."""
    return {
        "id": found.pk,
        "title": found.title,
        "description": found.description,
        "space_id": found.space_id,
        "created_at": dates.wire(found.created_at),
        "updated_at": dates.wire(found.updated_at),
        "contacts_count": getattr(found, "contacts_count", 0),
    }


def vcard(found: Vcard) -> Document:
    """A stored vCard."""
    return {
        "vcard": found.vcard,
        "created_at": dates.wire(found.created_at),
        "updated_at": dates.wire(found.updated_at),
    }
