"""Wizard links: the API that makes them and the page that they open."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from tests import factories
from tests.api import Api
from tests.portal.visitor import Visitor

from flexiapi.accounts.models import ProvisioningToken
from flexiapi.http.dates import now
from flexiapi.provisioning.models import Wizard

pytestmark = pytest.mark.django_db


def link(page: object) -> str:
    """Where the button of a page leads."""
    return str(page.dom.get_element_by_id("open_app").get("href"))  # type: ignore[attr-defined]


class TestApi:
    def test_makes_a_link(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        body = {
            "provisioning_account_id": account.pk,
            "sip": "sip:bob@sip.example.org;transport=tls?subject=x",
            "linphone_action": "call",
            "linphone_use_sips": True,
        }

        answer = api.as_admin(space).post("/api/wizard", body)

        assert answer.status == 201
        token = answer.json["token"]
        assert len(token) == 8
        assert answer.json == {**body, "token": token, "url": f"http://{space.host}/wizard/{token}"}
        found = link(Visitor(space).open(f"/wizard/{token}"))
        issued = ProvisioningToken.objects.get(account=account).token
        config = quote(f"http://{space.host}/provisioning/{issued}", safe="")
        assert found == (
            "sip-linphone:bob@sip.example.org;transport=tls?subject=x&linphone-action=call"
            f"&linphone-fetch-config={config}&linphone-use-sips=true"
        )

    @pytest.mark.parametrize(
        ("body", "field", "message"),
        [
            ({"linphone_action": "call"}, "sip", "The sip field is required when linphone action is call."),
            ({"linphone_action": "call", "sip": ""}, "sip", "The sip field is required when linphone action is call."),
            ({"sip": "bob@example.org"}, "sip", "The sip must be a valid SIP URI."),
            ({"sip": None}, "sip", "The sip must be a string."),
            ({"sip": "", "linphone_action": "show"}, "sip", "The sip must be a string."),
            ({"linphone_action": "dance"}, "linphone_action", "The selected linphone action is invalid."),
            ({"linphone_use_sips": "maybe"}, "linphone_use_sips", "must be true or false"),
            ({"provisioning_account_id": 999999}, "provisioning_account_id", "is invalid."),
        ],
    )
    def test_refusals(self, api: Api, body: dict[str, object], field: str, message: str) -> None:
        answer = api.as_admin(factories.a_space()).post("/api/wizard", body)

        assert message in answer.errors[field][0]
        assert Wizard.objects.count() == 0

    def test_the_accounts_of_other_spaces_are_out_of_reach(self, api: Api) -> None:
        foreign = factories.an_account(factories.a_space())
        body = {"provisioning_account_id": foreign.pk}

        assert api.as_admin(factories.a_space()).post("/api/wizard", body).status == 422
        assert api.as_super_admin().post("/api/wizard", body).status == 201


class TestPage:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", "sip-linphone:?linphone-action=show"),
            (
                "?sip=sip:john@sip.linphone.org&linphone-action=call",
                "sip-linphone:john@sip.linphone.org?linphone-action=call",
            ),
            (
                "?sip=sip:john@sip.linphone.org:5061;transport=tls&linphone-use-sips=0",
                "sip-linphone:john@sip.linphone.org:5061;transport=tls?linphone-action=show&linphone-use-sips=true",
            ),
            ("?sip=john&linphone-action=dance", "sip-linphone:?linphone-action=show"),
        ],
    )
    def test_without_token(self, query: str, expected: str) -> None:
        assert link(Visitor(factories.a_space()).open(f"/wizard{query}")) == expected

    def test_the_usable_token_of_the_mail_is_kept(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        token = factories.a_token(account)
        Wizard.objects.create(token="w" * 8, account=account, provisioning_account=account)

        first = link(Visitor(space).open("/wizard/wwwwwwww"))
        again = link(Visitor(space).open("/wizard/wwwwwwww"))

        assert token.token in first
        assert again == first
        assert ProvisioningToken.objects.count() == 1

    def test_used_up_after_the_set_up_or_ten_minutes(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        token = factories.a_token(account)
        Wizard.objects.create(token="w" * 8, account=account, provisioning_account=account)
        Visitor(space).open("/wizard/wwwwwwww")

        Wizard.objects.update(used_at=now() - timedelta(minutes=11))
        assert link(Visitor(space).open("/wizard/wwwwwwww")) == "sip-linphone:?linphone-action=show"
        Wizard.objects.update(used_at=now())
        ProvisioningToken.objects.filter(pk=token.pk).update(used=True)
        assert link(Visitor(space).open("/wizard/wwwwwwww")) == "sip-linphone:?linphone-action=show"

    @pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch"}, {"User-Agent": "WhatsApp/2.23"}])
    def test_previews_use_nothing_up(self, headers: dict[str, str]) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        Wizard.objects.create(token="w" * 8, account=account, provisioning_account=account)

        Visitor(space, headers=headers).open("/wizard/wwwwwwww")

        assert Wizard.objects.get().used_at is None
        assert ProvisioningToken.objects.count() == 0

    def test_nor_do_looks_at_the_head(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        Wizard.objects.create(token="w" * 8, account=account, provisioning_account=account)

        answer = Visitor(space).client.head(
            "/wizard/wwwwwwww", headers={"Host": space.host}, RAW_URI="/wizard/wwwwwwww"
        )

        assert answer.status_code == 200
        assert Wizard.objects.get().used_at is None

    def test_the_query_counts_for_nothing_beside_a_token(self) -> None:
        page = Visitor(factories.a_space()).open("/wizard/unknown1?sip=sip:john@sip.linphone.org&linphone-action=call")

        assert link(page) == "sip-linphone:?linphone-action=show"
        assert page.heading == "Open the app"

    def test_of_another_space_it_is_unknown(self) -> None:
        account = factories.an_account(factories.a_space())
        Wizard.objects.create(token="w" * 8, account=account, provisioning_account=account)

        assert link(Visitor(factories.a_space()).open("/wizard/wwwwwwww")) == "sip-linphone:?linphone-action=show"

    def test_downloads_by_platform(self) -> None:
        page = Visitor(factories.a_space(), headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0)"}).open("/wizard")

        assert "https://download.linphone.org/releases/windows/latest_app" in page.links()
        assert "https://www.linphone.org/en/download/" in page.links()
