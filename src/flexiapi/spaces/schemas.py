"""Schemas of what the Space resources answer (`docs/wire/spaces.md`)."""

from flexiapi.http.schemas import BOOLEAN, INTEGER, MOMENT, STRING, Schema, array, choice, component, nullable, obj

from .serializers import ALGORITHMS, KEPT_SWITCHES, SWITCHES

_MAYBE_TEXT = nullable(STRING)
_TIMES: dict[str, Schema] = {"created_at": nullable(MOMENT), "updated_at": nullable(MOMENT)}

EMAIL_SERVER = component(
    "EmailServer",
    obj(
        {
            "id": INTEGER,
            "host": STRING,
            "port": INTEGER,
            "username": _MAYBE_TEXT,
            "from_address": _MAYBE_TEXT,
            "from_name": _MAYBE_TEXT,
            "signature": _MAYBE_TEXT,
            **_TIMES,
        },
        text="A mail server without its password.",
    ),
)
CARDDAV_SERVER = component(
    "CardDavServer",
    obj(
        {
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
        },
        text="A CardDAV server: `timeout` in seconds, `delay` in milliseconds, `results_limit` 0 without limit.",
    ),
)
_OIDC = obj(
    {
        "server_url": STRING,
        "realm": STRING,
        "sip_identifier": STRING,
        "public_key": _MAYBE_TEXT,
        "client_id": _MAYBE_TEXT,
        "auto_provisioning": BOOLEAN,
        "role_provisioning": _MAYBE_TEXT,
    },
    text="An OpenID Connect provider without the client secret.",
)
SPACE = component(
    "Space",
    obj(
        {
            "name": STRING,
            "domain": STRING,
            "host": STRING,
            **dict.fromkeys((*SWITCHES, *KEPT_SWITCHES), BOOLEAN),
            "max_accounts": INTEGER,
            "max_account": INTEGER,
            "expire_at": nullable(MOMENT),
            "theme_hue": INTEGER,
            "copyright_text": _MAYBE_TEXT,
            "intro_registration_text": _MAYBE_TEXT,
            "newsletter_registration_address": _MAYBE_TEXT,
            "account_proxy_registrar_address": _MAYBE_TEXT,
            "custom_provisioning_entries": _MAYBE_TEXT,
            "provisioning_reg_proxy": _MAYBE_TEXT,
            "logo": _MAYBE_TEXT,
            **_TIMES,
            "email_server": nullable(EMAIL_SERVER),
            "carddav_servers": array(CARDDAV_SERVER),
            "digest_authentication_configuration": nullable(
                obj({"realm": STRING, "default_password_algorithm": choice(*ALGORITHMS)})
            ),
            "oidc_authentication_configuration": nullable(_OIDC),
        },
        text="A Space: a SIP domain with its host, its limits and its settings.",
    ),
)
