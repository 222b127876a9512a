"""Schemas of what account types, actions and dictionaries answer (`docs/wire/intercom.md`)."""

from flexiapi.http.schemas import INTEGER, STRING, component, obj

TYPE = component("AccountType", obj({"id": INTEGER, "key": STRING}))
ACTION = component("AccountAction", obj({"id": INTEGER, "key": STRING, "code": STRING}))
ENTRY = component("DictionaryEntry", obj({"value": STRING}))
