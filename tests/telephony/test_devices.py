"""Devices: read from Flexisip's registrar and removed there."""

import time
from collections.abc import Callable
from urllib.parse import quote

import pytest
from tests import factories
from tests.api import Api

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.telephony.registrar import MemoryRegistrar

pytestmark = pytest.mark.django_db

UUID = "urn:uuid:5c2f3d6e-0000-4000-8000-000000000001"
OTHER = "urn:uuid:5c2f3d6e-0000-4000-8000-000000000002"
AGENT = "LinphoneAndroid/5.2.3 (Pixel 7) LinphoneSDK/5.3"

Register = Callable[..., None]


@pytest.fixture
def register(registrar: MemoryRegistrar) -> Register:
    """Write a contact as Flexisip does."""

    def write(account: Account, uuid: str = UUID, *, age: int = 0, field: str | None = None, extra: str = "") -> None:
        contact = (
            f'"Alice" <sip:{account.username}@192.0.2.7:5061;transport=tls;callid=x;expires=3600;cseq=2;'
            f"updatedAt={int(time.time()) - age};alias=no;usedAsRoute=no?user-agent={quote(AGENT, safe='')}>;"
            f'+sip.instance="<{uuid}>"{extra}'
        )
        registrar.records.setdefault(account.identifier, {})[field or f'"<{uuid}>"'] = contact

    return write


class TestList:
    def test_nobody_is_an_empty_object(self, api: Api, registrar: MemoryRegistrar) -> None:
        account = factories.an_account(factories.a_space())

        answer = api.as_account(account).get("/api/accounts/me/devices")

        assert (answer.status, answer.text) == (200, "{}")

    def test_shows_what_is_registered(self, api: Api, register: Register) -> None:
        account = factories.an_account(factories.a_space())
        register(account)

        found = api.as_account(account).get("/api/accounts/me/devices").json

        assert list(found) == [UUID]
        assert found[UUID]["update_time"].endswith(".000000Z")
        del found[UUID]["update_time"]
        assert found[UUID] == {
            "uuid": UUID,
            "user_agent": AGENT,
            "app": "LinphoneAndroid",
            "version": "5.2.3",
            "device_name": "Pixel 7",
        }

    def test_expired_and_nameless_contacts_are_hidden(
        self, api: Api, register: Register, registrar: MemoryRegistrar
    ) -> None:
        account = factories.an_account(factories.a_space())
        register(account, UUID, age=4000)
        register(account, OTHER, age=4000, extra=";message-expires=604800")
        registrar.records[account.identifier]["fs-gen-1"] = "<sip:alice@192.0.2.9>"

        assert list(api.as_account(account).get("/api/accounts/me/devices").json) == [OTHER]

    def test_without_registrar_the_list_is_empty(
        self, api: Api, registrar: MemoryRegistrar, register: Register
    ) -> None:
        account = factories.an_account(factories.a_space())
        register(account)
        registrar.reachable = False

        answer = api.as_account(account).get("/api/accounts/me/devices")

        assert (answer.status, answer.text) == (200, "{}")

    def test_nothing_configured_is_an_empty_list(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        client = api.as_account(account)

        assert client.get("/api/accounts/me/devices").text == "{}"
        assert client.delete(f"/api/accounts/me/devices/{UUID}").text == ""

    def test_a_global_domain_files_all_together(self, api: Api, registrar: MemoryRegistrar, register: Register) -> None:
        account = factories.an_account(factories.a_space(), "alice")
        register(account)
        registrar.records = {"alice@merged": registrar.records[account.identifier]}

        with instance.override(flexisip_use_global_domain=True):
            assert list(api.as_account(account).get("/api/accounts/me/devices").json) == [UUID]


class TestOne:
    @pytest.mark.parametrize("written", [UUID, f'"<{UUID}>"', quote(f'"<{UUID}>"')])
    def test_shows_one(self, api: Api, register: Register, written: str) -> None:
        account = factories.an_account(factories.a_space())
        register(account)

        assert api.as_account(account).get(f"/api/accounts/me/devices/{written}").json["uuid"] == UUID

    def test_unknown_is_404(self, api: Api, register: Register) -> None:
        account = factories.an_account(factories.a_space())
        register(account)

        assert api.as_account(account).get(f"/api/accounts/me/devices/{OTHER}").status == 404

    def test_without_registrar_nobody_can_tell(self, api: Api, registrar: MemoryRegistrar, register: Register) -> None:
        account = factories.an_account(factories.a_space())
        register(account)
        registrar.reachable = False

        answer = api.as_account(account).get(f"/api/accounts/me/devices/{UUID}")

        assert (answer.status, answer.message) == (503, "The registrar cannot be reached")


class TestRemoval:
    def test_removes_the_field_and_tells_flexisip(
        self, api: Api, register: Register, registrar: MemoryRegistrar
    ) -> None:
        account = factories.an_account(factories.a_space())
        register(account)
        register(account, OTHER)

        answer = api.as_account(account).delete(f"/api/accounts/me/devices/{UUID}")

        assert (answer.status, answer.text) == (200, "1")
        assert list(registrar.records[account.identifier]) == [f'"<{OTHER}>"']
        assert registrar.published == [(account.identifier, "")]

    def test_finds_it_under_another_field(self, api: Api, register: Register, registrar: MemoryRegistrar) -> None:
        account = factories.an_account(factories.a_space())
        register(account, field="fs-gen-17")

        assert api.as_account(account).delete(f"/api/accounts/me/devices/{UUID}").text == "1"
        assert registrar.records[account.identifier] == {}

    def test_nothing_removed_is_an_empty_body_and_still_told(self, api: Api, registrar: MemoryRegistrar) -> None:
        account = factories.an_account(factories.a_space())

        answer = api.as_account(account).delete(f"/api/accounts/me/devices/{UUID}")

        assert (answer.status, answer.text) == (200, "")
        assert registrar.published == [(account.identifier, "")]

    def test_an_unreachable_registrar_is_503(self, api: Api, registrar: MemoryRegistrar) -> None:
        registrar.reachable = False
        account = factories.an_account(factories.a_space())

        answer = api.as_account(account).delete(f"/api/accounts/me/devices/{UUID}")

        assert (answer.status, answer.message) == (503, "The registrar cannot be reached")


class TestAdministrators:
    def test_their_own_accounts(self, api: Api, register: Register) -> None:
        account = factories.an_account(factories.a_space())
        register(account)
        admin = api.as_admin(account.space)

        assert list(admin.get(f"/api/accounts/{account.pk}/devices").json) == [UUID]
        assert admin.get(f"/api/accounts/{account.pk}/devices/{UUID}").json["uuid"] == UUID
        assert admin.delete(f"/api/accounts/{account.pk}/devices/{UUID}").text == "1"
        assert admin.get("/api/accounts/999999/devices").status == 404

    def test_super_administrators_reach_all(self, api: Api, register: Register) -> None:
        account = factories.an_account(factories.a_space())
        register(account)

        assert list(api.as_super_admin().get(f"/api/accounts/{account.pk}/devices").json) == [UUID]

    @pytest.mark.parametrize("path", ["devices", f"devices/{UUID}"])
    def test_others_do_not(self, api: Api, register: Register, path: str) -> None:
        account = factories.an_account(factories.a_space())
        register(account)
        whole = f"/api/accounts/{account.pk}/{path}"

        assert api.as_admin(factories.a_space()).get(whole).status == 404
        assert api.as_account(account).get(whole).status == 403
        assert api.on(account.space).get(whole).status == 401
        assert api.on(account.space).get(f"/api/accounts/me/{path}").status == 401


class TestAccountDeletion:
    def test_removes_the_registrations(
        self, api: Api, register: Register, registrar: MemoryRegistrar, django_capture_on_commit_callbacks: Callable
    ) -> None:
        account = factories.an_account(factories.a_space())
        register(account)

        with django_capture_on_commit_callbacks(execute=True):
            api.as_account(account).delete("/api/accounts/me")

        assert registrar.records == {}
        assert registrar.published == [(account.identifier, "")]

    @pytest.mark.parametrize("setting", [{"flexisip_clear_registrations": False}, {"flexisip_use_global_domain": True}])
    def test_unless_it_is_not_wanted(
        self,
        api: Api,
        register: Register,
        registrar: MemoryRegistrar,
        django_capture_on_commit_callbacks: Callable,
        setting: dict[str, bool],
    ) -> None:
        account = factories.an_account(factories.a_space())
        register(account)

        with instance.override(**setting), django_capture_on_commit_callbacks(execute=True):
            assert api.as_account(account).delete("/api/accounts/me").status == 200

        assert list(registrar.records) == [account.identifier]

    def test_an_unreachable_registrar_does_not_keep_it_from_going(
        self, api: Api, registrar: MemoryRegistrar, django_capture_on_commit_callbacks: Callable
    ) -> None:
        registrar.reachable = False
        account = factories.an_account(factories.a_space())

        with django_capture_on_commit_callbacks(execute=True):
            assert api.as_account(account).delete("/api/accounts/me").status == 200
