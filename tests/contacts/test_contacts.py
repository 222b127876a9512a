"""Contacts as administrators write and as their owners see them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexiapi.accounts.models import Account
from flexiapi.contacts.models import Contact
from flexiapi.intercom.models import AccountAction, AccountType, AccountTypeMembership, DictionaryEntry
from flexiapi.spaces.models import CardDavServer, Space
from flexiapi.telephony.models import CardDavCredential
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db


def an_intercom(space: Space, username: str = "door", **columns: object) -> Account:
    """An account with a type, an action and a dictionary."""
    account = factories.an_account(space, username, **{"dtmf_protocol": "sipinfo", **columns})
    kind, _ = AccountType.objects.get_or_create(key="door")
    AccountTypeMembership.objects.create(account=account, account_type=kind)
    AccountAction.objects.create(account=account, key="open", code="12")
    DictionaryEntry.objects.create(account=account, key="floor", value="2")
    return account


class TestAdministered:
    def test_adding_is_idempotent_and_removing_is_not(self, api: Api) -> None:
        space = factories.a_space()
        account, contact = factories.an_account(space), factories.an_account(space)
        admin = api.as_admin(space)
        url = f"/api/accounts/{account.pk}/contacts/{contact.pk}"

        for _ in range(2):
            answer = admin.post(url)
            assert (answer.status, answer.body) == (200, b"")
        assert Contact.objects.count() == 1
        removed = admin.delete(url)
        assert (removed.status, removed.text) == (200, "1")
        assert admin.delete(url).status == 404

    def test_shows_whole_accounts_without_their_tokens(self, api: Api) -> None:
        space = factories.a_space()
        account, contact = factories.an_account(space), an_intercom(space, password="s3cret")
        factories.a_token(contact)
        factories.a_contact(account, contact)
        factories.a_contacts_list(space, members=[factories.an_account(space)], viewers=[account])
        admin = api.as_admin(space)

        listed = admin.get(f"/api/accounts/{account.pk}/contacts").json
        shown = admin.get(f"/api/accounts/{account.pk}/contacts/{contact.pk}").json

        assert listed == [shown]
        assert shown["provisioning_token"] is None
        assert shown["passwords"] == [{"algorithm": "SHA-256"}]
        assert shown["dictionary"] == {"floor": "2"}
        assert shown["types"] == [{"id": AccountType.objects.get(key="door").pk, "key": "door"}]

    def test_contacts_of_other_spaces_are_for_super_administrators(self, api: Api) -> None:
        space = factories.a_space()
        account, foreign = factories.an_account(space), factories.an_account(factories.a_space())
        url = f"/api/accounts/{account.pk}/contacts"
        admin, above = api.as_admin(space), api.as_super_admin()

        assert admin.post(f"{url}/{foreign.pk}").status == 404
        assert above.post(f"{url}/{foreign.pk}").status == 200
        assert admin.get(url).json == []
        assert admin.get(f"{url}/{foreign.pk}").status == 404
        assert admin.delete(f"{url}/{foreign.pk}").status == 404
        assert [found["id"] for found in above.get(url).json] == [foreign.pk]

    def test_pages_by_key(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        ids = [factories.a_contact(account, factories.an_account(space)).contact_id for _ in range(3)]
        admin, url = api.as_admin(space), f"/api/accounts/{account.pk}/contacts"

        first = admin.get(f"{url}?limit=2").json
        second = admin.get(f"{url}?limit=2&after={first['next_cursor']}").json

        assert [found["id"] for found in (*first["data"], *second["data"])] == ids
        assert second["next_cursor"] is None


class TestOwn:
    def test_direct_contacts_and_members_of_lists_each_once(self, api: Api) -> None:
        space, other = factories.a_space(), factories.a_space()
        account, friend, colleague = (factories.an_account(space) for _ in range(3))
        abroad = factories.an_account(other, activated=False, blocked=True)
        hidden = factories.an_account(space)
        factories.a_contact(account, friend)
        factories.a_contact(account, abroad)
        factories.a_contact(hidden, account)
        factories.a_contacts_list(space, members=[friend, colleague, account], viewers=[account, hidden])
        factories.a_contacts_list(space, members=[colleague], viewers=[account])
        factories.a_contacts_list(space, members=[hidden])

        found = api.as_account(account).get("/api/accounts/me/contacts").json

        assert [contact["id"] for contact in found] == [account.pk, friend.pk, colleague.pk, abroad.pk]

    def test_nothing_that_could_be_misused_is_shown(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        contact = an_intercom(space, display_name="Door", password="s3cret", email="a@b.example", phone="+33612345678")
        factories.a_token(contact)
        server = CardDavServer.objects.create(space=space, uri="https://dav.example.org")
        CardDavCredential.objects.create(
            account=contact, server=server, username="u", realm="r", password="h", algorithm="MD5"
        )
        factories.a_contact(account, contact)
        client = api.as_account(account)

        answer = client.get("/api/accounts/me/contacts")

        assert answer.json == [
            {
                "id": contact.pk,
                "username": "door",
                "domain": space.domain,
                "activated": True,
                "display_name": "Door",
                "dtmf_protocol": "sipinfo",
                "provisioning_token": None,
                "provisioning_token_expire_at": None,
                "dictionary": {"floor": "2"},
                "sip_uri": f"sip:door@{space.domain}",
                "passwords": [],
                "email_change_code": None,
                "types": [{"id": AccountType.objects.get(key="door").pk, "key": "door"}],
                "actions": [{"id": AccountAction.objects.get().pk, "key": "open", "code": "12"}],
                "carddav_servers": [],
            }
        ]
        assert client.get(f"/api/accounts/me/contacts/door@{space.domain}").json == answer.json[0]

    def test_actions_need_a_dtmf_protocol_and_an_empty_dictionary_is_an_object(self, api: Api) -> None:
        space = factories.a_space()
        account, contact = factories.an_account(space), an_intercom(space, dtmf_protocol=None)
        DictionaryEntry.objects.all().delete()
        factories.a_contact(account, contact)

        answer = api.as_account(account).get("/api/accounts/me/contacts")

        assert answer.json[0]["actions"] == []
        assert '"dictionary":{}' in answer.text

    @pytest.mark.parametrize("prefix", ["", "sip:", "sip%3A", "SIPS:"])
    @pytest.mark.parametrize("path", ["/api/accounts/me/contacts/", "/contacts/vcard/"])
    def test_an_address_may_have_a_scheme(self, api: Api, path: str, prefix: str) -> None:
        space = factories.a_space()
        account, contact = factories.an_account(space), factories.an_account(space, "anna")
        factories.a_contact(account, contact)

        assert api.as_account(account).get(f"{path}{prefix}anna%40{space.domain.upper()}").status == 200

    @pytest.mark.parametrize("path", ["/api/accounts/me/contacts/", "/contacts/vcard/"])
    def test_addresses_that_are_no_contact(self, api: Api, path: str) -> None:
        space = factories.a_space()
        account, stranger = factories.an_account(space), factories.an_account(space)
        client = api.as_account(account)

        for bad in (
            stranger.identifier,
            stranger.username,
            "@",
            "%40" + space.domain,
            "😀@x",
            "عربي",
            "'--",
            "a" * 3000,
        ):
            assert client.get(path + bad).status == 404, bad

    def test_pages_by_key(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        ids = [factories.a_contact(account, factories.an_account(space)).contact_id for _ in range(3)]
        client, url = api.as_account(account), "/api/accounts/me/contacts"

        first = client.get(f"{url}?limit=2").json
        second = client.get(f"{url}?limit=2&after={first['next_cursor']}").json

        assert [found["id"] for found in (*first["data"], *second["data"])] == ids
        assert second["next_cursor"] is None
        for bad in ("limit=0", "limit=101", "limit=x", "after=x", "after=WyJhIl0", "after=WzEsMl0", "after=😀"):
            assert client.get(f"{url}?{bad}").status == 422, bad


class TestCards:
    def test_no_contact_is_an_empty_body(self, api: Api) -> None:
        answer = api.as_account(factories.an_account(factories.a_space())).get("/contacts/vcard")

        assert (answer.status, answer.body) == (200, b"")
        assert answer.header("Content-Type") == "text/vcard; charset=utf-8"
        assert answer.header("X-Content-Type-Options") == "nosniff"

    def test_all_lines(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        plain = factories.an_account(space, "plain", display_name="")
        door = an_intercom(space, display_name="Anna, \\O'Reily;\nEND:VCARD\r\n<b>é😀")
        AccountTypeMembership.objects.create(
            account=door, account_type=AccountType.objects.get_or_create(key="phone")[0]
        )
        AccountAction.objects.create(account=door, key="close", code="3#")
        factories.a_contact(account, door)
        factories.a_contact(account, plain)
        types = AccountType.objects.filter(key__in=("door", "phone")).order_by("id").values_list("key", flat=True)
        client = api.as_account(account)

        answer = client.get("/contacts/vcard")

        first = (
            "BEGIN:VCARD\nVERSION:4.0\nKIND:individual\n"
            f"IMPP:sip:plain@{space.domain}\nFN:plain@{space.domain}\nEND:VCARD"
        )
        second = (
            "BEGIN:VCARD\nVERSION:4.0\nKIND:individual\n"
            f"IMPP:sip:door@{space.domain}\nFN:Anna\\, \\\\O'Reily\\;\\nEND:VCARD\\n<b>é😀\n"
            "X-LINPHONE-ACCOUNT-DTMF-PROTOCOL:sipinfo\n"
            + "".join(f"X-LINPHONE-ACCOUNT-TYPE:{key}\n" for key in types)
            + "X-LINPHONE-ACCOUNT-ACTION:open;12\nX-LINPHONE-ACCOUNT-ACTION:close;3#\nEND:VCARD"
        )
        assert answer.text == f"{first}\n{second}"
        assert client.get(f"/contacts/vcard/door@{space.domain}").text == second

    def test_actions_need_a_dtmf_protocol(self, api: Api) -> None:
        space = factories.a_space()
        account, door = factories.an_account(space), an_intercom(space, dtmf_protocol=None)
        factories.a_contact(account, door)

        answer = api.as_account(account).get("/contacts/vcard")

        assert "X-LINPHONE-ACCOUNT-TYPE:door" in answer.text
        assert "DTMF" not in answer.text
        assert "ACTION" not in answer.text


@pytest.mark.parametrize(
    ("path", "statements"),
    [("/api/accounts/me/contacts", 5), ("/contacts/vcard", 4), ("/api/accounts/{id}/contacts", 7)],
)
def test_statements_do_not_grow_with_the_contacts(api: Api, path: str, statements: int) -> None:
    space = factories.a_space()
    account = factories.an_account(space)
    client = api.as_admin(space) if "{id}" in path else api.as_account(account)
    path = path.format(id=account.pk)
    client.get(path)
    counted = []
    for number in range(12):
        factories.a_contact(account, an_intercom(space, f"door{number}"))
        if number in (0, 11):
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert client.get(path).status == 200
            counted.append(len(captured))

    assert counted == [statements, statements]
