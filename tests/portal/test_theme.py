"""How an instance and a Space look."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from flexiapi.config import instance
from tests import factories
from tests.api import Api
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db
EXAMPLE = Path(__file__).parents[2] / "deploy/config/css/custom.style.css.example"


@pytest.fixture
def configuration(tmp_path: Path) -> Iterator[Path]:
    """A configuration directory, with custom themes switched on."""
    (tmp_path / "css").mkdir()
    with instance.override(flexiapi_config_dir=tmp_path, instance_custom_theme=True):
        yield tmp_path


def sheets() -> list[str]:
    """The style sheets of a page, in their order."""
    page = Visitor(factories.a_space(theme_hue=200)).open("/login")
    return [str(link) for link in page.dom.xpath("//link[@rel='stylesheet']/@href")]


class TestInstance:
    def test_its_own_sheet_comes_between(self, configuration: Path, api: Api) -> None:
        (configuration / "css/testing.style.css").write_bytes(EXAMPLE.read_bytes())

        standard, own, hue = sheets()

        assert "style" in standard
        assert (own, hue) == ("/css/testing.style.css", "/theme/200.css")
        answer = api.on(factories.a_space()).get(own)
        assert (answer.status, answer.header("Content-Type")) == (200, "text/css")
        assert "--main-5" in answer.text

    def test_a_missing_one_is_no_error(self, configuration: Path) -> None:
        assert [sheet for sheet in sheets() if sheet.startswith("/css/")] == []

    def test_another_environments_is_not_ours(self, configuration: Path) -> None:
        (configuration / "css/production.style.css").write_text("body {}")

        assert [sheet for sheet in sheets() if sheet.startswith("/css/")] == []

    def test_only_when_switched_on(self, configuration: Path) -> None:
        (configuration / "css/testing.style.css").write_text("body {}")
        with instance.override(flexiapi_config_dir=configuration, instance_custom_theme=False):
            assert [sheet for sheet in sheets() if sheet.startswith("/css/")] == []

    @pytest.mark.parametrize("name", ["none.css", "..%2fsecret.css", "%2e%2e/secret.css", ".env", "flexiapi.env"])
    def test_nothing_else_is_sent(self, configuration: Path, api: Api, name: str) -> None:
        (configuration / "secret.css").write_text("hush")
        (configuration / "css/.env").write_text("hush")

        answer = api.on(factories.a_space()).get(f"/css/{name}")

        assert (answer.status, "hush" in answer.text) == (404, False)

    def test_the_example_sets_shades_that_exist(self) -> None:

        standard = (Path(__file__).parents[2] / "src/flexiapi/portal/static/portal/style.css").read_text()
        told = set(re.findall(r"^\s*(--[\w-]+):", EXAMPLE.read_text(), re.MULTILINE))

        assert told
        assert all(f"{name}:" in standard for name in told)


class TestSpace:
    def test_its_logo_is_the_icon_too(self) -> None:
        page = Visitor(factories.a_space(logo="acme.png")).open("/login")

        assert page.dom.xpath("//link[@rel='icon']/@href") == ["/storage/img/acme.png"]
        assert page.dom.xpath("//img/@src") == ["/storage/img/acme.png"]

    def test_the_hue_is_a_sheet_of_its_own(self, api: Api) -> None:
        answer = api.on(factories.a_space()).get("/theme/200.css")

        assert (answer.text, answer.header("Content-Type")) == (":root{--hue:200}", "text/css")
