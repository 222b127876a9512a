"""Account types, and the actions that DTMF codes do."""

from typing import Any

import pytest

from flexiapi.accounts.models import Account
from flexiapi.intercom.models import AccountAction, AccountType, AccountTypeMembership
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_types(db: None) -> None:
    AccountType.objects.all().delete()


def an_intercom(**columns: Any) -> Account:
    return factories.an_account(factories.a_space(), **{"dtmf_protocol": "rfc2833", **columns})


BAD_WORDS = [None, "", [], {"a": "b"}, True, "Upper", "two words", "a.b", "😀", "a\x00b", "a\nb", "<b>", "a/b"]


class TestTypes:
    def test_create_show_rename_delete(self, api: Api) -> None:
        admin = api.as_admin(factories.a_space())

        created = admin.post("/api/account_types", {"key": "door_phone-2"})
        url = f"/api/account_types/{created.json['id']}"

        assert created.status == 201
        assert created.json == {"id": AccountType.objects.get().pk, "key": "door_phone-2"}
        assert admin.get("/api/account_types").json == [created.json]
        assert admin.get(url).json == created.json
        assert admin.put(url, {"key": "door_phone-2"}).status == 200
        assert admin.patch(url, {"key": "porte_é"}).json == {**created.json, "key": "porte_é"}
        deleted = admin.delete(url)
        assert (deleted.status, deleted.text) == (200, "1")
        assert admin.delete(url).text == "0"
        assert admin.get(url).status == admin.put(url, {"key": "x"}).status == 404

    @pytest.mark.parametrize("key", [*BAD_WORDS, "a" * 65])
    def test_bad_keys(self, api: Api, key: Any) -> None:
        kept = AccountType.objects.create(key="kept")
        admin = api.as_admin(factories.a_space())

        for answer in (
            admin.post("/api/account_types", {"key": key}),
            admin.put(f"/api/account_types/{kept.pk}", {"key": key}),
        ):
            assert (answer.status, list(answer.errors)) == (422, ["key"])
        assert list(AccountType.objects.values_list("key", flat=True)) == ["kept"]

    def test_every_broken_rule_is_told(self, api: Api) -> None:
        admin = api.as_admin(factories.a_space())

        assert admin.post("/api/account_types", {"key": "A b"}).errors["key"] == [
            "The key may only contain letters, numbers, dashes and underscores.",
            "No uppercase letters are allowed.",
        ]

    def test_keys_are_unique(self, api: Api) -> None:
        AccountType.objects.create(key="taken")
        mine = AccountType.objects.create(key="mine")
        admin = api.as_admin(factories.a_space())

        for answer in (
            admin.post("/api/account_types", {"key": "taken"}),
            admin.put(f"/api/account_types/{mine.pk}", {"key": "taken"}),
        ):
            assert answer.errors == {"key": ["The key has already been taken."]}

    def test_pages_by_key(self, api: Api) -> None:
        ids = [AccountType.objects.create(key=f"type{number}").pk for number in range(3)]
        admin = api.as_admin(factories.a_space())

        first = admin.get("/api/account_types?limit=2").json
        second = admin.get(f"/api/account_types?limit=2&after={first['next_cursor']}").json

        assert [found["id"] for found in (*first["data"], *second["data"])] == ids

    def test_attach_and_detach_once(self, api: Api) -> None:
        account, kind = an_intercom(), AccountType.objects.create(key="door")
        admin = api.as_admin(account.space)
        url = f"/api/accounts/{account.pk}/types/{kind.pk}"

        attached = admin.post(url)
        assert (attached.status, attached.body) == (200, b"")
        assert admin.post(url).status == 403
        assert AccountTypeMembership.objects.count() == 1
        detached = admin.delete(url)
        assert (detached.status, detached.text) == (200, "1")
        assert admin.delete(url).status == 403
        assert admin.post(f"/api/accounts/{account.pk}/types/{kind.pk + 1}").status == 404

    def test_deleting_a_type_detaches_it(self, api: Api) -> None:
        account, kind = an_intercom(), AccountType.objects.create(key="door")
        AccountTypeMembership.objects.create(account=account, account_type=kind)

        api.as_admin(account.space).delete(f"/api/account_types/{kind.pk}")

        assert AccountTypeMembership.objects.count() == 0
        assert Account.objects.filter(pk=account.pk).exists()


class TestActions:
    def test_create_show_replace_delete(self, api: Api) -> None:
        account = an_intercom()
        admin, url = api.as_admin(account.space), f"/api/accounts/{account.pk}/actions"

        created = admin.post(url, {"key": "open-1", "code": 12})
        one = f"{url}/{created.json['id']}"

        assert created.status == 201
        assert created.json == {"id": AccountAction.objects.get().pk, "key": "open-1", "code": "12"}
        assert admin.get(url).json == [created.json]
        assert admin.get(one).json == created.json
        for change in (admin.put, admin.patch):
            assert change(one, {"key": "shut", "code": "a3"}).json == {**created.json, "key": "shut", "code": "a3"}
        assert admin.post(url, {"key": "shut", "code": "4"}).status == 201
        deleted = admin.delete(one)
        assert (deleted.status, deleted.text) == (200, "1")
        assert admin.delete(one).text == "0"
        assert admin.get(one).status == admin.put(one, {"key": "x", "code": "1"}).status == 404

    def test_actions_of_another_account_are_none(self, api: Api) -> None:
        account = an_intercom()
        other = factories.an_account(account.space, dtmf_protocol="sipinfo")
        action = AccountAction.objects.create(account=other, key="open", code="1")
        admin, url = api.as_admin(account.space), f"/api/accounts/{account.pk}/actions/{action.pk}"

        assert admin.get(url).status == admin.put(url, {"key": "x", "code": "1"}).status == 404
        assert admin.delete(url).text == "0"
        assert AccountAction.objects.get().key == "open"

    def test_a_dtmf_protocol_is_needed_before_all_else(self, api: Api) -> None:
        account = an_intercom(dtmf_protocol=None)
        action = AccountAction.objects.create(account=account, key="open", code="1")
        admin, url = api.as_admin(account.space), f"/api/accounts/{account.pk}/actions"

        for method, path in [
            *(("GET", url), ("POST", url)),
            *((method, f"{url}/{action.pk}") for method in ("GET", "PUT", "PATCH", "DELETE")),
        ]:
            answer = admin.send(method, path)
            assert (answer.status, answer.message) == (403, "DTMF Protocol must be configured")
        assert AccountAction.objects.count() == 1

    @pytest.mark.parametrize("field", ["key", "code"])
    @pytest.mark.parametrize("value", [*BAD_WORDS, "a" * 256])
    def test_bad_values(self, api: Api, field: str, value: Any) -> None:
        account = an_intercom()
        kept = AccountAction.objects.create(account=account, key="open", code="1")
        admin, url = api.as_admin(account.space), f"/api/accounts/{account.pk}/actions"
        body = {"key": "shut", "code": "2", field: value}

        for answer in (admin.post(url, body), admin.put(f"{url}/{kept.pk}", body)):
            assert (answer.status, list(answer.errors)) == (422, [field])
        assert list(AccountAction.objects.values_list("key", "code")) == [("open", "1")]

    def test_codes_have_no_dashes(self, api: Api) -> None:
        account = an_intercom()

        answer = api.as_admin(account.space).post(f"/api/accounts/{account.pk}/actions", {"key": "a", "code": "1-2"})

        assert answer.errors == {"code": ["The code may only contain letters and numbers."]}
