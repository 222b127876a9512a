"""Inputs of the statistics: the rules behind `reports`, for whatever does not decode at once."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar, get_args

import msgspec
from django.http import HttpRequest
from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from flexiapi.http import fields
from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence
from flexiapi.http.serializers import Input

from . import reports
from .queries import CallFilter, Chart, Period

_Report = TypeVar("_Report", bound=reports.Report)
_Found = TypeVar("_Found")
_Period = TypeVar("_Period")

_MOST_DEVICES = 1000


class ReportInput(Input[_Report], Generic[_Report]):
    """An input whose shape is a report."""

    @classmethod
    def decoded(cls, request: HttpRequest) -> _Report | None:
        """The report as Flexisip writes it; None when the rules have to look at it."""
        if request.META.get("QUERY_STRING") or request.content_type != "application/json":
            return None
        try:
            report: _Report = _decoder(cls.shape)(request.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return report


_decoders: dict[type, Callable[[bytes], Any]] = {}


def _decoder(shape: type) -> Callable[[bytes], Any]:
    found = _decoders.get(shape)
    if found is None:
        found = _decoders[shape] = msgspec.json.Decoder(shape).decode
    return found


def _is_address(value: str, field: Any) -> str | None:
    """`user@host`."""
    user, _, host = value.rpartition("@")
    return None if user and host else sentence("regex", field.field_name)


class AddressField(fields.Text):
    """A SIP address without scheme: `user@host`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_is_address, longest=reports.LONGEST_ADDRESS, **kwargs)


class EndingInput(serializers.Serializer[Any]):
    """How and when the branch to a device ended: both or none."""

    at = fields.IsoDate()
    state = fields.Choice(reports.CALL_STATES)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The ending, None for null and for an empty object; every message of both fields."""
        empty, data = self.validate_empty_values(data)
        if empty:
            return data
        if not isinstance(data, Mapping):
            raise ValidationError([sentence("in", "invite_terminated")])
        messages: dict[str, Any] = {}
        values: dict[str, Any] = {}
        try:
            values = self.to_internal_value(data)
        except ValidationError as error:
            messages.update(error.detail)  # type: ignore[arg-type]
        for name, other in (("at", "state"), ("state", "at")):
            if data.get(name) is None and data.get(other) is not None:
                messages[name] = [sentence("required_with", name, values=other)]
        if messages:
            raise ValidationError(messages)
        if values.get("at") is None:
            return None
        return reports.Ending(**values)


class CallDeviceInput(ReportInput[reports.CallDeviceReport]):
    """What a device did with a call."""

    shape: ClassVar[type] = reports.CallDeviceReport

    rang_at = fields.IsoDate()
    invite_terminated = EndingInput(required=False, allow_null=True)


class MessageDeviceInput(ReportInput[reports.MessageDeviceReport]):
    """What a device answered to a message."""

    shape: ClassVar[type] = reports.MessageDeviceReport

    last_status = fields.Integer(required=True)
    received_at = fields.IsoDate(required=True)


class FirstCallReports(fields.RuledField):
    """The devices of a new call by id; those with null are not known yet and left out."""

    type_rule = "in"

    def to_internal_value(self, data: Any) -> tuple[reports.FirstCallReport, ...]:
        """The reported devices."""
        return tuple(
            reports.FirstCallReport(device=device, report=report)
            for device, report in _reported(self, data, CallDeviceInput.check)
        )


class FirstMessageReports(fields.RuledField):
    """The devices of a new message by recipient and id; those with null are not known yet and left out."""

    type_rule = "in"

    def to_internal_value(self, data: Any) -> tuple[reports.FirstMessageReport, ...]:
        """The reported devices."""
        found = tuple(
            reports.FirstMessageReport(to=to, device=device, report=report)
            for to, devices in _reported(self, data, lambda devices: _reported(self, devices, MessageDeviceInput.check))
            for device, report in devices
        )
        if len(found) > _MOST_DEVICES or any(
            len(entry.to) > reports.LONGEST_ADDRESS or _is_address(entry.to, self) for entry in found
        ):
            self.fail("invalid")
        return found


def _reported(field: fields.RuledField, data: Any, check: Callable[[Any], _Found]) -> list[tuple[str, _Found]]:
    """The checked entries of an object that are not null; an empty list is an empty object."""
    if data == []:
        return []
    entries = {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else None
    if entries is None or len(entries) > _MOST_DEVICES or any("\x00" in key for key in entries):
        field.fail("invalid")
    found: list[tuple[str, _Found]] = []
    messages: dict[str, Any] = {}
    for key, value in entries.items():
        if not isinstance(value, dict) and value != []:
            messages[key] = [sentence("in", field.field_name or "")]
            continue
        try:
            found.append((key, check(value or {})))
        except Invalid as error:
            messages[key] = error.errors
        except ValidationError as error:
            messages[key] = error.detail
    if messages:
        raise ValidationError(messages)
    return found


class NewCallInput(ReportInput[reports.NewCall]):
    """A call that begins."""

    shape: ClassVar[type] = reports.NewCall

    id = fields.Text(longest=reports.LONGEST_ID, required=True)
    to = AddressField(required=True)
    initiated_at = fields.IsoDate(required=True)
    ended_at = fields.IsoDate()
    conference_id = fields.Text(longest=reports.LONGEST_CONFERENCE_ID)
    sip_call_id = fields.Text(longest=reports.LONGEST_CALL_ID)
    devices = FirstCallReports()

    def get_fields(self) -> Any:
        """The declared fields and `from`, which is no name in Python."""
        return _with_sender(super().get_fields(), source="caller")


class NewMessageInput(ReportInput[reports.NewMessage]):
    """A message that was sent."""

    shape: ClassVar[type] = reports.NewMessage

    id = fields.Text(longest=reports.LONGEST_ID, required=True)
    sent_at = fields.IsoDate(required=True)
    encrypted = fields.Flag(required=True)
    conference_id = fields.Text(longest=reports.LONGEST_CONFERENCE_ID)
    to = FirstMessageReports()

    def get_fields(self) -> Any:
        """The declared fields and `from`, which is no name in Python."""
        return _with_sender(super().get_fields(), source="sender")


def _with_sender(declared: dict[str, Any], *, source: str) -> dict[str, Any]:
    first = {"id": declared.pop("id"), "from": AddressField(required=True, source=source)}
    return {**first, **declared}


class NewConferenceInput(ReportInput[reports.NewConference]):
    """A conference that begins; `schedule` is kept as written (an iCalendar text, for one)."""

    shape: ClassVar[type] = reports.NewConference

    id = fields.Text(longest=reports.LONGEST_ID, required=True)
    created_at = fields.IsoDate(required=True, source="started_at")
    ended_at = fields.IsoDate()
    schedule = fields.Text(longest=reports.LONGEST_SCHEDULE)


class EndInput(ReportInput[reports.End]):
    """The end of a call or conference."""

    shape: ClassVar[type] = reports.End

    ended_at = fields.IsoDate(required=True)


class ParticipantEventInput(ReportInput[reports.ParticipantEvent]):
    """Something that happened to a participant of a conference."""

    shape: ClassVar[type] = reports.ParticipantEvent

    type = fields.Choice(reports.PARTICIPANT_EVENTS, required=True)
    at = fields.IsoDate(required=True)


class DeviceEventInput(ReportInput[reports.DeviceEvent]):
    """Something that happened to one device of a participant."""

    shape: ClassVar[type] = reports.DeviceEvent

    type = fields.Choice(reports.DEVICE_EVENTS, required=True)
    at = fields.IsoDate(required=True)


class LastDay(fields.IsoDate):
    """The end of a period, which belongs to it: a date is its whole day, a date-time that very moment."""

    def to_internal_value(self, data: Any) -> datetime:
        """The first moment after the period."""
        moment = super().to_internal_value(data)
        step = timedelta(microseconds=1) if "T" in data.upper() or " " in data else timedelta(days=1)
        return moment + step if moment < _LAST - step else _LAST


_LAST = datetime.max.replace(tzinfo=UTC)


class PeriodInput(Input[_Period], Generic[_Period]):
    """From when to when, either end open."""

    to = LastDay(source="end")

    def get_fields(self) -> Any:
        """The declared fields and `from`, which is no name in Python."""
        return {"from": fields.IsoDate(source="start"), **super().get_fields()}

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """Null stands for "not filtered"."""
        return {name: value for name, value in values.items() if value is not None}


class CallFilterInput(PeriodInput[CallFilter]):
    """Which calls of a log are wanted."""

    shape: ClassVar[type] = CallFilter

    direction = fields.Choice(("both", "incoming", "outgoing"))


class ChartInput(PeriodInput[Chart]):
    """Which time a chart shows, and how finely."""

    shape: ClassVar[type] = Chart

    by = fields.Choice(get_args(Period))

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """The period holds some time."""
        values = super().validate(values)
        if "start" in values and "end" in values and values["start"] >= values["end"]:
            raise ValidationError({"to": [gettext("The last day lies before the first.")]})
        return values
