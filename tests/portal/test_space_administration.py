"""Spaces as super administrators create, administer and delete them."""

from datetime import timedelta
from typing import Any

import pytest

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.operations.models import AuditRecord
from flexiapi.spaces.models import Space
from tests import factories
from tests.portal.visitor import PageSeen, Visitor

from .test_account_editing import write
from .test_accounts import an_administrator

pytestmark = pytest.mark.django_db
LIST = "/admin/spaces"


@pytest.fixture
def own(db: None) -> Space:
    return factories.a_super_space()


@pytest.fixture
def chief(own: Space) -> Visitor:
    return an_administrator(own)


@pytest.fixture
def space(own: Space) -> Space:
    return factories.a_space(name="Elsewhere")


def create(visitor: Visitor, **fields: str) -> PageSeen:
    visitor.open(f"{LIST}/create")
    return visitor.submit({"name": "New", "domain": "sip.new.example.org", **fields})


class TestCreation:
    def test_below_the_root_host(self, chief: Visitor) -> None:
        with instance.override(app_root_host="example.org"):
            assert f"{LIST}/create" in chief.open(LIST).links()
            seen = create(chief, host="new", super="on", realm="realm.example.org", default_password_algorithm="MD5")

        assert (seen.url, seen.toasts) == (LIST, ["The Space was created."])
        space = Space.objects.get(name="New")
        assert (space.host, space.domain, space.super) == ("new.example.org", "sip.new.example.org", True)
        assert space.digest is not None
        assert (space.digest.realm, space.digest.default_password_algorithm) == ("realm.example.org", "MD5")

    def test_at_the_root_host(self, chief: Visitor) -> None:
        with instance.override(app_root_host="example.org"):
            create(chief)

        space = Space.objects.get(name="New")
        assert (space.host, space.super) == ("example.org", False)
        assert space.digest is not None
        assert space.digest.realm == space.domain

    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            ({"name": ""}, "name"),
            ({"name": "Elsewhere"}, "name"),
            ({"host": "two.labels"}, "host"),
            ({"domain": "no domain"}, "domain"),
            ({"realm": "no domain"}, "realm"),
        ],
    )
    def test_refused(self, chief: Visitor, space: Space, fields: dict[str, str], error: str) -> None:
        with instance.override(app_root_host="example.org"):
            seen = create(chief, **fields)

        assert seen.url == f"{LIST}/create"
        assert seen.error_of(error)
        assert Space.objects.count() == 2

    @pytest.mark.parametrize("host", ["taken", "under_score"])
    def test_a_host_that_is_taken_or_none(self, chief: Visitor, host: str) -> None:
        factories.a_space("sip.taken.example.org", host="taken.example.org")
        with instance.override(app_root_host="example.org"):
            seen = create(chief, host=host)

        assert seen.dom.xpath("//*[@id='field-full_host']")
        assert not Space.objects.filter(name="New").exists()


FULL = {"name": "Elsewhere", "max_accounts": "5", "web_panel": "on", "unique_email": "on"}


class TestAdministration:
    def test_everything(self, chief: Visitor, space: Space) -> None:
        day = (now() + timedelta(days=9)).strftime("%Y-%m-%d")
        chief.open(f"{LIST}/{space.pk}/administration")

        seen = chief.submit(
            {"name": "There", "max_accounts": "7", "expire_at": day, "carddav_user_credentials": "on", "super": "on"}
        )

        assert (seen.url, seen.toasts) == (f"{LIST}/{space.pk}", ["The Space was saved."])
        space.refresh_from_db()
        assert (space.name, space.max_accounts, space.super) == ("There", 7, True)
        assert space.expire_at is not None
        assert space.expire_at.strftime("%Y-%m-%d") == day
        assert (space.carddav_user_credentials, space.web_panel, space.unique_email) == (True, True, True)

    def test_an_expired_space_keeps_its_day(self, chief: Visitor, space: Space) -> None:
        Space.objects.filter(pk=space.pk).update(expire_at=now() - timedelta(days=9))
        chief.open(f"{LIST}/{space.pk}/administration")

        assert chief.submit({"name": "Over"}).toasts == ["The Space was saved."]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("max_accounts", "-1"),
            ("max_accounts", "1"),
            ("max_accounts", "x"),
            ("expire_at", "2020-01-01"),
            ("expire_at", "soon"),
        ],
    )
    def test_refused(self, chief: Visitor, space: Space, field: str, value: str) -> None:
        factories.an_account(space)
        factories.an_account(space)
        chief.open(f"{LIST}/{space.pk}/administration")

        seen = chief.submit({"max_accounts": "9", field: value})

        assert (seen.url, bool(seen.error_of(field))) == (f"{LIST}/{space.pk}/administration", True)
        assert Space.objects.get(pk=space.pk).max_accounts == 0

    def test_shared_addresses_are_told(self, chief: Visitor, space: Space) -> None:
        Space.objects.filter(pk=space.pk).update(unique_email=False)
        for _ in range(3):
            factories.an_account(space, email="shared@example.org")
        chief.open(f"{LIST}/{space.pk}/administration")

        seen = chief.submit({"unique_email": "on"})

        assert seen.error_of("unique_email") == "3 accounts use shared@example.org."

    def test_a_provider_needs_unique_addresses(self, chief: Visitor, space: Space) -> None:
        factories.an_oidc_configuration(space)

        write(chief, f"{LIST}/{space.pk}/administration", "PUT", **{**FULL, "unique_email": ""})

        assert chief.open(f"{LIST}/{space.pk}/administration").error_of("unique_email")
        assert Space.objects.get(pk=space.pk).unique_email

    def test_a_space_with_a_provider_does_not_become_super(self, chief: Visitor, space: Space) -> None:
        factories.an_oidc_configuration(space)
        chief.open(f"{LIST}/{space.pk}/administration")

        assert chief.submit({"super": "on"}).error_of("super")
        assert not Space.objects.get(pk=space.pk).super

    def test_nobody_locks_themselves_out(self, chief: Visitor, own: Space) -> None:
        today = now().strftime("%Y-%m-%d")

        write(chief, f"{LIST}/{own.pk}/administration", "PUT", name=own.name, max_accounts="0", expire_at=today)

        seen = chief.open(f"{LIST}/{own.pk}/administration")
        assert all(seen.error_of(name) for name in ("super", "web_panel", "expire_at"))
        own.refresh_from_db()
        assert (own.super, own.web_panel, own.expire_at) == (True, True, None)


class TestApps:
    def test_switches_say_what_is_there(self, chief: Visitor, space: Space) -> None:
        page = f"{LIST}/{space.pk}/edit"
        assert chief.open(page).dom.xpath("//input[@name='disable_chat_feature']/@checked")
        assert not chief.open(page).dom.xpath("//input[@name='disable_broadcast_feature']/@checked")

        seen = chief.submit({"disable_broadcast_feature": "on", "max_account": "3"})

        assert (seen.url, seen.toasts) == (page, ["The configuration of the apps was saved."])
        space.refresh_from_db()
        assert (space.disable_chat_feature, space.disable_broadcast_feature, space.max_account) == (False, False, 3)

    def test_what_is_left_out_is_off(self, chief: Visitor, space: Space) -> None:
        write(chief, f"{LIST}/{space.pk}", "PUT", max_account="0", hide_settings="on")

        space.refresh_from_db()
        assert (space.disable_chat_feature, space.hide_settings, space.only_display_sip_uri_username) == (
            True,
            False,
            False,
        )

    @pytest.mark.parametrize("number", ["", "many", "-1"])
    def test_refused(self, chief: Visitor, space: Space, number: str) -> None:
        write(chief, f"{LIST}/{space.pk}", "PUT", max_account=number)

        assert chief.open(f"{LIST}/{space.pk}/edit").error_of("max_account")


class TestDeletion:
    def test_by_its_domain(self, chief: Visitor, space: Space) -> None:
        factories.an_account(space)
        page = f"{LIST}/delete/{space.pk}"
        assert page in chief.open(f"{LIST}/{space.pk}").links()
        assert "1 account," in chief.open(page).text

        for wrong in ("first-zone", "", space.name):
            assert chief.submit({"domain": wrong}).error_of("domain")
        seen = chief.submit({"domain": space.domain})

        assert (seen.url, seen.toasts) == (LIST, ["The Space was deleted."])
        assert not Space.objects.filter(pk=space.pk).exists()
        assert not Account.objects.filter(domain=space.domain).exists()

    def test_never_the_own(self, chief: Visitor, own: Space) -> None:
        assert not chief.open(f"{LIST}/delete/{own.pk}").dom.xpath("//main//form")
        assert write(chief, f"{LIST}/{own.pk}", "DELETE", domain=own.domain).status == 403
        assert Space.objects.filter(pk=own.pk).exists()


GETS = ["/create", "/{}", "/{}/edit", "/{}/administration", "/delete/{}"]


class TestWhoMay:
    @pytest.mark.parametrize("path", GETS)
    def test_super_administrators_alone(self, chief: Visitor, space: Space, path: str) -> None:
        assert chief.open(LIST + path.format(space.pk)).status == 200
        assert an_administrator(space).open(LIST + path.format(space.pk)).status == 403
        if "{}" in path:
            assert chief.open(LIST + path.format(999999)).status == 404

    @pytest.mark.parametrize(
        ("method", "path"), [("POST", ""), ("PUT", "/{}"), ("DELETE", "/{}"), ("PUT", "/{}/administration")]
    )
    def test_no_writes(self, chief: Visitor, space: Space, method: str, path: str) -> None:
        fields: dict[str, Any] = {**FULL, "max_account": "1", "domain": space.domain, "super": "on"}

        assert write(an_administrator(space), LIST + path.format(space.pk), method, **fields).status == 403
        if path:
            assert write(chief, LIST + path.format(999999), method, **fields).status == 404
        space.refresh_from_db()
        assert not space.super


@pytest.mark.django_db(transaction=True)
def test_it_is_told_in_the_audit_log() -> None:
    space = factories.a_space()
    visitor = an_administrator(factories.a_super_space())
    AuditRecord.objects.all().delete()

    with instance.override(app_root_host="example.org"):
        create(visitor, host="new")
    write(visitor, f"{LIST}/{space.pk}/administration", "PUT", **FULL)
    write(visitor, f"{LIST}/{space.pk}", "DELETE", domain=space.domain)

    records = AuditRecord.objects.filter(action__startswith="space.").order_by("id")
    assert [(record.action, record.method) for record in records] == [
        ("space.created", "session"),
        ("space.changed", "session"),
        ("space.deleted", "session"),
    ]
