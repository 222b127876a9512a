"""The CardDAV servers of a Space, as its administrators set them."""

import pytest

from flexiapi.spaces.models import CardDavServer, Space
from flexiapi.telephony.models import CardDavCredential
from tests import factories
from tests.portal.visitor import Visitor

from .test_account_editing import write
from .test_accounts import an_administrator

pytestmark = pytest.mark.django_db
URI = "https://dav.example.org/everybody"
FIELDS = {"uri": URI, "min_characters": "2", "results_limit": "9", "timeout": "4", "delay": "250"}


@pytest.fixture
def space(db: None) -> Space:
    return factories.a_space()


@pytest.fixture
def chief(space: Space) -> Visitor:
    return an_administrator(space)


@pytest.fixture
def home(space: Space) -> str:
    return f"/admin/spaces/{space.pk}"


@pytest.fixture
def server(space: Space) -> CardDavServer:
    return CardDavServer.objects.create(space=space, uri=URI, results_limit=7, fields_for_domain="ORG")


class TestServers:
    def test_one_comes(self, chief: Visitor, home: str) -> None:
        assert f"{home}/carddavs/create" in chief.open(f"{home}/integration").links()
        chief.open(f"{home}/carddavs/create")

        seen = chief.submit({**FIELDS, "fields_for_user_input": "FN,ORG", "use_exact_match_policy": "on"})

        assert (seen.url, seen.toasts) == (f"{home}/integration", ["The CardDAV server was saved."])
        made = CardDavServer.objects.get()
        assert {name: str(getattr(made, name)) for name in FIELDS} == FIELDS
        assert (made.enabled, made.use_exact_match_policy, made.fields_for_user_input) == (True, True, "FN,ORG")
        assert f"CardDAV server {made.pk}" in seen.text

    def test_one_changes(self, chief: Visitor, server: CardDavServer, home: str) -> None:
        chief.open(f"{home}/carddavs/{server.pk}/edit")
        chief.submit({"timeout": "8", "fields_for_domain": ""})
        server.refresh_from_db()
        assert (server.timeout, server.results_limit, server.fields_for_domain) == (8, 7, None)

        write(chief, f"{home}/carddavs/{server.pk}", "PATCH", **FIELDS)
        server.refresh_from_db()
        assert (server.enabled, server.results_limit) == (False, 9)

    def test_one_goes_with_its_credentials(
        self, chief: Visitor, server: CardDavServer, space: Space, home: str
    ) -> None:
        CardDavCredential.objects.create(
            server=server, account=factories.an_account(space), username="a", realm="r", algorithm="MD5", password="0"
        )
        assert "of 1 account go" in chief.open(f"{home}/carddavs/{server.pk}/delete").text

        assert chief.submit().toasts == ["The CardDAV server was removed."]
        assert not CardDavServer.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("uri", ""),
            ("uri", "dav"),
            ("min_characters", "0"),
            ("results_limit", "-1"),
            ("timeout", ""),
            ("delay", "99"),
            ("fields_for_domain", "FN, ORG"),
        ],
    )
    def test_refused(self, chief: Visitor, server: CardDavServer, home: str, field: str, value: str) -> None:
        for page in (f"{home}/carddavs/create", f"{home}/carddavs/{server.pk}/edit"):
            chief.open(page)
            seen = chief.submit({**FIELDS, field: value})
            assert (seen.url, bool(seen.error_of(field))) == (page, True)
        server.refresh_from_db()
        assert (server.results_limit, CardDavServer.objects.count()) == (7, 1)


class TestWhoMay:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/create"),
            ("POST", ""),
            ("GET", "/{}/edit"),
            ("GET", "/{}/delete"),
            ("PUT", "/{}"),
            ("PATCH", "/{}"),
            ("DELETE", "/{}"),
        ],
    )
    def test_servers_of_the_own_space(self, chief: Visitor, home: str, method: str, path: str) -> None:
        other = factories.a_space()
        theirs = CardDavServer.objects.create(space=other, uri=URI, timeout=77)
        homes = [f"/admin/spaces/{other.pk}", "/admin/spaces/999999", *([home] if "{}" in path else [])]

        for each in homes:
            url = f"{each}/carddavs{path.format(theirs.pk)}"
            answer = chief.open(url) if method == "GET" else write(chief, url, method, **FIELDS)
            assert answer.status == 404
        assert CardDavServer.objects.get().timeout == 77
