"""The page on which the API can be tried, and the files that it loads."""

import re

import pytest

from tests import factories
from tests.api import Answer, Api

YEAR = "max-age=315360000, public, immutable"


@pytest.fixture
def page(api: Api) -> Answer:
    """The page, as a browser gets it."""
    return api.on(factories.a_space()).get("/api/docs", Accept="text/html")


def files(page: Answer) -> list[str]:
    """What the page loads."""
    return re.findall(r'(?:src|href|data-url)="([^"]+)"', page.text)


def test_the_page_loads_from_its_own_host_alone(page: Answer) -> None:
    assert page.status == 200
    assert page.header("Content-Type") == "text/html; charset=utf-8"
    assert all(url.startswith("/") and not url.startswith("//") for url in files(page))
    assert "default-src 'none'" in (page.header("Content-Security-Policy") or "")


def test_its_files_are_hashed_compressed_and_kept_for_long(api: Api, page: Answer) -> None:
    loaded = [url for url in files(page) if url.startswith("/static/")]

    assert len(loaded) == 4
    for url in loaded:
        assert re.search(r"\.[0-9a-f]{12}\.(js|css|svg)$", url)
        answer = api.to("nowhere.test").get(url, Accept_Encoding="gzip")
        assert answer.status == 200
        assert answer.header("Content-Encoding") == "gzip"
        assert answer.header("Cache-Control") == YEAR
        assert answer.body[:2] == b"\x1f\x8b"


def test_a_file_that_is_none_is_not_found(api: Api) -> None:
    assert api.on(factories.a_space()).get("/static/nothing.js").status == 404
