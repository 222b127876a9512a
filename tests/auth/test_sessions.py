"""Portal sessions from the administrator's side, and what ends them."""

import re
from typing import Any

import pytest
from tests import factories
from tests.api import Api
from tests.portal.visitor import Visitor

from flexiapi.accounts.models import Account, RecoveryCode
from flexiapi.auth.models import PortalSession
from flexiapi.messaging.models import Delivery
from flexiapi.spaces.models import Space

pytestmark = pytest.mark.django_db


@pytest.fixture
def space(db: None) -> Space:
    """A Space."""
    return factories.a_space()


@pytest.fixture
def alice(space: Space) -> Account:
    """Somebody with a password and an address."""
    return factories.an_account(space, "alice", password="old s3cret", email="alice@example.org")


def logged_in(account: Account, password: str = "old s3cret") -> Visitor:
    """A browser in which the account is logged in."""
    visitor = Visitor(account.space, headers={"User-Agent": "Browser of Alice"})
    assert visitor.log_in(account, password).url == "/dashboard"
    return visitor


def is_in(visitor: Visitor) -> bool:
    """Whether a browser is still logged in."""
    return visitor.open("/dashboard").url == "/dashboard"


class TestAdministrators:
    def test_they_see_where_somebody_is_logged_in(self, alice: Account, api: Api, space: Space) -> None:
        logged_in(alice)
        logged_in(factories.an_account(space, "bob", password="old s3cret"))

        (session,) = api.as_admin(space).get(f"/api/accounts/{alice.pk}/sessions").json

        assert session["ip"] == "127.0.0.1"
        assert session["user_agent"] == "Browser of Alice"
        assert len(session["id"]) == 32

    def test_they_end_all(self, alice: Account, api: Api, space: Space) -> None:
        browsers = [logged_in(alice), logged_in(alice)]
        other = logged_in(factories.an_account(space, "bob", password="old s3cret"))

        assert api.as_admin(space).delete(f"/api/accounts/{alice.pk}/sessions").status == 200

        assert [is_in(browser) for browser in browsers] == [False, False]
        assert is_in(other)

    def test_they_end_one(self, alice: Account, api: Api, space: Space) -> None:
        first = logged_in(alice)
        (session,) = api.as_admin(space).get(f"/api/accounts/{alice.pk}/sessions").json
        second = logged_in(alice)
        bob = factories.an_account(space, "bob")
        own = f"/api/accounts/{alice.pk}/sessions/{session['id']}"

        assert api.as_admin(space).delete(f"/api/accounts/{bob.pk}/sessions/{session['id']}").status == 404
        assert api.as_admin(space).delete(f"/api/accounts/{alice.pk}/sessions/{session['id'][:8]}").status == 404
        assert api.as_admin(space).delete(own).status == 200

        assert (is_in(first), is_in(second)) == (False, True)
        assert api.as_admin(space).delete(own).status == 404

    def test_not_those_of_other_spaces(self, alice: Account, api: Api) -> None:
        browser = logged_in(alice)
        stranger = api.as_admin(factories.a_space())

        assert stranger.get(f"/api/accounts/{alice.pk}/sessions").status == 404
        assert stranger.delete(f"/api/accounts/{alice.pk}/sessions").status == 404
        handle = PortalSession.objects.get(account_id=alice.pk).handle
        assert stranger.delete(f"/api/accounts/{alice.pk}/sessions/{handle}").status == 404
        assert is_in(browser)


class TestNewPasswords:
    """However a password changes, whoever is logged in has to know the new one."""

    def test_by_the_api(self, alice: Account, api: Api, django_capture_on_commit_callbacks: Any) -> None:
        browser = logged_in(alice)

        with django_capture_on_commit_callbacks(execute=True):
            sent = {"old_password": "old s3cret", "password": "new s3cret"}
            assert api.as_account(alice).post("/api/accounts/me/password", sent).status == 200

        assert not is_in(browser)

    def test_by_an_administrator(
        self, alice: Account, api: Api, space: Space, django_capture_on_commit_callbacks: Any
    ) -> None:
        browser = logged_in(alice)

        with django_capture_on_commit_callbacks(execute=True):
            sent = {"username": "alice", "password": "new s3cret"}
            assert api.as_admin(space).put(f"/api/accounts/{alice.pk}", sent).status == 200

        assert not is_in(browser)

    def test_not_by_other_changes(
        self, alice: Account, api: Api, space: Space, django_capture_on_commit_callbacks: Any
    ) -> None:
        browser = logged_in(alice)

        with django_capture_on_commit_callbacks(execute=True):
            sent = {"username": "alice", "display_name": "Alice"}
            assert api.as_admin(space).put(f"/api/accounts/{alice.pk}", sent).status == 200

        assert is_in(browser)

    def test_by_the_link_of_a_mail(
        self, alice: Account, api: Api, space: Space, django_capture_on_commit_callbacks: Any
    ) -> None:
        browser = logged_in(alice)
        assert api.as_admin(space).post(f"/api/accounts/{alice.pk}/send_reset_password_email").status == 200
        link = re.search(r"/reset_password/(\w+)", str(Delivery.objects.latest("id").payload))
        assert link is not None
        elsewhere = Visitor(space)
        elsewhere.open(f"/reset_password/{link[1]}")

        with django_capture_on_commit_callbacks(execute=True):
            elsewhere.submit({"password": "new s3cret", "password_confirmation": "new s3cret"})

        assert not is_in(browser)
        assert is_in(logged_in(alice, "new s3cret"))

    def test_by_recovery(self, alice: Account, space: Space, django_capture_on_commit_callbacks: Any) -> None:
        browser = logged_in(alice)
        elsewhere = Visitor(space)
        elsewhere.open("/recovery/email")
        elsewhere.submit({"email": "alice@example.org"})
        code = RecoveryCode.objects.get(account=alice).code or ""
        elsewhere.submit({"code": code})
        assert elsewhere.page is not None
        assert elsewhere.page.url == "/password"

        with django_capture_on_commit_callbacks(execute=True):
            elsewhere.submit({"password": "new s3cret", "password_confirmation": "new s3cret"})

        assert not is_in(browser)
        assert not is_in(elsewhere)

    def test_by_the_page(self, alice: Account, django_capture_on_commit_callbacks: Any) -> None:
        browser, other = logged_in(alice), logged_in(alice)
        browser.open("/password")

        with django_capture_on_commit_callbacks(execute=True):
            browser.submit(
                {"old_password": "old s3cret", "password": "new s3cret", "password_confirmation": "new s3cret"}
            )

        assert not is_in(browser)
        assert not is_in(other)
        assert not PortalSession.objects.filter(account=alice).exists()
