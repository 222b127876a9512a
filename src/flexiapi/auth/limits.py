"""Limits on guessing credentials and on making tokens: failures are counted, by address and by account.

Windows are fixed (they begin at multiples of their length). A lock-out refuses the right secret exactly as a wrong
one. What was counted is shared by all processes; each learns within a second of lock-outs that others found.
"""

import hashlib
import ipaddress
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.http.errors import TooManyRequests, Unauthenticated
from flexiapi.spaces.models import Space

from . import limit_store
from .events import CredentialRefused, credential_refused
from .scope import Origin

SAME_SECONDS = 0.2
_REFRESHED_AFTER = timedelta(seconds=1)
_LONGEST_SUBJECT = 320


@dataclass(frozen=True, slots=True)
class Rule:
    """So many are allowed within so many seconds."""

    name: str
    allowed: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Kind:
    """The limits on the failures of one kind of credential; those without a rule are not counted."""

    name: str
    address: Rule
    account_at_address: Rule | None = None
    account: Rule | None = None


PASSWORDS = Kind(
    "password",
    address=Rule("password-from", 100, 600),
    account_at_address=Rule("password-both", 10, 600),
    account=Rule("password-of", 100, 3600),
)
"""The login form and Digest answers, which share their counts."""

SECOND_FACTORS = Kind(
    "second factor",
    address=Rule("factor-from", 50, 600),
    account_at_address=Rule("factor-both", 5, 600),
    account=Rule("factor-of", 20, 3600),
)
"""Codes and passkeys after the password, and whatever proves who is in front of the screen."""

KEYS = Kind("API key", address=Rule("key-from", 100, 600))
PROVISIONING_TOKENS = Kind("provisioning token", address=Rule("provisioning", 30, 60))
AUTH_TOKENS = Kind("auth token", address=Rule("auth-token", 30, 60))
BEARER_TOKENS = Kind("bearer token", address=Rule("bearer-from", 300, 600))
"""Forged, foreign and misdirected ones: those that have merely expired come from honest phones."""

CREATION_TOKENS = Kind("creation token", address=Rule("creation-token", 100, 600))
"""Those that create accounts, and those that are traded for them: apps may ask for the latter without other limits."""

LINKS = Kind("link", address=Rule("link", 60, 600))
"""Tokens of wizards, reset mails and recovery by phone."""

ACTIVATION_KEYS = Kind("activation key", address=Rule("activation", 30, 600))
CERTIFICATES = Kind("client certificate", address=Rule("certificate-from", 300, 600))
PROVIDER_LOGINS = Kind("OpenID Connect", address=Rule("provider-from", 100, 600))

REQUEST_TOKENS = Rule("new-request", 20, 600)
NEW_AUTH_TOKENS = Rule("new-auth", 60, 600)
REGISTRATIONS = Rule("register", 10, 3600)
RECOVERIES = Rule("recovery", 30, 3600)
PUSHED_TOKENS = Rule("pushed-token", 100, 3600)
"""Whole mobile networks share an address."""

PUSHES = Rule("push", 300, 3600)
PUSHES_OF_ACCOUNT = Rule("push-of", 60, 3600)
PUSHES_TO_DEVICE = Rule("push-to", 30, 3600)
"""What somebody who is no administrator may wake: Flexisip sends with an administrator's key."""


@dataclass(frozen=True, slots=True)
class _Counter:
    name: str
    allowed: int
    expires_at: datetime


_locked: dict[str, datetime] = {}
_refreshed_at: datetime | None = None
_lock = threading.Lock()


@contextmanager
def guarded(
    kind: Kind,
    origin: Origin,
    *,
    space: Space | None = None,
    account: str | None = None,
    failures: tuple[type[Exception], ...] = (Unauthenticated,),
    about: str | None = None,
) -> Iterator[None]:
    """A credential check: what it raises of `failures` is announced, and counted for the address and the account.

    `account` is what the client called it, whether there is one or not. Of refused input only what is `about` a
    certain field counts, if one is given.

    Raises:
        TooManyRequests: too many failures; the check is not made.
    """
    counters = _counters(kind, network(origin.ip), account) if instance.current().rate_limit_credentials else []
    _refuse_locked(counters)
    try:
        yield
    except failures as error:
        if about is not None and about not in getattr(error, "errors", {}):
            raise
        domain = space.domain if space is not None else None
        credential_refused.announce(CredentialRefused(kind.name, account, domain, origin))
        _add(counters)
        raise


def take(rule: Rule, origin: Origin, *, subject: str | None = None) -> None:
    """Count something that anybody may do, but not as often as they like.

    Counted is the address, or the `subject`: an account, a device.

    Raises:
        TooManyRequests: it was done too often.
    """
    if instance.current().rate_limit_credentials:
        counters = [_counter(rule, network(origin.ip) if subject is None else subject)]
        _refuse_locked(counters)
        _add(counters)


@contextmanager
def same_time() -> Iterator[None]:
    """Let what is done here take a fifth of a second, whatever comes of it.

    Work for an account that exists, such as a mail, must not be told from none by the clock. For rare requests
    only: the thread waits.
    """
    begin = time.perf_counter()
    try:
        yield
    finally:
        if instance.current().rate_limit_credentials:
            time.sleep(max(0.0, SAME_SECONDS - (time.perf_counter() - begin)))


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 one, which one customer has for himself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False).network_address)


def forget() -> None:
    """Forget what this process knows of lock-outs."""
    global _refreshed_at
    with _lock:
        _locked.clear()
        _refreshed_at = None


def name_of(rule: str, window: int, subject: str) -> str:
    """The name of a counter: whom it counts is hashed, no table of addresses and accounts arises."""
    key = instance.current().derived_key("limits")
    digest = hashlib.blake2b(subject[:_LONGEST_SUBJECT].encode("utf-8", "replace"), key=key, digest_size=16)
    return f"{rule}:{window}:{digest.hexdigest()}"


def _counters(kind: Kind, address: str, account: str | None) -> list[_Counter]:
    counters = [_counter(kind.address, address)]
    if account is not None and kind.account is not None and kind.account_at_address is not None:
        counters.append(_counter(kind.account_at_address, f"{account.lower()} {address}"))
        counters.append(_counter(kind.account, account.lower()))
    return counters


def _counter(rule: Rule, subject: str) -> _Counter:
    window = int(now().timestamp()) // rule.seconds
    end = datetime.fromtimestamp((window + 1) * rule.seconds, UTC)
    return _Counter(name_of(rule.name, window, subject), rule.allowed, end)


def _refuse_locked(counters: list[_Counter]) -> None:
    if not counters:
        return
    moment = now()
    _refresh(moment)
    ends = [_locked[counter.name] for counter in counters if counter.name in _locked]
    if ends:
        raise _refusal(max(ends), moment)


def _refresh(moment: datetime) -> None:
    """Learn what other processes locked, once a second at most; one thread asks, the others go on."""
    global _refreshed_at
    if _refreshed_at is not None and abs(moment - _refreshed_at) < _REFRESHED_AFTER:
        return
    with _lock:
        if _refreshed_at is not None and abs(moment - _refreshed_at) < _REFRESHED_AFTER:
            return
        _refreshed_at = moment
    found = limit_store.current().locked()
    with _lock:
        for name in [name for name, end in _locked.items() if end <= moment]:
            del _locked[name]
        _locked.update(found)


def _add(counters: list[_Counter]) -> None:
    store = limit_store.current()
    over: list[datetime] = []
    for counter in counters:
        total = store.add(counter.name, 1, expires_at=counter.expires_at)
        if total >= counter.allowed:
            store.lock(counter.name, expires_at=counter.expires_at)
            with _lock:
                _locked[counter.name] = counter.expires_at
        if total > counter.allowed:
            over.append(counter.expires_at)
    if over:
        raise _refusal(max(over), now()) from None


def _refusal(end: datetime, moment: datetime) -> TooManyRequests:
    seconds = max(1, -int((moment - end).total_seconds() // 1))
    return TooManyRequests(lines=[("Retry-After", str(seconds))])
