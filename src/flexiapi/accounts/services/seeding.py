"""Accounts from a JSON file, as client test suites describe them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec
from django.db import IntegrityError, transaction

from flexiapi.accounts.models import Account, Password
from flexiapi.auth import digest
from flexiapi.http import rules
from flexiapi.spaces import queries as spaces
from flexiapi.spaces import services as space_services
from flexiapi.spaces.models import DigestConfiguration

CREATED_AT = datetime(2010, 1, 3, 4, 30, 43, tzinfo=UTC)
_BATCH = 1000
_MOST = 5_000_000


class Malformed(Exception):
    """The document does not describe accounts."""


class StoredPassword(msgspec.Struct):
    """A password as it is stored: HA1 and its algorithm; `CLRTXT` is hashed on the way in."""

    hash: str
    algorithm: str


class Entry(msgspec.Struct):
    """One object of the document."""

    type: str
    id: int | str
    username: str
    domain: str
    phone: str | None = None
    activated: bool = True
    passwords: list[StoredPassword] | None = None
    iteration: int | None = None
    idStart: int | None = None  # noqa: N815 the file's own spelling
    usernameStart: int | None = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class Report:
    """What was created."""

    accounts: int
    passwords: int
    spaces: int


def seed(content: bytes) -> Report:
    """Create the accounts of a JSON document; those that have one of its ids are deleted first.

    One transaction: a conflict leaves everything as it was. Missing Spaces are created, existing ones stay
    as they are.

    Raises:
        Malformed: no JSON, nothing in it, or objects of another shape.
    """
    entries = _entries(content)
    planned = [account for entry in entries for account in _accounts(entry)]
    ids = [account.pk for account, _ in planned]
    if len(set(ids)) != len(ids):
        raise Malformed("an id occurs twice")
    try:
        with transaction.atomic():
            for start in range(0, len(ids), _BATCH):
                Account.objects.filter(pk__in=ids[start : start + _BATCH]).delete()
            created = sum(_ensure_space(domain) for domain in sorted({entry.domain for entry in entries}))
            Account.objects.bulk_create([account for account, _ in planned], batch_size=_BATCH)
            configurations = {row.domain: row.digest for row in spaces.complete() if row.digest is not None}
            passwords = [
                _password(account, stored, configurations[account.domain])
                for account, stored_passwords in planned
                for stored in stored_passwords
            ]
            Password.objects.bulk_create(passwords, batch_size=_BATCH)
    except IntegrityError:
        raise Malformed("an account of it exists already under another id") from None
    return Report(len(planned), len(passwords), created)


def _entries(content: bytes) -> list[Entry]:
    try:
        document: Any = msgspec.json.decode(content)
        if not document or not isinstance(document, list):
            raise Malformed("no list of accounts")
        wanted = [item for item in document if isinstance(item, dict) and item.get("type") in ("account", "range")]
        return msgspec.convert(wanted, list[Entry])
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from None


def _accounts(entry: Entry) -> Iterator[tuple[Account, list[StoredPassword]]]:
    if entry.type == "account":
        yield _account(entry, str(entry.id), entry.username), entry.passwords or []
        return
    if entry.iteration is None or entry.idStart is None or entry.usernameStart is None:
        raise Malformed("a range needs iteration, idStart and usernameStart")
    if not 0 <= entry.iteration <= _MOST:
        raise Malformed("iteration is out of bounds")
    for number in range(entry.iteration):
        account_id = str(entry.id).replace("%id%", str(entry.idStart + number))
        username = entry.username.replace("%usernamePostfix%", str(entry.usernameStart + number))
        yield _account(entry, account_id, username), entry.passwords or []


def _account(entry: Entry, account_id: str, username: str) -> Account:
    if not account_id.isdigit() or int(account_id) >= 2**31:
        raise Malformed(f"{account_id} is no account id")
    if not 0 < len(username) <= 64 or (entry.phone and len(entry.phone) > 64):
        raise Malformed("a username or phone is too long")
    return Account(
        id=int(account_id),
        username=username,
        domain=entry.domain,
        phone=entry.phone,
        email=f"{quote(username, safe='')}@{entry.domain}"[:64],
        activated=entry.activated,
        ip_address="",
        user_agent="FlexiAPI Seeder",
        created_at=CREATED_AT,
        updated_at=CREATED_AT,
    )


def _ensure_space(domain: str) -> bool:
    """Create the Space of a domain, or the digest configuration that it lacks; true for a new Space."""
    if not rules.DOMAIN.match(domain) or len(domain) > 64:
        raise Malformed(f"{domain} is no domain")
    space = spaces.complete().filter(domain=domain).first()
    if space is None:
        space_services.create_space(domain=domain, host=domain, name=domain)
        return True
    if space.digest is None:
        space_services.configure_digest(space, realm=domain, algorithm=space_services.DEFAULT_ALGORITHM)
    return False


def _password(account: Account, stored: StoredPassword, configuration: DigestConfiguration) -> Password:
    if stored.algorithm == "CLRTXT":
        algorithm = configuration.default_password_algorithm
        ha1 = digest.ha1(algorithm, account.username, configuration.realm, stored.hash)
        return Password(account_id=account.pk, password=ha1, algorithm=algorithm)
    if stored.algorithm not in digest.ALGORITHMS or len(stored.hash) > 255:
        raise Malformed(f"the algorithm {stored.algorithm[:20]} is not known")
    return Password(account_id=account.pk, password=stored.hash.lower(), algorithm=stored.algorithm)
