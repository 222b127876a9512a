"""Every gated page as somebody who may not open it: nobody, a user, an administrator."""

import re

import pytest
from django.test import Client

from flexiapi.accounts.models import Account
from flexiapi.http import urlmap
from tests import factories
from tests.portal.visitor import Visitor

from .pages import GATES
from .world import contents

PAGES = [route for route in urlmap.routes() if route.access in GATES]
CELLS = [
    pytest.param(route, method, who, id=f"{method} {route.template} as {who}")
    for route in PAGES
    for method in route.methods
    for who in GATES[route.access or ""]
]
PASSWORD = "a long password"

pytestmark = pytest.mark.django_db


def address(route: urlmap.Route) -> str:
    """The path of a page, with values that name nothing: gates come before things are looked for."""
    values = {name: 1 if converter.regex.startswith("[0-9]") else "x" for name, converter in route.parameters.items()}
    return route.template.format(**values)


def browser(who: str) -> Client:
    """The browser of somebody on the host of a Space."""
    space = factories.a_space(intercom_features=True, carddav_user_credentials=True)
    visitor = Visitor(space, client=Client(headers={"Host": space.host, "Accept": "text/html"}))
    if who != "anonymous":
        account: Account = factories.an_account(space, password=PASSWORD, admin=who == "administrator")
        assert visitor.log_in(account, PASSWORD).status == 200
    return visitor.client


@pytest.mark.parametrize(("route", "method", "who"), CELLS)
def test_is_refused(route: urlmap.Route, method: str, who: str) -> None:
    client, path = browser(who), address(route)
    before = {table: rows for table, rows in contents().items() if table != "portal_sessions"}

    answer = client.generic(method, path, RAW_URI=path)

    status, place = GATES[route.access or ""][who]
    assert answer.status_code == status, answer.content[:200]
    assert place is None or answer["Location"] == place
    assert {table: rows for table, rows in contents().items() if table != "portal_sessions"} == before


def test_pages_of_administrators_are_below_admin_and_nothing_else_is() -> None:
    below = {route.template for route in urlmap.routes() if re.match(r"^/admin(/|$)", route.template)}
    gated = {route.template for route in PAGES if "administrator" in (route.access or "")}

    assert below == gated


def test_blocked_users_are_users_first() -> None:
    space = factories.a_space()
    account = factories.an_account(space, password=PASSWORD)
    visitor = Visitor(space)
    visitor.log_in(account, PASSWORD)
    Account.objects.filter(pk=account.pk).update(blocked=True)

    assert "Unauthorized area" in visitor.open(f"/admin/spaces/{space.pk}/oidc").text
    Account.objects.filter(pk=account.pk).update(admin=True)
    assert "Account blocked" in visitor.open(f"/admin/spaces/{space.pk}/oidc").text
