"""The page of the API in a real browser, served by `flexiapi serve`."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests import factories
from tests.live import server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = shutil.which("chromium")


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_it_shows_the_operations_and_asks_nobody_else(tmp_path: Path) -> None:
    space = factories.a_space()
    asked: set[str] = set()
    faults: list[str] = []

    with server.serving(tmp_path) as running, sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", f"--host-resolver-rules=MAP {space.host} 127.0.0.1"],
        )
        page = browser.new_page()
        page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.goto(f"http://{space.host}:{running.port}/api/docs")

        page.locator("#operations-tag-accounts").click(timeout=30_000)
        page.locator("#operations-accounts-getAccountsMe .opblock-summary-control").click()
        expect(page.get_by_role("button", name="Execute")).to_be_visible()
        browser.close()

    assert {place for place in asked if place} == {f"{space.host}:{running.port}"}
    # Browsers want TLS for the policy on openers, which has nothing to do with this page.
    assert [fault for fault in faults if "Cross-Origin-Opener-Policy" not in fault] == []
