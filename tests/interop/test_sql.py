"""What Flexisip reads from our tables: its own default requests, and those that we document."""

import hashlib

import pytest
from django.db import connection

from flexiapi.contacts.models import Contact, ContactsList, ContactsListMember, ContactsListViewer
from flexiapi.spaces.models import Space
from flexiapi.telephony.models import ExternalAccount
from tests import factories
from tests.api import Api
from tests.interop.documented import named, request, rows

pytestmark = pytest.mark.django_db

# The shape of Flexisip 2.7's defaults.
DEFAULT_PASSWORDS = (
    "SELECT password, algorithm FROM passwords WHERE account_id = "
    "(SELECT id FROM accounts WHERE username = :id AND domain = :domain AND activated = true)"
)
DEFAULT_PHONE = "SELECT username FROM accounts WHERE activated = true AND (username = :phone OR phone = :phone)"
DEFAULT_PHONES = (
    "SELECT username, domain FROM accounts WHERE activated = true AND (username IN (:phones) OR phone IN (:phones))"
)
# What operators of MariaDB and MySQL wrote before there were truth values.
NUMERIC_PASSWORDS = """
    SELECT p.password, p.algorithm FROM accounts a JOIN passwords p ON p.account_id = a.id
     WHERE a.username = :id AND a.domain = :domain AND a.activated = 1 AND a.blocked = 0
"""
# The loader of the B2BUA bridge reads the columns by their names.
BRIDGE = """
    SELECT e.username, e.domain, e.username AS user_id, e.password AS secret, 'md5' AS secret_type,
           COALESCE(e.realm, e.domain) AS realm, a.username AS alias_username, a.domain AS alias_domain,
           e.outbound_proxy, e.registrar, e.protocol
      FROM external_accounts e JOIN accounts a ON a.id = e.account_id
"""


@pytest.fixture
def space() -> Space:
    return factories.a_space("sip.example.org")


class TestPasswords:
    def test_every_stored_hash(self, space: Space) -> None:
        alice = factories.an_account(space, "alice")
        stored = {
            (factories.a_password(alice, "s3cret", algorithm).password, algorithm) for algorithm in ("MD5", "SHA-256")
        }
        for statement in (DEFAULT_PASSWORDS, request("soci-password-request")):
            assert set(rows(statement, id="alice", domain=space.domain)) == stored

    def test_hashes_have_the_realm_of_the_space(self) -> None:
        space = factories.a_space("sip.example.org", algorithm="MD5", realm="example.org")
        factories.an_account(space, "alice", password="s3cret")

        # MD5 of alice:example.org:s3cret
        expected = [("8b83b40c22906c0c67a3c5bcc491bc14", "MD5")]
        assert rows(DEFAULT_PASSWORDS, id="alice", domain=space.domain) == expected

    def test_only_activated_accounts(self, space: Space) -> None:
        factories.an_account(space, "idle", password="s3cret", activated=False)

        for statement in (DEFAULT_PASSWORDS, request("soci-password-request")):
            assert rows(statement, id="idle", domain=space.domain) == []

    def test_blocked_accounts_only_by_default(self, space: Space) -> None:
        factories.an_account(space, "blocked", password="s3cret", blocked=True)

        assert len(rows(DEFAULT_PASSWORDS, id="blocked", domain=space.domain)) == 1
        assert rows(request("soci-password-request"), id="blocked", domain=space.domain) == []

    @pytest.mark.skipif(connection.vendor == "postgresql", reason="its truth values are no numbers")
    @pytest.mark.parametrize(
        ("columns", "found"), [({}, True), ({"activated": False}, False), ({"blocked": True}, False)]
    )
    def test_flags_are_numbers_too(self, space: Space, columns: dict[str, bool], found: bool) -> None:
        factories.an_account(space, "alice", password="s3cret", **columns)
        secret = hashlib.sha256(f"alice:{space.domain}:s3cret".encode()).hexdigest()

        expected = [(secret, "SHA-256")] if found else []
        assert rows(NUMERIC_PASSWORDS, id="alice", domain=space.domain) == expected

    def test_same_name_elsewhere(self, space: Space) -> None:
        factories.an_account(space, "alice", password="s3cret")

        assert rows(DEFAULT_PASSWORDS, id="alice", domain="other.example.org") == []


class TestPresence:
    def test_an_account_by_its_phone_or_name(self, space: Space) -> None:
        factories.an_account(space, "alice", phone="+33612345678")
        factories.an_account(space, "+33687654321")
        factories.an_account(space, "idle", phone="+33600000000", activated=False)

        for statement in (DEFAULT_PHONE, request("soci-user-with-phone-request")):
            assert rows(statement, phone="+33612345678") == [("alice",)]
            assert rows(statement, phone="+33687654321") == [("+33687654321",)]
            assert rows(statement, phone="+33600000000") == []

    def test_accounts_by_their_phones(self, space: Space) -> None:
        factories.an_account(space, "alice", phone="+33612345678")
        factories.an_account(space, "+33687654321")
        phones = ["+33612345678", "+33687654321", "+33611111111"]

        assert set(rows(DEFAULT_PHONES, phones=phones)) == {
            ("alice", space.domain),
            ("+33687654321", space.domain),
        }
        assert set(rows(request("soci-users-with-phones-request"), phones=phones)) == {
            ("alice", space.domain, "+33612345678"),
            ("+33687654321", space.domain, None),
        }

    def test_contacts_and_members_of_lists(self, space: Space) -> None:
        alice, bob, carol, _ = (factories.an_account(space, name) for name in ("alice", "bob", "carol", "dave"))
        Contact.objects.create(account=alice, contact=bob)
        team = ContactsList.objects.create(space=space, title="Team", description="")
        ContactsListMember.objects.create(contacts_list=team, contact=carol)
        ContactsListViewer.objects.create(contacts_list=team, account=alice)

        found = rows(request("rls-database-request"), **{"from": f"sip:alice@{space.domain}"})

        assert set(found) == {(f"sip:bob@{space.domain}",), (f"sip:carol@{space.domain}",)}


class TestAliases:
    @pytest.mark.django_db(transaction=True)  # a new view ends the transaction on MySQL
    def test_the_view_knows_the_accounts_that_have_a_phone(self, space: Space) -> None:
        alice = factories.an_account(space, "alice", phone="+33612345678")
        factories.an_account(space, "bob")

        with connection.cursor() as cursor:
            cursor.execute(request("aliases"))
        try:
            found = named("SELECT * FROM aliases WHERE alias = :alias", alias="+33612345678")
            everything = rows("SELECT * FROM aliases")
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP VIEW aliases")

        row = {"id": alice.pk, "account_id": alice.pk, "alias": "+33612345678", "domain": space.domain}
        assert (found, len(everything)) == ([row], 1)


class TestBridge:
    @pytest.mark.parametrize("realm", [None, "voip"])
    def test_columns_by_their_names(self, api: Api, space: Space, realm: str | None) -> None:
        alice = factories.an_account(space, "alice")
        body = {"username": "ext", "domain": "provider.example", "password": "s3cret", "protocol": "TCP"}
        more = {"realm": realm, "registrar": "reg.example", "outbound_proxy": "sip:out.example;transport=tcp"}
        assert api.as_admin(space).post(f"/api/accounts/{alice.pk}/external", {**body, **more}).status == 201
        secret = hashlib.md5(f"ext:{realm or 'provider.example'}:s3cret".encode()).hexdigest()
        row = {
            "username": "ext",
            "domain": "provider.example",
            "secret": secret,
            "alias_username": "alice",
            "alias_domain": space.domain,
            "outbound_proxy": "sip:out.example;transport=tcp",
            "registrar": "reg.example",
            "protocol": "TCP",
        }

        ours = {**row, "user_id": "", "secret_type": "MD5", "realm": realm}
        theirs = {**row, "user_id": "ext", "secret_type": "md5", "realm": realm or "provider.example"}
        assert named(request("initQuery")) == [ours]
        assert named(BRIDGE) == [theirs]

    def test_external_accounts(self, space: Space) -> None:
        alice = factories.an_account(space, "alice")
        external = ExternalAccount.objects.create(
            account=alice, username="ext", domain="provider.example", password="0" * 32, algorithm="MD5", protocol="TLS"
        )
        expected = ("ext", "provider.example", "", None, "0" * 32, "MD5", "alice", space.domain, None, None, "TLS")

        assert rows(request("initQuery")) == [expected]
        assert rows(request("initQuery") + " LIMIT 1;") == [expected]
        assert rows(request("updateQuery"), identifier=str(external.pk)) == [expected]
        assert rows(request("updateQuery"), identifier="0") == []
