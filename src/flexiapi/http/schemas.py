"""JSON Schemas (2020-12) of answers, written short: every key is required and no other is allowed unless said."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

COMPONENTS: dict[str, Schema] = {}

STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
BOOLEAN: Schema = {"type": "boolean"}
ANY: Schema = {}
ANY_OBJECT: Schema = {"type": "object"}
MOMENT: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$",
    "examples": ["2026-08-20T09:28:37.000000Z"],
}


def component(name: str, schema: Schema) -> Schema:
    """Give a schema a name in the document; returns a `$ref` to it."""
    known = COMPONENTS.setdefault(name, schema)
    if known is not schema and known != schema:
        raise ValueError(f"two schemas are called {name}")
    return {"$ref": f"#/components/schemas/{name}"}


def obj(keys: Mapping[str, Schema], *, optional: Mapping[str, Schema] | None = None, text: str = "") -> Schema:
    """An object with all of `keys`, perhaps some of `optional`, and nothing else."""
    schema: Schema = {
        "type": "object",
        "properties": {**keys, **(optional or {})},
        "required": list(keys),
        "additionalProperties": False,
    }
    return {**schema, "description": text} if text else schema


def array(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def mapping(values: Schema) -> Schema:
    """An object with free keys."""
    return {"type": "object", "additionalProperties": values}


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    if isinstance(schema.get("type"), str):
        changed = {**schema, "type": [schema["type"], "null"]}
        return {**changed, "enum": [*schema["enum"], None]} if "enum" in schema else changed
    return {"anyOf": [schema, {"type": "null"}]}


def choice(*words: str) -> Schema:
    """One of some words."""
    return {"type": "string", "enum": list(words)}


def described(schema: Schema, text: str) -> Schema:
    """The same with a text; a reference may carry one since OpenAPI 3.1."""
    return {**schema, "description": text}


_LINK = obj(
    {"url": nullable(STRING), "label": STRING, "active": BOOLEAN},
    optional={"page": nullable(INTEGER)},
)


def page_of(items: Schema) -> Schema:
    """A list in pages: the numbered document, or with `limit` or `after` the one that is found by key."""
    numbered = obj(
        {
            "current_page": INTEGER,
            "data": array(items),
            "first_page_url": STRING,
            "from": nullable(INTEGER),
            "last_page": INTEGER,
            "last_page_url": STRING,
            "links": array(_LINK),
            "next_page_url": nullable(STRING),
            "path": STRING,
            "per_page": INTEGER,
            "prev_page_url": nullable(STRING),
            "to": nullable(INTEGER),
            "total": INTEGER,
        }
    )
    return {"oneOf": [numbered, _by_key(array(items))]}


def listing_of(items: Schema) -> Schema:
    """A whole list, or with `limit` or `after` a page of it."""
    return {"oneOf": [array(items), _by_key(array(items))]}


def listing_by_name(values: Schema) -> Schema:
    """A whole object with free keys, or with `limit` or `after` a page of it."""
    return {"oneOf": [mapping(values), _by_key(mapping(values))]}


def _by_key(page: Schema) -> Schema:
    return obj({"data": page, "next_cursor": nullable(STRING)})


KEYSET: dict[str, Schema] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 100, "description": "Rows of a page that is found by key."},
    "after": {"type": "string", "description": "`next_cursor` of the page before."},
}
PAGED: dict[str, Schema] = {
    "page": {"type": "integer", "minimum": 1, "description": "Number of the page, from 1."},
    **KEYSET,
}
