"""The page of components, in development and nowhere else."""

import pytest

from flexiapi.config import instance
from flexiapi.portal.components import breakable
from tests import factories
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db


def test_it_shows_each_and_leaves_messages() -> None:
    visitor = Visitor(factories.a_space())
    with instance.override(app_env="local"):
        page = visitor.open("/components")
        assert page.heading == "Components"
        assert page.error_of("refused") == "The refused field is required."
        assert "…" in page.text

        page = visitor.submit(action="/components")
    assert page.toasts == ["This is how success is told."]


@pytest.mark.parametrize("environment", ["production", "testing", "staging"])
def test_elsewhere_there_is_none(environment: str) -> None:
    visitor = Visitor(factories.a_space())
    with instance.override(app_env=environment):
        assert visitor.open("/components").status == 404


@pytest.mark.parametrize(
    ("address", "html"),
    [
        ("sip:anna@sip.example.org", 'sip:anna@<wbr><span class="host">sip.<wbr>example.<wbr>org</span>'),
        ("https://id.example.org/", "https://<wbr>id.<wbr>example.<wbr>org/"),
        ("<b>@&", '&lt;b&gt;@<wbr><span class="host">&amp;</span>'),
        ("–", "–"),
    ],
)
def test_addresses_break_at_their_joints(address: str, html: str) -> None:
    assert breakable(address) == html
