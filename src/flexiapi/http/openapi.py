"""What a view says about itself for the OpenAPI document, and the schemas of its inputs.

`flexiapi.operations.openapi` makes the document of these descriptions and of the URL map.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, TypeVar

from rest_framework import serializers

from flexiapi.http import fields, replies
from flexiapi.http.schemas import Schema, component
from flexiapi.http.serializers import Input

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "openapi_description"


@dataclass(frozen=True, slots=True)
class Content:
    """The body of an answer: its media type, and its schema where it is JSON or text."""

    media_type: str
    schema: Schema | None = None


TEXT = Content("text/plain", {"type": "string"})
HTML = Content("text/html", {"type": "string"})
BINARY = Content("*/*")

Answer = Content | Schema | str | None


@dataclass(frozen=True, slots=True)
class Description:
    """What the code of a view method cannot tell itself."""

    summary: str
    text: str
    body: type[Input[Any]] | Schema | None
    body_type: str
    query: type[Input[Any]] | Mapping[str, Schema] | None
    ok: Mapping[int, Content | None]
    errors: Mapping[int, str]
    access: str | None


def describe(
    summary: str,
    *,
    body: type[Input[Any]] | Schema | None = None,
    body_type: str = replies.JSON,
    query: type[Input[Any]] | Mapping[str, Schema] | None = None,
    ok: Mapping[int, Answer] | None = None,
    errors: Iterable[int] | Mapping[int, str] = (),
    text: str = "",
    access: str | None = None,
) -> Callable[[View], View]:
    """Describe a view method or a plain view.

    `ok` maps each successful status to its JSON schema, the name of a component, another `Content`, or None
    for an empty body; 200 with an empty body by default. `errors` are the statuses of the operation itself,
    with their texts where those need one; what every view of an access class answers is added by itself.
    `access` is for plain views that stand alone.
    """
    found = Description(
        summary=summary,
        text=text,
        body=body,
        body_type=body_type,
        query=query,
        ok={status: _content(answer) for status, answer in (ok or {200: None}).items()},
        errors=dict(errors) if isinstance(errors, Mapping) else dict.fromkeys(errors, ""),
        access=access,
    )

    def mark(view: View) -> View:
        setattr(view, _MARK, found)
        return view

    return mark


def description(view: Callable[..., Any]) -> Description | None:
    """What `describe` said of a view, if anything."""
    return getattr(view, _MARK, None)


def _content(answer: Answer) -> Content | None:
    if answer is None or isinstance(answer, Content):
        return answer
    if isinstance(answer, str):
        answer = {"$ref": f"#/components/schemas/{answer}"}
    return Content(replies.JSON, answer)


def input_component(source: type[Input[Any]]) -> Schema:
    """The reference to the schema of an input class."""
    return component(source.__name__, input_schema(source(data={})))


def input_schema(source: serializers.Serializer[Any]) -> Schema:
    """The schema of an input; keys that are not in it are ignored."""
    known = {
        name: field_schema(field) for name, field in source.fields.items() if not isinstance(field, fields.Missing)
    }
    schema: Schema = {"type": "object", "properties": known}
    required = [name for name, field in source.fields.items() if field.required]
    if required:
        schema["required"] = required
    text = (type(source).__doc__ or "").strip().partition("\n")[0]
    return {**schema, "description": text} if text else schema


@singledispatch
def field_schema(field: serializers.Field[Any, Any, Any, Any]) -> Schema:
    """The schema of an input field; rooms register their own fields' where a base class's does not fit."""
    return {}


def _or_null(field: serializers.Field[Any, Any, Any, Any], schema: Schema) -> Schema:
    if not field.allow_null:
        return schema
    schema = {**schema, "type": [schema["type"], "null"]}
    return {**schema, "enum": [*schema["enum"], None]} if "enum" in schema else schema


@field_schema.register
def _text(field: fields.Text) -> Schema:
    shortest = max(field.shortest, 1 if field.required else 0)
    schema: Schema = {"type": "string", "maxLength": field.longest}
    return _or_null(field, {**schema, "minLength": shortest} if shortest else schema)


@field_schema.register
def _email(field: fields.Email) -> Schema:
    return {**_text(field), "format": "email"}


@field_schema.register
def _choice(field: fields.Choice) -> Schema:
    return _or_null(field, {"type": "string", "enum": list(field.choices)})


@field_schema.register
def _integer(field: fields.Integer) -> Schema:
    return _or_null(field, {"type": "integer", "minimum": field.lowest, "maximum": field.highest})


@field_schema.register
def _flag(field: fields.Flag) -> Schema:
    return _or_null(field, {"type": "boolean"})


@field_schema.register
def _iso_date(field: fields.IsoDate) -> Schema:
    return _or_null(field, {"type": "string", "maxLength": 64, "description": "An ISO 8601 date or date-time."})


@field_schema.register
def _string_map(field: fields.StringMap) -> Schema:
    values = {"type": "string", "maxLength": field.longest}
    return _or_null(field, {"type": "object", "maxProperties": field.most, "additionalProperties": values})


@field_schema.register(serializers.Serializer)
def _nested(field: "serializers.Serializer[Any]") -> Schema:
    return _or_null(field, input_schema(field))


@field_schema.register(serializers.ListSerializer)
@field_schema.register(serializers.ListField)
def _list(field: Any) -> Schema:
    return _or_null(field, {"type": "array", "items": field_schema(field.child)})
