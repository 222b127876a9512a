"""The telephony resources of the API."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.auth.access import AdministratorView, ApiRequest, PublicView, UserView
from flexiapi.config import instance
from flexiapi.http import dates, errors, pagination, replies
from flexiapi.http.openapi import TEXT, describe
from flexiapi.http.routing import path
from flexiapi.http.schemas import KEYSET, listing_of, mapping
from flexiapi.spaces import links

from . import daemon, documents, queries, schemas, turn, uploads
from .models import AccountFile, CallForwarding
from .serializers import (
    CardDavCredentialInput,
    ExternalAccountInput,
    ForwardingInput,
    SipMessageInput,
    VoicemailSlot,
)
from .services import call_forwardings, carddav_credentials, devices, external_accounts, files


def account_of(request: ApiRequest, account_id: int | None) -> Account:
    """The account that a path names, or the caller's own where it says `me`."""
    if account_id is None:
        return accounts.own(request.scope)
    return accounts.account(request.scope, account_id)


class DeviceList(PublicView):
    """The registered devices of an account."""

    @describe("List devices", ok={200: mapping(schemas.DEVICE)}, errors=(404,))
    def get(self, request: ApiRequest, account_id: int | None = None) -> HttpResponse:
        found = queries.devices(account_of(request, account_id))
        return replies.json({uuid: documents.device(device) for uuid, device in found.items()})


class DeviceDetail(PublicView):
    """One registered device of an account."""

    @describe("Show a device", ok={200: schemas.DEVICE}, errors={404: "", 503: "The registrar cannot be reached."})
    def get(self, request: ApiRequest, uuid: str, account_id: int | None = None) -> HttpResponse:
        return replies.json(documents.device(queries.device(account_of(request, account_id), uuid)))

    @describe(
        "Remove a device",
        ok={200: TEXT},
        errors={404: "", 503: "The registrar cannot be reached."},
        text="Answers `1`, or nothing where no such device was registered.",
    )
    def delete(self, request: ApiRequest, uuid: str, account_id: int | None = None) -> HttpResponse:
        removed = devices.remove_device(account_of(request, account_id), uuid)
        return replies.text(1 if removed else "")


class ForwardingList(PublicView):
    """The call forwardings of an account."""

    @describe("List call forwardings", query=KEYSET, ok={200: listing_of(schemas.FORWARDING)}, errors=(404, 422))
    def get(self, request: ApiRequest, account_id: int | None = None) -> HttpResponse:
        account = account_of(request, account_id)
        rows = queries.forwardings(account)
        return pagination.listed(request, rows, write=lambda row: forwarding(request, account, row))

    @describe("Create a call forwarding", body=ForwardingInput, ok={201: schemas.FORWARDING}, errors=(404, 422))
    def post(self, request: ApiRequest, account_id: int | None = None) -> HttpResponse:
        account = account_of(request, account_id)
        data = ForwardingInput.read(request, account_id=account.pk, others=queries.forwardings(account))
        row = call_forwardings.create_forwarding(account, data)
        return replies.json(forwarding(request, account, row), status=201)


class ForwardingDetail(PublicView):
    """One call forwarding of an account."""

    @describe("Show a call forwarding", ok={200: schemas.FORWARDING}, errors=(404,))
    def get(self, request: ApiRequest, forwarding_id: int, account_id: int | None = None) -> HttpResponse:
        account = account_of(request, account_id)
        return replies.json(forwarding(request, account, queries.forwarding(account, forwarding_id)))

    @describe(
        "Replace a call forwarding",
        body=ForwardingInput,
        ok={200: schemas.FORWARDING},
        errors=(404, 422),
        text="`type` may be left out; it cannot change.",
    )
    def put(self, request: ApiRequest, forwarding_id: int, account_id: int | None = None) -> HttpResponse:
        account = account_of(request, account_id)
        row = queries.forwarding(account, forwarding_id)
        others = [other for other in queries.forwardings(account) if other.pk != row.pk]
        data = ForwardingInput.read(request, account_id=account.pk, others=others, type=row.type)
        row = call_forwardings.change_forwarding(account, forwarding_id, data)
        return replies.json(forwarding(request, account, row))

    patch = put

    @describe("Remove a call forwarding", ok={200: TEXT}, errors=(404,), text="Answers the number removed.")
    def delete(self, request: ApiRequest, forwarding_id: int, account_id: int | None = None) -> HttpResponse:
        return replies.text(call_forwardings.remove_forwarding(account_of(request, account_id), forwarding_id))


def forwarding(request: ApiRequest, account: Account, row: CallForwarding) -> documents.Document:
    """The document of a forwarding: an account sees its own contacts, an administrator those within reach."""
    contact = row.contact if row.contact_id is not None else None
    if contact is not None and account.pk != request.caller.account_id and not request.scope.reaches(contact.domain):
        contact = None
    return documents.forwarding(row, contact=contact)


class SlotCreation(PublicView):
    """New voicemails of an account."""

    @describe(
        "Create a place for a voicemail",
        body=VoicemailSlot,
        ok={201: schemas.SLOT},
        errors={404: "", 422: "Bad input, or the account has no e-mail address."},
    )
    def post(self, request: ApiRequest, account_id: int | None = None) -> HttpResponse:
        account = account_of(request, account_id)
        if not account.email:
            raise errors.Unprocessable("The account has no email address to receive voicemails")
        row = files.create_slot(account, VoicemailSlot.read(request))
        slot = {
            **documents.file(row, base=base_of(request, account)),
            "upload_url": f"{pagination.base_url(request)}/api/files/{row.pk}",
            "max_upload_size": instance.current().upload_max_bytes,
        }
        return replies.json(slot, status=201)


class MyVoicemails(SlotCreation, UserView):
    """The voicemails of the account itself."""

    @describe("List the own voicemails", query=KEYSET, ok={200: listing_of(schemas.FILE)}, errors=(422,))
    def get(self, request: ApiRequest) -> HttpResponse:
        account = accounts.own(request.scope)
        base = base_of(request, account)
        return pagination.listed(request, queries.voicemails(account), write=lambda row: documents.file(row, base=base))


class VoicemailDetail(PublicView):
    """One voicemail of an account."""

    @describe("Remove a voicemail", ok={200: TEXT}, errors=(404,), text="Answers the number removed.")
    def delete(self, request: ApiRequest, file_id: str, account_id: int | None = None) -> HttpResponse:
        return replies.text(files.remove_file(account_of(request, account_id), file_id))


class MyVoicemail(VoicemailDetail, UserView):
    """One voicemail of the account itself."""

    @describe("Show an own voicemail", ok={200: schemas.FILE}, errors=(404,))
    def get(self, request: ApiRequest, file_id: str) -> HttpResponse:
        account = accounts.own(request.scope)
        return replies.json(documents.file(queries.voicemail(account, file_id), base=base_of(request, account)))


class FileUpload(AdministratorView):
    """The upload of a recording into its place."""

    @describe(
        "Upload a file",
        body=schemas.UPLOAD,
        body_type="multipart/form-data",
        ok={200: schemas.FILE},
        errors={404: "Unknown, or filled already.", 413: "", 422: "", 503: "The storage does not work."},
    )
    def post(self, request: ApiRequest, file_id: str) -> HttpResponse:
        slot: AccountFile = queries.empty_slot(request.scope, file_id)
        with uploads.received(request, limit=instance.current().upload_max_bytes) as upload:
            row = files.fill_slot(slot.pk, upload)
        account = slot.account
        base = base_of(request, account) if account is not None else pagination.base_url(request)
        return replies.json(documents.file(row, base=base))


def base_of(request: ApiRequest, account: Account) -> str:
    """The URL of the host of an account's Space, without path."""
    if account.domain == request.space.domain:
        return pagination.base_url(request)
    return links.base(request, request.space, accounts.space_of(account))


class ExternalAccountDetail(AdministratorView):
    """The account that an account has on a foreign SIP service."""

    @describe("Show the external account", ok={200: schemas.EXTERNAL_ACCOUNT}, errors=(404,))
    def get(self, request: ApiRequest, account_id: int) -> HttpResponse:
        account = accounts.account(request.scope, account_id)
        return replies.json(documents.external_account(queries.external_account(account)))

    @describe(
        "Set the external account",
        body=ExternalAccountInput,
        ok={200: schemas.EXTERNAL_ACCOUNT, 201: schemas.EXTERNAL_ACCOUNT},
        errors=(404, 422),
        text="`password` is needed for a new one and whenever the realm, or the domain in its place, changes.",
    )
    def post(self, request: ApiRequest, account_id: int) -> HttpResponse:
        data = ExternalAccountInput.read(request, account_id=account_id)
        row, created = external_accounts.set_external_account(request.scope, account_id, data)
        return replies.json(documents.external_account(row), status=201 if created else 200)

    @describe("Remove the external account", ok={200: TEXT}, errors=(404,), text="Answers `1`, or nothing.")
    def delete(self, request: ApiRequest, account_id: int) -> HttpResponse:
        removed = external_accounts.remove_external_account(request.scope, account_id)
        return replies.text(1 if removed else "")


class CardDavCredentials(AdministratorView):
    """An account's credentials on the directories of its Space."""

    @describe("List CardDAV credentials", ok={200: mapping(schemas.CARDDAV_CREDENTIAL)}, errors=(403, 404))
    def get(self, request: ApiRequest, account_id: int) -> HttpResponse:
        rows = queries.carddav_credentials(queries.account_with_credentials(request.scope, account_id))
        return replies.json({str(row.server_id): documents.carddav_credential(row) for row in rows})


class CardDavCredentialDetail(AdministratorView):
    """An account's credentials on one directory."""

    @describe("Show CardDAV credentials", ok={200: schemas.CARDDAV_CREDENTIAL}, errors=(403, 404))
    def get(self, request: ApiRequest, account_id: int, server_id: int) -> HttpResponse:
        account = queries.account_with_credentials(request.scope, account_id)
        return replies.json(documents.carddav_credential(queries.carddav_credential(account, server_id)))

    @describe(
        "Set CardDAV credentials",
        body=CardDavCredentialInput,
        ok={200: TEXT},
        errors=(403, 404, 422),
        text="Answers `1`.",
    )
    def put(self, request: ApiRequest, account_id: int, server_id: int) -> HttpResponse:
        account = queries.account_with_credentials(request.scope, account_id)
        server = queries.carddav_server(account, server_id)
        carddav_credentials.set_credentials(account, server, CardDavCredentialInput.read(request))
        return replies.text(1)

    patch = put

    @describe("Remove CardDAV credentials", ok={200: TEXT}, errors=(403, 404), text="Answers `1`.")
    def delete(self, request: ApiRequest, account_id: int, server_id: int) -> HttpResponse:
        account = queries.account_with_credentials(request.scope, account_id)
        carddav_credentials.remove_credentials(account, server_id)
        return replies.text(1)


class MyTurnService(UserView):
    """Credentials of the TURN server."""

    @describe("Get TURN credentials", ok={200: schemas.TURN}, errors={404: "There is no TURN server."})
    def get(self, request: ApiRequest) -> HttpResponse:
        service = turn.service(dates.now())
        if service is None:
            raise errors.NotFound("No TURN service configured")
        return replies.json(service)


class Messages(AdministratorView):
    """SIP messages through linphone-daemon; without it there is no such route."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer as an unknown route where no daemon is configured."""
        if instance.current().app_linphone_daemon_unix_path is None:
            return errors.page_not_found(request)
        return super().dispatch(request, *args, **kwargs)

    @describe(
        "Send a SIP message",
        body=SipMessageInput,
        ok={200: schemas.MESSAGE},
        errors={404: "No daemon is configured.", 422: "Bad input, or the daemon's reason."},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        message = SipMessageInput.read(request)
        socket = instance.current().app_linphone_daemon_unix_path
        if socket is None:
            raise errors.NotFound
        try:
            return replies.json({"id": daemon.send_message(socket, to=message.to, body=message.body)})
        except daemon.DaemonFailure as failure:
            raise errors.Invalid({"message": [str(failure)]}) from None


class MyDevices(DeviceList, UserView):
    """The registered devices of the account itself."""


class MyDevice(DeviceDetail, UserView):
    """One registered device of the account itself."""


class AccountDevices(DeviceList, AdministratorView):
    """The registered devices of an account."""


class AccountDevice(DeviceDetail, AdministratorView):
    """One registered device of an account."""


class MyForwardings(ForwardingList, UserView):
    """The call forwardings of the account itself."""


class MyForwarding(ForwardingDetail, UserView):
    """One call forwarding of the account itself."""


class AccountForwardings(ForwardingList, AdministratorView):
    """The call forwardings of an account."""


class AccountForwarding(ForwardingDetail, AdministratorView):
    """One call forwarding of an account."""


class AccountVoicemails(SlotCreation, AdministratorView):
    """New voicemails of an account; its administrators cannot read them."""


class AccountVoicemail(VoicemailDetail, AdministratorView):
    """One voicemail of an account; its administrators cannot read it."""


routes = [
    path("accounts/me/devices", MyDevices.as_view()),
    path("accounts/me/devices/<seg:uuid>", MyDevice.as_view()),
    path("accounts/<id:account_id>/devices", AccountDevices.as_view()),
    path("accounts/<id:account_id>/devices/<seg:uuid>", AccountDevice.as_view()),
    path("accounts/me/call_forwardings", MyForwardings.as_view()),
    path("accounts/me/call_forwardings/<id:forwarding_id>", MyForwarding.as_view()),
    path("accounts/<id:account_id>/call_forwardings", AccountForwardings.as_view()),
    path("accounts/<id:account_id>/call_forwardings/<id:forwarding_id>", AccountForwarding.as_view()),
    path("accounts/me/voicemails", MyVoicemails.as_view()),
    path("accounts/me/voicemails/<seg:file_id>", MyVoicemail.as_view()),
    path("accounts/<id:account_id>/voicemails", AccountVoicemails.as_view()),
    path("accounts/<id:account_id>/voicemails/<seg:file_id>", AccountVoicemail.as_view()),
    path("files/<seg:file_id>", FileUpload.as_view()),
    path("accounts/<id:account_id>/external", ExternalAccountDetail.as_view()),
    path("accounts/<id:account_id>/carddavs", CardDavCredentials.as_view()),
    path("accounts/<id:account_id>/carddavs/<id:server_id>", CardDavCredentialDetail.as_view()),
    path("accounts/me/services/turn", MyTurnService.as_view()),
    path("messages", Messages.as_view()),
]
