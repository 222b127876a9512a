"""Call forwardings: rules, exclusivity under concurrency, and what Flexisip gets of them."""

from typing import Any

import pytest
from django.db import connection
from tests import factories
from tests.api import Api
from tests.together import at_once

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.contacts.models import Contact, ContactsList, ContactsListMember, ContactsListViewer
from flexiapi.http.errors import Invalid
from flexiapi.telephony.models import CallForwarding
from flexiapi.telephony.serializers import ForwardingData
from flexiapi.telephony.services.call_forwardings import replace_forwardings

pytestmark = pytest.mark.django_db

ME = "/api/accounts/me/call_forwardings"
TO_URI = {"type": "always", "forward_to": "sip_uri", "sip_uri": "sip:desk@example.com", "enabled": True}


@pytest.fixture
def account() -> Account:
    """An account without forwardings."""
    return factories.an_account(factories.a_space())


def forwarding(account: Account, **columns: Any) -> CallForwarding:
    """A stored forwarding to a SIP URI."""
    defaults = {"type": "always", "forward_to": "sip_uri", "sip_uri": "sip:desk@example.com", "enabled": True}
    return CallForwarding.objects.create(account=account, **{**defaults, **columns})


class TestCreation:
    def test_to_a_sip_uri(self, api: Api, account: Account) -> None:
        answer = api.as_account(account).post(ME, TO_URI)

        assert answer.status == 201
        assert {**TO_URI, "contact_id": None, "contact_sip_uri": None}.items() <= answer.json.items()
        assert list(answer.json) == [
            "id",
            "type",
            "forward_to",
            "sip_uri",
            "enabled",
            "contact_id",
            "created_at",
            "updated_at",
            "contact_sip_uri",
        ]

    def test_to_a_contact_of_any_space(self, api: Api, account: Account) -> None:
        friend = factories.an_account(factories.a_space())
        Contact.objects.create(account=account, contact=friend)
        body = {"type": "busy", "forward_to": "contact", "contact_id": str(friend.pk), "enabled": "1"}

        answer = api.as_account(account).post(ME, {**body, "sip_uri": "sip:dropped@example.com"})

        assert answer.status == 201, answer.text
        assert (answer.json["contact_id"], answer.json["contact_sip_uri"]) == (friend.pk, friend.sip_uri)
        assert answer.json["sip_uri"] is None
        assert api.as_admin(account.space).get(_of(account)).json[0]["contact_sip_uri"] is None

    def test_to_a_member_of_a_list_that_it_sees(self, api: Api, account: Account) -> None:
        member = factories.an_account(account.space)
        contacts_list = ContactsList.objects.create(space=account.space, title="Team")
        ContactsListMember.objects.create(contacts_list=contacts_list, contact=member)
        body = {"type": "busy", "forward_to": "contact", "contact_id": member.pk, "enabled": True}
        client = api.as_account(account)
        assert list(client.post(ME, body).errors) == ["contact_id"]

        ContactsListViewer.objects.create(contacts_list=contacts_list, account=account)

        assert client.post(ME, body).status == 201

    def test_to_the_voicemail(self, api: Api, account: Account) -> None:
        body = {"type": "no_answer", "forward_to": "voicemail", "enabled": False}

        assert api.as_account(account).post(ME, body).json["forward_to"] == "voicemail"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"type": None}, "type"),
            ({"type": "sometimes"}, "type"),
            ({"forward_to": None}, "forward_to"),
            ({"forward_to": "mars"}, "forward_to"),
            ({"sip_uri": None}, "sip_uri"),
            ({"sip_uri": "desk@example.com"}, "sip_uri"),
            ({"sip_uri": "sip:" + "a" * 260 + "@example.com"}, "sip_uri"),
            ({"forward_to": "contact"}, "contact_id"),
            ({"forward_to": "contact", "contact_id": 999999}, "contact_id"),
            ({"forward_to": "contact", "contact_id": 2**40}, "contact_id"),
            ({"forward_to": "contact", "contact_id": "x"}, "contact_id"),
            ({"enabled": None}, "enabled"),
            ({"enabled": "yes"}, "enabled"),
        ],
    )
    def test_bad_values_write_nothing(self, api: Api, account: Account, change: dict[str, object], field: str) -> None:
        answer = api.as_account(account).post(ME, {**TO_URI, **change})

        assert (answer.status, list(answer.errors)) == (422, [field])
        assert not CallForwarding.objects.exists()

    def test_messages(self, api: Api, account: Account) -> None:
        client = api.as_account(account)

        assert client.post(ME, {**TO_URI, "sip_uri": "x"}).message == "The sip uri must be a valid SIP URI."
        assert client.post(ME, {}).errors == {
            "type": ["The type field is required."],
            "forward_to": ["The forward to field is required."],
            "enabled": ["The enabled field is required."],
        }
        missing = client.post(ME, {"forward_to": "contact", "type": "busy"})
        assert missing.errors == {
            "enabled": ["The enabled field is required."],
            "contact_id": ["The contact id field is required when forward to is contact."],
        }

    def test_one_of_each_type(self, api: Api, account: Account) -> None:
        forwarding(account, enabled=False)

        assert api.as_account(account).post(ME, TO_URI).errors == {"type": ["The type has already been taken."]}


class TestExclusivity:
    @pytest.mark.parametrize(
        ("there", "wanted", "allowed"),
        [
            ("always", "busy", False),
            ("always", "no_answer", False),
            ("busy", "always", False),
            ("no_answer", "always", False),
            ("busy", "no_answer", True),
        ],
    )
    def test_always_stands_alone(self, api: Api, account: Account, there: str, wanted: str, allowed: bool) -> None:
        forwarding(account, type=there)

        answer = api.as_account(account).post(ME, {**TO_URI, "type": wanted})

        assert answer.status == (201 if allowed else 422)
        if not allowed:
            assert answer.errors == {
                "enabled": ["type: always and type: always/busy cannot be enabled at the same time"]
            }
        assert api.as_account(account).post(ME, {**TO_URI, "type": wanted, "enabled": False}).status == (
            422 if allowed else 201
        )

    def test_disabling_one_frees_the_other(self, api: Api, account: Account) -> None:
        client = api.as_account(account)
        first = client.post(ME, TO_URI).json["id"]
        assert client.post(ME, {**TO_URI, "type": "busy"}).status == 422

        assert client.put(f"{ME}/{first}", {**TO_URI, "enabled": False}).status == 200
        assert client.post(ME, {**TO_URI, "type": "busy"}).status == 201
        assert list(client.put(f"{ME}/{first}", TO_URI).errors) == ["enabled"]


class TestChange:
    def test_all_targets(self, api: Api, account: Account) -> None:
        friend = factories.an_account(account.space)
        Contact.objects.create(account=account, contact=friend)
        row = forwarding(account)
        client = api.as_account(account)

        to_contact = client.put(f"{ME}/{row.pk}", {"forward_to": "contact", "contact_id": friend.pk, "enabled": True})
        assert (to_contact.status, to_contact.json["type"], to_contact.json["sip_uri"]) == (200, "always", None)
        assert to_contact.json["contact_sip_uri"] == friend.sip_uri
        to_voicemail = client.patch(f"{ME}/{row.pk}", {"forward_to": "voicemail", "enabled": True})
        assert (to_voicemail.json["contact_id"], to_voicemail.json["contact_sip_uri"]) == (None, None)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({**TO_URI, "type": "busy"}, "type"),
            ({**TO_URI, "sip_uri": None}, "sip_uri"),
            ({"enabled": True}, "forward_to"),
            ({**TO_URI, "enabled": None}, "enabled"),
        ],
    )
    def test_bad_values(self, api: Api, account: Account, body: dict[str, object], field: str) -> None:
        row = forwarding(account)

        assert list(api.as_account(account).put(f"{ME}/{row.pk}", body).errors) == [field]

    def test_show_and_remove(self, api: Api, account: Account) -> None:
        row = forwarding(account)
        client = api.as_account(account)

        assert client.get(f"{ME}/{row.pk}").json == client.get(ME).json[0]
        assert [client.delete(f"{ME}/{row.pk}").text for _ in range(2)] == ["1", "0"]
        assert client.get(f"{ME}/{row.pk}").status == client.put(f"{ME}/{row.pk}", TO_URI).status == 404
        assert client.get(ME).text == "[]"

    def test_newest_first(self, api: Api, account: Account) -> None:
        for kind in ("busy", "no_answer"):
            forwarding(account, type=kind)

        assert [row["type"] for row in api.as_account(account).get(ME).json] == ["no_answer", "busy"]


class TestAccess:
    def test_administrators(self, api: Api, account: Account) -> None:
        admin = api.as_admin(account.space)

        created = admin.post(_of(account), TO_URI)
        assert created.status == 201
        assert admin.get(_of(account)).json == [created.json]
        assert admin.get(f"{_of(account)}/{created.json['id']}").json == created.json
        assert admin.put(f"{_of(account)}/{created.json['id']}", TO_URI).status == 200
        assert api.as_super_admin().delete(f"{_of(account)}/{created.json['id']}").text == "1"

    def test_nobody_else(self, api: Api, account: Account) -> None:
        row = forwarding(account)
        stranger = factories.an_account(account.space)
        one = f"{_of(account)}/{row.pk}"

        for method, path in (
            ("GET", _of(account)),
            ("POST", _of(account)),
            ("PUT", one),
            ("DELETE", one),
            ("GET", one),
        ):
            assert api.on(account.space).send(method, path, TO_URI).status == 401
            assert api.as_account(account).send(method, path, TO_URI).status == 403
            assert api.as_admin(factories.a_space()).send(method, path, TO_URI).status == 404
        for method in ("GET", "PUT"):
            assert api.as_account(stranger).send(method, f"{ME}/{row.pk}", TO_URI).status == 404
        assert api.as_account(stranger).delete(f"{ME}/{row.pk}").text == "0"
        assert api.on(account.space).get(ME).status == 401
        assert CallForwarding.objects.filter(pk=row.pk).exists()

    def test_blocked_accounts(self, api: Api, account: Account) -> None:
        Account.objects.filter(pk=account.pk).update(blocked=True)

        assert api.as_account(account).get(ME).message == "Account blocked"

    def test_an_account_on_another_host_acts_on_itself(self, api: Api, account: Account) -> None:
        client = api.on(factories.a_space()).as_account(account)

        assert client.post(ME, TO_URI).status == 201


class TestAllAtOnce:
    """The portal's form sets all types together."""

    def data(self, enabled: bool) -> ForwardingData:
        """To the voicemail."""
        return ForwardingData(forward_to="voicemail", enabled=enabled)

    def test_sides_may_be_swapped(self, account: Account) -> None:
        forwarding(account)

        replace_forwardings(account, {"always": self.data(False), "busy": self.data(True)})

        rows = CallForwarding.objects.order_by("type").values_list("type", "forward_to", "sip_uri", "enabled")
        assert list(rows) == [("always", "voicemail", None, False), ("busy", "voicemail", None, True)]

    @pytest.mark.parametrize("kinds", [("always", "busy"), ("busy",)])
    def test_both_sides_are_refused_and_nothing_is_written(self, account: Account, kinds: tuple[str, ...]) -> None:
        forwarding(account)

        with pytest.raises(Invalid):
            replace_forwardings(account, {kind: self.data(True) for kind in kinds})

        assert CallForwarding.objects.get().forward_to == "sip_uri"


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_enable_one_side(api: Api) -> None:
    for _ in range(3 if connection.vendor == "sqlite" else 8):
        account = factories.an_account(factories.a_space())
        client = api.as_account(account)
        bodies = [{**TO_URI, "type": kind} for kind in ("always", "busy")]

        answers = at_once(2, lambda number, client=client, bodies=bodies: client.post(ME, bodies[number]))

        assert sorted(answer.status for answer in answers) == [201, 422]
        assert CallForwarding.objects.filter(account=account, enabled=True).count() == 1


class TestForFlexisip:
    """What `resolve` and `search` deliver: one row that Flexisip cannot parse costs it the whole account."""

    def asked(self, api: Api, account: Account) -> list[dict[str, Any]]:
        """The forwardings of both requests, which are equal."""
        admin = api.as_admin(account.space)
        resolved = admin.get(f"/api/resolve/{account.identifier}").json
        found = admin.get(f"/api/accounts/{account.identifier}/search").json
        assert resolved["type"] == "account"
        assert resolved["payload"] == found
        assert isinstance(found["id"], int)
        assert found["sip_uri"] == account.sip_uri
        rows: list[dict[str, Any]] = found["call_forwardings"]
        return rows

    def test_nothing_is_an_empty_list(self, api: Api, account: Account) -> None:
        assert self.asked(api, account) == []

    def test_booleans_and_addresses(self, api: Api, account: Account) -> None:
        friend = factories.an_account(factories.a_space())
        forwarding(account, forward_to="contact", sip_uri=None, contact=friend)

        (row,) = self.asked(api, account)

        assert row["enabled"] is True
        assert row["contact_sip_uri"] == friend.sip_uri

    def test_what_cannot_be_parsed_is_left_out(self, api: Api, account: Account) -> None:
        forwarding(account)
        forwarding(account, type="busy", sip_uri="desk@example.com")
        forwarding(account, type="no_answer", sip_uri=None)

        assert [row["type"] for row in self.asked(api, account)] == ["always"]

    @pytest.mark.parametrize("sip_uri", ["sip:", "sip: desk@example.com", "sip:desk@exa mple.com", "sips"])
    def test_half_an_address_is_none(self, api: Api, account: Account, sip_uri: str) -> None:
        forwarding(account, sip_uri=sip_uri)

        assert self.asked(api, account) == []

    def test_a_contact_without_target_is_left_out(self, api: Api, account: Account) -> None:
        forwarding(account, forward_to="contact", sip_uri=None)

        assert self.asked(api, account) == []

    def test_the_forwarding_goes_with_its_contact(self, api: Api, account: Account) -> None:
        friend = factories.an_account(account.space)
        forwarding(account, forward_to="contact", sip_uri=None, contact=friend)
        forwarding(account, type="busy", enabled=False)

        Account.objects.filter(pk=friend.pk).delete()

        assert [row["type"] for row in self.asked(api, account)] == ["busy"]

    @pytest.mark.parametrize(("alias", "told"), [("away", "away"), ("", "no_answer")])
    def test_no_answer_by_the_word_of_the_setting(self, api: Api, account: Account, alias: str, told: str) -> None:
        forwarding(account, type="no_answer")

        with instance.override(flexisip_no_answer_alias=alias):
            assert [row["type"] for row in self.asked(api, account)] == [told]
            assert api.as_account(account).get(ME).json[0]["type"] == "no_answer"


def _of(account: Account) -> str:
    return f"/api/accounts/{account.pk}/call_forwardings"
