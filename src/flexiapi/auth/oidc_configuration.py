"""The identity provider of a Space: setting it, fetching its keys again, taking it away."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from django.db import transaction
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType
from rest_framework.exceptions import ValidationError

from flexiapi.http import rules
from flexiapi.http.errors import Forbidden, Invalid, NotFound
from flexiapi.http.fields import Flag, Text
from flexiapi.http.messages import sentence
from flexiapi.http.serializers import Input
from flexiapi.spaces.events import SpaceChanged, space_changed
from flexiapi.spaces.models import OidcConfiguration, Space
from flexiapi.spaces.services import locked, touch

from . import jwks, provider, queries


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """A valid configuration of a provider; an unset secret stays as it is, null takes it away."""

    server_url: str
    realm: str
    sip_identifier: str
    client_id: str | None = None
    client_secret: str | None | UnsetType = UNSET
    auto_provisioning: bool = False
    role_provisioning: str | None = None

    def columns(self) -> dict[str, Any]:
        """The columns of the configuration."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in found.items() if value is not UNSET}


def server_url(value: str, field: Any) -> str | None:
    """The URL of a server, ending with a slash, as it begins the `iss` of its tokens."""
    if not value.startswith(("https://", "http://")) or any(letter in value for letter in " \"'\\<>;,?#@"):
        return sentence("url", rules.name(field))
    if not value.isascii() or not value.isprintable() or not value.split("/")[2]:
        return sentence("url", rules.name(field))
    return None if value.endswith("/") else sentence("ends_with", rules.name(field), values="/")


class OidcForm(Input[OidcSettings]):
    """The provider of a Space as an administrator sets it."""

    shape: ClassVar[type] = OidcSettings

    server_url = Text(server_url, required=True)
    realm = Text(required=True)
    sip_identifier = Text(required=True)
    client_id = Text()
    client_secret = Text()
    auto_provisioning = Flag(null=False)
    role_provisioning = Text()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Without a role nobody could be told from those who may have an account."""
        if attrs.get("auto_provisioning") and not attrs.get("role_provisioning"):
            message = sentence("required_if", "role_provisioning", other="auto provisioning", value="1")
            raise ValidationError({"role_provisioning": [message]})
        return attrs


def hindrance(space: Space) -> Literal["super", "unique_email"] | None:
    """Why a Space can have no provider, if it cannot.

    Nobody else decides who administers all Spaces, and an address has to name one account.
    """
    if space.super:
        return "super"
    return None if space.unique_email else "unique_email"


def save(space: Space, settings: OidcSettings) -> OidcConfiguration:
    """Set the provider of a Space, once its keys were fetched; nothing is saved when that fails.

    Raises:
        Forbidden: the Space is a super Space, or allows an address to belong to several accounts.
        Invalid: `public_key`: the keys cannot be fetched.
    """
    if hindrance(space) is not None:
        raise Forbidden
    draft = OidcConfiguration(space=space, **settings.columns())
    provider.forget()
    try:
        keys = jwks.fetch(provider.endpoints(draft).jwks)
    except jwks.NoKeys as error:
        text = _("Unable to connect to the OIDC server. Please verify the provided settings.")
        raise Invalid({"public_key": [f"{text} ({error})"]}) from None
    with transaction.atomic():
        row = locked(space.domain)
        former = queries.oidc_configuration(row)
        values = {**settings.columns(), **jwks.columns(keys)}
        saved, _created = OidcConfiguration.objects.update_or_create(space=row, defaults=values)
        touch(space)
        space_changed.announce(SpaceChanged(space.pk, space.domain, _differences(former, saved)))
    return saved


def refresh(space: Space) -> OidcConfiguration:
    """Fetch the keys of a Space's provider again.

    Raises:
        NotFound: the Space has no provider.
        Invalid: `sso_public_key`: the keys cannot be fetched.
    """
    configuration = find(space)
    provider.forget()
    try:
        keys = jwks.fetch(provider.endpoints(configuration).jwks)
    except jwks.NoKeys as error:
        text = _("The public key cannot be refreshed")
        raise Invalid({"sso_public_key": [f"{text} ({error})"]}) from None
    jwks.store(configuration, keys)
    return find(space)


@transaction.atomic
def delete(space: Space) -> None:
    """Take the provider of a Space away.

    Raises:
        NotFound: it has none.
    """
    row = locked(space.domain)
    former = queries.oidc_configuration(row)
    if former is None:
        raise NotFound
    OidcConfiguration.objects.filter(space=row).delete()
    touch(space)
    space_changed.announce(SpaceChanged(space.pk, space.domain, _differences(former, None)))


def find(space: Space) -> OidcConfiguration:
    """The provider of a Space as it is stored now.

    Raises:
        NotFound: it has none.
    """
    configuration = queries.oidc_configuration(space)
    if configuration is None:
        raise NotFound
    return configuration


def _differences(before: OidcConfiguration | None, after: OidcConfiguration | None) -> dict[str, tuple[Any, Any]]:
    """What a configuration was and is; of the secret only whether there is one, and whether it is another."""
    found: dict[str, tuple[Any, Any]] = {"oidc": (before is not None, after is not None)}
    for name in OidcSettings.__slots__:
        values = getattr(before, name, None), getattr(after, name, None)
        if values[0] != values[1]:
            told = ("set" if values[0] else None, "set anew" if values[1] else None)
            found[f"oidc.{name}"] = told if name == "client_secret" else values
    return found
