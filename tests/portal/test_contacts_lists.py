"""The contacts lists of a Space and who is in them, as administrators manage them without JavaScript."""

import pytest

from flexiapi.accounts.models import Account
from flexiapi.contacts.models import ContactsList, ContactsListMember
from flexiapi.operations.models import AuditRecord
from flexiapi.spaces.models import Space
from tests import factories
from tests.portal.visitor import Visitor

from .test_account_editing import write
from .test_accounts import an_administrator

pytestmark = pytest.mark.django_db


@pytest.fixture
def space(db: None) -> Space:
    return factories.a_space()


@pytest.fixture
def chief(space: Space) -> Visitor:
    return an_administrator(space)


@pytest.fixture
def anna(space: Space) -> Account:
    return factories.an_account(space, "anna")


@pytest.fixture
def sales(space: Space, anna: Account) -> ContactsList:
    return factories.a_contacts_list(space, title="Sales", members=[anna])


@pytest.fixture
def page(space: Space) -> str:
    return f"/admin/spaces/{space.pk}/contacts_lists"


def titles(visitor: Visitor, page: str) -> list[str]:
    return [link.text for link in visitor.open(page).dom.xpath("//tbody//td[1]//a")]


class TestList:
    def test_one_comes_changes_and_goes(self, chief: Visitor, page: str) -> None:
        assert f"{page}/create" in chief.open(page).links()
        chief.open(f"{page}/create")
        seen = chief.submit({"title": "Workshop"})
        made = ContactsList.objects.get()
        assert (seen.url, seen.toasts) == (f"{page}/{made.pk}/edit", ["The contacts list was created."])

        seen = chief.submit({"title": "Garage", "description": "Cars"}, action=f"{page}/{made.pk}")
        assert (seen.url, seen.toasts) == (page, ["The contacts list was saved."])
        assert "Cars" in seen.text

        chief.open(f"{page}/{made.pk}/delete")
        seen = chief.submit()
        assert (seen.url, seen.toasts) == (page, ["The contacts list was deleted."])
        assert not ContactsList.objects.exists()

    def test_sorted(self, chief: Visitor, space: Space, anna: Account, page: str) -> None:
        factories.a_contacts_list(space, title="A")
        factories.a_contacts_list(space, title="C")
        factories.a_contacts_list(space, title="B", members=[anna])

        assert titles(chief, f"{page}?order_by=title") == ["A", "B", "C"]
        assert titles(chief, f"{page}?order_by=title&order_sort=desc") == ["C", "B", "A"]
        assert titles(chief, f"{page}?order_by=contacts_count&order_sort=desc")[0] == "B"
        assert len(titles(chief, f"{page}?order_by=nothing&page=99")) == 3

    def test_twenty_on_a_page(self, chief: Visitor, space: Space, page: str) -> None:
        for _ in range(21):
            factories.a_contacts_list(space)

        assert len(titles(chief, page)) == 20
        assert len(titles(chief, f"{page}?page=2")) == 1

    @pytest.mark.parametrize("title", ["", "Sales", "x" * 256])
    def test_a_wrong_title(self, chief: Visitor, sales: ContactsList, space: Space, page: str, title: str) -> None:
        chief.open(f"{page}/create")
        seen = chief.submit({"title": title})
        assert (seen.url, bool(seen.error_of("title"))) == (f"{page}/create", True)

        other = factories.a_contacts_list(space)
        chief.open(f"{page}/{other.pk}/edit")
        assert chief.submit({"title": title}, action=f"{page}/{other.pk}").error_of("title")

    def test_spaces_may_have_the_same_title(self, chief: Visitor, page: str) -> None:
        factories.a_contacts_list(factories.a_space(), title="Sales")

        chief.open(f"{page}/create")
        assert chief.submit({"title": "Sales"}).toasts

    @pytest.mark.parametrize("path", ["", "/create", "/{}/edit"])
    def test_old_addresses_lead_there(self, chief: Visitor, sales: ContactsList, page: str, path: str) -> None:
        seen = chief.open(f"/admin/contacts_lists{path.format(sales.pk)}")

        assert (seen.url, seen.status) == (page + path.format(sales.pk), 200)


class TestMembers:
    def test_come_and_go(self, chief: Visitor, space: Space, sales: ContactsList, anna: Account, page: str) -> None:
        bob = factories.an_account(space, "bob")
        home = f"{page}/{sales.pk}"
        seen = chief.open(f"{home}/contacts/add")
        assert (bob.identifier in seen.text, anna.identifier in seen.text) == (True, False)

        write(chief, f"{home}/contacts", "POST", **{"contacts_ids[]": [bob.pk, anna.pk]})
        seen = chief.open(f"{home}/edit")
        assert (bob.identifier in seen.text, seen.toasts) == (True, ["1 contact was added."])

        write(chief, f"{home}/contacts", "DELETE", **{"contacts_ids[]": [bob.pk, anna.pk]})
        assert chief.open(f"{home}/edit").toasts == ["2 contacts were removed."]
        assert not ContactsListMember.objects.exists()

    @pytest.mark.parametrize("ids", [[], ["x"], ["999999"], ["9" * 30], [""]])
    def test_wrong_ids(self, chief: Visitor, sales: ContactsList, page: str, ids: list[str]) -> None:
        home = f"{page}/{sales.pk}"

        assert write(chief, f"{home}/contacts", "POST", **{"contacts_ids[]": ids}).status == 302

        assert chief.open(f"{home}/contacts/add").dom.xpath("//p[@role='alert']")

    def test_accounts_of_other_spaces_do_not_come_in(self, sales: ContactsList, space: Space, page: str) -> None:
        stranger = factories.an_account(factories.a_space(), "stranger")

        for visitor in (an_administrator(space), an_administrator(factories.a_super_space())):
            write(visitor, f"{page}/{sales.pk}/contacts", "POST", **{"contacts_ids[]": [stranger.pk]})
        assert not ContactsListMember.objects.filter(contact=stranger).exists()

    def test_searches_are_links(self, chief: Visitor, space: Space, sales: ContactsList, page: str) -> None:
        factories.an_account(space, "bob")
        home = f"{page}/{sales.pk}"

        edit = write(chief, f"{home}/search", "POST", search="zz", domain=space.domain)
        assert edit.answer.header("Location") == f"{home}/edit?search=zz&domain={space.domain}"
        assert "anna@" not in chief.open(f"{home}/edit?search=zz").text
        assert "anna@" in chief.open(f"{home}/edit?search=nn&domain={space.domain}").text

        add = write(chief, f"{home}/contacts/search", "POST", search="bo")
        assert add.answer.header("Location") == f"{home}/contacts/add?search=bo"
        seen = chief.open(f"{home}/contacts/add?search=bo&order_by=username")
        assert ("bob@" in seen.text, "chief@" in seen.dom.find(".//main").text_content()) == (True, False)


class TestWhoMay:
    @pytest.mark.parametrize("path", ["/{}/edit", "/{}/delete", "/{}/contacts/add"])
    def test_lists_of_the_own_space(self, chief: Visitor, sales: ContactsList, page: str, path: str) -> None:
        other = factories.a_space()
        theirs = factories.a_contacts_list(other)

        assert chief.open(page + path.format(sales.pk)).status == 200
        assert chief.open(page + path.format(theirs.pk)).status == 404
        assert chief.open(f"/admin/spaces/{other.pk}/contacts_lists{path.format(theirs.pk)}").status == 404
        assert an_administrator(factories.a_super_space()).open(page + path.format(sales.pk)).status == 200

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", ""),
            ("PUT", "/{}"),
            ("DELETE", "/{}"),
            ("POST", "/{}/search"),
            ("POST", "/{}/contacts"),
            ("DELETE", "/{}/contacts"),
            ("POST", "/{}/contacts/search"),
        ],
    )
    def test_no_writes_elsewhere(self, chief: Visitor, page: str, method: str, path: str) -> None:
        other = factories.a_space()
        theirs = factories.a_contacts_list(other, title="Theirs", members=[factories.an_account(other)])
        member = ContactsListMember.objects.get().contact_id

        for home in (
            f"/admin/spaces/{other.pk}/contacts_lists",
            page if path else "/admin/spaces/999999/contacts_lists",
        ):
            fields = {"title": "Mine", "contacts_ids[]": [member]}
            assert write(chief, home + path.format(theirs.pk), method, **fields).status == 404
        assert ContactsListMember.objects.filter(contacts_list__title="Theirs").count() == 1
        assert ContactsList.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_is_told_in_the_audit_log() -> None:
    space = factories.a_space()
    visitor, page = an_administrator(space), f"/admin/spaces/{space.pk}/contacts_lists"
    anna = factories.an_account(space, "anna")
    AuditRecord.objects.all().delete()

    write(visitor, page, "POST", title="Sales")
    home = f"{page}/{ContactsList.objects.get().pk}"
    write(visitor, home, "PUT", title="Sale")
    write(visitor, f"{home}/contacts", "POST", **{"contacts_ids[]": [anna.pk]})
    write(visitor, f"{home}/contacts", "DELETE", **{"contacts_ids[]": [anna.pk]})
    write(visitor, home, "DELETE")

    records = AuditRecord.objects.filter(action__startswith="contacts_list.").order_by("id")
    assert [(record.action.partition(".")[2], record.before, record.after) for record in records] == [
        ("created", None, None),
        ("changed", '{"title":"Sales"}', '{"title":"Sale"}'),
        ("changed", None, f'{{"members":[{anna.pk}]}}'),
        ("changed", f'{{"members":[{anna.pk}]}}', None),
        ("deleted", None, None),
    ]
    assert {(record.space, record.method) for record in records} == {(space.domain, "session")}
