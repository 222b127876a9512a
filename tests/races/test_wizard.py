"""Two first looks at one wizard link at the same moment."""

import pytest

from flexiapi.accounts.models import ProvisioningToken
from flexiapi.provisioning.models import Wizard
from tests import factories
from tests.portal.visitor import Visitor
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_they_share_one_provisioning_token() -> None:
    space = factories.a_space()
    account = factories.an_account(space)
    Wizard.objects.create(token="w" * 8, account=account, provisioning_account=account)

    def look(_: int) -> str:
        page = Visitor(space).open("/wizard/wwwwwwww")
        return str(page.dom.get_element_by_id("open_app").get("href"))

    links = set(at_once(8, look))

    assert ProvisioningToken.objects.filter(account=account).count() == 1
    assert len(links) == 1
    assert "linphone-fetch-config" in links.pop()
