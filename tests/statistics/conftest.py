"""The proxy: a client with an administrator's key."""

import pytest
from tests import factories
from tests.api import Api


@pytest.fixture(params=["/api/statistics/", "/api/stats/"])
def prefix(request: pytest.FixtureRequest) -> str:
    """Both prefixes under which Flexisip reports."""
    return str(request.param)


@pytest.fixture
def proxy(api: Api) -> Api:
    """Flexisip with the key of an administrator whose Space is none of those that it serves."""
    return api.as_admin(factories.a_space())
