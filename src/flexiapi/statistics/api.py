"""The statistics resources of the API: Flexisip's reports, and call logs.

Flexisip's own default is the prefix `stats`; `statistics` is what operators configure. Both are served.
"""

from typing import TypeVar

from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, include

from flexiapi.accounts import queries as accounts
from flexiapi.auth.access import AdministratorView, ApiRequest, UserView
from flexiapi.http import errors, inputs, pagination, replies
from flexiapi.http.openapi import TEXT, describe, input_schema
from flexiapi.http.routing import path
from flexiapi.http.schemas import PAGED, page_of

from . import documents, queries, schemas
from .queries import Party
from .reports import LONGEST_ADDRESS, Report
from .serializers import (
    CallDeviceInput,
    CallFilterInput,
    DeviceEventInput,
    EndInput,
    MessageDeviceInput,
    NewCallInput,
    NewConferenceInput,
    NewMessageInput,
    ParticipantEventInput,
    ReportInput,
)
from .services import calls, conferences, messages

_Report = TypeVar("_Report", bound=Report)

_PER_PAGE = 30

_ONCE = "Answers `1`. A repeated report of the same id changes nothing."
_UNKNOWN = "Nothing of this id was reported."
_LOG = {**PAGED, **input_schema(CallFilterInput(data={}))["properties"]}


def report(request: ApiRequest, rules: type[ReportInput[_Report]]) -> _Report:
    """What a request reports: decoded at once as Flexisip writes it, else by the rules.

    Raises:
        Invalid: some rules are broken (422).
    """
    decoded = rules.decoded(request)
    return rules.read(request) if decoded is None else decoded


def device_reply(stored: tuple[documents.Document, bool]) -> HttpResponse:
    """A device: 201 when its row is new."""
    document, new = stored
    return replies.json(document, status=201 if new else 200)


def address(text: str) -> str:
    """The `user@host` of a path.

    Raises:
        NotFound: it is none.
    """
    user, _, host = text.rpartition("@")
    if not user or not host or len(text) > LONGEST_ADDRESS:
        raise errors.NotFound
    return text


class Messages(AdministratorView):
    """Messages that were sent."""

    @describe("Report a message", body=NewMessageInput, ok={200: TEXT}, errors=(422,), text=_ONCE)
    def post(self, request: ApiRequest) -> HttpResponse:
        """Report a message."""
        messages.record_message(report(request, NewMessageInput))
        return replies.text(1)


class MessageDevice(AdministratorView):
    """A device of a message's recipient."""

    @describe(
        "Report a device's answer to a message",
        body=MessageDeviceInput,
        ok={200: schemas.MESSAGE_DEVICE, 201: schemas.MESSAGE_DEVICE},
        errors={400: _UNKNOWN, 404: "`to` is no address.", 422: ""},
    )
    def patch(self, request: ApiRequest, message_id: str, to: str, device_id: str) -> HttpResponse:
        """Report what the device answered."""
        recipient = address(to)
        return device_reply(
            messages.record_device(message_id, recipient, device_id, report(request, MessageDeviceInput))
        )


class Calls(AdministratorView):
    """Calls."""

    @describe("Report a call", body=NewCallInput, ok={200: TEXT}, errors=(422,), text=_ONCE)
    def post(self, request: ApiRequest) -> HttpResponse:
        """Report a call that begins."""
        calls.record_call(report(request, NewCallInput))
        return replies.text(1)


class Call(AdministratorView):
    """One call."""

    @describe("Report the end of a call", body=EndInput, ok={200: schemas.CALL}, errors=(404, 422))
    def patch(self, request: ApiRequest, call_id: str) -> HttpResponse:
        """Report the end of the call."""
        return replies.json(calls.end_call(call_id, report(request, EndInput)))


class CallDevice(AdministratorView):
    """A device that a call went to."""

    @describe(
        "Report what a device did with a call",
        body=CallDeviceInput,
        ok={200: schemas.CALL_DEVICE, 201: schemas.CALL_DEVICE},
        errors={400: _UNKNOWN, 422: ""},
    )
    def patch(self, request: ApiRequest, call_id: str, device_id: str) -> HttpResponse:
        """Report that the device rang, or how its branch of the call ended."""
        return device_reply(calls.record_device(call_id, device_id, report(request, CallDeviceInput)))


class Conferences(AdministratorView):
    """Conferences."""

    @describe("Report a conference", body=NewConferenceInput, ok={200: TEXT}, errors=(422,), text=_ONCE)
    def post(self, request: ApiRequest) -> HttpResponse:
        """Report a conference that begins."""
        conferences.record_conference(report(request, NewConferenceInput))
        return replies.text(1)


class Conference(AdministratorView):
    """One conference."""

    @describe("Report the end of a conference", body=EndInput, ok={200: schemas.CONFERENCE}, errors=(404, 422))
    def patch(self, request: ApiRequest, conference_id: str) -> HttpResponse:
        """Report the end of the conference."""
        return replies.json(conferences.end_conference(conference_id, report(request, EndInput)))


class ParticipantEvents(AdministratorView):
    """What happens to a participant of a conference."""

    @describe(
        "Report an event of a participant",
        body=ParticipantEventInput,
        ok={201: schemas.CONFERENCE_EVENT},
        errors={400: _UNKNOWN, 404: "`uri` is no address.", 422: ""},
    )
    def post(self, request: ApiRequest, conference_id: str, uri: str) -> HttpResponse:
        """Report an event of the participant."""
        participant = address(uri)
        event = report(request, ParticipantEventInput)
        return replies.json(conferences.record_event(conference_id, participant, event), status=201)


class ParticipantDeviceEvents(AdministratorView):
    """What happens to one device of a participant of a conference."""

    @describe(
        "Report an event of a participant's device",
        body=DeviceEventInput,
        ok={201: schemas.CONFERENCE_EVENT},
        errors={400: _UNKNOWN, 404: "`uri` is no address.", 422: ""},
    )
    def post(self, request: ApiRequest, conference_id: str, uri: str, device_id: str) -> HttpResponse:
        """Report an event of the device."""
        participant = address(uri)
        event = report(request, DeviceEventInput)
        document = conferences.record_event(conference_id, participant, event, device=device_id)
        return replies.json(document, status=201)


class MyCalls(UserView):
    """The calls of the account itself."""

    @describe(
        "Show the own call log",
        query=_LOG,
        ok={200: page_of(schemas.CALL)},
        errors=(422,),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        """The call log, newest first."""
        return call_log(request, request.caller)


class AccountCalls(AdministratorView):
    """The calls of an account that the caller may administer."""

    @describe(
        "Show the call log of an account",
        query=_LOG,
        ok={200: page_of(schemas.CALL)},
        errors=(404, 422),
    )
    def get(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """The call log, newest first."""
        return call_log(request, accounts.account(request.scope, account_id))


def call_log(request: ApiRequest, party: Party) -> HttpResponse:
    """One page of somebody's calls."""
    rows = queries.call_log(party, CallFilterInput.check(inputs.read(request)))
    return pagination.answer(request, rows, per_page=_PER_PAGE, write=documents.logged_calls)


_CONFERENCE = "conferences/<seg:conference_id>"

# A device id may be any text, with slashes too: Flexisip encodes nothing in its paths.
_reports = [
    path("calls", Calls.as_view()),
    path("calls/<seg:call_id>", Call.as_view()),
    path("calls/<seg:call_id>/devices/<path:device_id>", CallDevice.as_view()),
    path("messages", Messages.as_view()),
    path("messages/<seg:message_id>/to/<seg:to>/devices/<path:device_id>", MessageDevice.as_view()),
    path("conferences", Conferences.as_view()),
    path(_CONFERENCE, Conference.as_view()),
    path(f"{_CONFERENCE}/participants/<seg:uri>/events", ParticipantEvents.as_view()),
    path(f"{_CONFERENCE}/participants/<seg:uri>/devices/<path:device_id>/events", ParticipantDeviceEvents.as_view()),
]

routes: list[URLPattern | URLResolver] = [
    path("stats/", include(_reports)),
    path("statistics/", include(_reports)),
    path("accounts/me/statistics/calls", MyCalls.as_view()),
    path("accounts/<id:account_id>/statistics/calls", AccountCalls.as_view()),
]
