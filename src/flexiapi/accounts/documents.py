"""The Account object of the wire (`docs/wire/accounts.md`), read by compiled statements.

An account with its usual satellites (passwords, provisioning token) is one statement; the rare ones
(dictionary, types, actions, codes, CardDAV, call forwardings) are asked for only where the first says that
they exist.
"""

from collections import defaultdict
from collections.abc import Sequence
from enum import Enum
from typing import Any

from flexiapi.auth.scope import Scope
from flexiapi.config import instance
from flexiapi.db.statements import Statement
from flexiapi.http import dates, rules
from flexiapi.http.errors import NotFound

from .addresses import without_scheme

Document = dict[str, Any]


class Variant(Enum):
    """Which keys a reply carries: (passwords, phone code, the codes themselves, call forwardings)."""

    FULL = (True, False, False, False)
    LISTED = (False, True, False, False)
    SHOWN = (False, True, True, False)
    FOUND = (True, False, False, True)
    PHONE_CHANGED = (True, True, False, False)


_SELECT = """
       SELECT a.id, a.username, a.domain, a.email, a.activated, a.ip_address, a.user_agent, a.created_at,
              a.display_name, a.dtmf_protocol, a.updated_at, a.blocked, a.admin, a.phone,
              t.token, t.created_at,
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
_BY_ID = Statement(f"{_SELECT} WHERE a.id IN %(ids)s ORDER BY p.id")
_BY_ADDRESS = Statement(f"{_SELECT} WHERE a.username = %(username)s AND a.domain = %(domain)s ORDER BY p.id")
_DICTIONARY = Statement(
    "SELECT account_id, {key}, value FROM account_dictionary_entries WHERE account_id IN %(ids)s ORDER BY id"
)
_TYPES = Statement(
    """SELECT m.account_id, t.id, t.{key} FROM account_account_type m JOIN account_types t ON t.id = m.account_type_id
        WHERE m.account_id IN %(ids)s ORDER BY t.id"""
)
_ACTIONS = Statement("SELECT account_id, id, {key}, code FROM account_actions WHERE account_id IN %(ids)s ORDER BY id")
_EMAIL_CODES = Statement(
    """SELECT account_id, email, created_at, updated_at, ip, user_agent, code FROM email_change_codes
        WHERE account_id IN %(ids)s AND code IS NOT NULL ORDER BY id"""
)
_PHONE_CODES = Statement(
    """SELECT account_id, phone, created_at, updated_at, ip, user_agent, code FROM phone_change_codes
        WHERE account_id IN %(ids)s AND code IS NOT NULL ORDER BY id"""
)
_CARDDAV = Statement(
    """SELECT c.account_id, s.id, s.enabled, s.uri, s.min_characters, s.results_limit, s.timeout, s.delay,
              s.fields_for_user_input, s.fields_for_domain, s.use_exact_match_policy, s.created_at, s.updated_at,
              c.username, c.realm, c.algorithm, c.password
         FROM account_carddav_credentials c JOIN space_carddav_servers s ON s.id = c.space_carddav_server_id
        WHERE c.account_id IN %(ids)s ORDER BY s.id"""
)
_FORWARDINGS = Statement(
    """SELECT f.account_id, f.id, f.type, f.forward_to, f.sip_uri, f.enabled, f.contact_id, f.created_at,
              f.updated_at, c.username, c.domain
         FROM call_forwardings f LEFT JOIN accounts c ON c.id = f.contact_id
        WHERE f.account_id IN %(ids)s ORDER BY f.id DESC"""
)


def one(account_id: int, variant: Variant = Variant.FULL, *, with_token: bool = False) -> Document | None:
    """The document of one account, or None when it is gone.

    `with_token` shows its provisioning token: only to the account itself and to its administrators.
    """
    found = many((account_id,), variant, with_token=with_token)
    return found[0] if found else None


def many(ids: Sequence[int], variant: Variant = Variant.FULL, *, with_token: bool = False) -> list[Document]:
    """The documents of some accounts, in the order of `ids`."""
    if not ids:
        return []
    found = _documents(_BY_ID.rows(ids=tuple(ids)), variant, with_token=with_token)
    return [found[account_id] for account_id in ids if account_id in found]


def by_address(scope: Scope, address: str) -> Document:
    """The document of the account with a SIP address (`user@domain`, a scheme is taken off), for a proxy.

    Raises:
        NotFound: no such account within reach.
    """
    username, at, domain = without_scheme(address).lower().rpartition("@")
    if at and username and scope.reaches(domain):
        found = _documents(_BY_ADDRESS.rows(username=username, domain=domain), Variant.FOUND, with_token=False)
        for document in found.values():
            return for_proxy(document)
    raise NotFound("SIP address not found")


def _documents(rows: Sequence[Sequence[Any]], variant: Variant, *, with_token: bool) -> dict[int, Document]:
    found: dict[int, Document] = {}
    rare: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        document = found.get(row[0])
        if document is None:
            document = found[row[0]] = _document(row, variant, with_token=with_token)
            for name, exists in zip(_RARE, row[16:23], strict=True):
                if exists:
                    rare[name].add(row[0])
        if row[23] is not None and "passwords" in document:
            document["passwords"].append({"algorithm": row[23]})
    if rare:
        _add_rare(found, rare, variant)
    return found


_RARE = (
    "dictionary",
    "types",
    "actions",
    "email_change_code",
    "phone_change_code",
    "carddav_servers",
    "call_forwardings",
)


def _document(row: Sequence[Any], variant: Variant, *, with_token: bool) -> Document:
    passwords, phone_code, _, forwardings = variant.value
    token_made = row[15] if with_token else None
    expiry = dates.expiry(token_made, instance.current().app_provisioning_token_expiration_minutes)
    document = {
        "id": row[0],
        "username": row[1],
        "domain": row[2],
        "email": row[3],
        "activated": bool(row[4]),
        "ip_address": row[5],
        "user_agent": row[6],
        "created_at": dates.wire(row[7]),
        "display_name": row[8],
        "dtmf_protocol": row[9],
        "updated_at": dates.wire(row[10]),
        "blocked": bool(row[11]),
        "admin": bool(row[12]),
        "phone": row[13],
        "provisioning_token": row[14] if with_token else None,
        "provisioning_token_expire_at": dates.wire(expiry),
        "dictionary": {},
        "sip_uri": f"sip:{row[1]}@{row[2]}",
    }
    if passwords:
        document["passwords"] = []
    document.update(email_change_code=None, types=[], actions=[], carddav_servers=[])
    if phone_code:
        document["phone_change_code"] = None
    if forwardings:
        document["call_forwardings"] = []
    return document


def _add_rare(found: dict[int, Document], rare: dict[str, set[int]], variant: Variant) -> None:
    if ids := rare.get("dictionary"):
        for account_id, key, value in _DICTIONARY.rows(ids=tuple(ids)):
            found[account_id]["dictionary"][key] = value
    if ids := rare.get("types"):
        for account_id, type_id, key in _TYPES.rows(ids=tuple(ids)):
            found[account_id]["types"].append({"id": type_id, "key": key})
    if ids := {known for known in rare.get("actions", ()) if found[known]["dtmf_protocol"]}:
        for account_id, action_id, key, code in _ACTIONS.rows(ids=tuple(ids)):
            found[account_id]["actions"].append({"id": action_id, "key": key, "code": code})
    show_code = variant.value[2]
    if ids := rare.get("email_change_code"):
        for row in _EMAIL_CODES.rows(ids=tuple(ids)):
            found[row[0]]["email_change_code"] = _code("email", row, show=show_code)
    if variant.value[1] and (ids := rare.get("phone_change_code")):
        for row in _PHONE_CODES.rows(ids=tuple(ids)):
            found[row[0]]["phone_change_code"] = _code("phone", row, show=show_code)
    if ids := rare.get("carddav_servers"):
        for row in _CARDDAV.rows(ids=tuple(ids)):
            found[row[0]]["carddav_servers"].append(_carddav(row))
    if variant.value[3] and (ids := rare.get("call_forwardings")):
        for row in _FORWARDINGS.rows(ids=tuple(ids)):
            found[row[0]]["call_forwardings"].append(_forwarding(row))


def _code(target: str, row: Sequence[Any], *, show: bool) -> Document:
    code = {
        target: row[1],
        "created_at": dates.wire(row[2]),
        "updated_at": dates.wire(row[3]),
        "ip": row[4],
        "user_agent": row[5],
    }
    return {**code, "code": row[6]} if show else code


def _carddav(row: Sequence[Any]) -> Document:
    return {
        "id": row[1],
        "enabled": bool(row[2]),
        "uri": row[3],
        "min_characters": row[4],
        "results_limit": row[5],
        "timeout": row[6],
        "delay": row[7],
        "fields_for_user_input": row[8],
        "fields_for_domain": row[9],
        "use_exact_match_policy": bool(row[10]),
        "created_at": dates.wire(row[11]),
        "updated_at": dates.wire(row[12]),
        "pivot": {
            "account_id": row[0],
            "space_carddav_server_id": row[1],
            "username": row[13],
            "realm": row[14],
            "algorithm": row[15],
            "password": row[16],
        },
    }


def _forwarding(row: Sequence[Any]) -> Document:
    return {
        "id": row[1],
        "type": row[2],
        "forward_to": row[3],
        "sip_uri": row[4],
        "enabled": bool(row[5]),
        "contact_id": row[6],
        "created_at": dates.wire(row[7]),
        "updated_at": dates.wire(row[8]),
        "contact_sip_uri": f"sip:{row[9]}@{row[10]}" if row[9] else None,
    }


def for_proxy(document: Document) -> Document:
    """A document with the call forwardings as Flexisip 2.7 reads them.

    It discards the whole account over one row that it cannot parse, so those are left out; and it reads
    every type that it does not know as `always`, so `no_answer` is written as the instance's alias (`away`).
    """
    alias = instance.current().flexisip_no_answer_alias
    document["call_forwardings"] = [
        {**row, "type": alias} if alias and row["type"] == "no_answer" else row
        for row in document["call_forwardings"]
        if _parsable(row)
    ]
    return document


def _parsable(row: Document) -> bool:
    target = {"contact": "contact_sip_uri", "sip_uri": "sip_uri"}.get(row["forward_to"])
    return target is None or (row[target] is not None and rules.is_sip_uri(row[target]))
