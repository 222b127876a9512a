"""The base of every operation's input: one class validates the API body, the form, the CSV row and the console."""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from flexiapi.http import inputs
from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence

Shape = TypeVar("Shape")


class Input(serializers.Serializer[Any], Generic[Shape]):
    """Declares the fields of one operation and the typed `shape` that a valid input becomes.

    A field that was not sent is left out, so that the shape's own default tells "absent" from null.
    """

    shape: ClassVar[type]
    typed_twice: ClassVar[Sequence[str]] = ()
    """Fields that people type twice: `<field>_confirmation` has to say the same, and is left out of the shape."""

    @classmethod
    def read(cls, request: Any, **context: Any) -> Shape:
        """Validate the input of a request.

        Raises:
            Invalid: some rules are broken (422, with every message).
        """
        source: HttpRequest = getattr(request, "_request", request)
        return cls.check(inputs.read(source), **context)

    @classmethod
    def check(cls, values: dict[str, Any], **context: Any) -> Shape:
        """Validate values that come from elsewhere than a request (a CSV row, a console argument).

        Raises:
            Invalid: some rules are broken.
        """
        found = cls(data=values, context=context)
        if not found.is_valid():
            raise Invalid(flattened(found.errors))
        return cast(Shape, cls.shape(**found.validated_data))

    def to_internal_value(self, data: Any) -> Any:
        """The values of the fields, or every rule that is broken, those of confirmations included."""
        differing = [name for name in self.typed_twice if _differs(data, name)]
        broken: dict[str, list[Any]] = {}
        values: dict[str, Any] = {}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            broken = dict(cast(dict[str, list[Any]], error.detail))
        for name in differing:
            broken[name] = [*broken.get(name, []), sentence("confirmed", name)]
        if broken:
            raise ValidationError(broken)
        for name in self.typed_twice:
            values.pop(f"{name}_confirmation", None)
        return values


def _differs(data: Any, name: str) -> bool:
    """Whether a value was typed differently the second time; where there is none, other rules say so."""
    typed = data.get(name)
    return isinstance(typed, str) and data.get(f"{name}_confirmation") != typed


def flattened(errors: Any, prefix: str = "") -> dict[str, list[str]]:
    """Nested errors as one object with dotted keys (`invite_terminated.state`)."""
    result: dict[str, list[str]] = {}
    for field, found in errors.items():
        name = f"{prefix}{field}"
        if isinstance(found, dict):
            result.update(flattened(found, f"{name}."))
        else:
            result[name] = [str(message) for message in found]
    return result
