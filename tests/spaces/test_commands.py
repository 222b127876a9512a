"""The console's commands about Spaces."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from tests import factories
from tests.operations.conftest import Console, console

from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.messaging.models import Delivery
from flexiapi.spaces.models import DigestConfiguration, OidcConfiguration, Space
from flexiapi.spaces.services import expiry

__all__ = ["console"]

pytestmark = pytest.mark.django_db

DOMAIN = "sip.example.org"


class TestCreateUpdate:
    COMMAND = "spaces:create-update"

    def test_creates_with_a_digest_configuration(self, console: Console) -> None:
        said = console(self.COMMAND, "SIP.example.org", "Phones.Example.org", "Phones")

        space = Space.objects.get()
        assert said.code == 0
        assert "The Space was created" in said.out
        assert "Set as a normal Space" in said.out
        assert (space.domain, space.host, space.name, space.super) == (DOMAIN, "phones.example.org", "Phones", False)
        assert space.unique_email is True
        digest = DigestConfiguration.objects.get(space=space)
        assert (digest.realm, digest.default_password_algorithm) == (DOMAIN, "SHA-256")

    def test_updates_what_is_there(self, console: Console) -> None:
        console(self.COMMAND, DOMAIN, "a.example.org", "A", "--super", "--realm", "phones", "--algorithm", "MD5")
        before = Space.objects.get()

        said = console(self.COMMAND, DOMAIN, "b.example.org", "B")

        space = Space.objects.get()
        assert "The Space existed and was updated" in said.out
        assert (before.super, space.super) == (True, False)
        assert (space.pk, space.host, space.name) == (before.pk, "b.example.org", "B")
        digest = DigestConfiguration.objects.get(space=space)
        assert (digest.realm, digest.default_password_algorithm) == ("phones", "MD5")

    def test_second_factors_of_administrators_stay_as_they_are_unless_it_is_said(self, console: Console) -> None:
        wanted = []
        for words in ((), ("--require-second-factor",), (), ("--no-require-second-factor",)):
            assert console(self.COMMAND, DOMAIN, "a.example.org", "A", *words).code == 0
            wanted.append(Space.objects.get().require_second_factor)

        assert wanted == [False, True, True, False]

    def test_warns_of_hosts_that_will_not_answer(self, console: Console) -> None:
        outside = console(self.COMMAND, DOMAIN, "evilexample.org", "A")
        with instance.override(app_root_host=None):
            unset = console(self.COMMAND, DOMAIN, "a.example.net", "A")

        assert outside.code == unset.code == 0
        assert "outside APP_ROOT_HOST" in outside.out
        assert "APP_ROOT_HOST is not set" in unset.out

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (("nodot", "a.example.org", "A"), "The domain should be a valid domain"),
            (("under_score.example.org", "a.example.org", "A"), "The domain should be a valid domain"),
            (("x" * 60 + ".example.org", "a.example.org", "A"), "The domain may not be greater than 64 characters"),
            (("new.example.org", "a/b", "A"), "The host should be a valid domain"),
            (("new.example.org", "a.example.org", " "), "The name field is required"),
            (("new.example.org", "a.example.org", "x" * 256), "The name may not be greater than 255 characters"),
            (("new.example.org", "taken.example.org", "A"), "The host has already been taken"),
            (("new.example.org", "a.example.org", "Taken"), "The name has already been taken"),
            (("new.example.org", "a.example.org", "A", "--realm", "a:b"), "The realm format is invalid"),
        ],
    )
    def test_fails_and_writes_nothing(self, console: Console, words: tuple[str, ...], message: str) -> None:
        factories.a_space("taken.example.org", name="Taken")

        said = console(self.COMMAND, *words)

        assert said.code == 1
        assert message in said.out
        assert Space.objects.count() == 1

    def test_keeps_the_realm_of_accounts(self, console: Console) -> None:
        space = factories.a_space(DOMAIN)
        factories.an_account(space)

        said = console(self.COMMAND, DOMAIN, space.host, "Other", "--realm", "phones")

        assert said.code == 1
        assert "The realm of a Space with accounts cannot change" in said.out
        assert Space.objects.get().name == space.name

    def test_a_trial_on_one_machine(self, console: Console) -> None:
        assert console(self.COMMAND, DOMAIN, "localhost", "A").code == 0


class TestImport:
    COMMAND = "spaces:import-configuration-from-dot-env"
    FILE = """
APP_NAME="Old name"
WEB_PANEL=false
INSTANCE_COPYRIGHT="© Old"
INSTANCE_INTRO_REGISTRATION="Hello
there"
NEWSLETTER_REGISTRATION_ADDRESS=news@example.org
ACCOUNT_PROXY_REGISTRAR_ADDRESS=sip.example.org
ACCOUNT_PROVISIONING_OVERWRITE_ALL=true
ACCOUNT_PROVISIONING_RC_FILE=rc.ini
PHONE_AUTHENTICATION=false
INTERCOM_FEATURES=true
ACCOUNT_EMAIL_UNIQUE=false
ACCOUNT_REALM=old-realm
ACCOUNT_DEFAULT_PASSWORD_ALGORITHM=MD5
JWT_RSA_PUBLIC_KEY_PEM="-----BEGIN PUBLIC KEY-----
AAAA
-----END PUBLIC KEY-----"
JWT_SIP_IDENTIFIER=sip
DB_CONNECTION=nothing-known
"""
    ENTRIES = '[sip]\nmedia_encryption=srtp\nverify="a;b \\"c\\""\n[ui]\nhide_settings=1\n[auth_info_0]\nha1=x\nbroken['

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        (tmp_path / "rc.ini").write_text(self.ENTRIES)
        (tmp_path / "old.env").write_text(self.FILE)
        return tmp_path / "old.env"

    def test_writes_everything_after_a_yes(self, console: Console, file: Path) -> None:
        factories.an_account(factories.a_space(DOMAIN))

        said = console(self.COMMAND, DOMAIN, "--file", str(file), "--yes")

        assert said.code == 0, said
        space = Space.objects.get()
        assert {
            "name": space.name,
            "web_panel": space.web_panel,
            "copyright_text": space.copyright_text,
            "intro_registration_text": space.intro_registration_text,
            "newsletter_registration_address": space.newsletter_registration_address,
            "account_proxy_registrar_address": space.account_proxy_registrar_address,
            "custom_provisioning_overwrite_all": space.custom_provisioning_overwrite_all,
            "public_registration": space.public_registration,
            "phone_registration": space.phone_registration,
            "intercom_features": space.intercom_features,
            "unique_email": space.unique_email,
        } == {
            "name": "Old name",
            "web_panel": False,
            "copyright_text": "© Old",
            "intro_registration_text": "Hello\nthere",
            "newsletter_registration_address": "news@example.org",
            "account_proxy_registrar_address": "sip.example.org",
            "custom_provisioning_overwrite_all": True,
            "public_registration": True,
            "phone_registration": False,
            "intercom_features": True,
            "unique_email": False,
        }
        assert space.custom_provisioning_entries == ('["sip"]\nmedia_encryption="srtp"\nverify="a;b \\"c\\""')
        for left_out in ("hide_settings", "auth_info_0", "line 8"):
            assert f"Left out of the provisioning entries: {left_out}" in said.out
        digest = DigestConfiguration.objects.get(space=space)
        assert (digest.realm, digest.default_password_algorithm) == ("old-realm", "MD5")
        oidc = OidcConfiguration.objects.get(space=space)
        assert oidc.sip_identifier == "sip"
        assert (oidc.public_key or "").startswith("-----BEGIN PUBLIC KEY-----\nAAAA")
        assert "must have been hashed with this realm" in said.out
        again = console(self.COMMAND, DOMAIN, "--file", str(file), "--yes")
        assert (again.code, "Nothing would change" in again.out) == (0, True)

    @pytest.mark.parametrize("words", [(), ("-n",)])
    def test_lists_the_changes_and_writes_nothing_without_a_yes(
        self, console: Console, file: Path, words: tuple[str, ...]
    ) -> None:
        space = factories.a_space(DOMAIN)

        said = console(self.COMMAND, DOMAIN, "--file", str(file), *words)

        assert said.code == 0
        for line in ("  name => Old name", "  web_panel => null", "  intercom_features => 1", "  realm => old-realm"):
            assert line in said.out.splitlines()
        assert "public_registration" not in said.out
        assert Space.objects.get().name == space.name
        assert DigestConfiguration.objects.get().realm == DOMAIN

    def test_unset_variables_have_their_old_defaults(self, console: Console, tmp_path: Path) -> None:
        space = factories.a_space(
            DOMAIN, copyright_text="me", public_registration=False, account_proxy_registrar_address="sip.example.net"
        )
        (tmp_path / "empty.env").write_text("")

        console(self.COMMAND, DOMAIN, "--file", str(tmp_path / "empty.env"), "--yes")

        changed = Space.objects.get()
        assert (changed.name, changed.copyright_text, changed.public_registration) == (space.name, None, True)
        assert changed.account_proxy_registrar_address == "sip.example.net"

    def test_the_instance_s_own_variables_are_the_default(self, console: Console) -> None:
        factories.a_space(DOMAIN)

        with instance.override(instance_copyright="mine", account_realm="old-realm"):
            said = console(self.COMMAND, DOMAIN, "--yes")

        assert said.code == 0
        assert Space.objects.get().copyright_text == "mine"
        assert DigestConfiguration.objects.get().realm == "old-realm"

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (None, "cannot be read"),
            ("not a line", "not of the form NAME=value"),
            ("WEB_PANEL=maybe", "WEB_PANEL must be"),
            ("ACCOUNT_PROVISIONING_RC_FILE=nowhere.ini", "nowhere.ini cannot be read"),
            (f"NEWSLETTER_REGISTRATION_ADDRESS={'x' * 60}@{'y' * 190}.example.org", "NEWSLETTER_REGISTRATION_ADDRESS"),
            (f"ACCOUNT_PROXY_REGISTRAR_ADDRESS={'x' * 256}", "may not be greater than 255"),
            ("APP_NAME=Taken", "The name has already been taken"),
        ],
    )
    def test_what_cannot_be_read_or_stored_fails(
        self, console: Console, tmp_path: Path, content: str | None, message: str
    ) -> None:
        factories.a_space(name="Taken")
        factories.a_space(DOMAIN)
        before = Space.objects.filter(domain=DOMAIN).values().get()
        if content is not None:
            (tmp_path / "old.env").write_text(content)

        said = console(self.COMMAND, DOMAIN, "--file", str(tmp_path / "old.env"), "--yes")

        assert said.code == 1
        assert message in said.out
        assert Space.objects.filter(domain=DOMAIN).values().get() == before

    def test_unknown_domains_fail(self, console: Console) -> None:
        said = console(self.COMMAND, "nowhere.example.org")

        assert said.code == 1
        assert "There is no Space" in said.out


class TestExpirationEmails:
    COMMAND = "spaces:expiration-emails"

    @staticmethod
    def expiring_in(days: int, **columns: Any) -> Space:
        """A Space with an administrator who has an address, one who has none, and a user."""
        space = factories.a_space(expire_at=expiry.midnight() + timedelta(days=days, hours=3), **columns)
        factories.an_account(space, f"admin{days}", admin=True, email=f"admin@{space.domain}")
        factories.an_account(space, admin=True)
        factories.an_account(space, email=f"user@{space.domain}")
        return space

    def test_selects_by_whole_days(self) -> None:
        spaces = {days: self.expiring_in(days) for days in (-1, 0, 1, 2, 3, 7, 8)}
        factories.a_space()

        with time_machine.travel(expiry.midnight() + timedelta(hours=23, minutes=59), tick=False):
            found = expiry.expiring()
            today = expiry.expiring([0])

        assert [(each.space.domain, each.days_left, each.recipients) for each in found] == [
            (spaces[days].domain, days, (f"admin@{spaces[days].domain}",)) for days in (1, 3, 7)
        ]
        assert [each.space.pk for each in today] == [spaces[0].pk]

    def test_writes_one_mail_to_each_administrator(self, console: Console) -> None:
        space = self.expiring_in(3, name="Phones")
        factories.an_account(space, admin=True, email="second@example.org")
        factories.an_account(space, admin=True, email="second@example.org")

        said = console(self.COMMAND)

        assert said.code == 0
        assert f"Phones ({space.host}) expires in 3 days" in said.out
        mails = Delivery.objects.order_by("id")
        assert [(mail.recipient, mail.template, mail.space_id) for mail in mails] == [
            (f"admin@{space.domain}", "expiring_space", space.pk),
            ("second@example.org", "expiring_space", space.pk),
        ]
        day = (now() + timedelta(days=3)).strftime("%d-%m-%Y")
        assert mails[0].payload["context"] == {"days_left": 3, "expire_at": day}

    def test_nobody_is_told_twice_a_day(self, console: Console) -> None:
        self.expiring_in(3)

        console(self.COMMAND)
        again = console(self.COMMAND)

        assert Delivery.objects.count() == 1
        assert "told today already" in again.out

    @pytest.mark.parametrize(("days", "count"), [("5", 1), ("30,5", 1), ("7,3,1", 0), ("none", 0), ("6", 0)])
    def test_the_days_can_be_chosen(self, console: Console, days: str, count: int) -> None:
        self.expiring_in(5)

        assert console(self.COMMAND, days).code == 0
        assert Delivery.objects.count() == count

    @pytest.mark.parametrize("days", ["1,3,7", "3,3"])
    def test_they_descend(self, console: Console, days: str) -> None:
        said = console(self.COMMAND, days)

        assert said.code == 1
        assert "descending" in said.out


def test_a_midnight_is_in_utc() -> None:
    with time_machine.travel(datetime.fromisoformat("2031-05-10T01:00:00+03:00"), tick=False):
        assert expiry.midnight().isoformat() == "2031-05-09T00:00:00+00:00"
