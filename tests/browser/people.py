"""People with real browsers."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from flexiapi.accounts.models import Account
from flexiapi.auth.session_store import SessionStore
from flexiapi.auth.sessions import cookie_name
from flexiapi.spaces.models import Space

Registrations = Callable[..., None]  # identifier, uuid, user agent, age in seconds
_SECONDS = 15
# There is no app on this machine: links to it are noted in `openedApp`.
_WITHOUT_APP = """document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='sip-linphone:']");
  if (!link) return;
  event.preventDefault();
  window.openedApp = link.getAttribute("href");
}, true)"""
_FETCH = """async (url) => {
  const answer = await fetch(url, { credentials: "omit", headers: { "X-Linphone-Provisioning": "1" } });
  return [answer.status, answer.headers.get("content-type") ?? "", await answer.text()];
}"""


class Street:
    """All browsers of a test, each with cookies of its own."""

    def __init__(self, chromium: Browser, port: int) -> None:
        self._chromium = chromium
        self._contexts: list[BrowserContext] = []
        self.port = port
        self.complaints: list[str] = []
        expect.set_options(timeout=_SECONDS * 1000)

    def url(self, space: Space, path: str = "/") -> str:
        """The address of a page."""
        return f"https://{space.host}:{self.port}{path}"

    def browser(self, space: Space, *, also: str | None = None, **options: Any) -> Page:
        """A fresh browser on the host of a Space; `options` are Playwright's for a context (`viewport`, `locale`…).

        Its pages may lead to one other host besides: `also`.
        """
        context = self._chromium.new_context(
            **{"base_url": self.url(space), "locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options}
        )
        context.set_default_timeout(_SECONDS * 1000)
        context.add_init_script(_WITHOUT_APP)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", lambda request: self._asked({space.host, also}, request))
        self._contexts.append(context)
        return context.new_page()

    def logged_in(self, account: Account, password: str, **options: Any) -> Page:
        """A browser that somebody has logged in with."""
        page = self.browser(account.space, **options)
        log_in(page, account.username, password)
        expect(page).to_have_url(self.url(account.space, "/dashboard"))
        return page

    def let_in(self, page: Page, account: Account) -> None:
        """Give a browser a session of somebody, without the way through the login page."""
        session = SessionStore()
        session.update({"account_id": account.pk, "method": "password"})
        session.save()
        cookie = {"name": cookie_name(), "value": str(session.session_key), "url": self.url(account.space)}
        page.context.add_cookies([cookie])  # type: ignore[list-item]

    def close(self) -> None:
        """Close all of them."""
        for context in self._contexts:
            context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        """Faults of pages: scripts, styles and policies; the status of a page is the test's own affair."""
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def _asked(self, hosts: set[str | None], request: Request) -> None:
        """Pages ask nobody but their own host."""
        found = urlsplit(request.url)
        if found.scheme in ("http", "https") and found.hostname not in hosts:
            self.complaints.append(f"asked {found.hostname}")


def log_in(page: Page, username: str, password: str) -> None:
    """Fill in the login form."""
    page.goto("/login")
    fill(page, username=username, password=password)
    page.get_by_role("button", name="Log in").click()


def fill(page: Page, **values: str) -> None:
    """Type into the fields of a form, by their names."""
    for name, value in values.items():
        page.locator(f"main [name={name}]").fill(value)


def enter_code(page: Page, code: str) -> None:
    """Type a code of four digits and send it."""
    fill(page, code=code)
    page.get_by_role("button", name="Confirm").click()


def fetch_as_a_phone(page: Page, url: str) -> tuple[int, str, str]:
    """Status, content type and text of what an app gets that has no login."""
    status, kind, text = page.evaluate(_FETCH, url)
    return status, kind.partition(";")[0], text


def scan(page: Page, folder: Any) -> str:
    """What a phone's camera reads on the screen: the only QR code of a screenshot."""
    picture = folder / "screen.png"
    page.screenshot(path=picture, full_page=True)
    with Image.open(picture) as image:
        (code,) = zxingcpp.read_barcodes(image)
    return code.text
