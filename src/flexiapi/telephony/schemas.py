"""Schemas of what telephony's resources answer (`docs/wire/telephony.md`)."""

from flexiapi.http.schemas import BOOLEAN, INTEGER, MOMENT, STRING, Schema, array, choice, component, nullable, obj

_TEXT = nullable(STRING)
_MOMENT = nullable(MOMENT)

DEVICE = component(
    "Device",
    obj(
        {
            "uuid": STRING,
            "update_time": _MOMENT,
            "user_agent": STRING,
            "app": STRING,
            "version": STRING,
            "device_name": STRING,
        }
    ),
)
EXTERNAL_ACCOUNT = component(
    "ExternalAccount",
    obj(
        {
            "id": INTEGER,
            "account_id": INTEGER,
            "username": STRING,
            "domain": STRING,
            "algorithm": STRING,
            "realm": _TEXT,
            "registrar": _TEXT,
            "outbound_proxy": _TEXT,
            "protocol": choice("UDP", "TCP", "TLS"),
            "created_at": _MOMENT,
            "updated_at": _MOMENT,
        },
    ),
)
CARDDAV_CREDENTIAL = component(
    "CardDavCredential",
    obj(
        {
            "carddav_id": INTEGER,
            "username": STRING,
            "realm": STRING,
            "algorithm": choice("MD5", "SHA-256"),
            "password": STRING,
        },
        text="`password` is the HA1.",
    ),
)
FORWARDING = component(
    "CallForwarding",
    obj(
        {
            "id": INTEGER,
            "type": choice("always", "no_answer", "busy"),
            "forward_to": choice("sip_uri", "contact", "voicemail"),
            "sip_uri": _TEXT,
            "enabled": BOOLEAN,
            "contact_id": nullable(INTEGER),
            "created_at": _MOMENT,
            "updated_at": _MOMENT,
            "contact_sip_uri": _TEXT,
        }
    ),
)
_FILE: dict[str, Schema] = {
    "id": STRING,
    "name": _TEXT,
    "size": nullable(INTEGER),
    "content_type": STRING,
    "sip_from": _TEXT,
    "created_at": _MOMENT,
    "uploaded_at": _MOMENT,
    "download_url": _TEXT,
}
FILE = component("File", obj(_FILE))
SLOT = component("VoicemailPlace", obj({**_FILE, "upload_url": STRING, "max_upload_size": INTEGER}))
TURN = component("TurnService", obj({"username": STRING, "password": STRING, "ttl": INTEGER, "uris": array(STRING)}))
MESSAGE = component("SentMessage", obj({"id": STRING}))
UPLOAD: Schema = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}},
    "required": ["file"],
}
