"""Accounts created, changed and deleted by their administrators in the portal."""

from typing import Any

import pytest

from flexiapi.accounts.models import Account, Tombstone
from flexiapi.accounts.services.passwords import matches
from flexiapi.operations.models import AuditRecord
from flexiapi.spaces.models import Space
from tests import factories
from tests.portal.visitor import PageSeen, Visitor

from .conftest import PASSWORD
from .test_accounts import an_administrator

pytestmark = pytest.mark.django_db
NEW = "/admin/accounts/create"
SECRET = "another s3cret"
TWICE = {"password": SECRET, "password_confirmation": SECRET}


@pytest.fixture
def space(db: None) -> Space:
    return factories.a_space()


@pytest.fixture
def chief(space: Space) -> Visitor:
    return an_administrator(space)


@pytest.fixture
def anna(space: Space) -> Account:
    return factories.an_account(space, "anna", password=PASSWORD, email="anna@example.org")


def create(visitor: Visitor, *, query: str = "", **fields: Any) -> PageSeen:
    visitor.open(NEW + query)
    return visitor.submit({"username": "bert", **TWICE, **fields}, action="/admin/accounts/accounts")


def edit(visitor: Visitor, account: Account, **fields: Any) -> PageSeen:
    visitor.open(f"/admin/accounts/{account.pk}/edit")
    return visitor.submit(fields, action=f"/admin/accounts/{account.pk}")


def write(visitor: Visitor, path: str, method: str, **fields: Any) -> PageSeen:
    """Send fields to a path without its form."""
    token = visitor.open("/admin/accounts").dom.xpath("//input[@name='_token']/@value")[0]
    return visitor._send("POST", path, {"_token": token, "_method": method, **fields}, follow=False)


class TestCreation:
    def test_with_everything(self, chief: Visitor, space: Space) -> None:
        factories.activate_countries("FR")

        page = create(
            chief, display_name="Bert", email="bert@example.org", phone="+33 6 12 34 56 78", role="admin", blocked="on"
        )

        account = Account.objects.get(username="bert")
        assert (page.url, page.toasts) == (f"/admin/accounts/{account.pk}", ["The account was created."])
        assert (account.domain, account.display_name, account.email) == (space.domain, "Bert", "bert@example.org")
        assert (account.phone, account.admin, account.activated, account.blocked) == ("+33612345678", True, True, True)
        assert matches(account, SECRET)

    def test_switched_off_is_off(self, chief: Visitor) -> None:
        create(chief, activated=None)

        account = Account.objects.get(username="bert")
        assert (account.activated, account.blocked, account.admin) == (False, False, False)

    def test_the_link_may_choose_the_role(self, chief: Visitor) -> None:
        assert chief.open(f"{NEW}?admin=1").dom.xpath("//select[@name='role']/option[@selected]/@value") == ["admin"]

    @pytest.mark.parametrize(
        ("fields", "wrong", "text"),
        [
            ({"username": ""}, "username", "is required"),
            ({"username": "Bert"}, "username", "No uppercase"),
            ({"username": "anna"}, "username", "already been taken"),
            ({"username": "late"}, "username", "already been taken"),
            ({"password": "short", "password_confirmation": "short"}, "password", "at least 8"),
            ({"password": "", "password_confirmation": ""}, "password", "is required"),
            ({"password_confirmation": "different one"}, "password", "does not match"),
            ({"email": "anna@example.org"}, "email", "already been taken"),
            ({"email": "x"}, "email", "valid email"),
            ({"phone": "12"}, "phone", "invalid number"),
            ({"role": "chief"}, "role", "invalid"),
        ],
    )
    def test_refused(self, chief: Visitor, anna: Account, fields: dict[str, str], wrong: str, text: str) -> None:
        Tombstone.objects.create(username="late", domain=anna.domain)

        page = create(chief, display_name="Kept", **fields)

        assert page.url == NEW
        assert text in page.error_of(wrong)
        assert page.dom.xpath("//input[@name='display_name']/@value") == ["Kept"]
        assert SECRET not in page.answer.text
        assert Account.objects.count() == 2

    def test_a_full_space(self) -> None:
        space = factories.a_space(max_accounts=2)
        visitor = an_administrator(space)
        visitor.open(NEW)
        factories.an_account(space)

        page = visitor.submit({"username": "bert", **TWICE}, action="/admin/accounts/accounts")

        assert (page.status, "No seat is left in this Space." in page.text) == (403, True)
        assert visitor.open(NEW).status == 403
        assert not Account.objects.filter(username="bert").exists()

    def test_without_digest_no_password_is_asked_for(self, space: Space, chief: Visitor) -> None:
        factories.without_digest(space)
        assert not chief.open(NEW).dom.xpath("//input[@name='password']")

        chief.submit({"username": "bert"}, action="/admin/accounts/accounts")

        assert not Account.objects.get(username="bert").passwords.exists()

    def test_dtmf_where_there_are_intercoms(self) -> None:
        visitor = an_administrator(factories.a_space(intercom_features=True))

        create(visitor, dtmf_protocol="rfc2833")

        assert Account.objects.get(username="bert").dtmf_protocol == "rfc2833"


class TestSpaces:
    def test_super_administrators_choose(self) -> None:
        visitor = an_administrator(factories.a_super_space())
        there = factories.a_space("aa.example.org")
        factories.an_account(there, "bert")
        full = factories.a_space(max_accounts=1)
        factories.an_account(full)

        page = visitor.open(f"{NEW}?domain={there.domain}")
        assert page.dom.xpath("//select[@name='domain']/option/text()") == [there.domain, "super.example.org"]
        assert page.dom.xpath("//select[@name='domain']/option[@selected]/text()") == [there.domain]
        assert "already been taken" in create(visitor, query=f"?domain={there.domain}").error_of("username")
        assert create(visitor, query="?domain=super.example.org").toasts == ["The account was created."]
        full_one = write(visitor, "/admin/accounts/accounts", "POST", domain=full.domain, username="x", role="end_user")
        assert full_one.status == 403
        nowhere = write(visitor, "/admin/accounts/accounts", "POST", domain="x.org", username="x", role="end_user")
        assert nowhere.status == 302
        assert not Account.objects.filter(username="x").exists()

    def test_others_stay_at_home(self, chief: Visitor, space: Space, anna: Account) -> None:
        other = factories.a_space()
        assert not chief.open(NEW).dom.xpath("//select[@name='domain']")

        write(chief, "/admin/accounts/accounts", "POST", domain=other.domain, username="x", role="end_user", **TWICE)
        write(chief, f"/admin/accounts/{anna.pk}", "PUT", domain=other.domain, username="anna", role="end_user")

        assert Account.objects.get(username="x").domain == space.domain
        anna.refresh_from_db()
        assert anna.domain == space.domain

    def test_a_move_needs_a_password(self, anna: Account) -> None:
        visitor = an_administrator(factories.a_super_space())
        there = factories.a_space()

        assert "is required when" in edit(visitor, anna, domain=there.domain).error_of("password")
        assert edit(visitor, anna, domain=there.domain, **TWICE).toasts == ["The account was saved."]
        anna = Account.objects.get(pk=anna.pk)
        assert (anna.domain, matches(anna, SECRET)) == (there.domain, True)


class TestChange:
    def test_what_was_not_touched_stays(self, chief: Visitor, anna: Account) -> None:
        Account.objects.filter(pk=anna.pk).update(dtmf_protocol="sipinfo")

        page = edit(chief, anna, display_name="Anna")

        assert (page.url, page.toasts) == (f"/admin/accounts/{anna.pk}", ["The account was saved."])
        anna.refresh_from_db()
        assert (anna.display_name, anna.email, anna.activated) == ("Anna", "anna@example.org", True)
        assert (anna.dtmf_protocol, matches(anna, PASSWORD)) == ("sipinfo", True)

    def test_flags_role_and_password(self, chief: Visitor, anna: Account) -> None:
        edit(chief, anna, activated=None, blocked="on", role="admin", email="", **TWICE)

        anna.refresh_from_db()
        assert (anna.activated, anna.blocked, anna.admin, anna.email) == (False, True, True, None)
        assert matches(anna, SECRET)

    def test_a_rename_needs_a_password(self, chief: Visitor, anna: Account) -> None:
        page = edit(chief, anna, username="anne")
        assert "is required when" in page.error_of("password")

        edit(chief, anna, username="anne", **TWICE)

        anna = Account.objects.get(pk=anna.pk)
        assert (anna.username, matches(anna, SECRET)) == ("anne", True)

    def test_one_without_password_is_renamed(self, chief: Visitor, space: Space) -> None:
        account = factories.an_account(space, "bert")

        assert edit(chief, account, username="berta").toasts == ["The account was saved."]

    def test_names_of_others_are_taken(self, chief: Visitor, space: Space, anna: Account) -> None:
        other = factories.an_account(space, "bert")

        page = edit(chief, other, username="anna", email="anna@example.org")

        assert "already been taken" in page.error_of("username")
        assert "already been taken" in page.error_of("email")


class TestOneself:
    @pytest.mark.parametrize(
        ("fields", "wrong"), [({"role": "end_user"}, "role"), ({"blocked": "on"}, "blocked"), ({}, None)]
    )
    def test_keeps_the_own_rights(
        self, chief: Visitor, space: Space, fields: dict[str, str], wrong: str | None
    ) -> None:
        factories.an_account(space, "second", admin=True)
        own = Account.objects.get(username="chief")

        page = edit(chief, own, **fields)

        own.refresh_from_db()
        assert (own.admin, own.blocked) == (True, False)
        if wrong is None:
            assert page.toasts == ["The account was saved."]
        else:
            assert "You cannot take your own rights away." in page.error_of(wrong)

    def test_is_not_deleted(self, chief: Visitor, space: Space) -> None:
        own = Account.objects.get(username="chief")

        page = chief.open(f"/admin/accounts/{own.pk}/delete")
        assert "This is your own account." in page.text
        assert not page.dom.xpath("//main//form")
        assert write(chief, "/admin/accounts", "DELETE", account_id=own.pk).status == 403
        assert Account.objects.filter(pk=own.pk).exists()


class TestLastAdministrator:
    def test_stays(self, space: Space) -> None:
        visitor = an_administrator(factories.a_super_space())
        last = factories.an_account(space, "last", admin=True)
        factories.an_account(space, "sleeping", admin=True, blocked=True)

        for fields, wrong in (({"role": "end_user"}, "role"), ({"blocked": "on"}, "blocked")):
            assert "last administrator" in edit(visitor, last, **fields).error_of(wrong)
        moved = edit(visitor, last, domain="super.example.org")
        assert "last administrator" in moved.text
        assert "last administrator" in visitor.open(f"/admin/accounts/{last.pk}/delete").text
        assert write(visitor, "/admin/accounts", "DELETE", account_id=last.pk).status == 403

        factories.an_account(space, "second", admin=True)
        assert edit(visitor, last, role="end_user").toasts == ["The account was saved."]


class TestDeletion:
    def test_is_asked_for_and_done(self, chief: Visitor, anna: Account) -> None:
        page = chief.open(f"/admin/accounts/{anna.pk}/delete")
        assert anna.identifier in page.text

        page = chief.submit()

        assert (page.url, page.toasts) == ("/admin/accounts", [f"{anna.identifier} was deleted."])
        assert not Account.objects.filter(pk=anna.pk).exists()
        assert Tombstone.objects.filter(username="anna", domain=anna.domain).exists()

    @pytest.mark.parametrize(("account_id", "status"), [("999999", 404), ("x", 302), ("", 302), ("-1", 302)])
    def test_of_nothing(self, chief: Visitor, account_id: str, status: int) -> None:
        assert write(chief, "/admin/accounts", "DELETE", account_id=account_id).status == status


class TestReach:
    @pytest.mark.parametrize("page", ["", "/edit", "/delete"])
    def test_others_accounts_are_not_there(self, chief: Visitor, page: str) -> None:
        stranger = factories.an_account(factories.a_space(), "stranger")

        assert chief.open(f"/admin/accounts/{stranger.pk}{page}").status == 404
        assert chief.open(f"/admin/accounts/999999{page}").status == 404
        assert chief.open(f"/admin/accounts/foo{page}").status == 404

    def test_nor_to_be_written(self, chief: Visitor) -> None:
        stranger = factories.an_account(factories.a_space(), "stranger")
        changed = write(chief, f"/admin/accounts/{stranger.pk}", "PUT", username="mine", role="end_user")

        assert changed.status == 404
        assert write(chief, "/admin/accounts", "DELETE", account_id=stranger.pk).status == 404
        stranger.refresh_from_db()
        assert stranger.username == "stranger"

    def test_super_administrators_reach_all(self, anna: Account) -> None:
        visitor = an_administrator(factories.a_super_space())

        assert edit(visitor, anna, display_name="Anna").toasts == ["The account was saved."]


@pytest.mark.django_db(transaction=True)
def test_it_is_told_in_the_audit_log() -> None:
    space = factories.a_space()
    visitor = an_administrator(space)
    AuditRecord.objects.all().delete()

    create(visitor)
    account = Account.objects.get(username="bert")
    edit(visitor, account, display_name="Bert")
    visitor.open(f"/admin/accounts/{account.pk}/delete")
    visitor.submit()

    records = list(AuditRecord.objects.order_by("id"))
    assert [row.action for row in records] == ["account.created", "account.changed", "account.deleted"]
    assert {(row.actor, row.method, row.object) for row in records} == {
        (f"chief@{space.domain}", "session", account.identifier)
    }
    assert records[1].after == '{"display_name":"Bert"}'
