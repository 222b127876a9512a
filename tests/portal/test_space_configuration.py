"""What administrators of a Space decide themselves, and what it is connected to."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from flexiapi.accounts.models import Account
from flexiapi.operations.models import AuditRecord
from flexiapi.spaces.models import DigestConfiguration, EmailServer, Space
from tests import factories
from tests.portal.visitor import PageSeen, Visitor
from tests.spaces.test_logo import a_picture

from .test_account_editing import write
from .test_accounts import an_administrator

pytestmark = pytest.mark.django_db
MAIL_SERVER = {"host": "mail.example.org", "port": "587", "username": "portal", "password": "hush hush"}


@pytest.fixture
def space(db: None) -> Space:
    return factories.a_space()


@pytest.fixture
def chief(space: Space) -> Visitor:
    return an_administrator(space)


@pytest.fixture
def home(space: Space) -> str:
    return f"/admin/spaces/{space.pk}"


class TestConfiguration:
    def test_everything(self, chief: Visitor, space: Space, home: str) -> None:
        page = f"{home}/configuration"
        texts = {
            "theme_hue": "210",
            "copyright_text": "© Acme",
            "intro_registration_text": "**Hello**",
            "newsletter_registration_address": "news@example.org",
            "account_proxy_registrar_address": "proxy.example.org",
            "custom_provisioning_entries": "[ui]\nlogo=none",
        }
        chief.open(page)

        seen = chief.submit({**texts, "intercom_features": "on", "custom_provisioning_overwrite_all": "on"})

        assert (seen.url, seen.toasts) == (page, ["The configuration was saved."])
        space.refresh_from_db()
        assert {name: str(getattr(space, name)).replace("\r", "") for name in texts} == texts
        assert space.intercom_features
        assert space.custom_provisioning_overwrite_all
        assert space.public_registration
        assert space.web_panel

    def test_what_is_left_out_is_off_or_nothing(self, chief: Visitor, space: Space, home: str) -> None:
        Space.objects.filter(pk=space.pk).update(theme_hue=3, copyright_text="old")

        write(chief, f"{home}/configuration", "PUT")

        space.refresh_from_db()
        assert (space.theme_hue, space.copyright_text) == (None, None)
        assert not (space.public_registration)
        assert not (space.phone_registration)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("theme_hue", "361"),
            ("theme_hue", "red"),
            ("newsletter_registration_address", "nowhere"),
            ("custom_provisioning_entries", "no section"),
        ],
    )
    def test_refused(self, chief: Visitor, space: Space, home: str, field: str, value: str) -> None:
        chief.open(f"{home}/configuration")

        seen = chief.submit({field: value, "copyright_text": "kept"})

        assert seen.error_of(field)
        assert seen.url == f"{home}/configuration"
        assert seen.dom.xpath("//input[@name='copyright_text']/@value") == ["kept"]
        space.refresh_from_db()
        assert space.copyright_text is None

    def test_the_logo(self, chief: Visitor, space: Space, home: str, data_dir: Path) -> None:
        page = f"{home}/configuration"
        chief.open(page)
        seen = chief.submit({"logo": SimpleUploadedFile("a.png", a_picture(), "image/png")})
        assert seen.dom.xpath("//main//img/@src") == [f"/storage/img/{Space.objects.get(pk=space.pk).logo}"]

        seen = chief.submit({"logo": SimpleUploadedFile("a.gif", b"GIF89a"), "copyright_text": "new"})
        assert seen.error_of("logo")
        assert Space.objects.get(pk=space.pk).copyright_text is None

        assert chief.open(page).error_of("logo") == ""
        seen = chief.submit({"logo_delete": "on"})
        assert not seen.dom.xpath("//main//img")


class TestMailServer:
    def test_comes_and_goes(self, chief: Visitor, space: Space, home: str) -> None:
        assert f"{home}/email" in chief.open(f"{home}/integration").links()
        assert chief.open(f"{home}/email/delete").status == 404
        assert chief.open(f"{home}/email").dom.xpath("//input[@name='port']/@value") == ["25"]

        seen = chief.submit({**MAIL_SERVER, "from_address": "acme@example.org"})
        assert (seen.url, seen.toasts) == (f"{home}/integration", ["The mail server was saved."])
        assert "mail.example.org:587" in seen.text
        assert EmailServer.objects.get(space=space).password == "hush hush"

        chief.open(f"{home}/email/delete")
        assert chief.submit().toasts == ["The mail server was removed."]
        assert not EmailServer.objects.exists()
        assert write(chief, f"{home}/email", "DELETE").status == 404

    def test_the_password_is_never_shown_and_stays(self, chief: Visitor, space: Space, home: str) -> None:
        EmailServer.objects.create(space=space, **MAIL_SERVER)

        assert "hush" not in chief.open(f"{home}/email").answer.text
        chief.submit({"from_name": "Acme"})
        assert EmailServer.objects.get(space=space).password == "hush hush"

        chief.open(f"{home}/email")
        chief.submit({"forget_password": "on"})
        assert EmailServer.objects.get(space=space).password is None

    @pytest.mark.parametrize("change", [{"host": "evil.example.net"}, {"port": "26"}, {"username": "other"}])
    def test_the_password_goes_to_its_server_alone(
        self, chief: Visitor, space: Space, home: str, change: dict[str, str]
    ) -> None:
        EmailServer.objects.create(space=space, **MAIL_SERVER)
        chief.open(f"{home}/email")

        assert chief.submit(change).error_of("password")
        assert EmailServer.objects.get(space=space).host == "mail.example.org"

    @pytest.mark.parametrize(
        "change", [{"host": "no host"}, {"port": "many"}, {"port": "70000"}, {"from_address": "me"}, {"host": ""}]
    )
    def test_refused(self, chief: Visitor, home: str, change: dict[str, str]) -> None:
        chief.open(f"{home}/email")

        assert chief.submit({**MAIL_SERVER, **change}).error_of(next(iter(change)))
        assert not EmailServer.objects.exists()


class TestDigest:
    def digest(self, space: Space) -> tuple[str, str]:
        found = DigestConfiguration.objects.get(space=space)
        return found.realm, found.default_password_algorithm

    def test_without_accounts(self) -> None:
        empty, visitor = factories.a_space(), an_administrator(factories.a_super_space())
        page = f"/admin/spaces/{empty.pk}/digest"

        visitor.open(page)
        assert visitor.submit({"realm": "not a domain"}).error_of("realm")
        seen = visitor.submit({"realm": "realm.example.org", "default_password_algorithm": "MD5"})

        assert (seen.url, seen.toasts) == (
            f"/admin/spaces/{empty.pk}/integration",
            ["The digest configuration was saved."],
        )
        assert self.digest(empty) == ("realm.example.org", "MD5")

    def test_with_accounts_the_realm_stays(self, chief: Visitor, space: Space, home: str) -> None:
        realm, _ = self.digest(space)

        write(chief, f"{home}/digest", "POST", realm="other.example.org", default_password_algorithm="MD5")

        assert self.digest(space) == (realm, "MD5")

    def test_an_unknown_algorithm(self, chief: Visitor, space: Space, home: str) -> None:
        before = self.digest(space)
        chief.open(f"{home}/digest")

        write(chief, f"{home}/digest", "POST", default_password_algorithm="SHA-1")

        assert chief.open(f"{home}/digest").error_of("default_password_algorithm")
        assert self.digest(space) == before

    def test_where_there_was_none(self, chief: Visitor, space: Space, home: str) -> None:
        factories.without_digest(space)
        chief.open(f"{home}/digest")

        chief.submit({"default_password_algorithm": "SHA-256"})

        assert self.digest(space) == (space.domain, "SHA-256")


PAGES = ["/configuration", "/integration", "/email", "/digest"]


class TestWhoMay:
    @pytest.mark.parametrize("path", PAGES)
    def test_administrators_of_their_own_space(self, chief: Visitor, space: Space, path: str) -> None:
        other = factories.a_space()
        EmailServer.objects.create(space=other, **MAIL_SERVER)

        assert chief.open(f"/admin/spaces/{space.pk}{path}").status == 200
        assert chief.open(f"/admin/spaces/{other.pk}{path}").status == 404
        assert chief.open(f"/admin/spaces/999999{path}").status == 404
        assert an_administrator(factories.a_super_space()).open(f"/admin/spaces/{other.pk}{path}").status == 200

    @pytest.mark.parametrize(
        ("method", "path"), [("PUT", "/configuration"), ("POST", "/email"), ("DELETE", "/email"), ("POST", "/digest")]
    )
    def test_no_writes_elsewhere(self, chief: Visitor, method: str, path: str) -> None:
        other = factories.a_space(theme_hue=7)
        EmailServer.objects.create(space=other, **MAIL_SERVER)
        fields: dict[str, Any] = {**MAIL_SERVER, "host": "evil.example.net", "default_password_algorithm": "MD5"}

        assert write(chief, f"/admin/spaces/{other.pk}{path}", method, **fields).status == 404
        other.refresh_from_db()
        assert other.theme_hue == 7
        assert EmailServer.objects.get(space=other).host == "mail.example.org"

    def test_users_never(self, owner: Account, browser: Visitor) -> None:
        space = Space.objects.get(domain=owner.domain)
        assert {browser.open(f"/admin/spaces/{space.pk}{path}").status for path in PAGES} == {403}


def test_in_french(chief: Visitor, home: str) -> None:
    chief.headers["Accept-Language"] = "fr"
    seen: PageSeen = chief.open(f"{home}/integration")

    assert "Serveur de messagerie" in seen.text


@pytest.mark.django_db(transaction=True)
def test_it_is_told_in_the_audit_log() -> None:
    space = factories.a_space()
    visitor, home = an_administrator(space), f"/admin/spaces/{space.pk}"
    AuditRecord.objects.all().delete()

    write(visitor, f"{home}/configuration", "PUT", theme_hue="5")
    write(visitor, f"{home}/email", "POST", **MAIL_SERVER)
    write(visitor, f"{home}/digest", "POST", default_password_algorithm="MD5")

    records = AuditRecord.objects.filter(action="space.changed").order_by("id")
    assert [record.method for record in records] == ["session"] * 3
    assert [
        word
        for word, record in zip(['"theme_hue":5', "email_server", "MD5"], records, strict=True)
        if word in str(record.after)
    ] == ['"theme_hue":5', "email_server", "MD5"]
    assert "hush" not in "".join(f"{record.before}{record.after}" for record in records)
