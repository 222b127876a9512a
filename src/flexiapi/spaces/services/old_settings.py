"""Variables of instances that served one SIP domain, as settings of a Space (`docs/operators/upgrade.md`).

They describe the first Space when it is created, and can be imported into any Space later; afterwards what is
stored with the Space counts.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from flexiapi.config import dotenv, instance, variables
from flexiapi.config.settings import InstanceSettings
from flexiapi.http.errors import Invalid
from flexiapi.spaces import entries, queries
from flexiapi.spaces.models import OidcConfiguration, Space
from flexiapi.spaces.serializers import ConsoleSpaceInput, ImportedSettings

from .creation import create_space, save
from .digest import DEFAULT_ALGORITHM, configure_digest
from .seats import locked, touch

log = logging.getLogger(__name__)

_SWITCHES = {
    "web_panel": ("web_panel", True),
    "public_registration": ("public_registration", True),
    "phone_registration": ("phone_authentication", True),
    "intercom_features": ("intercom_features", False),
}
_TEXTS = {
    "copyright_text": "instance_copyright",
    "intro_registration_text": "instance_intro_registration",
    "newsletter_registration_address": "newsletter_registration_address",
}
_OTHERS = (
    "app_name",
    "account_proxy_registrar_address",
    "account_provisioning_overwrite_all",
    "account_provisioning_rc_file",
    "account_email_unique",
    "account_realm",
    "account_default_password_algorithm",
    "jwt_rsa_public_key_pem",
    "jwt_sip_identifier",
)
_READ = (*(name for name, _ in _SWITCHES.values()), *_TEXTS.values(), *_OTHERS)
_APP_NAME = next(each.default for each in variables.variables(InstanceSettings) if each.field == "app_name")
_LARGEST_FILE = 64 * 1024


@dataclass(frozen=True, slots=True)
class OldSettings:
    """What the variables say: columns of the Space, and of its digest and OIDC configurations.

    What no variable names is not in the mappings; `left_out` are the provisioning entries that a Space cannot
    have.
    """

    columns: dict[str, Any]
    digest: dict[str, str]
    oidc: dict[str, str]
    left_out: tuple[str, ...] = ()


def of_instance() -> OldSettings:
    """What the variables of this instance say.

    Raises:
        Invalid: `ACCOUNT_PROVISIONING_RC_FILE` cannot be read.
    """
    settings = instance.current()
    return _old({name: getattr(settings, name) for name in _READ}, Path.cwd())


def of_file(path: Path) -> OldSettings:
    """What the variables of a DotEnv file say, whatever the environment; paths in it start at its folder.

    Raises:
        ConfigurationError: the file or one of these variables cannot be read.
        Invalid: `ACCOUNT_PROVISIONING_RC_FILE` cannot be read.
    """
    texts = dotenv.read(path, {})
    wanted = [each for each in variables.variables(InstanceSettings) if each.field in _READ]
    return _old({each.field: each.value(texts.get(each.name)) for each in wanted}, path.parent)


def differences(space: Space, old: OldSettings) -> dict[str, Any]:
    """What an import would change: the new values by column."""
    oidc = space.oidc
    changed = {name: value for name, value in old.columns.items() if getattr(space, name) != value}
    changed |= {name: value for name, value in old.digest.items() if getattr(space.digest, name, None) != value}
    changed |= {name: value for name, value in old.oidc.items() if getattr(oidc, name, None) != value}
    return changed


@transaction.atomic
def import_settings(domain: str, old: OldSettings) -> None:
    """Write what the variables say into a Space.

    The realm is written even when the Space has accounts: their passwords were hashed with it.

    Raises:
        NotFound: no Space has this domain.
        Invalid: a value has a wrong form, or the name belongs to another Space.
    """
    space = locked(domain)
    columns = ImportedSettings.check(old.columns, space=space)
    for column, value in columns.items():
        setattr(space, column, value)
    save(space)
    present = queries.digest_configuration(space)
    if old.digest:
        configure_digest(
            space,
            realm=old.digest.get("realm") or (present.realm if present else domain),
            algorithm=old.digest.get("default_password_algorithm")
            or (present.default_password_algorithm if present else DEFAULT_ALGORITHM),
        )
    _set_oidc(space, old.oidc)


def create_from_old_settings() -> Space | None:
    """Create the first Space of an instance whose variables still describe one; None when there is nothing to do.

    Its host is that of `APP_URL`, or the root host where that one lies elsewhere. The file of provisioning
    entries stays what it is: it counts for every Space without entries of its own.

    Raises:
        Invalid: `APP_SIP_DOMAIN` or the host is no domain name, or another variable has a wrong form.
    """
    settings = instance.current()
    if not settings.app_sip_domain or queries.any_exists():
        return None
    old = _old({**{name: getattr(settings, name) for name in _READ}, "account_provisioning_rc_file": None}, Path.cwd())
    columns = dict(ImportedSettings.check({**old.columns, "name": settings.app_name}, space=None))
    columns.pop("custom_provisioning_overwrite_all")
    first = ConsoleSpaceInput.check(
        {"domain": settings.app_sip_domain, "host": _host(settings), "name": columns.pop("name"), **_console(old)},
        space=None,
    )
    try:
        with transaction.atomic():
            space = create_space(
                domain=first.domain,
                host=first.host,
                name=first.name,
                realm=first.realm,
                algorithm=first.algorithm or DEFAULT_ALGORITHM,
                super=settings.app_admins_manage_multi_domains,
                **columns,
            )
            _set_oidc(space, old.oidc)
    except Invalid:
        if queries.any_exists():  # another process of the instance starts as well
            return None
        raise
    log.warning("Created the Space %s from APP_SIP_DOMAIN and the variables beside it; now change the Space", space)
    return space


def _host(settings: InstanceSettings) -> str:
    host = (urlsplit(settings.app_url).hostname or "").lower()
    root = settings.app_root_host
    if root and not queries.belongs_to_root_host(host):
        return root
    return settings.app_sip_domain or host if host == "localhost" else host


def _console(old: OldSettings) -> dict[str, str | None]:
    return {"realm": old.digest.get("realm"), "algorithm": old.digest.get("default_password_algorithm")}


def _old(values: Mapping[str, Any], folder: Path) -> OldSettings:
    columns: dict[str, Any] = {column: values[name] for column, name in _TEXTS.items()}
    for column, (name, default) in _SWITCHES.items():
        columns[column] = default if values[name] is None else values[name]
    columns["custom_provisioning_overwrite_all"] = values["account_provisioning_overwrite_all"]
    if values["app_name"] != _APP_NAME:
        columns["name"] = values["app_name"]
    for column, name in (
        ("account_proxy_registrar_address", "account_proxy_registrar_address"),
        ("unique_email", "account_email_unique"),
    ):
        if values[name] is not None:
            columns[column] = values[name]
    left_out: list[str] = []
    if values["account_provisioning_rc_file"] is not None:
        text, left_out = entries.accepted(_text(folder / values["account_provisioning_rc_file"]))
        columns["custom_provisioning_entries"] = text
    digest = {
        "realm": values["account_realm"],
        "default_password_algorithm": values["account_default_password_algorithm"],
    }
    oidc = {"public_key": values["jwt_rsa_public_key_pem"], "sip_identifier": values["jwt_sip_identifier"]}
    return OldSettings(
        columns,
        {name: value for name, value in digest.items() if value},
        {name: value for name, value in oidc.items() if value} if oidc["public_key"] else {},
        tuple(left_out),
    )


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST_FILE + 1)
        if len(raw) > _LARGEST_FILE:
            raise Invalid({"custom_provisioning_entries": [f"{path} is larger than {_LARGEST_FILE} bytes."]})
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise Invalid({"custom_provisioning_entries": [f"{path} cannot be read: {error.strerror}."]}) from None
    except UnicodeDecodeError:
        raise Invalid({"custom_provisioning_entries": [f"{path} is not UTF-8 text."]}) from None


def _set_oidc(space: Space, values: Mapping[str, str]) -> None:
    """The key of the issuer of bearer tokens; a configuration without server has no login page of its own."""
    if not values:
        return
    OidcConfiguration.objects.update_or_create(
        space=space, defaults=dict(values), create_defaults={"server_url": "", "realm": "", **values}
    )
    touch(space)
