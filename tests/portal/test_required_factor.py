"""A Space that wants its administrators to have a second factor."""

import pytest
from django.test import Client

from flexiapi.accounts.models import Account
from flexiapi.http import urlmap
from flexiapi.spaces.models import Space
from tests import factories
from tests.api import Api
from tests.portal.authenticator import answers, set_up
from tests.portal.conftest import PASSWORD
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db

GATED = [
    route
    for route in urlmap.routes()
    if route.access in ("user page", "administrator page") and not route.template.startswith("/second_factor")
]


@pytest.fixture
def space(db: None) -> Space:
    return factories.a_space(require_second_factor=True)


@pytest.fixture
def chief(space: Space) -> Account:
    """An administrator without a second factor."""
    return factories.an_account(space, "chief", admin=True, password=PASSWORD)


def logged_in(account: Account) -> Visitor:
    visitor = Visitor(account.space)
    visitor.log_in(account, PASSWORD)
    return visitor


def test_the_login_leads_to_the_set_up(chief: Account) -> None:
    page = Visitor(chief.space).log_in(chief, PASSWORD)

    assert (page.url, page.heading) == ("/second_factor", "Second factor")
    assert "Administrators of this Space need a second factor." in page.text
    assert not page.dom.xpath("//nav//a")


@pytest.mark.parametrize(
    ("route", "method"),
    [pytest.param(route, method, id=f"{method} {route.template}") for route in GATED for method in route.methods],
)
def test_nothing_else_opens(chief: Account, route: urlmap.Route, method: str) -> None:
    visitor = Visitor(chief.space, client=Client(headers={"Host": chief.space.host, "Accept": "text/html"}))
    visitor.log_in(chief, PASSWORD)
    values = {name: 1 if converter.regex.startswith("[0-9]") else "x" for name, converter in route.parameters.items()}
    path = route.template.format(**values)

    answer = visitor.client.generic(method, path, RAW_URI=path)

    assert (answer.status_code, answer["Location"]) == (302, "/second_factor")


def test_it_ends_with_a_factor(chief: Account) -> None:
    visitor = logged_in(chief)

    app, _ = set_up(visitor, PASSWORD)

    page = visitor.open("/dashboard")
    assert (page.url, "/admin/spaces/me" in page.links()) == ("/dashboard", True)
    again = logged_in(chief)
    assert answers(again, app.code()).url == "/admin/spaces/me"


def test_it_comes_back_when_the_factor_goes(chief: Account) -> None:
    visitor = logged_in(chief)
    set_up(visitor, PASSWORD)
    visitor.open("/second_factor/app/delete")
    visitor.submit({"current_password": PASSWORD})

    assert visitor.open("/dashboard").url == "/second_factor"


def test_log_out_is_open(chief: Account) -> None:
    visitor = logged_in(chief)

    assert visitor.open("/logout").url == "/login"


def test_a_session_from_before_is_led_there_too(api: Api) -> None:
    space = factories.a_space()
    chief = factories.an_account(space, "chief", admin=True, password=PASSWORD)
    visitor = logged_in(chief)
    client = api.as_super_admin()
    body = client.get(f"/api/spaces/{space.domain}").json

    assert client.put(f"/api/spaces/{space.domain}", {**body, "require_second_factor": True}).status == 200

    assert visitor.open("/dashboard").url == "/second_factor"


def test_users_are_not_asked(space: Space) -> None:
    account = factories.an_account(space, password=PASSWORD)

    assert Visitor(space).log_in(account, PASSWORD).url == "/dashboard"


def test_keys_are_not_concerned(chief: Account, api: Api) -> None:
    assert api.as_account(chief).get("/api/accounts").status == 200
    assert api.on(chief.space).digest("GET", "/api/accounts/me", chief, PASSWORD).status == 200
