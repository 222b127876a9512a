"""HTTP Digest (RFC 7616, RFC 8760) with a mandatory `From` header, as the Linphone SDK speaks it.

Nonces authenticate themselves: a time and a MAC over the account, the client's address and the opaque. No
row exists for a challenge that nobody answers; the counter of a used nonce is stored until its lifetime is over.
"""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote
from urllib.request import parse_http_list

from django.db import IntegrityError, transaction

from flexiapi.config import instance
from flexiapi.db.statements import Statement
from flexiapi.http import rules
from flexiapi.http.dates import now
from flexiapi.http.errors import ApiError, Invalid, NotFound, Unauthenticated
from flexiapi.http.messages import sentence

LIFETIME_SECONDS = 3600
ALGORITHMS = {"MD5": "md5", "SHA-256": "sha256"}
_COUNT = re.compile(r"[0-9A-Fa-f]{1,8}")
_MAC_BYTES = 26  # with 6 bytes of time: 32 bytes, 64 hex digits


class WrongAnswer(Unauthenticated):
    """The answer to a challenge was made with another password."""


class DigestAccount(NamedTuple):
    """An account with what Digest needs of it; `passwords` are (algorithm, HA1) in row order."""

    account_id: int
    username: str
    domain: str
    admin: bool
    blocked: bool
    super_space: bool
    realm: str | None
    passwords: tuple[tuple[str, str], ...]


_ACCOUNT = Statement(
    """SELECT a.id, a.username, a.domain, a.admin, a.blocked, s.super, d.realm, p.algorithm, p.password
         FROM accounts a JOIN spaces s ON s.domain = a.domain
         LEFT JOIN space_digest_authentication_configurations d ON d.space_id = s.id
         LEFT JOIN passwords p ON p.account_id = a.id
        WHERE a.username = %(username)s AND a.domain = %(domain)s ORDER BY p.id"""
)
_FIRST_USE = Statement(
    """INSERT INTO opaques (account_id, opaque, nonce, nc, ip, created_at, updated_at)
       VALUES (%(account)s, %(opaque)s, %(nonce)s, %(nc)s, %(ip)s, %(now)s, %(now)s)"""
)
_LATER_USE = Statement(
    """UPDATE opaques SET nc = %(nc)s, updated_at = %(now)s
        WHERE account_id = %(account)s AND opaque = %(opaque)s AND nonce = %(nonce)s AND nc < %(nc)s"""
)


@dataclass(frozen=True, slots=True)
class Verified:
    """The outcome of a good answer: the account, and the challenge lines that its reply repeats."""

    account: DigestAccount
    lines: list[tuple[str, str]]


def account_of(from_header: str | None) -> DigestAccount:
    """The account that a `From` header names, over all Spaces.

    Raises:
        Unauthenticated: no header, or no SIP URI with a user (401, no challenge).
        NotFound: no such account.
    """
    if not from_header:
        raise Unauthenticated("From header is required or invalid token")
    uri = unquote(from_header.partition(";")[0]).strip()
    found = rules.SIP_URI.match(uri) if rules.is_sip_uri(uri) else None
    if found is None or not found["user"]:
        raise Unauthenticated("Invalid SIP address")
    if found["password"] is not None:
        raise NotFound
    rows = _ACCOUNT.rows(username=unquote(found["user"]).lower(), domain=found["host"].lower())
    if not rows:
        raise NotFound
    first = rows[0]
    passwords = tuple((row[7], row[8]) for row in rows if row[7] in ALGORITHMS)
    return DigestAccount(
        account_id=first[0],
        username=first[1],
        domain=first[2],
        admin=bool(first[3]),
        blocked=bool(first[4]),
        super_space=bool(first[5]),
        realm=first[6],
        passwords=passwords,
    )


def challenge(account: DigestAccount, address: str, *, stale: bool = False) -> list[tuple[str, str]]:
    """One fresh `WWW-Authenticate` line per password of the account, in row order.

    Empty when the account's Space has no digest configuration.
    """
    opaque = secrets.token_hex(32)
    return _lines(account, opaque, _nonce(account, address, opaque, int(time.time())), stale=stale)


def verify(
    account: DigestAccount, authorization: str | None, *, method: str, path: str, query: str, address: str
) -> Verified:
    """Check an `Authorization: Digest …` header.

    `path` is the path as it was sent, undecoded. `uri` may name it with or without the query.

    Raises:
        Unauthenticated: with a new challenge (401).
        Invalid: parameters that do not fit the request (422).
    """

    def refuse(text: str, *, stale: bool = False) -> ApiError:
        return Unauthenticated(text, lines=challenge(account, address, stale=stale))

    sent = _parameters(authorization or "")
    if any(not sent.get(name) for name in ("nonce", "uri", "nc", "opaque", "response")):
        raise refuse("Unauthenticated request")
    if account.realm is None:
        raise refuse("Unauthenticated request")
    age = _age(account, address, sent)
    if age is None:
        raise refuse("Invalid opaque")
    count = _count(sent["nc"])
    if count is None:
        raise refuse("Unauthenticated request")
    if age > LIFETIME_SECONDS:
        raise refuse("Nonce replayed", stale=True)
    algorithm = sent.get("algorithm", "MD5")
    _refuse_misfits(account, sent, algorithm, path, query)
    ha1 = next((ha1 for name, ha1 in account.passwords if name == algorithm), None)
    if ha1 is None:
        raise refuse("Wrong algorithm")
    if not hmac.compare_digest(
        _response(algorithm, ha1, sent, method), sent["response"].lower().encode("utf-8", "replace")
    ):
        raise WrongAnswer("Unauthorized", lines=challenge(account, address))
    if not _take(account, sent, count, address):
        raise refuse("Nonce replayed", stale=True)
    return Verified(account, _lines(account, sent["opaque"], sent["nonce"]))


def ha1(algorithm: str, username: str, realm: str, password: str) -> str:
    """Lower-case hex of H(username:realm:password) over UTF-8 bytes."""
    text = f"{username}:{realm}:{password}".encode("utf-8", "surrogateescape")
    return hashlib.new(ALGORITHMS[algorithm], text, usedforsecurity=False).hexdigest()


def _response(algorithm: str, ha1: str, sent: dict[str, str], method: str) -> bytes:
    def digest(text: str) -> str:
        name = ALGORITHMS[algorithm]
        return hashlib.new(name, text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()

    second = digest(f"{method}:{sent['uri']}")
    return digest(f"{ha1}:{sent['nonce']}:{sent['nc']}:{sent['cnonce']}:{sent['qop']}:{second}").encode()


def _lines(account: DigestAccount, opaque: str, nonce: str, *, stale: bool = False) -> list[tuple[str, str]]:
    if account.realm is None:
        return []
    suffix = ",stale=true" if stale else ""
    realm = account.realm.replace("\\", "\\\\").replace('"', '\\"')
    return [
        (
            "WWW-Authenticate",
            f'Digest realm="{realm}",qop="auth",algorithm={algorithm},nonce="{nonce}",opaque="{opaque}"{suffix}',
        )
        for algorithm, _ in account.passwords
    ]


def _nonce(account: DigestAccount, address: str, opaque: str, moment: int) -> str:
    stamp = moment.to_bytes(6, "big")
    text = f"{account.account_id}|{address}|{opaque}".encode()
    mac = hmac.digest(instance.current().derived_key("digest"), stamp + text, "sha256")[:_MAC_BYTES]
    return (stamp + mac).hex()


def _age(account: DigestAccount, address: str, sent: dict[str, str]) -> float | None:
    """Seconds since the nonce was made for this account, address and opaque; None when it was not."""
    try:
        moment = int.from_bytes(bytes.fromhex(sent["nonce"][:12]), "big")
    except ValueError:
        return None
    expected = _nonce(account, address, sent["opaque"], moment)
    if not hmac.compare_digest(expected.encode(), sent["nonce"].encode("utf-8", "replace")):
        return None
    return time.time() - moment


def _count(text: str) -> int | None:
    count = int(text, 16) if _COUNT.fullmatch(text) else 0
    return count if 0 < count < 2**31 else None


def _take(account: DigestAccount, sent: dict[str, str], count: int, address: str) -> bool:
    """Take a counter value of a nonce: true for exactly one of all requests that present it."""
    values = {
        "account": account.account_id,
        "opaque": sent["opaque"],
        "nonce": sent["nonce"],
        "nc": count,
        "ip": address,
        "now": now(),
    }
    if count > 1 and _LATER_USE.execute(**values):
        return True
    try:
        with transaction.atomic():
            _FIRST_USE.execute(**values)
    except IntegrityError:
        return bool(_LATER_USE.execute(**values))
    return True


def _refuse_misfits(account: DigestAccount, sent: dict[str, str], algorithm: str, path: str, query: str) -> None:
    """Raise the 422 of parameters that do not fit the request."""
    found: dict[str, Sequence[str]] = {}
    plain = path.rstrip("/") or "/"
    if sent["uri"] not in (path, plain) and sent["uri"] not in (f"{path}?{query}", f"{plain}?{query}"):
        found["uri"] = [sentence("in", "uri")]
    for name, good in (("qop", "auth"), ("realm", account.realm), ("username", account.username)):
        if name not in sent:
            found[name] = [sentence("required", name)]
        elif sent[name] != good:
            found[name] = [sentence("in", name)]
    if not sent.get("cnonce"):
        found["cnonce"] = [sentence("required", "cnonce")]
    if algorithm not in ALGORITHMS:
        found["algorithm"] = [sentence("in", "algorithm")]
    if found:
        raise Invalid(found)


def _parameters(header: str) -> dict[str, str]:
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "digest" or len(header) > 4096:
        return {}
    found: dict[str, str] = {}
    for part in parse_http_list(rest):
        name, equals, value = part.partition("=")
        value = value.strip()
        if equals and len(value) >= 2 and value[0] == value[-1] == '"':
            value = value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
        if equals:
            found.setdefault(name.strip().lower(), value)
    return found
