"""The API's reference for people: the OpenAPI document by subject, behind a text on what is common to it."""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from flexiapi.http.schemas import Schema
from flexiapi.portal import handbook
from flexiapi.portal.handbook import Heading

from . import openapi

# What stands under which title: the first pattern that fits counts; "Accounts" takes the rest of its paths.
_ACCOUNTS = "Accounts"
SECTIONS = {
    "Ping": r"/ping$",
    "SIP URI resolving": r"/resolve/",
    "Spaces": r"/spaces(/\{domain\}(/logo)?)?$",
    "Spaces CardDAV servers": r"/spaces/\{domain\}/carddavs",
    "Spaces e-mail server": r"/spaces/\{domain\}/email",
    "Account creation request tokens": r"/account_creation_request_tokens",
    "Account creation tokens": r"/account_creation_tokens",
    "Account recovery tokens": r"/account_recovery_tokens",
    "Auth tokens": r"/accounts/(auth_token|me/api_key/)",
    _ACCOUNTS: r"/accounts$",
    "Account actions": r"/accounts/\{account_id\}/actions",
    "CardDAV credentials": r"/accounts/\{account_id\}/carddavs",
    "Contacts lists": r"(/contacts_lists|/accounts/\{account_id\}/contacts_lists)",
    "Call forwardings": r"/accounts/[^/]+/call_forwardings",
    "Account contacts": r"/accounts/[^/]+/contacts",
    "Dictionary": r"/accounts/\{account_id\}/dictionary",
    "Accounts e-mail": r"/accounts/(me/email|\{account_id\}/send_)",
    "External account": r"/accounts/\{account_id\}/external",
    "Phone number": r"/accounts/me/phone",
    "Devices": r"/accounts/[^/]+/devices",
    "Types": r"(/account_types|/accounts/\{account_id\}/types)",
    "vCards storage": r"/accounts/[^/]+/vcards-storage",
    "Voicemails": r"/accounts/[^/]+/voicemails",
    "TURN": r"/accounts/me/services/turn",
    "Wizard link": r"/wizard$",
    "File upload": r"/files/",
    "Messages": r"/messages$",
    "Push notifications": r"/push_notification$",
    "Phone countries": r"/phone_countries",
    "Statistics": r"(/statistics/|/accounts/[^/]+/statistics/)",
    "Audit": r"/audit",
    "This description": r"/(openapi\.json|docs)$",
}
_ALIAS = "/stats/"  # the same as /statistics/
_BADGES = {"public": "Public", "user": "User", "administrator": "Admin", "super administrator": "Super Admin"}
_DEPRECATED = " (deprecated)"
_UNBOUND = 999_999_999  # ids and numbers that only the database's integer bounds


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that a request may carry; `place` is `path`, `query` or `body`."""

    name: str
    place: str
    kind: str
    required: bool
    text: SafeString


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation."""

    title: str
    anchor: str
    badge: str
    deprecated: bool
    summary: str
    text: str
    parameters: Sequence[Parameter]
    answers: Sequence[tuple[str, SafeString]]

    @property
    def explains(self) -> bool:
        """Whether any of its parameters has a text."""
        return any(each.text for each in self.parameters)


@dataclass(frozen=True, slots=True)
class Section:
    """Operations on one subject."""

    title: str
    anchor: str
    endpoints: Sequence[Endpoint]


@functools.cache
def document() -> handbook.Document:
    """The page, made once per process."""
    about = handbook.document("api")
    found = sections(openapi.document())
    html = SafeString(about.html + render_to_string("operations/reference.html", {"sections": found}))
    contents = [
        Heading(each.title, each.anchor, [Heading(one.title, one.anchor) for one in each.endpoints]) for each in found
    ]
    return handbook.Document(html, [*about.contents, *contents])


def sections(known: dict[str, Any]) -> list[Section]:
    """The operations of an OpenAPI document by subject."""
    found: dict[str, list[Endpoint]] = {title: [] for title in SECTIONS}
    for path, method, operation in _operations(known):
        if not _short(path).startswith(_ALIAS):
            title = section_of(_short(path), operation["tags"][0])
            found.setdefault(title, []).append(_endpoint(known, path, method, operation))
    return [Section(title, handbook.slug(title), each) for title, each in found.items() if each]


def section_of(path: str, room: str) -> str:
    """The title under which a path (without `/api`) stands; the room's name where none is meant for it."""
    title = next((title for title, pattern in SECTIONS.items() if re.match(pattern, path)), None)
    return title or (_ACCOUNTS if path.startswith("/accounts/") else room.capitalize())


def _short(path: str) -> str:
    return path.removeprefix(openapi.PREFIX.rstrip("/"))


def _operations(known: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in known["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method.upper(), operation


def _answers(operation: dict[str, Any]) -> Iterator[tuple[str, SafeString]]:
    """What an operation answers, without what every one may: the text before tells that once."""
    for status, answer in operation["responses"].items():
        own = answer["description"].removeprefix(openapi.ALWAYS.get(int(status), "")).strip()
        if own:
            yield status, handbook.inline(own)


def _endpoint(known: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Endpoint:
    title = f"{method} {_short(path)}"
    text, _, access = operation["description"].rpartition("\n\nAccess: ")
    return Endpoint(
        title=title,
        anchor=handbook.slug(title),
        badge=_BADGES[access.rstrip(".")],
        deprecated=operation["summary"].endswith(_DEPRECATED),
        summary=operation["summary"].removesuffix(_DEPRECATED),
        text=text,
        parameters=[*_named(known, known["paths"][path], operation), *_of_body(known, operation)],
        answers=list(_answers(operation)),
    )


def _named(known: dict[str, Any], item: dict[str, Any], operation: dict[str, Any]) -> Iterator[Parameter]:
    for each in [*item.get("parameters", ()), *operation.get("parameters", ())]:
        schema = _resolved(known, each["schema"])
        text = each.get("description") or schema.get("description", "")
        yield Parameter(each["name"], each["in"], kind_of(known, schema), each["required"], handbook.inline(text))


def _of_body(known: dict[str, Any], operation: dict[str, Any]) -> Iterator[Parameter]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from _properties(known, _resolved(known, content["schema"]), "")


def _properties(known: dict[str, Any], schema: Schema, prefix: str) -> Iterator[Parameter]:
    required = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        inner = _resolved(known, each)
        text = handbook.inline(inner.get("description", ""))
        yield Parameter(f"{prefix}{name}", "body", kind_of(known, inner), name in required, text)
        yield from _properties(known, inner, f"{prefix}{name}.")


def _resolved(known: dict[str, Any], schema: Schema) -> Schema:
    reference = schema.get("$ref")
    return known["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema


def kind_of(known: dict[str, Any], schema: Schema) -> str:
    """A schema in a few words: `string, 1–64 characters, or null`."""
    types = schema.get("type", "any")
    names = [types] if isinstance(types, str) else [name for name in types if name != "null"]
    words = " or ".join(names)
    if "items" in schema:
        words = f"{words} of {kind_of(known, _resolved(known, schema['items']))}"
    if "enum" in schema:
        words = "one of " + ", ".join(str(value) for value in schema["enum"] if value is not None)
    bounds = _bounds(schema)
    nullable = ", or null" if isinstance(types, list) and "null" in types else ""
    return f"{words}{f', {bounds}' if bounds else ''}{nullable}"


def _bounds(schema: Schema) -> str:
    if "format" in schema and "maxLength" in schema:
        return f"{schema['format']}, at most {schema['maxLength']} characters"
    if "minLength" in schema and "maxLength" in schema:
        return f"{schema['minLength']} to {schema['maxLength']} characters"
    if "maxLength" in schema:
        return f"at most {schema['maxLength']} characters"
    if "minimum" in schema and "maximum" in schema and not (schema["minimum"] <= 0 and schema["maximum"] >= _UNBOUND):
        return f"{schema['minimum']} to {schema['maximum']}"
    return ""
