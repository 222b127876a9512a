"""Passkeys (WebAuthn Level 3): public keys of authenticators, made and used on the host of one Space.

Attestation is not asked for. An authenticator whose counter does not grow is refused: it may be a copy.
"""

import ipaddress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import webauthn
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict, parse_cbor
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.parse_authentication_credential_json import parse_authentication_credential_json
from webauthn.helpers.parse_registration_credential_json import parse_registration_credential_json
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from flexiapi.accounts.models import Account
from flexiapi.auth import limits
from flexiapi.auth.events import WayInEvent, factor_added, factor_removed
from flexiapi.auth.models import Passkey
from flexiapi.auth.scope import Caller, Origin
from flexiapi.http.dates import now
from flexiapi.http.errors import BadRequest, Invalid, NotFound
from flexiapi.http.inputs import decode_json
from flexiapi.http.proxies import Connection, without_port
from flexiapi.spaces.models import Space

from . import queries, recovery_codes

HOW = "passkey"
MOST = 20
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_FORMATS = ("none", "packed")  # what clients send when no attestation is asked for
_MALFORMED = (BadRequest, WebAuthnException, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who asks for passkeys: the host of a Space, seen from one origin."""

    host: str
    origin: str
    space: Space


def relying_party(space: Space, connection: Connection) -> RelyingParty | None:
    """The Space as a relying party; None where browsers refuse passkeys or would bind them to another host.

    Browsers want TLS (`localhost` excepted) and a host with a name.
    """
    host = connection.host
    local = host == "localhost" or host.endswith(".localhost")
    if host != without_port(space.host) or not (connection.scheme == "https" or local) or _is_address(host):
        return None
    port = connection.authority[len(host) :].removeprefix(":")
    shown = f":{port}" if port and port != _DEFAULT_PORTS.get(connection.scheme) else ""
    return RelyingParty(host, f"{connection.scheme}://{host}{shown}", space)


def creation_options(party: RelyingParty, account: Account, challenge: bytes) -> dict[str, Any]:
    """What a browser needs to make a passkey for an account."""
    options = webauthn.generate_registration_options(
        rp_id=party.host,
        rp_name=party.space.name,
        user_id=_handle(account),
        user_name=account.identifier,
        user_display_name=account.display_name or account.username,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(party, account.pk),
    )
    return options_to_json_dict(options)


def request_options(party: RelyingParty, challenge: bytes, *, account_id: int | None) -> dict[str, Any]:
    """What a browser needs to use a passkey: one of an account, or any that it knows for this host.

    The latter lets people in without a password: the authenticator has to verify its user.
    """
    anybody = account_id is None
    wanted = UserVerificationRequirement.REQUIRED if anybody else UserVerificationRequirement.PREFERRED
    options = webauthn.generate_authentication_options(
        rp_id=party.host,
        challenge=challenge,
        allow_credentials=[] if account_id is None else _descriptors(party, account_id),
        user_verification=wanted,
    )
    return options_to_json_dict(options)


@transaction.atomic
def register(
    party: RelyingParty,
    account: Account,
    *,
    challenge: bytes | None,
    credential: str,
    name: str,
    by: Caller,
    origin: Origin,
) -> list[str]:
    """Keep a passkey that a browser has just made.

    Returns the account's recovery codes if these are new, as with its first factor.

    Raises:
        Invalid: it does not answer the challenge, the authenticator is known already, or there are twenty.
    """
    refusal = Invalid({"credential": [_("The passkey could not be checked. Try again.")]})
    if challenge is None:
        raise refusal
    try:
        parsed = parse_registration_credential_json(decode_json(credential.encode()))
        if not _is_attestation(parsed.response.attestation_object):
            raise refusal
        verified = webauthn.verify_registration_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
        )
    except _MALFORMED:
        raise refusal from None
    queries.hold(account.pk)
    if len(queries.passkeys(account.pk)) >= MOST:
        raise Invalid({"name": [_("There are too many passkeys. Remove one first.")]})
    try:
        with transaction.atomic():
            Passkey.objects.create(
                account=account,
                name=name,
                host=party.host,
                credential_hash=_hash(verified.credential_id),
                credential_id=bytes_to_base64url(verified.credential_id),
                public_key=bytes_to_base64url(verified.credential_public_key),
                sign_count=verified.sign_count,
                transports=",".join(transport.value for transport in parsed.response.transports or ()),
            )
    except IntegrityError:
        raise refusal from None
    factor_added.announce(WayInEvent(account.pk, HOW, by, origin))
    return recovery_codes.issue_first(account.pk)


def use(
    party: RelyingParty,
    *,
    challenge: bytes | None,
    credential: str,
    account: Account | None,
    origin: Origin,
) -> Account:
    """Check what an authenticator has signed; returns whose passkey it was.

    Without `account` the passkey stands for the password too, and its user must have been verified.

    Raises:
        Invalid: it is no answer to the challenge by a passkey of the account, or its counter did not grow (422).
        TooManyRequests: too many were wrong.
    """
    identifier = account.identifier if account is not None else None
    with limits.guarded(limits.SECOND_FACTORS, origin, space=party.space, account=identifier, failures=(Invalid,)):
        refusal = Invalid({"credential": [_("This passkey does not open the account.")]})
        if challenge is None:
            raise refusal
        try:
            parsed = parse_authentication_credential_json(decode_json(credential.encode()))
            found = _known(party, parsed, account)
            if found is None:
                raise refusal
            verified = webauthn.verify_authentication_response(
                credential=parsed,
                expected_challenge=challenge,
                expected_rp_id=party.host,
                expected_origin=party.origin,
                credential_public_key=base64url_to_bytes(found.public_key),
                credential_current_sign_count=found.sign_count,
                require_user_verification=account is None,
            )
        except _MALFORMED:
            raise refusal from None
        moment = now()
        used = Passkey.objects.filter(pk=found.pk, sign_count=found.sign_count).update(
            sign_count=verified.new_sign_count, last_used_at=moment, updated_at=moment
        )
        if used != 1:
            raise refusal
        return found.account


@transaction.atomic
def remove(account: Account, passkey_id: int, *, by: Caller, origin: Origin) -> None:
    """Take a passkey away from an account.

    Raises:
        NotFound: it has no such one.
    """
    queries.hold(account.pk)
    if not Passkey.objects.filter(account=account, pk=passkey_id).delete()[0]:
        raise NotFound
    recovery_codes.end_with_last_factor(account.pk)
    factor_removed.announce(WayInEvent(account.pk, HOW, by, origin))


def _known(party: RelyingParty, parsed: AuthenticationCredential, account: Account | None) -> Passkey | None:
    """The stored passkey, if it is one of the account, or names the account that it belongs to."""
    found = queries.passkey(party.space.domain, _hash(parsed.raw_id), host=party.host)
    if found is None or (account is not None and found.account_id != account.pk):
        return None
    handle = parsed.response.user_handle
    if handle is None:
        return found if account is not None else None
    return found if handle == _handle(found.account) else None


def _is_attestation(sent: bytes) -> bool:
    """Whether an attestation object has one of the formats that are read here, and bytes where bytes belong.

    The library makes as many bytes of a number as it says.
    """
    found = parse_cbor(sent)
    return isinstance(found, dict) and found.get("fmt") in _FORMATS and isinstance(found.get("authData"), bytes)


def _descriptors(party: RelyingParty, account_id: int) -> list[PublicKeyCredentialDescriptor]:
    known = {transport.value: transport for transport in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(row.credential_id),
            transports=[known[word] for word in row.transports.split(",") if word in known],
        )
        for row in queries.passkeys(account_id, host=party.host)
    ]


def _handle(account: Account) -> bytes:
    """What names the account to authenticators: nothing that tells who it is."""
    return str(account.pk).encode()


def _hash(credential_id: bytes) -> str:
    return sha256(credential_id).hexdigest()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
