"""How Spaces and their servers look on the wire (`docs/wire/spaces.md`); secrets are never in."""

from typing import Any

from flexiapi.http.dates import wire

from .models import CardDavServer, EmailServer, OidcConfiguration, Space

DEFAULT_HUE = 22

_COLUMNS = (
    "super",
    "unique_email",
    "max_accounts",
    "expire_at",
    "web_panel",
    "carddav_user_credentials",
    "client_certificate_authentication",
    "require_second_factor",
    "public_registration",
    "phone_registration",
    "intercom_features",
    "copyright_text",
    "intro_registration_text",
    "newsletter_registration_address",
    "account_proxy_registrar_address",
    "custom_provisioning_entries",
    "custom_provisioning_overwrite_all",
    "theme_hue",
    "logo",
    "max_account",
    "disable_chat_feature",
    "disable_meetings_feature",
    "disable_broadcast_feature",
    "disable_call_recordings_feature",
    "hide_settings",
    "hide_account_settings",
    "only_display_sip_uri_username",
    "assistant_hide_create_account",
    "assistant_disable_qr_code",
    "assistant_hide_third_party_account",
    "provisioning_carddav_twins",
    "provisioning_reg_proxy",
)
_EMAIL_SERVER = ("id", "host", "port", "username", "from_address", "from_name", "signature")
_CARDDAV_SERVER = (
    "id",
    "enabled",
    "uri",
    "min_characters",
    "results_limit",
    "timeout",
    "delay",
    "fields_for_user_input",
    "fields_for_domain",
    "use_exact_match_policy",
)
_OIDC = (
    "server_url",
    "realm",
    "sip_identifier",
    "public_key",
    "client_id",
    "auto_provisioning",
    "role_provisioning",
)


def space(row: Space) -> dict[str, Any]:
    """A Space of `queries.with_servers`."""
    server: EmailServer | None = getattr(row, "email_server", None)
    return {
        "name": row.name,
        "domain": row.domain,
        "host": row.host,
        **{name: getattr(row, name) for name in _COLUMNS},
        "expire_at": wire(row.expiry_day),
        "theme_hue": DEFAULT_HUE if row.theme_hue is None else row.theme_hue,
        "created_at": wire(row.created_at),
        "updated_at": wire(row.updated_at),
        "email_server": email_server(server) if server is not None else None,
        "carddav_servers": [carddav_server(each) for each in row.carddav_servers.all()],
        "digest_authentication_configuration": _digest(row),
        "oidc_authentication_configuration": _oidc(row.oidc) if row.oidc is not None else None,
    }


def email_server(row: EmailServer) -> dict[str, Any]:
    """A mail server without its password."""
    return {**{name: getattr(row, name) for name in _EMAIL_SERVER}, **_stamps(row)}


def carddav_server(row: CardDavServer) -> dict[str, Any]:
    """A CardDAV server."""
    return {**{name: getattr(row, name) for name in _CARDDAV_SERVER}, **_stamps(row)}


def _digest(row: Space) -> dict[str, str] | None:
    if row.digest is None:
        return None
    return {"realm": row.digest.realm, "default_password_algorithm": row.digest.default_password_algorithm}


def _oidc(row: OidcConfiguration) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in _OIDC}, "auto_provisioning": bool(row.auto_provisioning)}


def _stamps(row: EmailServer | CardDavServer) -> dict[str, str | None]:
    return {"created_at": wire(row.created_at), "updated_at": wire(row.updated_at)}
