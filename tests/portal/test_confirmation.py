"""The link in the mail that an old Linphone app had sent for its new account."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.spaces.models import Space
from tests import factories
from tests.api import Api
from tests.outbox import Outbox
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db

KEY = "aB3" * 4 + "x"


@pytest.fixture
def _served() -> Iterator[None]:
    with instance.override(app_dangerous_endpoints=True):
        yield


@pytest.fixture
def space() -> Space:
    return factories.a_space()


@pytest.fixture
def bob(space: Space) -> Account:
    """Somebody who waits to be activated."""
    return factories.an_account(space, "bob", activated=False, confirmation_key=KEY)


@pytest.mark.usefixtures("_served")
class TestServed:
    @pytest.mark.parametrize(("language", "label"), [("en", "Confirm by this link"), ("fr", "Confirmer par ce lien")])
    def test_the_mail_leads_to_the_account(
        self, api: Api, space: Space, outbox: Outbox, language: str, label: str
    ) -> None:
        body = {
            "username": "bob",
            "password": "s3cret",
            "email": "bob@example.net",
            "account_creation_token": factories.a_creation_token().token,
        }
        made = api.on(space).post("/api/accounts/public", body, Accept_Language=language)
        assert made.status == 200, made.text

        key = outbox.mail.context["code"]
        path = f"/authenticate/email/{key}"
        assert f"{label}: http://{space.host}{path}" in outbox.mail.text
        assert f'href="http://{space.host}{path}"' in outbox.mail.html
        visitor = Visitor(space)
        page = visitor.open(path)
        assert f"bob@{space.domain}" in page.text
        assert page.answer.header("Cache-Control") == "no-store"
        assert not Account.objects.get(username="bob").activated

        assert visitor.submit().url == "/dashboard"

        account = Account.objects.get(username="bob")
        assert (account.activated, account.confirmation_key) == (True, None)
        assert Visitor(space).open(path).url == "/login"

    def test_a_page_that_was_open_for_too_long(self, space: Space, bob: Account) -> None:
        visitor = Visitor(space)
        visitor.open(f"/authenticate/email/{KEY}")
        Account.objects.filter(pk=bob.pk).update(confirmation_key=None, activated=True)

        assert visitor.submit().url == "/login"

    def test_an_end_that_is_over(self, space: Space, bob: Account) -> None:
        bob.activation_expirations.create(expires=now() - timedelta(minutes=1))
        visitor = Visitor(space)
        visitor.open(f"/authenticate/email/{KEY}")

        refused = visitor.submit()

        assert (refused.status, "Activation expired" in refused.text) == (403, True)
        assert not Account.objects.get(pk=bob.pk).activated

    def test_blocked_accounts(self, space: Space, bob: Account) -> None:
        Account.objects.filter(pk=bob.pk).update(blocked=True)
        visitor = Visitor(space)
        visitor.open(f"/authenticate/email/{KEY}")

        assert visitor.submit().status == 403
        assert not Account.objects.get(pk=bob.pk).activated

    @pytest.mark.parametrize("key", ["x" * 13, "x" * 12 + "%C3%A9", "x"])
    def test_another_key(self, space: Space, bob: Account, key: str) -> None:
        assert Visitor(space).open(f"/authenticate/email/{key}").url == "/login"

    def test_on_another_host(self, bob: Account) -> None:
        assert Visitor(factories.a_space()).open(f"/authenticate/email/{KEY}").url == "/login"


def test_unserved_it_leads_to_the_login(space: Space, bob: Account) -> None:
    assert Visitor(space).open(f"/authenticate/email/{KEY}").url == "/login"
    assert not Account.objects.get(pk=bob.pk).activated
