"""Types and actions in the portal, where a Space has intercoms."""

import pytest

from flexiapi.accounts.models import Account
from flexiapi.intercom.models import AccountAction, AccountType, AccountTypeMembership
from flexiapi.operations.models import AuditRecord
from flexiapi.spaces.models import Space
from tests import factories
from tests.portal.visitor import Visitor

from .test_account_editing import write
from .test_account_information import card
from .test_accounts import an_administrator

pytestmark = pytest.mark.django_db
TYPES = "/admin/accounts/types"


@pytest.fixture
def space(db: None) -> Space:
    AccountType.objects.all().delete()
    return factories.a_space(intercom_features=True)


@pytest.fixture
def chief(space: Space) -> Visitor:
    return an_administrator(space)


@pytest.fixture
def anna(space: Space) -> Account:
    return factories.an_account(space, "anna", dtmf_protocol="sipinfo")


@pytest.fixture
def page(anna: Account) -> str:
    return f"/admin/accounts/{anna.pk}"


class TestTypes:
    def test_one_lives(self, chief: Visitor) -> None:
        assert TYPES in chief.open("/admin/accounts").links()
        chief.open(f"{TYPES}/create")
        seen = chief.submit({"key": "door"})
        assert (seen.url, seen.toasts) == (TYPES, ["The type was saved."])
        found = AccountType.objects.get()

        chief.open(f"{TYPES}/{found.pk}/edit")
        chief.submit({"key": "gate"})
        found.refresh_from_db()
        assert found.key == "gate"

        assert "gate" in chief.open(f"{TYPES}/{found.pk}/delete").text
        assert chief.submit().toasts == ["The type was deleted."]
        assert not AccountType.objects.exists()
        assert "There is no type yet." in chief.open(TYPES).text

    @pytest.mark.parametrize("key", ["", "Door", "a door", "taken", "x" * 65])
    def test_refused(self, chief: Visitor, key: str) -> None:
        AccountType.objects.create(key="taken")
        other = AccountType.objects.create(key="other")

        for path in (f"{TYPES}/create", f"{TYPES}/{other.pk}/edit"):
            chief.open(path)
            seen = chief.submit({"key": key})
            assert seen.url == path
            assert seen.error_of("key")

    def test_those_of_other_spaces_are_for_super_administrators(self, chief: Visitor, anna: Account) -> None:
        shared = AccountType.objects.create(key="door")
        for account in (anna, factories.an_account(factories.a_space())):
            AccountTypeMembership.objects.create(account=account, account_type=shared)

        for path in ("/edit", "/delete"):
            assert chief.open(f"{TYPES}/{shared.pk}{path}").status == 403
        assert write(chief, f"{TYPES}/{shared.pk}", "DELETE").status == 403
        assert write(chief, f"{TYPES}/{shared.pk}", "PUT", key="mine").status == 403
        Space.objects.filter(pk=factories.a_super_space().pk).update(intercom_features=True)
        visitor = an_administrator(Space.objects.get(super=True))
        visitor.open(f"{TYPES}/{shared.pk}/edit")
        assert visitor.submit({"key": "gate"}).toasts == ["The type was saved."]

    def test_unknown_ones(self, chief: Visitor) -> None:
        for path in ("/999999/edit", "/999999/delete", "/x/edit"):
            assert chief.open(TYPES + path).status == 404
        assert write(chief, f"{TYPES}/999999", "PUT", key="x").status == 404


@pytest.mark.django_db(transaction=True)
def test_types_are_told_in_the_audit_log(chief: Visitor) -> None:
    AuditRecord.objects.all().delete()
    chief.open(f"{TYPES}/create")
    chief.submit({"key": "door"})
    place = f"{TYPES}/{AccountType.objects.get().pk}"
    for key in ("gate", "gate"):
        chief.open(f"{place}/edit")
        chief.submit({"key": key})
    chief.open(f"{place}/delete")
    chief.submit()

    records = AuditRecord.objects.filter(action__startswith="account_type.").order_by("id")
    assert [(record.action.partition(".")[2], record.before, record.after) for record in records] == [
        ("created", None, '{"key":"door"}'),
        ("changed", '{"key":"door"}', '{"key":"gate"}'),
        ("deleted", None, None),
    ]


class TestTypesOfAccounts:
    def test_one_comes_and_goes(self, chief: Visitor, page: str) -> None:
        found = AccountType.objects.create(key="door")

        chief.open(f"{page}/types/create")
        seen = chief.submit({"account_type_id": str(found.pk)})
        assert (seen.url, seen.toasts) == (page, ["The type was added."])
        assert "door" in card(seen, "types")

        assert chief.submit(action=f"{page}/types/{found.pk}").toasts == ["The type was taken away."]
        assert not AccountTypeMembership.objects.exists()

    @pytest.mark.parametrize(("type_id", "status"), [("999999", 404), ("x", 302), ("", 302)])
    def test_unknown_ones(self, chief: Visitor, page: str, type_id: str, status: int) -> None:
        assert write(chief, f"{page}/types", "POST", account_type_id=type_id).status == status


class TestActions:
    def test_one_lives(self, chief: Visitor, anna: Account, page: str) -> None:
        chief.open(f"{page}/actions/create")
        seen = chief.submit({"key": "open-door", "code": "1a"})
        assert (seen.url, seen.toasts) == (page, ["The action was saved."])
        assert "open-door" in card(seen, "actions")
        found = AccountAction.objects.get(account=anna)

        chief.open(f"{page}/actions/{found.pk}/edit")
        chief.submit({"code": "2"})
        found.refresh_from_db()
        assert (found.key, found.code) == ("open-door", "2")

        assert "open-door" in chief.open(f"{page}/actions/{found.pk}/delete").text
        assert chief.submit().toasts == ["The action was deleted."]
        assert not AccountAction.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"key": "", "code": "1"}, "key"),
            ({"key": "Door", "code": "1"}, "key"),
            ({"key": "door", "code": ""}, "code"),
            ({"key": "door", "code": "1#"}, "code"),
        ],
    )
    def test_refused(self, chief: Visitor, page: str, fields: dict[str, str], wrong: str) -> None:
        chief.open(f"{page}/actions/create")
        seen = chief.submit(fields)

        assert seen.url == f"{page}/actions/create"
        assert seen.error_of(wrong)

    def test_need_a_dtmf_protocol(self, chief: Visitor, anna: Account, page: str) -> None:
        Account.objects.filter(pk=anna.pk).update(dtmf_protocol=None)

        assert "Actions need a DTMF protocol." in card(chief.open(page), "actions")
        assert chief.open(f"{page}/actions/create").status == 403

    def test_of_somebody_else(self, chief: Visitor, space: Space, page: str) -> None:
        other = factories.an_account(space, dtmf_protocol="sipinfo")
        theirs = AccountAction.objects.create(account=other, key="door", code="1")

        for path in ("/edit", "/delete"):
            assert chief.open(f"{page}/actions/{theirs.pk}{path}").status == 404
        assert write(chief, f"{page}/actions/{theirs.pk}", "PUT", key="x", code="1").status == 404
        assert write(chief, f"{page}/actions/{theirs.pk}", "DELETE").status == 404


@pytest.mark.parametrize("path", ["/types/create", "/actions/create", "/actions/1/edit", "/actions/1/delete"])
def test_others_accounts_are_not_there(chief: Visitor, path: str) -> None:
    stranger = factories.an_account(factories.a_space(intercom_features=True), dtmf_protocol="sipinfo")

    assert chief.open(f"/admin/accounts/{stranger.pk}{path}").status == 404


def test_nothing_without_intercoms() -> None:
    space = factories.a_space()
    visitor, account = an_administrator(space), factories.an_account(space, dtmf_protocol="sipinfo")
    page = f"/admin/accounts/{account.pk}"

    assert "types-title" not in visitor.open(page).answer.text
    for path in (TYPES, f"{TYPES}/create", f"{page}/types/create", f"{page}/actions/create"):
        assert visitor.open(path).status == 404
    assert write(visitor, f"{page}/actions", "POST", key="door", code="1").status == 404
