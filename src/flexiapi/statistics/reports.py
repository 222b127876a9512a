"""What Flexisip reports, typed: the shapes of the inputs, read straight from the JSON that Flexisip writes.

Decoding accepts what Flexisip 2.7 sends. Everything else (other clients' blanks, numbers for texts, other date
forms, mistakes) goes through the rules of `serializers`, which end in the same shapes or in their messages.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

LONGEST_ID = 64
LONGEST_ADDRESS = 256
LONGEST_CONFERENCE_ID = 255
LONGEST_SCHEDULE = 64 * 1024
LONGEST_CALL_ID = 4096

CALL_STATES = ("accepted", "accepted_elsewhere", "canceled", "declined", "declined_elsewhere", "error")
PARTICIPANT_EVENTS = ("added", "left", "removed")
DEVICE_EVENTS = ("invited", "joined", "left", "error")

Id = Annotated[str, Meta(pattern=r"\A[!-~]+\Z", max_length=LONGEST_ID)]
Address = Annotated[str, Meta(pattern=r"\A[!-?A-~]+@[!-?A-~]+\Z", max_length=LONGEST_ADDRESS)]
ConferenceId = Annotated[str, Meta(pattern=r"\A[!-~]+\Z", max_length=LONGEST_CONFERENCE_ID)]
CallId = Annotated[str, Meta(pattern=r"\A[!-~]+\Z", max_length=LONGEST_CALL_ID)]
Schedule = Annotated[str, Meta(pattern=r"\A[!-~]([^\x00]*[!-~])?\Z", max_length=LONGEST_SCHEDULE)]
Moment = Annotated[datetime, Meta(tz=True)]
Status = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]


class Report(Struct, frozen=True):
    """The base of all reports: their moments are in UTC."""

    def __post_init__(self) -> None:
        """Refuse moments of another zone: the serializers convert them, and know those that have no UTC form."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, datetime) and value.tzinfo is not UTC:
                raise ValueError(f"{name} is not in UTC")


class Ending(Report, frozen=True):
    """How and when the branch of a call to one device ended."""

    at: Moment
    state: Literal["accepted", "accepted_elsewhere", "canceled", "declined", "declined_elsewhere", "error"]


class CallDeviceReport(Report, frozen=True):
    """What one device did with a call; None is "not reported now"."""

    rang_at: Moment | None = None
    invite_terminated: Ending | None = None


class MessageDeviceReport(Report, frozen=True):
    """What one device of a recipient answered to a message."""

    last_status: Status
    received_at: Moment


class FirstCallReport(Report, frozen=True):
    """A device that is reported together with its call."""

    device: str
    report: CallDeviceReport


class FirstMessageReport(Report, frozen=True):
    """A device of a recipient that is reported together with its message."""

    to: str
    device: str
    report: MessageDeviceReport


# Flexisip knows nothing of the devices yet when it reports a call or message: it sends their ids with nulls.
# The reports themselves only come from the serializers, never from decoding.
_Nothing = Annotated[tuple[Any, ...], Meta(max_length=0)]


class NewCall(Report, frozen=True):
    """A call that begins."""

    id: Id
    caller: Address = field(name="from")
    to: Address
    initiated_at: Moment
    ended_at: Moment | None = None
    conference_id: ConferenceId | None = None
    sip_call_id: CallId | None = None
    devices: dict[str, None] | _Nothing | None = None

    @property
    def reports(self) -> tuple[FirstCallReport, ...]:
        """The devices that were reported with the call."""
        return self.devices if isinstance(self.devices, tuple) else ()


class NewMessage(Report, frozen=True):
    """A message that was sent."""

    id: Id
    sender: Address = field(name="from")
    sent_at: Moment
    encrypted: bool
    conference_id: ConferenceId | None = None
    to: dict[str, dict[str, None]] | _Nothing | None = None

    @property
    def reports(self) -> tuple[FirstMessageReport, ...]:
        """The devices that were reported with the message."""
        return self.to if isinstance(self.to, tuple) else ()


class NewConference(Report, frozen=True):
    """A conference that begins."""

    id: Id
    started_at: Moment = field(name="created_at")
    ended_at: Moment | None = None
    schedule: Schedule | None = None


class End(Report, frozen=True):
    """The end of a call or conference."""

    ended_at: Moment


class ParticipantEvent(Report, frozen=True):
    """Something that happened to a participant of a conference."""

    type: Literal["added", "left", "removed"]
    at: Moment


class DeviceEvent(Report, frozen=True):
    """Something that happened to one device of a participant."""

    type: Literal["invited", "joined", "left", "error"]
    at: Moment
