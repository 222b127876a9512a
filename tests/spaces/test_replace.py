"""PUT /api/spaces/{domain}: a super administrator replaces the settings of a Space."""

from datetime import timedelta
from typing import Any

import pytest
from tests import factories
from tests.api import Answer, Api

from flexiapi.http.dates import now
from flexiapi.spaces.models import CardDavServer, DigestConfiguration, Space

pytestmark = pytest.mark.django_db

MINIMAL = {"name": "First", "domain": "first.example.net", "host": "first.example.org"}


def day(offset: int) -> str:
    """A date so many days from today."""
    return (now() + timedelta(days=offset)).date().isoformat()


def replaced(client: Api, space: dict[str, Any], **changes: Any) -> Answer:
    """PUT of what GET gave, with changes."""
    return client.put(f"/api/spaces/{space['domain']}", {**space, **changes})


class TestReplace:
    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_what_get_gave_goes_back(self, api: Api, method: str) -> None:
        client = api.as_super_admin()
        space = client.post("/api/spaces", MINIMAL).json

        answer = client.send(method, "/api/spaces/first.example.net", {**space, "name": "Second", "max_accounts": 7})

        assert answer.status == 200, answer.text
        changed = {"name": "Second", "max_accounts": 7, "updated_at": answer.json["updated_at"]}
        assert answer.json == {**space, **changed}
        assert answer.json == client.get("/api/spaces/first.example.net").json

    def test_is_no_partial_update(self, api: Api) -> None:
        client = api.as_super_admin()
        client.post("/api/spaces", MINIMAL)

        answer = client.put("/api/spaces/first.example.net", {"super": True})

        assert answer.status == 422
        assert "super" not in answer.errors
        assert {"name", "host", "max_account", "max_accounts", "web_panel", "hide_settings"} <= set(answer.errors)
        assert Space.objects.get(domain="first.example.net").super is False

    def test_an_absent_nullable_setting_becomes_null_and_an_optional_switch_stays(self, api: Api) -> None:
        client = api.as_super_admin()
        extra = {
            "expire_at": day(5),
            "copyright_text": "me",
            "unique_email": False,
            "client_certificate_authentication": True,
            "require_second_factor": True,
            "provisioning_carddav_twins": True,
            "provisioning_reg_proxy": "sip:sip.example.org",
        }
        space = client.post("/api/spaces", {**MINIMAL, **extra}).json
        body = {key: value for key, value in space.items() if key not in (*extra, "theme_hue")}

        answer = client.put("/api/spaces/first.example.net", body)

        assert answer.status == 200, answer.text
        assert (answer.json["expire_at"], answer.json["copyright_text"]) == (None, None)
        assert answer.json["unique_email"] is False
        assert answer.json["client_certificate_authentication"] is True
        assert answer.json["require_second_factor"] is True
        assert answer.json["provisioning_carddav_twins"] is True
        assert answer.json["provisioning_reg_proxy"] == "sip:sip.example.org"
        assert replaced(client, space, provisioning_reg_proxy=None).json["provisioning_reg_proxy"] is None

    def test_the_domain_stays(self, api: Api) -> None:
        client = api.as_super_admin()
        space = client.post("/api/spaces", MINIMAL).json

        answer = client.put("/api/spaces/first.example.net", {**space, "domain": "second.example.net"})

        assert answer.json["domain"] == "first.example.net"

    def test_seats_are_no_fewer_than_accounts(self, api: Api) -> None:
        space = factories.a_space()
        for _ in range(3):
            factories.an_account(space)
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json

        answer = replaced(client, found, max_accounts=2)

        assert answer.errors == {"max_accounts": ["The max accounts must be at least 3."]}
        assert replaced(client, found, max_accounts=3).status == 200
        assert replaced(client, found, max_accounts=0).status == 200

    def test_a_changed_host_lies_below_the_root_host(self, api: Api) -> None:
        client = api.as_super_admin()
        space = client.post("/api/spaces", MINIMAL).json

        for host in ("first.example.net", "evilexample.org", "Upper.example.org", "a_b.example.org"):
            assert list(replaced(client, space, host=host).errors) == ["host"], host
        assert replaced(client, space, host="moved.example.org").status == 200
        assert api.to("moved.example.org").get("/api/ping").status == 200
        assert api.to("first.example.org").get("/api/ping").status == 404

    @pytest.mark.parametrize("host", ["old_name.example.org", "elsewhere.example.net"])
    def test_an_unchanged_host_of_another_form_is_kept(self, api: Api, host: str) -> None:
        space = factories.a_space(host=host)
        client = api.as_super_admin()

        assert replaced(client, client.get(f"/api/spaces/{space.domain}").json, name="New").status == 200

    @pytest.mark.parametrize("field", ["name", "host"])
    def test_refuses_what_another_space_has(self, api: Api, field: str) -> None:
        other, space = factories.a_space(), factories.a_space()
        client = api.as_super_admin()

        answer = replaced(client, client.get(f"/api/spaces/{space.domain}").json, **{field: getattr(other, field)})

        assert answer.errors == {field: [f"The {field} has already been taken."]}

    @pytest.mark.parametrize(("field", "value"), [("super", None), ("super", "no"), ("max_accounts", None)])
    def test_refuses_bad_values(self, api: Api, field: str, value: object) -> None:
        space = factories.a_space()
        client = api.as_super_admin()

        answer = replaced(client, client.get(f"/api/spaces/{space.domain}").json, **{field: value})

        assert list(answer.errors) == [field]

    def test_unknown_domains_are_not_found_after_validation(self, api: Api) -> None:
        space = factories.a_space()
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json

        assert client.put("/api/spaces/nowhere.example.org", {}).status == 422
        assert (
            client.put("/api/spaces/nowhere.example.org", {**found, "name": "n", "host": "n.example.org"}).status == 404
        )

    def test_every_process_sees_it_at_once(self, api: Api) -> None:
        space = factories.a_space()
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json
        api.on(space).get("/api/ping")

        replaced(client, found, max_accounts=1)

        admin = api.as_admin(space)
        assert admin.post("/api/accounts", {"username": "second", "password": "s3cret"}).status == 403


class TestDigestConfiguration:
    CHANGE = "digest_authentication_configuration"

    def test_changes_while_there_is_no_account(self, api: Api) -> None:
        space = factories.a_space()
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json
        wanted = {"realm": "phones", "default_password_algorithm": "MD5"}

        assert replaced(client, found, **{self.CHANGE: wanted}).json[self.CHANGE] == wanted

    def test_keeps_the_realm_of_accounts(self, api: Api) -> None:
        space = factories.a_space()
        factories.an_account(space, password="s3cret")
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json

        refused = replaced(client, found, name="Other", **{self.CHANGE: {"realm": "phones"}})
        accepted = replaced(client, found, **{self.CHANGE: {"default_password_algorithm": "MD5"}})

        assert refused.errors == {f"{self.CHANGE}.realm": ["The realm of a Space with accounts cannot change."]}
        assert Space.objects.get(pk=space.pk).name == space.name
        assert accepted.json[self.CHANGE] == {"realm": space.domain, "default_password_algorithm": "MD5"}

    def test_null_leaves_a_space_without_digest_alone(self, api: Api) -> None:
        space = factories.without_digest(factories.a_space())
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json
        assert found[self.CHANGE] is None

        assert replaced(client, found).json[self.CHANGE] is None
        assert not DigestConfiguration.objects.filter(space=space).exists()

        given = replaced(client, found, **{self.CHANGE: {"default_password_algorithm": "MD5"}})
        assert given.json[self.CHANGE] == {"realm": space.domain, "default_password_algorithm": "MD5"}


class TestProvisioning:
    def test_settings_reach_the_document(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        CardDavServer.objects.create(space=space, uri="https://dav.example.org")
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json
        phone = api.as_account(account).using(x_linphone_provisioning="1")
        before = phone.get("/provisioning/me").text
        assert "reg_proxy" not in before
        assert "carddav_0" not in before

        proxy = "<sip:sip.example.org;transport=tls>"
        replaced(client, found, provisioning_reg_proxy=proxy, provisioning_carddav_twins=True)

        after = phone.get("/provisioning/me").text
        assert '<entry name="reg_proxy">&lt;sip:sip.example.org;transport=tls&gt;</entry>' in after
        assert '<section name="carddav_0">' in after
