"""Passkeys as a program sends them, honest ones and others; a real browser makes them in `tests/browser`."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
import pytest
import time_machine

from flexiapi.accounts.models import Account
from flexiapi.auth import limits
from flexiapi.auth.models import FactorRecoveryCode, Passkey
from flexiapi.config import instance
from flexiapi.spaces.models import Space
from tests import factories
from tests.portal.conftest import PASSWORD
from tests.portal.security_key import SecurityKey, text_of
from tests.portal.visitor import PageSeen, Visitor

pytestmark = pytest.mark.django_db

REFUSED = "This passkey does not open the account."
UNCHECKED = "The passkey could not be checked. Try again."
SECOND = "/login/second_factor/passkey"
ALONE = "/login/passkey"


def a_browser(account: Account, *, logged_in: bool = False) -> Visitor:
    visitor = Visitor(account.space, scheme="https")
    if logged_in:
        visitor.log_in(account, PASSWORD)
    return visitor


def options(visitor: Visitor, page: str, action: str) -> dict[str, Any]:
    """What the script of a page asks for first."""
    visitor.open(page)
    assert visitor.page is not None
    token = visitor.page.dom.xpath(f"//form[@action='{action}']//input[@name='_token']/@value")[0]
    return visitor.post_json(f"{action}/options", {"_token": token})


def add(visitor: Visitor, key: SecurityKey, name: str = "Key", **changes: Any) -> PageSeen:
    asked = options(visitor, "/second_factor", "/second_factor/passkeys")
    credential = key.create(asked, **changes)
    fields = {"name": name, "credential": credential, "current_password": PASSWORD}
    return visitor.submit(fields, action="/second_factor/passkeys")


def at_second_step(account: Account) -> Visitor:
    visitor = a_browser(account)
    assert visitor.log_in(account, PASSWORD).url == "/login/second_factor"
    return visitor


def answer(visitor: Visitor, key: SecurityKey, **changes: Any) -> PageSeen:
    """The second step by a passkey."""
    credential = key.get(options(visitor, "/login/second_factor", SECOND), **changes)
    return visitor.submit({"credential": credential}, action=SECOND)


def enter(visitor: Visitor, key: SecurityKey, **changes: Any) -> PageSeen:
    """Both steps at once."""
    credential = key.get(options(visitor, "/login", ALONE), **changes)
    return visitor.submit({"credential": credential}, action=ALONE)


def inside(account: Account, key: SecurityKey) -> Visitor:
    """A browser that a passkey has let in."""
    visitor = a_browser(account)
    assert enter(visitor, key).url == "/dashboard"
    return visitor


@pytest.fixture
def key(owner: Account) -> SecurityKey:
    """A key that the owner has added."""
    made = SecurityKey(f"https://{owner.space.host}")
    assert add(a_browser(owner, logged_in=True), made).heading == "Recovery codes"
    return made


class TestAdding:
    def test_the_second_brings_no_new_recovery_codes(self, owner: Account, key: SecurityKey) -> None:
        page = add(inside(owner, key), SecurityKey(key.origin), "Spare")

        assert (page.url, page.toasts) == ("/second_factor", ["The passkey was added."])
        assert "Key" in page.text
        assert "Spare" in page.text
        assert FactorRecoveryCode.objects.count() == 10

    def test_a_known_one_is_told_to_the_browser_and_refused(self, owner: Account, key: SecurityKey) -> None:
        visitor = inside(owner, key)
        asked = options(visitor, "/second_factor", "/second_factor/passkeys")

        assert [entry["transports"] for entry in asked["excludeCredentials"]] == [["usb"]]
        assert UNCHECKED in add(visitor, key).text
        assert Passkey.objects.count() == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"origin": "https://evil.example.org"},
            {"host": "evil.example.org"},
            {"challenge": "AAAA"},
            {"type": "webauthn.get"},
        ],
    )
    def test_what_answers_something_else_is_refused(self, owner: Account, changes: dict[str, str]) -> None:
        page = add(a_browser(owner, logged_in=True), SecurityKey(f"https://{owner.space.host}"), **changes)

        assert UNCHECKED in page.text
        assert Passkey.objects.count() == 0

    @pytest.mark.parametrize(
        "attestation",
        [
            b"",
            b"\xff" * 40,
            b"\x81" * 9_000,
            cbor2.dumps([]),
            cbor2.dumps({"fmt": "none"}),
            cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": 2**62}),
            cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": bytes(40)}),
            cbor2.dumps({"fmt": ["none"], "attStmt": {}, "authData": bytes(40)}),
            cbor2.dumps({"fmt": "tpm", "attStmt": {"ver": "2.0"}, "authData": bytes(40)}),
            cbor2.dumps({"fmt": "packed", "attStmt": 1, "authData": bytes(40)}),
        ],
        ids=range(10),
    )
    def test_rubbish_is_refused(self, owner: Account, attestation: bytes) -> None:
        visitor, made = a_browser(owner, logged_in=True), SecurityKey(f"https://{owner.space.host}")
        sent = json.loads(made.create(options(visitor, "/second_factor", "/second_factor/passkeys")))
        sent["response"]["attestationObject"] = text_of(attestation)

        fields = {"name": "Key", "credential": json.dumps(sent), "current_password": PASSWORD}
        page = visitor.submit(fields, action="/second_factor/passkeys")

        assert UNCHECKED in page.text
        assert Passkey.objects.count() == 0

    def test_it_needs_the_password(self, owner: Account) -> None:
        visitor = a_browser(owner, logged_in=True)
        asked = options(visitor, "/second_factor", "/second_factor/passkeys")
        credential = SecurityKey(f"https://{owner.space.host}").create(asked)

        fields = {"name": "Key", "credential": credential, "current_password": "wrong"}
        page = visitor.submit(fields, action="/second_factor/passkeys")

        assert page.error_of("current_password") == "This is neither the password nor a usable code."
        assert Passkey.objects.count() == 0

    def test_twenty_are_enough(self, owner: Account, key: SecurityKey) -> None:
        visitor = inside(owner, key)
        Passkey.objects.bulk_create(
            Passkey(account=owner, name="x", host=owner.space.host, credential_hash=f"{number:064}")
            for number in range(19)
        )

        page = add(visitor, SecurityKey(key.origin))

        assert page.error_of("name") == "There are too many passkeys. Remove one first."

    def test_without_tls_there_are_none(self, owner: Account) -> None:
        visitor = Visitor(owner.space)
        page = visitor.log_in(owner, PASSWORD)
        page = visitor.open("/second_factor")

        assert f"Passkeys work over HTTPS only, at the address {owner.space.host}." in page.text
        assert not page.dom.xpath("//form[@action='/second_factor/passkeys']")
        assert not visitor.open("/logout").dom.xpath("//*[@data-passkey]")
        assert not Visitor(owner.space).open("/login").dom.xpath("//*[@data-passkey]")


class TestSecondStep:
    def test_lets_in(self, owner: Account, key: SecurityKey) -> None:
        assert answer(at_second_step(owner), key).url == "/dashboard"
        assert Passkey.objects.get().last_used_at is not None

    def test_the_user_need_not_be_verified(self, owner: Account, key: SecurityKey) -> None:
        key.verifies = False

        assert answer(at_second_step(owner), key).url == "/dashboard"

    @pytest.mark.parametrize(
        "changes",
        [
            {"origin": "https://evil.example.org"},
            {"origin": "http://sip.example.org"},
            {"host": "evil.example.org"},
            {"challenge": "AAAA"},
            {"type": "webauthn.create"},
            {"handle": b"1000000"},
        ],
    )
    def test_what_answers_something_else_is_refused(
        self, owner: Account, key: SecurityKey, changes: dict[str, Any]
    ) -> None:
        page = answer(at_second_step(owner), key, **changes)

        assert (page.url, REFUSED in page.text) == ("/login/second_factor", True)

    def test_a_foreign_signature_is_refused(self, owner: Account, key: SecurityKey) -> None:
        forged = SecurityKey(key.origin, credential_id=key.credential_id, counter=99, handle=key.handle)

        assert REFUSED in answer(at_second_step(owner), forged).text

    def test_an_answer_is_good_once(self, owner: Account, key: SecurityKey) -> None:
        visitor, other = at_second_step(owner), at_second_step(owner)
        credential = key.get(options(visitor, "/login/second_factor", SECOND))
        assert visitor.submit({"credential": credential}, action=SECOND).url == "/dashboard"

        options(other, "/login/second_factor", SECOND)
        assert REFUSED in other.submit({"credential": credential}, action=SECOND).text

    def test_a_challenge_is_good_once(self, owner: Account, key: SecurityKey) -> None:
        key.counts, key.counter = False, 0
        Passkey.objects.update(sign_count=0)
        visitor = at_second_step(owner)
        asked = options(visitor, "/login/second_factor", SECOND)
        assert REFUSED in visitor.submit({"credential": key.get(asked, host="evil.example.org")}, action=SECOND).text

        assert REFUSED in visitor.submit({"credential": key.get(asked)}, action=SECOND).text

    def test_a_challenge_is_good_for_its_purpose_and_five_minutes(self, owner: Account, key: SecurityKey) -> None:
        visitor = at_second_step(owner)
        asked = options(visitor, "/login", ALONE)
        visitor.open("/login/second_factor")
        assert REFUSED in visitor.submit({"credential": key.get(asked)}, action=SECOND).text

        start = datetime(2026, 3, 1, tzinfo=UTC)
        with time_machine.travel(start, tick=False) as clock:
            visitor = at_second_step(owner)
            asked = options(visitor, "/login/second_factor", SECOND)
            clock.shift(timedelta(minutes=5, seconds=1))
            assert REFUSED in visitor.submit({"credential": key.get(asked)}, action=SECOND).text

    def test_a_counter_that_does_not_grow_is_refused(self, owner: Account, key: SecurityKey) -> None:
        assert answer(at_second_step(owner), key).url == "/dashboard"

        key.counter -= 1

        assert REFUSED in answer(at_second_step(owner), key).text

    def test_keys_that_do_not_count_go_on(self, owner: Account) -> None:
        made = SecurityKey(f"https://{owner.space.host}", counts=False)
        add(a_browser(owner, logged_in=True), made)

        for _ in range(2):
            assert answer(at_second_step(owner), made).url == "/dashboard"

    def test_another_account_has_its_own(self, owner: Account, key: SecurityKey) -> None:
        other = factories.an_account(owner.space, password=PASSWORD)
        its = SecurityKey(key.origin)
        add(a_browser(other, logged_in=True), its)

        assert REFUSED in answer(at_second_step(owner), its).text

    def test_a_new_host_of_the_space_makes_them_useless_and_recovery_codes_help(
        self, owner: Account, key: SecurityKey
    ) -> None:
        Space.objects.filter(domain=owner.domain).update(host="new.example.org", updated_at=datetime.now(UTC))
        moved = Account.objects.get(pk=owner.pk)
        visitor = at_second_step(moved)

        assert not visitor.open("/login/second_factor").dom.xpath("//*[@data-passkey]")
        assert "Recovery code" in visitor.open("/login/second_factor").text

    @pytest.mark.parametrize(
        "sent",
        [
            "{",
            "[]",
            '"text"',
            "1",
            "{}",
            "[" * 15_000,
            '{"a":' * 2_000 + "1" + "}" * 2_000,
            json.dumps({"id": "x", "rawId": "x", "type": "public-key", "response": {}}),
            json.dumps(
                {
                    "id": "é",
                    "rawId": "é",
                    "type": "public-key",
                    "response": dict.fromkeys(("clientDataJSON", "authenticatorData", "signature"), "é"),
                }
            ),
            "x" * 16_385,
        ],
        ids=range(10),
    )
    def test_rubbish_is_refused(self, owner: Account, key: SecurityKey, sent: str) -> None:
        visitor = at_second_step(owner)
        options(visitor, "/login/second_factor", SECOND)

        page = visitor.submit({"credential": sent}, action=SECOND)

        assert page.url == "/login/second_factor"
        assert page.dom.xpath("//form[@action='/login/second_factor/passkey']//p[@class='error']")

    def test_guessing_ends_after_five(self, owner: Account, key: SecurityKey) -> None:
        limits.forget()
        with instance.override(rate_limit_credentials=True):
            for _ in range(5):
                answer(at_second_step(owner), key, challenge="AAAA")
            page = answer(at_second_step(owner), key)

        assert page.status == 429
        limits.forget()


class TestAlone:
    def test_lets_in_without_name_and_password(self, owner: Account, key: SecurityKey) -> None:
        assert enter(a_browser(owner), key).url == "/dashboard"

    def test_the_user_must_be_verified(self, owner: Account, key: SecurityKey) -> None:
        key.verifies = False

        assert REFUSED in enter(a_browser(owner), key).text

    def test_the_key_must_say_whose_it_is(self, owner: Account, key: SecurityKey) -> None:
        assert REFUSED in enter(a_browser(owner), key, handle=None).text
        assert REFUSED in enter(a_browser(owner), key, handle=b"1000000").text

    def test_unknown_keys_are_refused_alike(self, owner: Account) -> None:
        assert REFUSED in enter(a_browser(owner), SecurityKey(f"https://{owner.space.host}", handle=b"1")).text

    def test_other_spaces_do_not_know_it(self, owner: Account, key: SecurityKey) -> None:
        other = factories.an_account(factories.a_space(), password=PASSWORD)
        key.origin = f"https://{other.space.host}"

        assert REFUSED in enter(a_browser(other), key).text

    def test_blocked_accounts_stay_out(self, owner: Account, key: SecurityKey) -> None:
        Account.objects.filter(pk=owner.pk).update(blocked=True)

        visitor = a_browser(owner)
        page = enter(visitor, key)

        assert (page.url, page.heading) == ("/blocked", "Account blocked")
        assert visitor.open("/dashboard").status == 403

    def test_not_where_a_provider_knows_the_accounts(self, owner: Account, key: SecurityKey) -> None:
        factories.an_oidc_configuration(owner.space)
        factories.without_digest(owner.space)
        visitor = a_browser(owner)

        page = visitor.open("/login")

        assert not page.dom.xpath("//*[@data-passkey]")
        assert visitor.client.post(
            "/login/passkey/options", headers={"Host": owner.space.host}, RAW_URI="/login/passkey/options", secure=True
        ).status_code in (403, 419)


class TestRemoval:
    def test_by_the_key_itself(self, owner: Account, key: SecurityKey) -> None:
        visitor = a_browser(owner, logged_in=True)
        assert visitor.page is not None
        answer(visitor, key)
        row = Passkey.objects.get()
        page = visitor.open(f"/second_factor/passkeys/{row.pk}/delete")
        token = page.dom.xpath("//main//input[@name='_token']/@value")[0]
        asked = visitor.post_json("/second_factor/proof/options", {"_token": token})

        page = visitor.submit({"credential": key.get(asked)})

        assert page.toasts == ["The passkey was removed."]
        assert Passkey.objects.count() == 0
        assert FactorRecoveryCode.objects.count() == 0

    def test_not_by_one_of_somebody_else(self, owner: Account, key: SecurityKey) -> None:
        other = factories.an_account(owner.space, password=PASSWORD)
        its = SecurityKey(key.origin)
        visitor = a_browser(other, logged_in=True)
        add(visitor, its)
        row = Passkey.objects.get(account=owner)

        assert visitor.open(f"/second_factor/passkeys/{row.pk}/delete").status == 404
        mine = Passkey.objects.get(account=other)
        visitor.open(f"/second_factor/passkeys/{mine.pk}/delete")
        page = visitor.submit({"current_password": PASSWORD}, action=f"/second_factor/passkeys/{mine.pk}")
        assert page.toasts == ["The passkey was removed."]
        assert Passkey.objects.filter(pk=row.pk).exists()

    def test_recovery_codes_stay_while_there_is_a_factor(self, owner: Account, key: SecurityKey) -> None:
        visitor = at_second_step(owner)
        answer(visitor, key)
        add(visitor, SecurityKey(key.origin), "Spare")
        visitor.open(f"/second_factor/passkeys/{Passkey.objects.get(name='Spare').pk}/delete")

        visitor.submit({"current_password": PASSWORD})

        assert Passkey.objects.count() == 1
        assert FactorRecoveryCode.objects.count() == 10
