"""What a Python server cannot beat: a WSGI function per route with the same SQL and no framework.

Run by gunicorn like the product, on the same database. The answers are those of the product, built from the
same rows; nothing is checked, routed or configurable here.
"""

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.request import parse_http_list

import msgspec

ENGINE = os.environ["BENCH_ENGINE"]
DATABASE = os.environ["BENCH_DATABASE"]

_local = threading.local()
_encode = msgspec.json.Encoder().encode
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

GATE = """SELECT s.id, s.updated_at, d.updated_at, o.updated_at, k.id, k.account_id, k.ip, k.last_used_at,
       k.expires_after_last_used_minutes, a.username, a.domain, a.admin, a.blocked, own.super
  FROM spaces s
  LEFT JOIN space_digest_authentication_configurations d ON d.space_id = s.id
  LEFT JOIN space_oidc_authentication_configurations o ON o.space_id = s.id
  LEFT JOIN api_keys k ON k.{q}key{q} = ? LEFT JOIN accounts a ON a.id = k.account_id
  LEFT JOIN spaces own ON own.domain = a.domain WHERE s.host = ? LIMIT 1"""
HOST = """SELECT s.id, s.updated_at, d.updated_at, o.updated_at FROM spaces s
  LEFT JOIN space_digest_authentication_configurations d ON d.space_id = s.id
  LEFT JOIN space_oidc_authentication_configurations o ON o.space_id = s.id WHERE s.host = ? LIMIT 1"""
ACCOUNT = """SELECT a.id, a.username, a.domain, a.email, a.activated, a.ip_address, a.user_agent, a.created_at,
       a.display_name, a.dtmf_protocol, a.updated_at, a.blocked, a.admin, a.phone, t.token, t.created_at,
       EXISTS(SELECT 1 FROM account_dictionary_entries x WHERE x.account_id = a.id),
       EXISTS(SELECT 1 FROM account_account_type x WHERE x.account_id = a.id),
       EXISTS(SELECT 1 FROM account_actions x WHERE x.account_id = a.id),
       EXISTS(SELECT 1 FROM email_change_codes x WHERE x.account_id = a.id AND x.code IS NOT NULL),
       EXISTS(SELECT 1 FROM phone_change_codes x WHERE x.account_id = a.id AND x.code IS NOT NULL),
       EXISTS(SELECT 1 FROM account_carddav_credentials x WHERE x.account_id = a.id),
       EXISTS(SELECT 1 FROM call_forwardings x WHERE x.account_id = a.id),
       p.algorithm
  FROM accounts a
  LEFT JOIN provisioning_tokens t ON t.used = FALSE
       AND t.id = (SELECT MAX(l.id) FROM provisioning_tokens l WHERE l.account_id = a.id)
  LEFT JOIN passwords p ON p.account_id = a.id"""
BY_ID = f"{ACCOUNT} WHERE a.id = ? ORDER BY p.id"
BY_ADDRESS = f"{ACCOUNT} WHERE a.username = ? AND a.domain = ? ORDER BY p.id"
DIGEST = """SELECT a.id, a.username, a.domain, a.admin, a.blocked, s.super, d.realm, p.algorithm, p.password
  FROM accounts a JOIN spaces s ON s.domain = a.domain
  LEFT JOIN space_digest_authentication_configurations d ON d.space_id = s.id
  LEFT JOIN passwords p ON p.account_id = a.id WHERE a.username = ? AND a.domain = ? ORDER BY p.id"""
COUNTER = "UPDATE opaques SET nc = ?, updated_at = ? WHERE account_id = ? AND opaque = ? AND nonce = ? AND nc < ?"
FIRST = "INSERT INTO opaques (account_id, opaque, nonce, nc, ip, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
SERVERS = """SELECT id, uri, enabled, min_characters, results_limit, timeout, delay, fields_for_user_input,
       fields_for_domain, use_exact_match_policy FROM space_carddav_servers WHERE space_id = ? ORDER BY id"""
FACTS = """SELECT a.id, a.username, a.domain, a.display_name, a.email, a.phone, a.blocked, p.algorithm, p.password
  FROM accounts a LEFT JOIN passwords p ON p.account_id = a.id WHERE a.id = ? ORDER BY p.algorithm"""


def connection() -> Any:
    """The thread's own connection."""
    known = getattr(_local, "connection", None)
    if known is None:
        if ENGINE == "sqlite":
            known = sqlite3.connect(DATABASE, isolation_level=None, timeout=20)
            known.execute("PRAGMA journal_mode=WAL")
            known.execute("PRAGMA synchronous=NORMAL")
        elif ENGINE == "mysql":
            import MySQLdb  # noqa: PLC0415 only where the driver is installed

            known = MySQLdb.connect(host="127.0.0.1", user="root", passwd="", db=DATABASE, charset="utf8mb4")
            known.autocommit(True)
        else:
            import psycopg  # noqa: PLC0415

            known = psycopg.connect(host="127.0.0.1", user="postgres", dbname=DATABASE, autocommit=True)
        _local.connection = known
    return known


_QUOTE = {"mysql": "`"}.get(ENGINE, '"')


def run(sql: str, *values: Any) -> Any:
    """A cursor after one statement."""
    text = sql.replace("{q}", _QUOTE)
    cursor = connection().cursor()
    cursor.execute(text if ENGINE == "sqlite" else text.replace("?", "%s"), values)
    return cursor


def stamp(moment: Any) -> str | None:
    """A moment as the wire has it."""
    if moment is None:
        return None
    if isinstance(moment, str):
        return moment.replace(" ", "T")[:26].ljust(26, "0") + "Z"
    return str(moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))


def account(rows: list[tuple[Any, ...]], *, forwardings: bool = False) -> dict[str, Any]:
    """The Account object."""
    row = rows[0]
    document = {
        "id": row[0],
        "username": row[1],
        "domain": row[2],
        "email": row[3],
        "activated": bool(row[4]),
        "ip_address": row[5],
        "user_agent": row[6],
        "created_at": stamp(row[7]),
        "display_name": row[8],
        "dtmf_protocol": row[9],
        "updated_at": stamp(row[10]),
        "blocked": bool(row[11]),
        "admin": bool(row[12]),
        "phone": row[13],
        "provisioning_token": row[14],
        "provisioning_token_expire_at": None,
        "dictionary": {},
        "sip_uri": f"sip:{row[1]}@{row[2]}",
        "passwords": [{"algorithm": item[23]} for item in rows if item[23]],
        "email_change_code": None,
        "types": [],
        "actions": [],
        "carddav_servers": [],
    }
    return {**document, "call_forwardings": []} if forwardings else document


def gate(environ: dict[str, Any]) -> tuple[Any, ...]:
    """The gate's row for a key."""
    hashed = hashlib.sha256(environ["HTTP_X_API_KEY"].encode()).hexdigest()
    return tuple(run(GATE, hashed, environ["HTTP_HOST"]).fetchone())


def me(environ: dict[str, Any]) -> bytes:
    """H1."""
    return _encode(account(list(run(BY_ID, gate(environ)[5]).fetchall())))


def resolve(environ: dict[str, Any]) -> bytes:
    """H3."""
    gate(environ)
    username, _, domain = environ["PATH_INFO"].rpartition("/")[2].partition("@")
    found = account(list(run(BY_ADDRESS, username, domain).fetchall()), forwardings=True)
    return _encode({"type": "account", "payload": found})


def search(environ: dict[str, Any]) -> bytes:
    """H3, the other one."""
    gate(environ)
    username, _, domain = environ["PATH_INFO"].split("/")[3].partition("@")
    return _encode(account(list(run(BY_ADDRESS, username, domain).fetchall()), forwardings=True))


CALL = """INSERT INTO statistics_calls (id, sip_call_id, from_username, from_domain, to_username, to_domain,
       initiated_at, ended_at, conference_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
KNOWN = """SELECT d.id, d.rang_at, d.invite_terminated_at, d.invite_terminated_state, d.created_at
  FROM statistics_calls c LEFT JOIN statistics_call_devices d ON d.call_id = c.id AND d.device_id = ? WHERE c.id = ?"""
DEVICE = """INSERT INTO statistics_call_devices (call_id, device_id, rang_at, invite_terminated_at,
       invite_terminated_state, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)"""
MESSAGE = """INSERT INTO statistics_messages (id, from_username, from_domain, sent_at, encrypted, conference_id,
       created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""


def moment(text: str | None) -> str | None:
    """A moment of the wire as the database takes it."""
    return text.replace("T", " ").rstrip("Z") if text else None


def body_of(environ: dict[str, Any]) -> dict[str, Any]:
    """The JSON body."""
    found: dict[str, Any] = msgspec.json.decode(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    return found


def call(environ: dict[str, Any]) -> bytes:
    """H4: a new call."""
    gate(environ)
    sent = body_of(environ)
    caller, callee = sent["from"].split("@"), sent["to"].split("@")
    now = "2026-01-01 00:00:00"
    times = (moment(sent["initiated_at"]), moment(sent["ended_at"]), sent["conference_id"], now, now)
    run(CALL, sent["id"], sent["sip_call_id"], *caller, *callee, *times)
    return b"1"


def device(environ: dict[str, Any]) -> bytes:
    """H4: what a device did with a call."""
    gate(environ)
    parts = environ["PATH_INFO"].split("/")
    sent, now = body_of(environ), "2026-01-01 00:00:00"
    run(KNOWN, parts[6], parts[4]).fetchone()
    rang_at = moment(sent.get("rang_at"))
    values = (parts[4], parts[6], rang_at, None, None, now, now)
    if ENGINE == "pgsql":
        new_id = run(f"{DEVICE} RETURNING id", *values).fetchone()[0]
    else:
        new_id = run(DEVICE, *values).lastrowid
    document = {"id": new_id, "call_id": parts[4], "device_id": parts[6], "rang_at": stamp(rang_at)}
    ended = {"invite_terminated_at": None, "invite_terminated_state": None}
    return _encode({**document, **ended, "created_at": stamp(now), "updated_at": stamp(now)})


def message(environ: dict[str, Any]) -> bytes:
    """H4: a new message."""
    gate(environ)
    sent, now = body_of(environ), "2026-01-01 00:00:00"
    rest = (moment(sent["sent_at"]), sent["encrypted"], sent["conference_id"], now, now)
    run(MESSAGE, sent["id"], *sent["from"].split("@"), *rest)
    return b"1"


_MISC = '<section name="misc"><entry name="contacts-vcard-list">http://{host}/contacts/vcard</entry></section>'
_UI = "".join(
    f'<entry name="{name}">0</entry>'
    for name in (
        "super",
        "disable_chat_feature",
        "disable_meetings_feature",
        "disable_broadcast_feature",
        "hide_settings",
        "hide_account_settings",
        "disable_call_recordings_feature",
        "only_display_sip_uri_username",
        "assistant_hide_create_account",
        "assistant_disable_qr_code",
        "assistant_hide_third_party_account",
        "max_account",
    )
)
_OPEN = '<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd">'


def anonymous(environ: dict[str, Any]) -> bytes:
    """H5."""
    host = environ["HTTP_HOST"]
    space = run(HOST, host).fetchone()
    run(SERVERS, space[0]).fetchall()
    return f"{_OPEN}{_MISC.format(host=host)}</config>".encode()


def mine(environ: dict[str, Any]) -> bytes:
    """H2: the answer to a Digest challenge."""
    host = environ["HTTP_HOST"]
    space = run(HOST, host).fetchone()
    username, _, domain = environ["HTTP_FROM"][4:].partition("@")
    rows = run(DIGEST, username, domain).fetchall()
    sent = {}
    for part in parse_http_list(environ["HTTP_AUTHORIZATION"].partition(" ")[2]):
        name, _, value = part.strip().partition("=")
        sent[name] = value.strip('"')
    second = hashlib.sha256(f"GET:{sent['uri']}".encode()).hexdigest()
    text = f"{rows[0][8]}:{sent['nonce']}:{sent['nc']}:{sent['cnonce']}:{sent['qop']}:{second}"
    assert hashlib.sha256(text.encode()).hexdigest() == sent["response"]
    count = int(sent["nc"], 16)
    moment = "2026-01-01 00:00:00"
    values = (count, moment, rows[0][0], sent["opaque"], sent["nonce"], count)
    if count == 1 or run(COUNTER, *values).rowcount != 1:
        run(FIRST, rows[0][0], sent["opaque"], sent["nonce"], count, "127.0.0.1", moment, moment)
    run(SERVERS, space[0]).fetchall()
    facts = run(FACTS, rows[0][0]).fetchall()
    passwords = "".join(
        f'<section name="auth_info_{number}"><entry name="username">{row[1]}</entry>'
        f'<entry name="domain">{row[2]}</entry>'
        f'<entry name="ha1">{row[8]}</entry><entry name="realm">{rows[0][6]}</entry>'
        f'<entry name="algorithm">{row[7]}</entry></section>'
        for number, row in enumerate(facts)
    )
    proxy = f'<section name="proxy_0"><entry name="reg_identity">&lt;sip:{username}@{domain}&gt;</entry></section>'
    return f'{_OPEN}{_MISC.format(host=host)}<section name="ui">{_UI}</section>{proxy}{passwords}</config>'.encode()


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """The WSGI application."""
    path = environ["PATH_INFO"]
    if path == "/api/accounts/me":
        body, kind = me(environ), "application/json"
    elif path.startswith("/api/resolve/"):
        body, kind = resolve(environ), "application/json"
    elif path.endswith("/search"):
        body, kind = search(environ), "application/json"
    elif path == "/api/statistics/calls":
        body, kind = call(environ), "text/plain; charset=utf-8"
    elif path == "/api/statistics/messages":
        body, kind = message(environ), "text/plain; charset=utf-8"
    elif path.startswith("/api/statistics/calls/"):
        body, kind = device(environ), "application/json"
    elif path == "/up":
        body, kind = b"", "text/plain; charset=utf-8"
    elif path == "/provisioning/me":
        body, kind = mine(environ), "application/xml"
    else:
        body, kind = anonymous(environ), "application/xml"
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
