"""/api/spaces/{domain}/email and …/carddavs: the servers of a Space."""

from typing import Any

import pytest
from tests import factories
from tests.api import Api

from flexiapi.spaces.models import CardDavServer, EmailServer, Space
from flexiapi.telephony.models import CardDavCredential

pytestmark = pytest.mark.django_db

MAIL = {"host": "mail.example.org", "port": 587}
FULL_MAIL = {
    **MAIL,
    "username": "flexiapi",
    "password": " blank secret ",
    "from_address": "no-reply@example.org",
    "from_name": "Example",
    "signature": "The team",
}


@pytest.fixture
def space() -> Space:
    return factories.a_space()


def version(space: Space) -> Any:
    return Space.objects.values_list("updated_at", flat=True).get(pk=space.pk)


class TestEmailServer:
    def test_is_created_updated_and_deleted(self, api: Api, space: Space) -> None:
        client, path = api.as_super_admin(), f"/api/spaces/{space.domain}/email"
        assert client.get(path).status == 404

        created = client.post(path, FULL_MAIL)
        updated = client.post(path, {**MAIL, "port": "25"})

        assert (created.status, updated.status) == (201, 200)
        shown = {key: value for key, value in FULL_MAIL.items() if key != "password"}
        assert {key: created.json[key] for key in shown} == shown
        assert set(created.json) == {"id", *shown, "created_at", "updated_at"}
        assert created.json["id"] == updated.json["id"]
        assert updated.json["port"] == 25
        assert {updated.json[key] for key in ("username", "from_address", "from_name", "signature")} == {None}
        assert client.get(path).json == updated.json
        deleted = client.delete(path)
        assert (deleted.status, deleted.text) == (200, "1")
        assert client.get(path).status == 404
        assert client.delete(path).status == 404

    def test_the_password_is_kept_until_it_is_sent(self, api: Api, space: Space) -> None:
        client, path = api.as_super_admin(), f"/api/spaces/{space.domain}/email"
        client.post(path, FULL_MAIL)

        client.post(path, MAIL)
        assert EmailServer.objects.get(space=space).password == FULL_MAIL["password"]

        for empty in (None, ""):
            client.post(path, {**MAIL, "password": "other"})
            assert EmailServer.objects.get(space=space).password == "other"
            client.post(path, {**MAIL, "password": empty})
            assert EmailServer.objects.get(space=space).password is None

    def test_every_write_makes_a_changed_space(self, api: Api, space: Space) -> None:
        client, path = api.as_super_admin(), f"/api/spaces/{space.domain}/email"
        versions = [version(space)]

        for method, body in (("POST", MAIL), ("POST", FULL_MAIL), ("DELETE", None)):
            client.send(method, path, body)
            versions.append(version(space))

        assert len(set(versions)) == 4

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("host", None),
            ("host", "nodot"),
            ("host", f"{'x' * 60}.example.org"),
            ("port", None),
            ("port", "smtp"),
            ("port", 0),
            ("port", 65_536),
            ("from_address", "nobody"),
            ("from_address", f"{'x' * 120}@example.org"),
            ("from_name", "a\nBcc: b"),
            ("from_name", "x" * 129),
            ("username", "x" * 129),
            ("username", ["a"]),
            ("password", "x" * 129),
            ("password", {"a": 1}),
            ("signature", "x" * 257),
            ("signature", "nul\x00byte"),
        ],
    )
    def test_refuses_bad_values_and_writes_nothing(self, api: Api, space: Space, field: str, value: object) -> None:
        answer = api.as_super_admin().post(f"/api/spaces/{space.domain}/email", {**MAIL, field: value})

        assert answer.status == 422
        assert list(answer.errors) == [field]
        assert not EmailServer.objects.exists()

    def test_an_unknown_space_has_none(self, api: Api) -> None:
        client, path = api.as_super_admin(), "/api/spaces/nowhere.example.org/email"

        assert client.get(path).status == 404
        assert client.post(path, {}).status == 422
        assert client.post(path, MAIL).status == 404
        assert client.delete(path).status == 404


class TestCardDavServers:
    def test_take_the_defaults(self, api: Api, space: Space) -> None:
        client, path = api.as_super_admin(), f"/api/spaces/{space.domain}/carddavs"
        assert client.get(path).json == []

        answer = client.post(path, {"uri": "https://dav.example.org/contacts?a=b#c"})

        assert (answer.status, answer.text) == (200, "1")
        (server,) = client.get(path).json
        assert server == {
            "id": server["id"],
            "enabled": False,
            "uri": "https://dav.example.org/contacts?a=b#c",
            "min_characters": 3,
            "results_limit": 0,
            "timeout": 5,
            "delay": 500,
            "fields_for_user_input": None,
            "fields_for_domain": None,
            "use_exact_match_policy": False,
            "created_at": server["created_at"],
            "updated_at": server["updated_at"],
        }
        assert client.get(f"{path}/{server['id']}").json == server
        assert client.get(f"/api/spaces/{space.domain}").json["carddav_servers"] == [server]

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_keep_what_a_change_does_not_name(self, api: Api, space: Space, method: str) -> None:
        client, path = api.as_super_admin(), f"/api/spaces/{space.domain}/carddavs"
        settings = {
            "uri": "http://[2001:db8::1]:8080/dav",
            "min_characters": "4",
            "results_limit": 10,
            "timeout": 1,
            "delay": 100,
            "fields_for_user_input": "fn,tel",
            "fields_for_domain": "impp",
            "enabled": "true",
            "use_exact_match_policy": 1,
        }
        client.post(path, settings)
        (server,) = client.get(path).json
        expected = {**settings, "min_characters": 4, "enabled": True, "use_exact_match_policy": True}
        assert {key: server[key] for key in settings} == expected

        answer = client.send(method, f"{path}/{server['id']}", {"uri": "https://new", "fields_for_domain": None})

        assert (answer.status, answer.text) == (200, "1")
        changed = {
            "uri": "https://new",
            "fields_for_domain": None,
            "enabled": False,
            "use_exact_match_policy": False,
        }
        (server,) = client.get(path).json
        assert {key: server[key] for key in settings} == {**expected, **changed}

    def test_are_deleted_with_their_credentials(self, api: Api, space: Space) -> None:
        client, path = api.as_super_admin(), f"/api/spaces/{space.domain}/carddavs"
        server = CardDavServer.objects.create(space=space, uri="https://dav.example.org")
        CardDavCredential.objects.create(
            account=factories.an_account(space),
            server=server,
            username="anna",
            realm="dav",
            password="0" * 32,
            algorithm="MD5",
        )

        answer = client.delete(f"{path}/{server.pk}")

        assert (answer.status, answer.text) == (200, "1")
        assert not CardDavCredential.objects.exists()
        assert client.delete(f"{path}/{server.pk}").status == 404

    def test_every_write_makes_a_changed_space(self, api: Api, space: Space) -> None:
        client, path = api.as_super_admin(), f"/api/spaces/{space.domain}/carddavs"
        versions = [version(space)]

        client.post(path, {"uri": "https://dav.example.org"})
        versions.append(version(space))
        server = CardDavServer.objects.get(space=space)
        client.put(f"{path}/{server.pk}", {"uri": "https://dav.example.net"})
        versions.append(version(space))
        client.delete(f"{path}/{server.pk}")
        versions.append(version(space))

        assert len(set(versions)) == 4

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("uri", None),
            ("uri", "dav.example.org"),
            ("uri", "ftp://dav.example.org"),
            ("uri", "https://"),
            ("uri", "https://a b"),
            ("uri", "https://a_b.example.org"),
            ("uri", "https://dav.example.org:99999"),
            ("uri", "https://[1::2::3]"),
            ("uri", "https://dav.example.org/" + "x" * 255),
            ("min_characters", 0),
            ("min_characters", None),
            ("results_limit", -1),
            ("timeout", 0),
            ("timeout", None),
            ("delay", 99),
            ("delay", "soon"),
            ("fields_for_domain", "wrong _ data"),
            ("fields_for_domain", "a,,b"),
            ("fields_for_user_input", "a,"),
            ("fields_for_user_input", "x" * 256),
            ("enabled", "maybe"),
        ],
    )
    def test_refuse_bad_values_and_write_nothing(self, api: Api, space: Space, field: str, value: object) -> None:
        client, path = api.as_super_admin(), f"/api/spaces/{space.domain}/carddavs"
        server = CardDavServer.objects.create(space=space, uri="https://dav.example.org")
        body = {"uri": "https://other.example.org", field: value}

        for answer in (client.post(path, body), client.put(f"{path}/{server.pk}", body)):
            assert answer.status == 422, answer.text
            assert list(answer.errors) == [field]
        assert CardDavServer.objects.get().uri == "https://dav.example.org"

    def test_of_another_space_are_not_found(self, api: Api, space: Space) -> None:
        server = CardDavServer.objects.create(space=factories.a_space(), uri="https://dav.example.org")
        client, body = api.as_super_admin(), {"uri": "https://dav.example.org"}

        for number in (server.pk, 999_999_999, "12345678901234567890", "x"):
            path = f"/api/spaces/{space.domain}/carddavs/{number}"
            assert client.get(path).status == 404
            assert client.put(path, body).status == 404
            assert client.delete(path).status == 404
        for path in ("/api/spaces/nowhere/carddavs", f"/api/spaces/nowhere/carddavs/{server.pk}"):
            assert client.get(path).status == 404
        assert client.post("/api/spaces/nowhere/carddavs", body).status == 404
        assert CardDavServer.objects.filter(pk=server.pk).exists()
