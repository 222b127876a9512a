"""Schemas of what the account resources answer (`docs/wire/accounts.md`)."""

from flexiapi.http.schemas import (
    BOOLEAN,
    INTEGER,
    MOMENT,
    STRING,
    Schema,
    array,
    choice,
    component,
    mapping,
    nullable,
    obj,
)

_MAYBE_TEXT = nullable(STRING)
_MAYBE_MOMENT = nullable(MOMENT)
_TIMES: dict[str, Schema] = {"created_at": _MAYBE_MOMENT, "updated_at": _MAYBE_MOMENT}

CARDDAV_SERVER_KEYS: dict[str, Schema] = {
    "id": INTEGER,
    "enabled": BOOLEAN,
    "uri": STRING,
    "min_characters": INTEGER,
    "results_limit": INTEGER,
    "timeout": INTEGER,
    "delay": INTEGER,
    "fields_for_user_input": _MAYBE_TEXT,
    "fields_for_domain": _MAYBE_TEXT,
    "use_exact_match_policy": BOOLEAN,
    **_TIMES,
}

CALL_FORWARDING_KEYS: dict[str, Schema] = {
    "id": INTEGER,
    "type": STRING,
    "forward_to": STRING,
    "sip_uri": _MAYBE_TEXT,
    "enabled": BOOLEAN,
    "contact_id": nullable(INTEGER),
    **_TIMES,
    "contact_sip_uri": _MAYBE_TEXT,
}

_CARDDAV = obj(
    {
        **CARDDAV_SERVER_KEYS,
        "pivot": obj(
            {
                "account_id": INTEGER,
                "space_carddav_server_id": INTEGER,
                "username": STRING,
                "realm": STRING,
                "algorithm": STRING,
                "password": STRING,
            },
            text="The account's credentials; `password` is their HA1.",
        ),
    }
)


def _code(target: str, *, show: bool = False) -> Schema:
    keys: dict[str, Schema] = {target: STRING, **_TIMES, "ip": _MAYBE_TEXT, "user_agent": _MAYBE_TEXT}
    return nullable(obj({**keys, "code": STRING} if show else keys))


_ACCOUNT: dict[str, Schema] = {
    "id": INTEGER,
    "username": STRING,
    "domain": STRING,
    "email": _MAYBE_TEXT,
    "activated": BOOLEAN,
    "ip_address": _MAYBE_TEXT,
    "user_agent": _MAYBE_TEXT,
    "created_at": MOMENT,
    "display_name": _MAYBE_TEXT,
    "dtmf_protocol": nullable(choice("sipinfo", "rfc2833", "sipmessage")),
    "updated_at": _MAYBE_MOMENT,
    "blocked": BOOLEAN,
    "admin": BOOLEAN,
    "phone": _MAYBE_TEXT,
    "provisioning_token": _MAYBE_TEXT,
    "provisioning_token_expire_at": _MAYBE_MOMENT,
    "dictionary": mapping(STRING),
    "sip_uri": STRING,
    "email_change_code": _code("email"),
    "types": array(obj({"id": INTEGER, "key": STRING})),
    "actions": array(obj({"id": INTEGER, "key": STRING, "code": STRING})),
    "carddav_servers": array(_CARDDAV),
}
_PASSWORDS: dict[str, Schema] = {"passwords": array(obj({"algorithm": STRING}))}
_PHONE_CODE: dict[str, Schema] = {"phone_change_code": _code("phone")}

ACCOUNT = component(
    "Account",
    obj({**_ACCOUNT, **_PASSWORDS}, text="An account; `provisioning_token` is shown to itself and its administrators."),
)
LISTED_ACCOUNT = component("ListedAccount", obj({**_ACCOUNT, **_PHONE_CODE}, text="An account in a list."))
SHOWN_ACCOUNT = component(
    "ShownAccount",
    obj(
        {**_ACCOUNT, "email_change_code": _code("email", show=True), "phone_change_code": _code("phone", show=True)},
        text="An account as its administrator sees it, with its pending codes.",
    ),
)
FOUND_ACCOUNT = component(
    "FoundAccount",
    obj(
        {**_ACCOUNT, **_PASSWORDS, "call_forwardings": array(obj(CALL_FORWARDING_KEYS))},
        text="An account as a proxy looks it up, with its call forwardings.",
    ),
)
PHONE_CHANGED_ACCOUNT = component(
    "PhoneChangedAccount", obj({**_ACCOUNT, **_PASSWORDS, **_PHONE_CODE}, text="An account after a phone change.")
)
PHONE_COUNTRY = component("PhoneCountry", obj({"code": STRING, "country_code": STRING, "activated": BOOLEAN}))
RESOLVED = component("Resolved", obj({"type": choice("account"), "payload": FOUND_ACCOUNT}))
_ISSUED: dict[str, Schema] = {"token": STRING, "ip": _MAYBE_TEXT, "user_agent": _MAYBE_TEXT, "expire_at": _MAYBE_MOMENT}
CREATION_REQUEST_TOKEN = component("CreationRequestToken", obj({"token": STRING, "validation_url": STRING}))
CREATION_TOKEN = component("CreationToken", obj(_ISSUED))
CREATION_TOKEN_TO_CONSUME = component("CreationTokenToConsume", obj({"account_creation_token": STRING}))
CONSUMED_CREATION_TOKEN = component(
    "ConsumedCreationToken",
    obj(
        {
            **_ISSUED,
            "pn_provider": _MAYBE_TEXT,
            "pn_param": _MAYBE_TEXT,
            "pn_prid": _MAYBE_TEXT,
            "used": BOOLEAN,
            "account_id": INTEGER,
        }
    ),
)
CREATED_ACCOUNT = component(
    "CreatedAccount",
    obj(
        {**_ACCOUNT, **_PASSWORDS},
        optional={"confirmation_key": STRING, "confirmation_key_expires": _MAYBE_TEXT},
        text="A new account; the key is that of old Linphone apps, where they are served.",
    ),
)
RECOVERED_ACCOUNT = component(
    "RecoveredAccount",
    obj({**_ACCOUNT, "passwords": array(obj({"algorithm": STRING}, optional={"password": STRING}))}),
)
ACCOUNT_INFO = component("AccountInfo", obj({"activated": BOOLEAN, "realm": _MAYBE_TEXT}))
PHONE_INFO = component("PhoneInfo", obj({"activated": BOOLEAN, "realm": _MAYBE_TEXT, "phone": BOOLEAN}))
