"""The Space resources of the API: for super administrators, whatever host they call.

Spaces are the lowest room, but a door is imported by nobody: this one may look up to who is calling, and to the
accounts that go with a Space.
"""

from django.http import HttpResponse

from flexiapi.accounts.services.spaces import delete_space
from flexiapi.auth.access import ApiRequest, SuperAdministratorView
from flexiapi.http import inputs, pagination, replies
from flexiapi.http.openapi import TEXT, describe
from flexiapi.http.routing import path
from flexiapi.http.schemas import KEYSET, listing_of

from . import documents, queries, schemas
from .serializers import CardDavServerInput, EmailServerInput, SpaceCreation, SpaceReplacement
from .services import change, creation, logos, servers


def document(domain: str, status: int = 200) -> HttpResponse:
    """The full object of a Space."""
    return replies.json(documents.space(queries.with_servers_by_domain(domain)), status=status)


class Spaces(SuperAdministratorView):
    """All Spaces of the instance, the expired ones too: Flexisip asks again and again which domains are served."""

    @describe("List the Spaces", query=KEYSET, ok={200: listing_of(schemas.SPACE)}, errors=[422])
    def get(self, request: ApiRequest) -> HttpResponse:
        return pagination.listed(request, queries.with_servers(), write=documents.space)

    @describe("Create a Space", body=SpaceCreation, ok={201: schemas.SPACE}, errors=[422])
    def post(self, request: ApiRequest) -> HttpResponse:
        space = creation.create_as_asked(SpaceCreation.read(request, space=None))
        return document(space.domain, status=201)


class SpaceDetail(SuperAdministratorView):
    """One Space, by its SIP domain."""

    @describe("Show a Space", ok={200: schemas.SPACE}, errors=[404])
    def get(self, request: ApiRequest, domain: str) -> HttpResponse:
        return document(domain)

    @describe(
        "Replace a Space",
        body=SpaceReplacement,
        ok={200: schemas.SPACE},
        errors=[404, 422],
        text="Settings that may be null become null when they are not sent. `domain` cannot change.",
    )
    def put(self, request: ApiRequest, domain: str) -> HttpResponse:
        data = SpaceReplacement.read(request, space=queries.find(domain))
        return document(change.change_space(domain, data).domain)

    patch = put

    @describe(
        "Delete a Space with all of its accounts",
        ok={200: TEXT},
        errors={403: "It is the caller's own Space."},
        text="Answers `1`, or `0` when there is no such Space. Usernames stay reserved for a while.",
    )
    def delete(self, request: ApiRequest, domain: str) -> HttpResponse:
        return replies.text(int(delete_space(domain, by=request.caller, origin=request.origin)))


class SpaceEmailServer(SuperAdministratorView):
    """The mail server of a Space; its password is never shown."""

    @describe("Show the mail server of a Space", ok={200: schemas.EMAIL_SERVER}, errors=[404])
    def get(self, request: ApiRequest, domain: str) -> HttpResponse:
        return replies.json(documents.email_server(queries.email_server(queries.by_domain(domain))))

    @describe(
        "Set the mail server of a Space",
        body=EmailServerInput,
        ok={200: schemas.EMAIL_SERVER, 201: schemas.EMAIL_SERVER},
        errors=[404, 422],
        text="What is not sent becomes null, except for the password, which is kept; null removes it.",
    )
    def post(self, request: ApiRequest, domain: str) -> HttpResponse:
        server, created = servers.set_email_server(domain, EmailServerInput.read(request))
        return replies.json(documents.email_server(server), status=201 if created else 200)

    @describe("Remove the mail server of a Space", ok={200: TEXT}, errors=[404], text="Answers `1`.")
    def delete(self, request: ApiRequest, domain: str) -> HttpResponse:
        servers.delete_email_server(domain)
        return replies.text(1)


class SpaceLogo(SuperAdministratorView):
    """The logo of a Space: a PNG picture."""

    @describe(
        "Set the logo of a Space",
        body={"type": "object", "properties": {"logo": {"type": "string", "format": "binary"}}, "required": ["logo"]},
        body_type="multipart/form-data",
        ok={200: schemas.SPACE},
        errors=[404, 422],
        text="A PNG picture of at most 2048 KiB in the part `logo`; it is served below `/storage/img/`.",
    )
    def post(self, request: ApiRequest, domain: str) -> HttpResponse:
        logos.set_logo(queries.by_domain(domain).domain, inputs.file(request, "logo"))
        return document(domain)

    @describe("Remove the logo of a Space", ok={200: TEXT}, errors=[404], text="Answers `1`, or `0` without logo.")
    def delete(self, request: ApiRequest, domain: str) -> HttpResponse:
        return replies.text(int(logos.remove_logo(domain)))


class SpaceCardDavServers(SuperAdministratorView):
    """The CardDAV servers that the apps of a Space search."""

    @describe(
        "List the CardDAV servers of a Space",
        query=KEYSET,
        ok={200: listing_of(schemas.CARDDAV_SERVER)},
        errors=[404, 422],
    )
    def get(self, request: ApiRequest, domain: str) -> HttpResponse:
        rows = queries.carddav_servers(queries.by_domain(domain))
        return pagination.listed(request, rows, write=documents.carddav_server)

    @describe(
        "Add a CardDAV server to a Space",
        body=CardDavServerInput,
        ok={200: TEXT},
        errors=[404, 422],
        text="Answers `1`. `enabled` and `use_exact_match_policy` are off unless they are sent.",
    )
    def post(self, request: ApiRequest, domain: str) -> HttpResponse:
        servers.add_carddav_server(domain, CardDavServerInput.read(request))
        return replies.text(1)


class SpaceCardDavServer(SuperAdministratorView):
    """One CardDAV server of a Space."""

    @describe("Show a CardDAV server", ok={200: schemas.CARDDAV_SERVER}, errors=[404])
    def get(self, request: ApiRequest, domain: str, server_id: int) -> HttpResponse:
        return replies.json(documents.carddav_server(queries.carddav_server(queries.by_domain(domain), server_id)))

    @describe(
        "Change a CardDAV server",
        body=CardDavServerInput,
        ok={200: TEXT},
        errors=[404, 422],
        text="Answers `1`. Numbers and lists that are not sent stay as they are.",
    )
    def put(self, request: ApiRequest, domain: str, server_id: int) -> HttpResponse:
        servers.change_carddav_server(domain, server_id, CardDavServerInput.read(request))
        return replies.text(1)

    patch = put

    @describe("Remove a CardDAV server", ok={200: TEXT}, errors=[404], text="Answers `1`.")
    def delete(self, request: ApiRequest, domain: str, server_id: int) -> HttpResponse:
        servers.delete_carddav_server(domain, server_id)
        return replies.text(1)


routes = [
    path("spaces", Spaces.as_view()),
    path("spaces/<seg:domain>", SpaceDetail.as_view()),
    path("spaces/<seg:domain>/logo", SpaceLogo.as_view()),
    path("spaces/<seg:domain>/email", SpaceEmailServer.as_view()),
    path("spaces/<seg:domain>/carddavs", SpaceCardDavServers.as_view()),
    path("spaces/<seg:domain>/carddavs/<id:server_id>", SpaceCardDavServer.as_view()),
]
