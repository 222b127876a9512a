"""People who log in to the portal at a certified OpenID provider, in a real browser."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from flexiapi.accounts.models import Account
from flexiapi.http.dates import now
from flexiapi.spaces.models import OidcConfiguration, Space
from tests import factories
from tests.oidc.certified import PORTAL, CertifiedProvider, Person, a_certified_provider

from .people import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Start = Callable[..., CertifiedProvider]


@pytest.fixture
def space(transactional_db: None) -> Space:
    return factories.a_space()


@pytest.fixture
def alice(space: Space) -> Account:
    return factories.an_account(space, "alice", email="alice@example.org")


@pytest.fixture
def person(password: str) -> Person:
    """Somebody with Alice's address at the provider."""
    return Person("4711", {"email": "alice@example.org", "email_verified": True}, password)


@pytest.fixture
def start(street: Street, space: Space, tmp_path: Path) -> Iterator[Start]:
    """Start the provider of the Space, with the people whom it knows."""
    with ExitStack() as stack:

        def started(*people: Person, **columns: Any) -> CertifiedProvider:
            running = stack.enter_context(a_certified_provider(tmp_path, people, portal=street.url(space, "")))
            running.configure(space, client_id=PORTAL, client_secret=running.secret, **columns)
            return running

        yield started


def a_browser(street: Street, space: Space) -> Page:
    return street.browser(space, also="127.0.0.1")


def go_to_the_provider(page: Page) -> None:
    """From the login page to the provider's form."""
    page.goto("/login")
    page.get_by_role("link", name="Log in with OpenID Connect").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Sign in: {PORTAL}")


def sign_in(page: Page, person: Person, *, password: str | None = None) -> None:
    """Fill in the provider's form."""
    page.get_by_label("name").fill(person.name)
    page.get_by_label("password").fill(password or person.password)
    page.get_by_role("button", name="Sign in").click()


def log_in(page: Page, person: Person) -> None:
    """All the way to the provider, through its pages, and back."""
    go_to_the_provider(page)
    sign_in(page, person)
    page.get_by_role("button", name="Allow").click()


def test_in_and_out(street: Street, space: Space, alice: Account, person: Person, start: Start) -> None:
    provider = start(person)
    page = a_browser(street, space)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    log_in(page, person)
    expect(page).to_have_url(street.url(space, "/dashboard"))
    expect(page.get_by_text(alice.identifier).first).to_be_visible()

    (there,) = [url for url in asked if url.startswith(f"{provider.issuer}/auth?")]
    query = parse_qs(urlsplit(there).query)
    assert query["code_challenge_method"] == ["S256"]
    assert all(len(query[name][0]) >= 40 for name in ("state", "nonce", "code_challenge"))

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log out?")
    assert page.url.startswith(f"{provider.issuer}/session/end?")
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(street.url(space, "/login"))

    page.goto("/dashboard")
    expect(page).to_have_url(street.url(space, "/login"))
    go_to_the_provider(page)  # which has forgotten the browser, too


def test_who_the_provider_refuses(street: Street, space: Space, alice: Account, person: Person, start: Start) -> None:
    start(person)
    page = a_browser(street, space)

    go_to_the_provider(page)
    sign_in(page, person, password="a wrong one")

    expect(page).to_have_url(street.url(space, "/login"))
    expect(page.get_by_role("alert")).to_have_text("OpenID Connect authentication failed: access_denied.")


def test_a_link_from_elsewhere_logs_nobody_in(
    street: Street, space: Space, alice: Account, person: Person, start: Start
) -> None:
    start(person)
    attacker, victim = a_browser(street, space), a_browser(street, space)
    asked: list[str] = []
    attacker.on("request", lambda request: asked.append(request.url))
    log_in(attacker, person)
    expect(attacker).to_have_url(street.url(space, "/dashboard"))
    (back,) = [url for url in asked if url.startswith(street.url(space, "/login/oidc/redirect?"))]
    go_to_the_provider(victim)

    victim.goto(back)

    expect(victim).to_have_url(street.url(space, "/login"))
    expect(victim.get_by_role("alert")).to_contain_text("the login was not started in this browser")


def test_new_keys_while_people_log_in(
    street: Street, space: Space, alice: Account, person: Person, start: Start
) -> None:
    provider = start(person)
    first = a_browser(street, space)
    log_in(first, person)
    expect(first).to_have_url(street.url(space, "/dashboard"))

    provider.rotate()
    OidcConfiguration.objects.filter(space=space).update(jwks_tried_at=now() - timedelta(seconds=61))

    second = a_browser(street, space)
    log_in(second, person)
    expect(second).to_have_url(street.url(space, "/dashboard"))
    first.reload()
    expect(first).to_have_url(street.url(space, "/dashboard"))


def test_a_role_makes_an_account(street: Street, space: Space, password: str, start: Start) -> None:
    entitled, other = (
        Person(
            name,
            {"email": f"{name}@example.org", "email_verified": True, "realm_access": {"roles": roles}},
            password,
        )
        for name, roles in (("newcomer", ["other", "sip"]), ("stranger", ["other"]))
    )
    start(entitled, other, auto_provisioning=True, role_provisioning="sip")

    page = a_browser(street, space)
    log_in(page, entitled)
    expect(page).to_have_url(street.url(space, "/dashboard"))
    page = a_browser(street, space)
    log_in(page, other)
    expect(page.get_by_role("alert")).to_contain_text("You have no access to this application")

    account = Account.objects.get(space=space)
    assert (account.username, account.activated, account.admin) == ("newcomer", True, False)
