"""The OpenAPI 3.1 document of the API, made of the URL map and of what each view says about itself."""

import functools
import importlib
from importlib.metadata import version
from typing import Any

import msgspec

from flexiapi.http import openapi, replies, urlmap
from flexiapi.http.openapi import Content, Description
from flexiapi.http.schemas import COMPONENTS, STRING, Schema, array, component, mapping, obj

PREFIX = "/api/"

_INTRODUCTION = """
REST API of a SIP account manager. Each host serves one Space, a SIP domain with its accounts.

Answers are `application/json`; errors below `/api` are JSON objects with a `message`, whatever `Accept` says.
Strings are trimmed and empty ones are null; parameters of the query count like those of the body, which wins.
`HEAD` works wherever `GET` does, a method that a route does not have is 405 with `Allow`.
"""

ERROR = component("Error", obj({"message": STRING}))
VALIDATION_ERROR = component(
    "ValidationError",
    obj(
        {"message": STRING},
        optional={"errors": mapping(array(STRING))},
        text="`errors` has every broken rule's sentence by field; nested fields have dotted names.",
    ),
)

_SECURITY_SCHEMES: dict[str, Schema] = {
    "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "A key of an account."},
    "digest": {
        "type": "http",
        "scheme": "digest",
        "description": "RFC 7616 with MD5 or SHA-256, qop `auth`; goes together with `From`.",
    },
    "from": {"type": "apiKey", "in": "header", "name": "From", "description": "`sip:user@domain` of the account."},
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the Space's OpenID Connect provider (RFC 8898).",
    },
}

_BY_KEY: list[dict[str, list[str]]] = [{"apiKey": []}]
_SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "public": [],
    "user": [{"apiKey": []}, {"digest": [], "from": []}, {"bearer": []}],
    "administrator": _BY_KEY,
    "super administrator": _BY_KEY,
}

ALWAYS = {
    400: "The request cannot be read.",
    403: "The Space has expired.",
    404: "No Space has this host.",
    413: "The body is larger than the limit.",
    429: "Asked too often.",
    503: "There is no Space yet, or the host lies outside the root host.",
}
_ROLES: dict[str, dict[int, str]] = {
    "public": {},
    "user": {
        401: "The credentials are missing or wrong.",
        403: "The account is blocked.",
        404: "`From` names no account.",
        422: "Parameters of `Authorization: Digest` do not fit the request.",
    },
    "administrator": {
        401: "The API key is missing or wrong.",
        403: "The key's account is no administrator here, or is blocked.",
    },
    "super administrator": {
        401: "The API key is missing or wrong.",
        403: "The key's account is no super administrator, or is blocked.",
    },
}
_OWN = {
    403: "A rule of the operation refuses.",
    404: "There is no such thing within the caller's reach.",
    409: "It exists already.",
    410: "It has expired.",
    422: "The input breaks rules.",
    503: "A service that the request needs does not answer.",
}

_PARAMETERS = {
    "account_id": "Id of an account.",
    "domain": "SIP domain of a Space.",
    "email": "An e-mail address.",
    "sip": "SIP address `user@domain`, without scheme.",
}


@functools.cache
def encoded() -> bytes:
    """The document as JSON, made once per process."""
    return msgspec.json.encode(document())


def document() -> dict[str, Any]:
    """The document: every route below `/api` with every method that it answers."""
    paths: dict[str, dict[str, Any]] = {}
    rooms: dict[str, str] = {}
    for route in urlmap.routes():
        if route.template.startswith(PREFIX):
            paths[route.template] = {"parameters": parameters} if (parameters := _path_parameters(route)) else {}
            for method in route.methods:
                paths[route.template][method.lower()] = operation(route, method)
                room = _room(route.handler(method))
                rooms[room] = (importlib.import_module(f"flexiapi.{room}").__doc__ or "").strip()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "FlexiAPI",
            "version": version("flexiapi"),
            "description": _INTRODUCTION.strip(),
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": room, "description": text} for room, text in sorted(rooms.items())],
        "paths": paths,
        "components": {"schemas": dict(sorted(COMPONENTS.items())), "securitySchemes": _SECURITY_SCHEMES},
    }


def operation(route: urlmap.Route, method: str) -> dict[str, Any]:
    """One method of a route."""
    handler = route.handler(method)
    found = openapi.description(handler)
    if found is None:
        raise LookupError(f"{method} {route.template} is not described: decorate {handler.__qualname__} with @describe")
    access = found.access or route.access or "public"
    result: dict[str, Any] = {
        "operationId": _operation_id(route, method),
        "tags": [_room(handler)],
        "summary": found.summary,
        "description": _text(route, handler, found, access),
        "security": _SECURITY[access],
        "responses": _responses(found, access),
    }
    if parameters := _query(found):
        result["parameters"] = parameters
    if found.body is not None:
        result["requestBody"] = _body(found.body, found.body_type)
    return result


def _text(route: urlmap.Route, handler: urlmap.View, found: Description, access: str) -> str:
    about = found.text or (handler.__doc__ or getattr(route.view_class, "__doc__", None) or "").partition("\n")[0]
    return f"{about}\n\nAccess: {access}.".strip()


def _room(handler: urlmap.View) -> str:
    return handler.__module__.split(".")[1]


def _operation_id(route: urlmap.Route, method: str) -> str:
    words = route.template.removeprefix(PREFIX).replace("{", "").replace("}", "")
    parts = [part for segment in words.split("/") for part in segment.replace(".", "_").replace("-", "_").split("_")]
    return method.lower() + "".join(part[:1].upper() + part[1:] for part in parts)


def _path_parameters(route: urlmap.Route) -> list[Schema]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _converted(converter)}
        | ({"description": _PARAMETERS[name]} if name in _PARAMETERS else {})
        for name, converter in route.parameters.items()
    ]


def _converted(converter: Any) -> Schema:
    if converter.regex == "[0-9]{1,9}":
        return {"type": "integer", "minimum": 0, "maximum": 999_999_999}
    if converter.regex == "[^/]+":
        return {"type": "string", "minLength": 1}
    return {"type": "string", "pattern": f"^(?:{converter.regex})$"}


def _query(found: Description) -> list[Schema]:
    if found.query is None:
        return []
    if isinstance(found.query, type):
        schema = openapi.input_schema(found.query(data={}))
        properties, required = schema["properties"], schema.get("required", ())
    else:
        properties, required = found.query, ()
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in properties.items()
    ]


def _body(source: Any, media_type: str) -> Schema:
    reference = source if isinstance(source, dict) else openapi.input_component(source)
    schema = source if isinstance(source, dict) else COMPONENTS[source.__name__]
    return {"required": bool(schema.get("required")), "content": {media_type: {"schema": reference}}}


def _responses(found: Description, access: str) -> dict[str, Any]:
    responses = {str(status): _success(status, content) for status, content in found.ok.items()}
    statuses = {*ALWAYS, *_ROLES[access], *found.errors}
    for status in sorted(statuses):
        own = (found.errors[status] or _OWN.get(status, "")) if status in found.errors else ""
        texts = [ALWAYS.get(status, ""), _ROLES[access].get(status, ""), own]
        responses[str(status)] = _error(status, " ".join(text for text in texts if text))
    return responses


def _success(status: int, content: Content | None) -> Schema:
    answer: Schema = {"description": "Created." if status == 201 else "Done."}
    if content is not None:
        answer["content"] = {content.media_type: {} if content.schema is None else {"schema": content.schema}}
    return answer


def _error(status: int, text: str) -> Schema:
    schema = VALIDATION_ERROR if status == 422 else ERROR
    answer: Schema = {"description": text, "content": {replies.JSON: {"schema": schema}}}
    if status == 401:
        answer["headers"] = {
            "WWW-Authenticate": {"description": "A line per challenge of Digest and Bearer.", "schema": STRING}
        }
    return answer
