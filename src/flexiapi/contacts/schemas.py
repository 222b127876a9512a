"""Schemas of what contacts, contacts lists and stored vCards answer (`docs/wire/contacts.md`)."""

from flexiapi.http.openapi import field_schema
from flexiapi.http.schemas import (
    BOOLEAN,
    INTEGER,
    MOMENT,
    STRING,
    Schema,
    array,
    component,
    mapping,
    nullable,
    obj,
)

from .serializers import VcardField

_NOTHING: Schema = {"type": "null"}
_NONE: Schema = {"type": "array", "maxItems": 0}

CONTACT = component(
    "Contact",
    obj(
        {
            "id": INTEGER,
            "username": STRING,
            "domain": STRING,
            "activated": BOOLEAN,
            "display_name": nullable(STRING),
            "dtmf_protocol": nullable(STRING),
            "provisioning_token": _NOTHING,
            "provisioning_token_expire_at": _NOTHING,
            "dictionary": mapping(STRING),
            "sip_uri": STRING,
            "passwords": _NONE,
            "email_change_code": _NOTHING,
            "types": array(obj({"id": INTEGER, "key": STRING})),
            "actions": array(obj({"id": INTEGER, "key": STRING, "code": STRING})),
            "carddav_servers": _NONE,
        },
        text="An account for another one that sees it: what could be used in its name is null or empty.",
    ),
)
LIST = component(
    "ContactsList",
    obj(
        {
            "id": INTEGER,
            "title": STRING,
            "description": nullable(STRING),
            "space_id": INTEGER,
            "created_at": nullable(MOMENT),
            "updated_at": nullable(MOMENT),
            "contacts_count": INTEGER,
        }
    ),
)
VCARD = component("StoredVcard", obj({"vcard": STRING, "created_at": nullable(MOMENT), "updated_at": nullable(MOMENT)}))


@field_schema.register
def _vcard(field: VcardField) -> Schema:
    return {"type": "string", "description": "One vCard with a UID (RFC 6350 or RFC 2426)."}
