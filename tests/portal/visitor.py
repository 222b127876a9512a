"""A browser without JavaScript: keeps cookies, follows redirects, fills in the forms that pages really have."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client
from lxml import html

from flexiapi.accounts.models import Account
from flexiapi.auth.session_store import SessionStore
from flexiapi.auth.sessions import cookie_name
from flexiapi.spaces.models import Space
from tests.api import Answer

_TEXT = {"Accept": "text/html,application/xhtml+xml"}


@dataclass
class PageSeen:
    """One page: its answer, where it was found, and its parsed HTML."""

    answer: Answer
    url: str

    @property
    def status(self) -> int:
        """The status."""
        return self.answer.status

    @property
    def dom(self) -> html.HtmlElement:
        """The document."""
        return html.fromstring(self.answer.text)

    @property
    def text(self) -> str:
        """What a reader sees, with single blanks."""
        return " ".join(self.dom.text_content().split())

    @property
    def heading(self) -> str:
        """The text of the only h1."""
        (found,) = self.dom.findall(".//h1")
        return " ".join(found.text_content().split())

    def error_of(self, name: str) -> str:
        """The message under a field."""
        found = self.dom.xpath(f"//*[@id='hint-{name}']//p[contains(@class, 'error')]")
        return " ".join(element.text_content().strip() for element in found)

    @property
    def toasts(self) -> list[str]:
        """The sentences of the toast region."""
        return [element.text_content().strip() for element in self.dom.xpath("//div[@role='status']/p")]

    def links(self) -> list[str]:
        """Where its links lead."""
        return [str(link) for link in self.dom.xpath("//a/@href")]


@dataclass
class Visitor:
    """Somebody with a browser on the host of a Space."""

    space: Space
    headers: dict[str, str] = field(default_factory=dict)
    scheme: str = "http"
    client: Client = field(default_factory=lambda: Client(raise_request_exception=True, enforce_csrf_checks=True))
    page: PageSeen | None = None

    def open(self, path: str, *, follow: bool = True) -> PageSeen:
        """GET a page, following redirects within the host."""
        return self._send("GET", path, follow=follow)

    def submit(
        self, fields: dict[str, Any] | None = None, *, action: str | None = None, follow: bool = True
    ) -> PageSeen:
        """Fill in and send a form of the present page: the one with this action, else the only one in the content."""
        assert self.page is not None
        form = self._form(action)
        values: list[tuple[str, Any]] = []
        given = dict(fields or {})
        for name, value in form.form_values():
            values.append((name, given.pop(name)) if name in given else (name, value))
        known = {element.get("name") for element in form.iter("input", "select", "textarea", "button")}
        for name, value in given.items():
            assert name in known, f"the form has no field {name}"
            values.append((name, value))
        data: dict[str, Any] = {}
        for name, value in values:
            if value is None:
                continue
            data[name] = (
                [*data[name], value]
                if isinstance(data.get(name), list)
                else [data[name], value]
                if name in data
                else value
            )
        url = form.get("action") or self.page.url
        return self._send((form.get("method") or "get").upper(), url, data, follow=follow)

    def post_json(self, path: str, fields: dict[str, str]) -> Any:
        """What a script of the present page gets that posts fields and asks for JSON; the page stays."""
        base = f"{self.scheme}://{self.space.host}"
        raw = self.client.post(
            path,
            fields,
            headers={"Host": self.space.host, "Accept": "application/json", "Referer": f"{base}/", **self.headers},
            RAW_URI=path,
            secure=self.scheme == "https",
        )
        answer = Answer(raw)
        assert answer.status == 200, answer.text
        return answer.json

    def let_in(self, account: Account) -> None:
        """Begin as somebody who has logged in before, without the way through the login page."""
        session = SessionStore()
        session.update({"account_id": account.pk, "method": "password"})
        session.save()
        self.client.cookies[cookie_name()] = str(session.session_key)

    def log_in(self, account: Account, password: str) -> PageSeen:
        """Log in on the login page."""
        self.open("/login")
        return self.submit({"username": account.username, "password": password}, action="/authenticate")

    def _form(self, action: str | None) -> Any:
        assert self.page is not None
        forms = self.page.dom.forms
        if action is not None:
            return next(form for form in forms if urlsplit(form.get("action") or "").path == action)
        inside = [form for form in forms if form.xpath("ancestor::main")]
        assert len(inside) == 1, [form.get("action") for form in inside]
        return inside[0]

    def _send(self, method: str, url: str, data: dict[str, Any] | None = None, *, follow: bool = True) -> PageSeen:
        base = f"{self.scheme}://{self.space.host}"
        target = urljoin(base + (self.page.url if self.page else "/"), url)
        path = target.removeprefix(base).partition("#")[0]
        headers = {"Host": self.space.host, **_TEXT, **self.headers}
        if self.page is not None:
            headers["Referer"] = base + self.page.url
        send = self.client.get if method == "GET" else self.client.post
        raw = send(path, data or {}, headers=headers, RAW_URI=path, secure=self.scheme == "https")
        answer = Answer(raw)
        if follow and answer.status in (301, 302, 303):
            self.page = PageSeen(answer, path)
            return self._send("GET", str(answer.header("Location")))
        self.page = PageSeen(answer, path)
        return self.page
