"""Lists, single accounts and look-ups by address."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.intercom.models import AccountAction
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db

KEYS = [
    "id",
    "username",
    "domain",
    "email",
    "activated",
    "ip_address",
    "user_agent",
    "created_at",
    "display_name",
    "dtmf_protocol",
    "updated_at",
    "blocked",
    "admin",
    "phone",
    "provisioning_token",
    "provisioning_token_expire_at",
    "dictionary",
    "sip_uri",
]
REST = ["email_change_code", "types", "actions", "carddav_servers"]


class TestShow:
    def test_keys_in_their_order(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, email="a@example.org")
        admin = api.as_admin(space)

        assert list(api.as_account(account).get("/api/accounts/me").json) == [*KEYS, "passwords", *REST]
        assert list(admin.get(f"/api/accounts/{account.pk}").json) == [*KEYS, *REST, "phone_change_code"]
        assert list(admin.get("/api/accounts").json["data"][0]) == [*KEYS, *REST, "phone_change_code"]
        found = [*KEYS, "passwords", *REST, "call_forwardings"]
        assert list(admin.get(f"/api/accounts/{account.username}@{space.domain}/search").json) == found
        assert list(admin.get("/api/accounts/a@example.org/search-by-email").json) == found

    def test_nobody_but_itself_and_its_administrator_sees_the_token(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        token = factories.a_token(account).token
        admin = api.as_admin(space)

        assert api.as_account(account).get("/api/accounts/me").json["provisioning_token"] == token
        assert admin.get(f"/api/accounts/{account.pk}").json["provisioning_token"] == token
        assert token not in admin.get("/api/accounts").text
        assert token not in admin.get(f"/api/resolve/{account.username}@{space.domain}").text

    def test_the_tokens_end(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        factories.a_token(account, created_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
        client = api.as_account(account)

        assert client.get("/api/accounts/me").json["provisioning_token_expire_at"] is None
        with instance.override(app_provisioning_token_expiration_minutes=60):
            expiry = client.get("/api/accounts/me").json["provisioning_token_expire_at"]
        assert expiry == "2026-03-01T13:00:00.000000Z"

    def test_actions_need_a_dtmf_protocol(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        AccountAction.objects.create(account=account, key="open", code="1")
        client = api.as_account(account)

        assert client.get("/api/accounts/me").json["actions"] == []
        Account.objects.filter(pk=account.pk).update(dtmf_protocol="sipinfo")
        assert [row["key"] for row in client.get("/api/accounts/me").json["actions"]] == ["open"]

    def test_of_another_space(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())

        assert api.as_admin(factories.a_space()).get(f"/api/accounts/{account.pk}").status == 404
        assert api.as_super_admin().get(f"/api/accounts/{account.pk}").status == 200


class TestList:
    def test_by_id_twenty_a_page(self, api: Api) -> None:
        space = factories.a_space()
        admin = api.as_admin(space)
        for _ in range(21):
            factories.an_account(space)
        factories.an_account(factories.a_space())

        first, second = admin.get("/api/accounts").json, admin.get("/api/accounts?page=2").json

        assert (first["total"], len(first["data"]), first["per_page"], first["last_page"]) == (22, 20, 20, 2)
        ids = [row["id"] for row in first["data"] + second["data"]]
        assert ids == sorted(ids)
        assert len(set(ids)) == 22
        assert admin.get("/api/accounts?page=x").json["current_page"] == 1

    def test_filters(self, api: Api) -> None:
        space, other = factories.a_space(), factories.a_space()
        admin = api.as_admin(space)
        day = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
        alice = factories.an_account(space, "alice", updated_at=day)
        bob = factories.an_account(space, "bob", updated_at=day + timedelta(days=1))
        members = factories.a_contacts_list(space, members=[bob])
        foreign = factories.an_account(other)

        def found(query: str) -> list[int]:
            return [row["id"] for row in admin.get(f"/api/accounts?{query}").json["data"]]

        assert found("search=LIC") == [alice.pk]
        assert found("search=%25") == []
        assert found("updated_date=2026-03-01") == [alice.pk]
        assert found(f"contacts_list={members.pk}") == [bob.pk]
        assert found(f"domain={other.domain}") == []
        assert found("order_by=username&order_sort=asc")[:2] == [alice.pk, bob.pk]
        assert found("order_by=updated_at&order_sort=asc")[:2] == [alice.pk, bob.pk]
        root = api.as_super_admin()
        assert [row["id"] for row in root.get(f"/api/accounts?domain={other.domain}").json["data"]] == [foreign.pk]

    @pytest.mark.parametrize(
        "query",
        ["updated_date=x", "contacts_list=x", "order_by=password", "order_sort=up", "limit=0", "limit=x", "after=x"],
    )
    def test_bad_filters(self, api: Api, query: str) -> None:
        assert api.as_admin(factories.a_space()).get(f"/api/accounts?{query}").status == 422

    @pytest.mark.parametrize("order", ["", "&order_by=username", "&order_by=updated_at", "&order_sort=asc"])
    def test_pages_by_key_meet_every_account_once(self, api: Api, order: str) -> None:
        space = factories.a_space()
        admin = api.as_admin(space)
        for _ in range(4):
            factories.an_account(space)
        some = list(Account.objects.filter(domain=space.domain).values_list("id", flat=True))
        Account.objects.filter(pk__in=some[::2]).update(updated_at=None)
        seen: list[int] = []
        after = ""
        for _ in range(10):
            page = admin.get(f"/api/accounts?limit=2{order}{after}").json
            seen += [row["id"] for row in page["data"]]
            if page["next_cursor"] is None:
                break
            after = f"&after={page['next_cursor']}"

        assert sorted(seen) == sorted(some)
        assert len(seen) == len(some)


class TestByAddress:
    @pytest.mark.parametrize("form", ["{}", "sip:{}", "sips:{}", "sip%3A{}"])
    def test_search_and_resolve(self, api: Api, form: str) -> None:
        space = factories.a_space()
        account = factories.an_account(space, "bob")
        path = form.format(f"bob%40{space.domain}")
        admin = api.as_admin(space)

        assert admin.get(f"/api/accounts/{path}/search").json["id"] == account.pk
        resolved = admin.get(f"/api/resolve/{path}", Content_Type="application/json", Content_Length="0")
        assert (resolved.json["type"], resolved.json["payload"]["sip_uri"]) == ("account", f"sip:bob@{space.domain}")

    @pytest.mark.parametrize("address", ["bob", "nobody@sip.example.org", "@", "a@b@c", "%20"])
    def test_nobody(self, api: Api, address: str) -> None:
        admin = api.as_admin(factories.a_space())

        for path in (f"/api/accounts/{address}/search", f"/api/resolve/{address}"):
            answer = admin.get(path)
            assert (answer.status, answer.message) == (404, "SIP address not found")

    def test_other_spaces_for_super_administrators_only(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(), "bob", email="bob@example.org")
        address = f"bob@{account.domain}"

        root, admin = api.as_super_admin(), api.as_admin(factories.a_space())
        assert root.get(f"/api/resolve/{address}").status == 200
        assert admin.get(f"/api/resolve/{address}").status == 404
        assert root.get("/api/accounts/bob@example.org/search-by-email").json["id"] == account.pk
        missing = admin.get("/api/accounts/bob@example.org/search-by-email")
        assert (missing.status, missing.message) == (404, "Email address not found")

    def test_of_several_with_an_address_the_first(self, api: Api) -> None:
        space = factories.a_space(unique_email=False)
        first = factories.an_account(space, email="family@example.org")
        factories.an_account(space, email="family@example.org")

        answer = api.as_admin(space).get("/api/accounts/family@example.org/search-by-email")

        assert json.loads(answer.body)["id"] == first.pk
