"""Tokens and codes that nobody can use any more are removed, the others stay."""

from datetime import timedelta
from typing import Any

import pytest

from flexiapi.accounts.models import (
    Account,
    AccountCreationRequestToken,
    AccountCreationToken,
    AccountRecoveryToken,
    EmailChangeCode,
    PhoneChangeCode,
    ProvisioningToken,
    RecoveryCode,
    RecoveryRequest,
    ResetPasswordEmailToken,
)
from flexiapi.auth.models import AuthToken, PortalSession
from flexiapi.config import instance
from flexiapi.config.tasks import JOBS
from flexiapi.http.dates import now
from flexiapi.provisioning.models import Wizard
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db


def tidy() -> None:
    """What workers do at night."""
    for job in JOBS:
        if job.name in ("accounts:clear-leftovers", "wizards:clear", "sessions:clear"):
            job.run()


def aged(days: int, **columns: Any) -> dict[str, Any]:
    moment = now() - timedelta(days=days)
    return {"created_at": moment, "updated_at": moment, **columns}


@pytest.fixture
def alice() -> Account:
    return factories.an_account(factories.a_space(), "alice")


class TestProvisioningTokens:
    def test_superseded_ones_go_and_the_current_one_stays(self, api: Api, alice: Account) -> None:
        factories.a_token(alice, **aged(90))
        factories.a_token(alice, **aged(60, used=True))
        current = factories.a_token(alice, **aged(40))

        tidy()

        assert list(ProvisioningToken.objects.values_list("pk", flat=True)) == [current.pk]
        answer = api.on(alice.space).get(f"/provisioning/{current.token}", X_Linphone_Provisioning="1")
        assert answer.status == 200

    def test_no_older_one_comes_back(self, api: Api, alice: Account) -> None:
        old = factories.a_token(alice, **aged(10))
        factories.a_token(alice, **aged(60, used=True))

        tidy()

        assert ProvisioningToken.objects.count() == 2
        assert api.on(alice.space).get(f"/provisioning/{old.token}", X_Linphone_Provisioning="1").status == 404

    def test_what_was_used_lately_is_still_shown(self, alice: Account) -> None:
        factories.a_token(alice, **aged(60, used=True, updated_at=now()))
        factories.a_token(alice)

        tidy()

        assert ProvisioningToken.objects.count() == 2


def codes_of(alice: Account, days: int) -> None:
    """One of each kind of token and code, unused."""
    when = aged(days)
    PhoneChangeCode.objects.create(account=alice, code="1234", phone="+33612345678", **when)
    EmailChangeCode.objects.create(account=alice, code="1234", email="a@example.net", **when)
    code = RecoveryCode.objects.create(account=alice, code="1234", email="a@example.net", **when)
    RecoveryRequest.objects.create(token="t" * 64, identifier="i" * 64, code=code, **when)
    ResetPasswordEmailToken.objects.create(account=alice, token="r" * 64, email="a@example.net", **when)
    factories.a_recovery_token(**when)
    factories.a_creation_token(**when)
    AccountCreationRequestToken.objects.create(token="q" * 16, **when)


KINDS = (
    PhoneChangeCode,
    EmailChangeCode,
    RecoveryCode,
    RecoveryRequest,
    ResetPasswordEmailToken,
    AccountRecoveryToken,
    AccountCreationToken,
    AccountCreationRequestToken,
)


class TestTokensAndCodes:
    def test_expired_ones_go(self, alice: Account) -> None:
        codes_of(alice, 31)

        with instance.override(app_account_creation_token_expiration_minutes=60):
            tidy()

        assert [kind.__name__ for kind in KINDS if kind.objects.exists()] == []

    @pytest.mark.parametrize("days", [29, 31])
    def test_the_month_is_over_first_and_so_is_their_validity(self, alice: Account, days: int) -> None:
        codes_of(alice, days)
        minutes = 60 * 24 * 60 if days > 30 else 10
        names = ("email_change_code", "phone_change_code", "recovery_code", "account_recovery_token")
        validity = {f"app_{name}_expiration_minutes": minutes for name in names}

        with instance.override(**validity, app_reset_password_email_token_expiration_minutes=minutes):
            tidy()

        gone = {AccountCreationRequestToken} if days > 30 else set()
        assert [kind for kind in KINDS if not kind.objects.exists()] == list(gone)

    def test_without_end_only_used_up_ones_go(self, alice: Account) -> None:
        codes_of(alice, 400)
        for model in (PhoneChangeCode, EmailChangeCode):
            model.objects.create(account=alice, code=None, **aged(31), **{model.__name__[:5].lower(): "x"})
        PhoneChangeCode.objects.create(account=alice, code="4711", phone="x", attempts=3, **aged(31))
        AccountCreationToken.objects.create(token="used", used=True, **aged(31))
        names = ("email_change_code", "phone_change_code", "recovery_code", "account_recovery_token")
        for_ever = {f"app_{name}_expiration_minutes": 0 for name in names}

        with instance.override(**for_ever, app_reset_password_email_token_expiration_minutes=0):
            tidy()

        assert [kind.objects.count() for kind in KINDS] == [1, 1, 1, 1, 1, 1, 1, 0]

    def test_what_vouches_for_an_account_stays(self, alice: Account) -> None:
        token = factories.a_creation_token(alice, **aged(400))

        with instance.override(app_account_creation_token_expiration_minutes=1):
            tidy()

        assert AccountCreationToken.objects.get() == token


def test_sessions_auth_tokens_and_wizards(alice: Account) -> None:
    for days in (-1, 1):
        PortalSession.objects.create(
            session_key=f"{days:064}", session_data="", expire_date=now() - timedelta(days=days), created_at=now(),
            last_seen_at=now(),
        )  # fmt: skip
    AuthToken.objects.create(token="a" * 32, **aged(1))
    AuthToken.objects.create(token="b" * 32)
    Wizard.objects.create(token="old", account=alice, used_at=now() - timedelta(days=31))
    Wizard.objects.create(token="unused", account=alice, **aged(31))

    tidy()

    assert PortalSession.objects.count() == 1
    assert AuthToken.objects.get().token == "b" * 32
    assert Wizard.objects.get().token == "unused"
