"""Input fields: types with their presence rules; every message comes from the catalogue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, NoReturn

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from flexiapi.http import dates, inputs, messages, rules


class RuledField(serializers.Field[Any, Any, Any, Any]):
    """A field whose rules all run, each adding its message; a failing presence or type rule ends it.

    Absent is allowed unless `required`; null is refused by `required` and otherwise means "nothing".
    """

    type_rule: ClassVar[str] = "string"

    def __init__(self, *more: rules.Rule, required: bool = False, null: bool | None = None, **kwargs: Any) -> None:
        self.rules: Sequence[rules.Rule] = more
        kwargs.setdefault("allow_null", not required if null is None else null)
        super().__init__(required=required, **kwargs)

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        """Raise the catalogue's message: a missing or null value is the presence rule, all else the type rule."""
        rule = "required" if key in ("required", "null") else self.type_rule if key == "invalid" else key
        raise ValidationError(messages.sentence(rule, rules.name(self), **kwargs), code=rule)

    def run_validators(self, value: Any) -> None:
        """Run all rules and raise all their messages."""
        found = [message for rule in self.rules if (message := rule(value, self)) is not None]
        if found:
            raise ValidationError(found)

    def to_representation(self, value: Any) -> Any:
        """Inputs are never written back."""
        return value


class Text(RuledField):
    """A string; a number is taken as its text. At most `longest` characters (a column's size)."""

    def __init__(self, *rules: rules.Rule, longest: int = 255, shortest: int = 0, **kwargs: Any) -> None:
        bounds = [_bounded(shortest, longest)]
        super().__init__(*rules, *bounds, **kwargs)
        self.longest, self.shortest = longest, shortest

    def to_internal_value(self, data: Any) -> str:
        """The text; no other type, and one that every database can store."""
        if isinstance(data, bool) or not isinstance(data, str | int | float):
            self.fail("invalid")
        text = str(data)
        if not inputs.storable(text):
            self.fail("invalid")
        return text


def _bounded(shortest: int, longest: int) -> rules.Rule:
    def rule(value: Any, field: Any) -> str | None:
        if len(value) < shortest:
            return messages.sentence("min", rules.name(field), min=shortest)
        if len(value) > longest:
            return messages.sentence("max", rules.name(field), max=longest)
        return None

    return rule


class Email(Text):
    """An e-mail address."""

    def __init__(self, *more: rules.Rule, longest: int = 64, **kwargs: Any) -> None:
        super().__init__(rules.email, *more, longest=longest, **kwargs)


class Choice(Text):
    """One of some words."""

    def __init__(self, choices: Sequence[str], *more: rules.Rule, **kwargs: Any) -> None:
        self.choices = tuple(choices)
        super().__init__(_one_of(self.choices), *more, **kwargs)


def _one_of(choices: Sequence[str]) -> rules.Rule:
    return lambda value, field: None if value in choices else messages.sentence("in", rules.name(field))


class Integer(RuledField):
    """An integer or a string that holds one, within 32 bits and the given bounds."""

    type_rule = "integer"

    def __init__(self, *more: rules.Rule, lowest: int = -(2**31), highest: int = 2**31 - 1, **kwargs: Any) -> None:
        super().__init__(*more, **kwargs)
        self.lowest, self.highest = lowest, highest

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if isinstance(data, float) and data.is_integer() and abs(data) < 2**53:
            data = int(data)
        if isinstance(data, str) and data.lstrip("+-").isascii() and data.lstrip("+-").isdigit() and len(data) < 20:
            try:
                data = int(data)
            except ValueError:
                self.fail("invalid")
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        if not -(2**31) <= data < 2**31:
            self.fail("invalid")
        if data < self.lowest:
            self.fail("min_number", min=self.lowest)
        if data > self.highest:
            self.fail("max_number", max=self.highest)
        return int(data)


_TRUTHS = {"1": True, "0": False}


class Flag(RuledField):
    """A boolean: `true`, `false`, `1`, `0`, `"1"`, `"0"`."""

    type_rule = "boolean"

    def to_internal_value(self, data: Any) -> bool:
        """The truth value."""
        if isinstance(data, bool):
            return data
        if not isinstance(data, int | str) or str(data) not in _TRUTHS:
            self.fail("invalid")
        return _TRUTHS[str(data)]


class Toggle(Flag):
    """A switch of a page's form: browsers send `on`, or leave it out."""

    def to_internal_value(self, data: Any) -> bool:
        """The truth value."""
        return data == "on" or super().to_internal_value(data)


class IsoDate(RuledField):
    """An ISO 8601 date or date-time, read as UTC."""

    type_rule = "iso_date"

    def to_internal_value(self, data: Any) -> datetime:
        """The moment, in UTC."""
        if not isinstance(data, str) or len(data) > 64:
            self.fail("invalid")
        try:
            return dates.parse_iso(data)
        except ValueError:
            self.fail("invalid")


class StringMap(RuledField):
    """An object whose keys and values are strings."""

    type_rule = "dictionary"

    def __init__(self, *more: rules.Rule, longest: int = 255, most: int = 1000, **kwargs: Any) -> None:
        super().__init__(*more, **kwargs)
        self.longest, self.most = longest, most

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """The object; an empty list is an empty object."""
        if data == []:
            return {}
        if not isinstance(data, dict) or len(data) > self.most:
            self.fail("invalid")
        for key, value in data.items():
            if not isinstance(value, str) or not key or max(len(key), len(value)) > self.longest:
                self.fail("invalid")
            if not (inputs.storable(key) and inputs.storable(value)):
                self.fail("invalid")
        return dict(data)


class Missing(RuledField):
    """A field that must not be sent."""

    def __init__(self) -> None:
        super().__init__(null=False)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Refuse any value, null included."""
        if data is not serializers.empty:
            self.fail("missing")
        raise serializers.SkipField
