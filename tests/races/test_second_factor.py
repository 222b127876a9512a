"""One code sent from many browsers at the same moment."""

import pytest

from flexiapi.auth.models import FactorRecoveryCode, PortalSession
from tests import factories
from tests.portal.authenticator import protected
from tests.portal.visitor import Visitor
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 12
PASSWORD = "a long s3cret"


@pytest.mark.parametrize("kind", ["app", "recovery code"])
def test_one_browser_gets_in(kind: str) -> None:
    account = factories.an_account(factories.a_space(), password=PASSWORD)
    app, codes = protected(account, PASSWORD)
    browsers = [Visitor(account.space) for _ in range(MANY)]
    for browser in browsers:
        assert browser.log_in(account, PASSWORD).url == "/login/second_factor"
    PortalSession.objects.filter(account=account).delete()
    code = app.code(1) if kind == "app" else codes[0]

    places = at_once(MANY, lambda number: browsers[number].submit({"one_time_code": code}).url)

    assert sorted(places) == ["/dashboard"] + ["/login/second_factor"] * (MANY - 1)
    assert PortalSession.objects.filter(account=account).count() == 1
    assert FactorRecoveryCode.objects.count() == (10 if kind == "app" else 9)
