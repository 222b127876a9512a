"""The input of a request: body and query merged, strings trimmed, empty strings nulled."""

import re
from typing import Any, TypeGuard

import msgspec
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict, RawPostDataException
from django.http.multipartparser import MultiPartParserError

from flexiapi.http import negotiation
from flexiapi.http.errors import BadRequest

UNTRIMMED = frozenset({"password", "password_confirmation", "current_password", "old_password"})

_INVISIBLE = "\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff"
_BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + _INVISIBLE
"""White space, and what nobody sees at the edge of a text: zero-width spaces, byte order and direction marks."""

_BRACKETS = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\]){1,3})$")
_decode = msgspec.json.Decoder().decode
_NOTHING = (None, "", "0")


def check_json(request: HttpRequest) -> None:
    """Refuse a body that is no JSON when the client asks for JSON, whatever its `Content-Type` says.

    Multipart bodies are exempt: uploads come with a JSON `Accept`. An empty body is fine (Flexisip sends
    `content-type: application/json` with `content-length: 0` on GET).

    Raises:
        BadRequest: `Invalid JSON: …` (400).
    """
    if request.META.get("CONTENT_LENGTH") in _NOTHING and "HTTP_TRANSFER_ENCODING" not in request.META:
        return
    if not negotiation.accepts_json(request) or (request.content_type or "").startswith("multipart/"):
        return
    body = _body(request)
    if body.strip():
        decode_json(body)


def decode_json(body: bytes) -> Any:
    """Decode a JSON text.

    Raises:
        BadRequest: `Invalid JSON: …` (400).
    """
    try:
        return _decode(body)
    except UnicodeDecodeError:
        raise BadRequest("Invalid JSON: Malformed UTF-8 characters, possibly incorrectly encoded") from None
    except RecursionError:
        raise BadRequest("Invalid JSON: Maximum stack depth exceeded") from None
    except msgspec.DecodeError as error:
        reason = "Syntax error"
        if "utf-8" in str(error).lower() or "surrogate" in str(error).lower():
            reason = "Malformed UTF-8 characters, possibly incorrectly encoded"
        elif "control character" in str(error).lower():
            reason = "Control character error, possibly incorrectly encoded"
        raise BadRequest(f"Invalid JSON: {reason}") from None


def read(request: HttpRequest) -> dict[str, Any]:
    """The normalised input; the body wins over the query. Files are in `request.FILES`."""
    known: dict[str, Any] | None = getattr(request, "_flexiapi_input", None)
    if known is None:
        known = {**_expanded(request.GET), **_body_values(request)}
        known = {key: _normalised(value, trim=key not in UNTRIMMED) for key, value in known.items() if key != "space"}
        request._flexiapi_input = known  # type: ignore[attr-defined]
    return known


def trimmed(text: str) -> str:
    """A text without white space and invisible characters at its ends; those inside stay."""
    return text.strip(_BLANKS)


def storable(value: object) -> TypeGuard[str]:
    """Whether a value is a text that every database takes, in a column or a comparison (PostgreSQL: no NUL)."""
    return isinstance(value, str) and "\x00" not in value


def file(request: HttpRequest, name: str) -> UploadedFile | None:
    """An uploaded file of a multipart form, None without.

    Raises:
        BadRequest: the body is broken (400).
    """
    try:
        found = request.FILES.get(name)
    except MultiPartParserError:
        raise BadRequest from None
    return found if isinstance(found, UploadedFile) else None


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except RawPostDataException:
        return b""


def _body_values(request: HttpRequest) -> dict[str, Any]:
    content_type = (request.content_type or "").lower()
    if "/json" in content_type or "+json" in content_type:
        body = _body(request)
        if not body.strip():
            return {}
        try:
            decoded = decode_json(body)
        except BadRequest:
            return {}
        return decoded if isinstance(decoded, dict) else {}
    if request.method == "POST" or hasattr(request, "_post"):  # parsed before `_method` was obeyed
        try:
            return _expanded(request.POST)
        except MultiPartParserError:
            raise BadRequest from None
    if content_type.startswith("application/x-www-form-urlencoded"):
        return _expanded(QueryDict(_body(request), encoding="utf-8"))
    return {}


def _expanded(values: QueryDict) -> dict[str, Any]:
    """Form fields, with `dictionary[color]=blue` as an object and `ids[]=1` as a list."""
    result: dict[str, Any] = {}
    for name in values:
        found = _BRACKETS.match(name)
        if found is None:
            result[name] = values[name]
            continue
        keys = [found[1], *found[2][1:-1].split("][")]
        if keys[-1] == "":
            _place(result, keys[:-1], values.getlist(name))
        else:
            _place(result, keys, values[name])
    return result


def _place(target: dict[str, Any], keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        inner = target.get(key)
        if not isinstance(inner, dict):
            inner = target[key] = {}
        target = inner
    target[keys[-1]] = value


def _normalised(value: Any, *, trim: bool = True) -> Any:
    if isinstance(value, str):
        text = trimmed(value) if trim else value
        return text or None
    if isinstance(value, dict):
        return {key: _normalised(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_normalised(inner) for inner in value]
    return value
