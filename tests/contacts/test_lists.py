"""Contacts lists, their members and the accounts that see them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexiapi.contacts.models import ContactsList, ContactsListMember, ContactsListViewer
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db

NEW = {"title": "Friends 😀", "description": "ידידים\nof all"}


class TestTexts:
    def test_create_show_change_delete(self, api: Api) -> None:
        space = factories.a_space()
        admin = api.as_admin(space)

        created = admin.post("/api/contacts_lists", NEW)
        url = f"/api/contacts_lists/{created.json['id']}"

        assert created.status == 201
        assert created.json == {
            "id": ContactsList.objects.get().pk,
            **NEW,
            "space_id": space.pk,
            "created_at": created.json["created_at"],
            "updated_at": created.json["updated_at"],
            "contacts_count": 0,
        }
        assert admin.get(url).json == created.json
        for change in (admin.put, admin.patch):
            changed = change(url, {**NEW, "description": "Others"})
            assert (changed.status, changed.json["description"]) == (200, "Others")
        deleted = admin.delete(url)
        assert (deleted.status, deleted.text) == (200, "1")
        assert admin.delete(url).text == "0"
        assert admin.get(url).status == admin.put(url, NEW).status == 404

    def test_the_index_shows_the_lists_of_the_host(self, api: Api) -> None:
        space = factories.a_space()
        first = factories.a_contacts_list(space, members=[factories.an_account(space) for _ in range(3)])
        second = factories.a_contacts_list(space)
        factories.a_contacts_list(factories.a_space())

        for client in (api.as_admin(space), api.as_super_admin(on=space)):
            found = client.get("/api/contacts_lists").json
            assert [(one["id"], one["contacts_count"]) for one in found] == [(first.pk, 3), (second.pk, 0)]

    def test_the_index_is_one_statement(self, api: Api) -> None:
        space = factories.a_space()
        admin = api.as_admin(space)
        admin.get("/api/contacts_lists")
        for _ in range(5):
            factories.a_contacts_list(space, members=[factories.an_account(space)])

        with CaptureQueriesContext(connection) as captured:
            admin.get("/api/contacts_lists")

        assert len(captured) == 2  # the gate's is the other

    def test_pages_by_key(self, api: Api) -> None:
        space = factories.a_space()
        ids = [factories.a_contacts_list(space).pk for _ in range(3)]
        admin = api.as_admin(space)

        first = admin.get("/api/contacts_lists?limit=2").json
        second = admin.get(f"/api/contacts_lists?limit=2&after={first['next_cursor']}").json

        assert [found["id"] for found in (*first["data"], *second["data"])] == ids

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", None),
            ("title", ""),
            ("title", "  "),
            ("title", []),
            ("title", {"a": 1}),
            ("title", True),
            ("title", "a\x00b"),
            ("title", "a" * 256),
            ("description", None),
            ("description", ["x"]),
            ("description", "\x00x"),
            ("description", "a" * 65_536),
        ],
    )
    def test_bad_values(self, api: Api, field: str, value: Any) -> None:
        space = factories.a_space()
        kept = factories.a_contacts_list(space)
        admin = api.as_admin(space)

        for answer in (
            admin.post("/api/contacts_lists", {**NEW, field: value}),
            admin.put(f"/api/contacts_lists/{kept.pk}", {**NEW, field: value}),
        ):
            assert (answer.status, list(answer.errors)) == (422, [field])
        assert list(ContactsList.objects.values_list("title", flat=True)) == [kept.title]

    def test_a_title_is_unique_in_its_space(self, api: Api) -> None:
        space, other = factories.a_space(), factories.a_space()
        taken = factories.a_contacts_list(space, title="Taken")
        mine = factories.a_contacts_list(space)
        admin = api.as_admin(space)
        body = {"title": "Taken", "description": "x"}

        for answer in (admin.post("/api/contacts_lists", body), admin.put(f"/api/contacts_lists/{mine.pk}", body)):
            assert answer.status == 422
            assert answer.errors == {"title": ["The title has already been taken."]}
        assert admin.put(f"/api/contacts_lists/{taken.pk}", body).status == 200
        assert api.as_admin(other).post("/api/contacts_lists", body).status == 201


class TestMembers:
    def test_adding_is_idempotent_and_removing_is_not(self, api: Api) -> None:
        space = factories.a_space()
        made, contact = factories.a_contacts_list(space), factories.an_account(space)
        admin = api.as_admin(space)
        url = f"/api/contacts_lists/{made.pk}/contacts/{contact.pk}"

        for _ in range(2):
            answer = admin.post(url)
            assert (answer.status, answer.body) == (200, b"")
        assert ContactsListMember.objects.count() == 1
        assert admin.delete(url).text == "1"
        assert admin.delete(url).status == 404

    def test_accounts_of_other_spaces_are_for_super_administrators(self, api: Api) -> None:
        space = factories.a_space()
        made, foreign = factories.a_contacts_list(space), factories.an_account(factories.a_space())
        url = f"/api/contacts_lists/{made.pk}/contacts/{foreign.pk}"

        assert api.as_admin(space).post(url).status == 404
        assert api.as_super_admin(on=space).post(url).status == 200


class TestViewers:
    def test_attach_and_detach_once(self, api: Api) -> None:
        space = factories.a_space()
        account, made = factories.an_account(space), factories.a_contacts_list(space)
        admin = api.as_admin(space)
        url = f"/api/accounts/{account.pk}/contacts_lists/{made.pk}"

        attached = admin.post(url)
        assert (attached.status, attached.body) == (200, b"")
        assert admin.post(url).status == 403
        assert ContactsListViewer.objects.count() == 1
        assert admin.delete(url).text == "1"
        assert admin.delete(url).status == 403

    def test_only_lists_of_the_accounts_own_space(self, api: Api) -> None:
        space, other = factories.a_space(), factories.a_space()
        account, foreign = factories.an_account(space), factories.a_contacts_list(other)
        url = f"/api/accounts/{account.pk}/contacts_lists/{foreign.pk}"

        assert api.as_admin(space).post(url).status == 404
        assert api.as_super_admin(on=other).post(url).status == 404
        assert ContactsListViewer.objects.count() == 0

    def test_a_deleted_list_is_seen_by_nobody(self, api: Api) -> None:
        space = factories.a_space()
        account, contact = factories.an_account(space), factories.an_account(space)
        made = factories.a_contacts_list(space, members=[contact], viewers=[account])
        client = api.as_account(account)

        assert len(client.get("/api/accounts/me/contacts").json) == 1
        api.as_admin(space).delete(f"/api/contacts_lists/{made.pk}")
        assert client.get("/api/accounts/me/contacts").json == []
