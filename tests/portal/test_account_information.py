"""The page of an account for its administrators, and what its cards lead to."""

from typing import Any
from urllib.parse import quote

import pytest

from flexiapi.accounts.models import Account
from flexiapi.auth import digest
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.intercom.models import DictionaryEntry
from flexiapi.operations.models import AuditRecord
from flexiapi.provisioning.queries import unspent_token
from flexiapi.spaces.models import CardDavServer, Space
from flexiapi.telephony.models import CardDavCredential, ExternalAccount
from flexiapi.telephony.registrar import MemoryRegistrar
from tests import factories
from tests.portal.visitor import PageSeen, Visitor

from .conftest import PASSWORD
from .test_account_editing import write
from .test_accounts import an_administrator
from .test_devices import UUID, register

pytestmark = pytest.mark.django_db
SECRET = "another s3cret"


@pytest.fixture
def space(db: None) -> Space:
    return factories.a_space(carddav_user_credentials=True)


@pytest.fixture
def chief(space: Space) -> Visitor:
    return an_administrator(space)


@pytest.fixture
def anna(space: Space) -> Account:
    return factories.an_account(
        space, "anna", password=PASSWORD, email="anna@example.org", phone="+33612345678", display_name="Anna"
    )


@pytest.fixture
def page(anna: Account) -> str:
    return f"/admin/accounts/{anna.pk}"


@pytest.fixture
def stranger(db: None) -> Account:
    """Somebody of another Space who has a bit of everything."""
    account = factories.an_account(factories.a_space(carddav_user_credentials=True), "stranger")
    DictionaryEntry.objects.create(account=account, key="color", value="blue")
    ExternalAccount.objects.create(account=account, username="out", domain="sip.example.net", password="0" * 32)
    return account


def card(seen: PageSeen, name: str) -> str:
    """The text of a card."""
    return " ".join(seen.dom.xpath(f"//section[@aria-labelledby='{name}-title']")[0].text_content().split())


class TestInformation:
    def test_shows_what_there_is(self, chief: Visitor, anna: Account, page: str, registrar: MemoryRegistrar) -> None:
        seen = chief.open(page)

        assert seen.heading == "Anna"
        text = card(seen, "account")
        assert anna.sip_uri in text
        for value in ("anna@example.org", "+33612345678", "••••", anna.space.name):
            assert value in text
        assert "/admin/spaces/me" in seen.links()
        assert seen.dom.xpath("//ul[@class='tabs']//a[@aria-current]/@href") == [page]
        stored = anna.passwords.get().password
        assert stored not in seen.answer.text

    def test_super_administrators_come_to_the_space(self, anna: Account, page: str) -> None:
        seen = an_administrator(factories.a_super_space()).open(page)

        assert f"/admin/spaces/{anna.space.pk}" in seen.links()

    @pytest.mark.parametrize("name", ["devices", "dictionary"])
    def test_former_pages_are_cards(self, chief: Visitor, page: str, name: str) -> None:
        answer = chief.open(f"{page}/{name}", follow=False).answer

        assert (answer.status, answer.header("Location")) == (302, f"{page}#{name}")


class TestProvisioning:
    def test_a_new_link(self, chief: Visitor, anna: Account, page: str) -> None:
        assert "Create a link to set up a phone" in card(chief.open(page), "provisioning")

        seen = chief.submit(action=f"{page}/provision")

        token = unspent_token(anna.pk)
        assert seen.toasts == ["A new provisioning link is ready."]
        assert f"http://{anna.space.host}/provisioning/{token}" in card(seen, "provisioning")
        assert seen.dom.xpath("//section[@id='provisioning']//*[local-name()='svg' and contains(@class, 'qr')]")

    def test_a_link_asks_first(self, chief: Visitor, anna: Account, page: str) -> None:
        factories.a_token(anna, created_at=now())
        former = unspent_token(anna.pk)

        assert "is dead from then on" in chief.open(f"{page}/provision").text
        assert unspent_token(anna.pk) == former
        chief.submit()
        assert unspent_token(anna.pk) not in (None, former)

    def test_on_the_host_of_the_space_with_its_end(self, anna: Account, page: str) -> None:
        factories.a_token(anna, created_at=now())
        visitor = an_administrator(factories.a_super_space())

        with instance.override(app_provisioning_token_expiration_minutes=60):
            seen = visitor.open(page)

        assert f"http://{anna.space.host}/provisioning/" in seen.text
        assert "It ends on" in card(seen, "provisioning")


class TestDevices:
    def test_removed_after_a_question(
        self, chief: Visitor, anna: Account, page: str, registrar: MemoryRegistrar
    ) -> None:
        register(registrar, anna)
        link = next(link for link in chief.open(page).links() if "/devices/" in link)

        assert "Pixel 7" in chief.open(link).text
        seen = chief.submit()

        assert (seen.url, seen.toasts) == (page, ["The device was logged out."])
        assert registrar.records[anna.identifier] == {}

    def test_unknown_ones(self, chief: Visitor, page: str, registrar: MemoryRegistrar) -> None:
        assert chief.open(f"{page}/devices/{UUID}/delete").status == 404
        assert write(chief, f"{page}/devices", "DELETE", uuid=UUID).status == 404

    def test_where_nobody_answers(self, chief: Visitor, page: str, registrar: MemoryRegistrar) -> None:
        registrar.reachable = False

        assert "The registrar does not answer." in card(chief.open(page), "devices")
        assert chief.open(f"{page}/devices/{UUID}/delete").status == 503


class TestDictionary:
    @pytest.mark.parametrize("key", ["color", "a/b?c&d%20e#f", "Zoë <b>", "delete", "7"])
    def test_an_entry_lives(self, chief: Visitor, anna: Account, page: str, key: str) -> None:
        chief.open(f"{page}/dictionary/create")
        seen = chief.submit({"key": key, "value": "blue"})
        assert (seen.url, seen.toasts) == (page, ["The entry was saved."])
        assert f"{key}blue" in card(seen, "dictionary")

        chief.open(next(link for link in seen.links() if link.endswith("/edit") and "/dictionary/" in link))
        seen = chief.submit({"value": "red"})
        assert dict(anna.dictionary_entries.values_list("key", "value")) == {key: "red"}

        chief.open(next(link for link in seen.links() if link.endswith("/delete") and "/dictionary/" in link))
        assert chief.submit().toasts == ["The entry was deleted."]
        assert not anna.dictionary_entries.exists()

    def test_cleared_after_a_question(self, chief: Visitor, anna: Account, page: str) -> None:
        for key in ("color", "size"):
            DictionaryEntry.objects.create(account=anna, key=key, value="x")

        assert "2 entries are deleted." in chief.open(f"{page}/dictionary/clear").text
        assert anna.dictionary_entries.count() == 2
        assert chief.submit().toasts == ["The dictionary was cleared."]
        assert not anna.dictionary_entries.exists()

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"key": "", "value": "x"}, "key"),
            ({"key": "x", "value": ""}, "value"),
            ({"key": "x" * 256, "value": "x"}, "key"),
        ],
    )
    def test_refused(self, chief: Visitor, page: str, fields: dict[str, str], wrong: str) -> None:
        chief.open(f"{page}/dictionary/create")

        assert chief.submit(fields).error_of(wrong)
        assert not DictionaryEntry.objects.exists()

    def test_unknown_ones(self, chief: Visitor, page: str, stranger: Account) -> None:
        theirs = DictionaryEntry.objects.get(account=stranger)

        for path in ("/dictionary/color/edit", "/dictionary/color/delete"):
            assert chief.open(page + path).status == 404
        assert chief.open(f"{page}/dictionary/%00/edit").status == 400
        assert write(chief, f"{page}/dictionary", "DELETE", key="color").status == 404
        assert write(chief, f"{page}/dictionary", "DELETE").status == 404
        assert write(chief, f"{page}/dictionary/{theirs.pk}", "PUT", value="x").status == 404


class TestExternalAccount:
    FIELDS = {"username": "out", "domain": "sip.example.net", "protocol": "TLS", "password": SECRET}

    def save(self, visitor: Visitor, page: str, **fields: Any) -> PageSeen:
        visitor.open(f"{page}/external")
        return visitor.submit(fields, action=f"{page}/external")

    def test_lives(self, chief: Visitor, anna: Account, page: str, registrar: MemoryRegistrar) -> None:
        seen = self.save(chief, page, **self.FIELDS)
        assert (seen.url, seen.toasts) == (page, ["The external account was saved."])
        assert "out@sip.example.net" in card(seen, "external")
        stored = ExternalAccount.objects.get(account=anna)
        assert stored.password == digest.ha1("MD5", "out", "sip.example.net", SECRET)

        self.save(chief, page, protocol="UDP")
        stored.refresh_from_db()
        assert (stored.protocol, stored.password) == ("UDP", digest.ha1("MD5", "out", "sip.example.net", SECRET))

        assert "out@sip.example.net" in chief.open(f"{page}/external/delete").text
        assert chief.submit().toasts == ["The external account was removed."]
        assert not ExternalAccount.objects.exists()
        assert chief.open(f"{page}/external/delete").status == 404

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"password": ""}, "password"),
            ({"username": ""}, "username"),
            ({"domain": "not a domain"}, "domain"),
            ({"registrar": "sip.example.net"}, "registrar"),
            ({"outbound_proxy": "sip.example.net"}, "outbound_proxy"),
            ({"realm": "sip.example.net"}, "realm"),
        ],
    )
    def test_refused(self, chief: Visitor, page: str, fields: dict[str, str], wrong: str) -> None:
        seen = self.save(chief, page, **{**self.FIELDS, **fields})

        assert seen.url == f"{page}/external"
        assert seen.error_of(wrong)
        assert SECRET not in seen.answer.text
        assert not ExternalAccount.objects.exists()

    @pytest.mark.parametrize("change", [{"username": "in"}, {"domain": "sip.example.com"}, {"realm": "there"}])
    def test_another_address_needs_its_password(self, chief: Visitor, page: str, change: dict[str, str]) -> None:
        self.save(chief, page, **self.FIELDS)

        assert "is required" in self.save(chief, page, **change).error_of("password")


class TestCardDav:
    @pytest.fixture
    def server(self, space: Space) -> CardDavServer:
        return CardDavServer.objects.create(space=space, uri="https://dav.example.org/")

    def test_lives(self, chief: Visitor, anna: Account, page: str, server: CardDavServer) -> None:
        assert f"{page}/carddavs/create" in chief.open(page).links()
        chief.open(f"{page}/carddavs/create")
        seen = chief.submit({"username": "anna", "realm": "dav", "password": SECRET, "algorithm": "SHA-256"})
        assert (seen.url, seen.toasts) == (page, ["The credentials were saved."])
        assert "https://dav.example.org/anna dav SHA-256" in card(seen, "carddav")
        assert f"{page}/carddavs/create" not in seen.links()
        stored = CardDavCredential.objects.get(account=anna, server=server)
        assert stored.password == digest.ha1("SHA-256", "anna", "dav", SECRET)

        assert "https://dav.example.org/" in chief.open(f"{page}/carddavs/{server.pk}/delete").text
        assert chief.submit().toasts == ["The credentials were removed."]
        assert not CardDavCredential.objects.exists()
        assert CardDavServer.objects.exists()
        assert chief.open(f"{page}/carddavs/{server.pk}/delete").status == 404

    def test_one_for_each_directory_of_the_space(self, chief: Visitor, page: str, server: CardDavServer) -> None:
        elsewhere = CardDavServer.objects.create(space=factories.a_space(), uri="https://dav.example.net/")
        fields = {"username": "anna", "realm": "dav", "password": SECRET, "algorithm": "MD5"}

        for chosen in (elsewhere.pk, 999999, "x", ""):
            write(chief, f"{page}/carddavs", "POST", carddav_id=chosen, **fields)
        assert not CardDavCredential.objects.exists()
        write(chief, f"{page}/carddavs", "POST", carddav_id=server.pk, **fields)
        write(chief, f"{page}/carddavs", "POST", carddav_id=server.pk, **{**fields, "username": "other"})
        assert CardDavCredential.objects.get().username == "anna"

    def test_where_they_are_off(self) -> None:
        space = factories.a_space()
        visitor, account = an_administrator(space), factories.an_account(space)

        seen = visitor.open(f"/admin/accounts/{account.pk}")
        assert "CardDAV" not in seen.text
        assert visitor.open(f"/admin/accounts/{account.pk}/carddavs/create").status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/provision",
        "/devices",
        f"/devices/{quote(UUID)}/delete",
        "/dictionary",
        "/dictionary/create",
        "/dictionary/color/edit",
        "/dictionary/color/delete",
        "/dictionary/clear",
        "/external",
        "/external/delete",
        "/carddavs/create",
        "/carddavs/1/delete",
    ],
)
def test_others_accounts_are_not_there(chief: Visitor, stranger: Account, path: str) -> None:
    assert chief.open(f"/admin/accounts/{stranger.pk}{path}").status == 404


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("POST", "/provision", {}),
        ("DELETE", "/devices", {"uuid": UUID}),
        ("POST", "/dictionary", {"key": "size", "value": "x"}),
        ("DELETE", "/dictionary", {"key": "color"}),
        ("DELETE", "/dictionary/clear", {}),
        ("POST", "/external", TestExternalAccount.FIELDS),
        ("DELETE", "/external", {}),
        ("POST", "/carddavs", {"carddav_id": "1"}),
        ("DELETE", "/carddavs/1", {}),
    ],
)
def test_nor_to_be_written(
    chief: Visitor, stranger: Account, registrar: MemoryRegistrar, method: str, path: str, fields: dict[str, str]
) -> None:
    assert write(chief, f"/admin/accounts/{stranger.pk}{path}", method, **fields).status == 404
    assert ExternalAccount.objects.get(account=stranger).username == "out"
    assert stranger.dictionary_entries.get().key == "color"
    assert unspent_token(stranger.pk) is None


@pytest.mark.django_db(transaction=True)
def test_it_is_told_in_the_audit_log() -> None:
    space = factories.a_space()
    visitor, account = an_administrator(space), factories.an_account(space)
    AuditRecord.objects.all().delete()

    visitor.open(f"/admin/accounts/{account.pk}")
    visitor.submit(action=f"/admin/accounts/{account.pk}/provision")
    visitor.open(f"/admin/accounts/{account.pk}/dictionary/create")
    visitor.submit({"key": "color", "value": "blue"})

    assert [row.action for row in AuditRecord.objects.order_by("id")] == ["account.provisioned", "account.changed"]
