"""An authenticator app, as RFC 4226 and RFC 6238 describe it."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from flexiapi.accounts.models import Account
from flexiapi.http.dates import now
from tests.portal.visitor import PageSeen, Visitor

WRONG = "This code is wrong, or was used already."


@dataclass(frozen=True)
class App:
    """An app that was told a secret (base32)."""

    secret: str

    def code(self, steps: int = 0) -> str:
        """The code of this moment, or that of so many steps of 30 seconds later."""
        text = self.secret.replace(" ", "")
        key = base64.b32decode(text + "=" * (-len(text) % 8))
        step = int(now().timestamp()) // 30 + steps
        digest = hmac.digest(key, step.to_bytes(8, "big"), hashlib.sha1)
        offset = digest[19] & 15
        number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
        return f"{number % 10**6:06}"


def set_up(visitor: Visitor, password: str) -> tuple[App, list[str]]:
    """Set an app up for who is logged in; returns it and the recovery codes that were shown."""
    visitor.open("/second_factor")
    page = visitor.submit(action="/second_factor/app/secret")
    app = App(page.dom.get_element_by_id("secret").text_content())
    page = visitor.submit({"one_time_code": app.code(-1), "current_password": password})
    assert page.heading == "Recovery codes", page.text
    return app, [item.text_content() for item in page.dom.get_element_by_id("recovery-codes")]


def protected(account: Account, password: str) -> tuple[App, list[str]]:
    """Set an app up for an account, in a browser that is thrown away."""
    visitor = Visitor(account.space)
    visitor.log_in(account, password)
    return set_up(visitor, password)


def at_second_step(account: Account, password: str) -> Visitor:
    """A browser that has sent the right password."""
    visitor = Visitor(account.space)
    assert visitor.log_in(account, password).url == "/login/second_factor"
    return visitor


def answers(visitor: Visitor, code: str) -> PageSeen:
    """What follows on a code."""
    visitor.open("/login/second_factor")
    return visitor.submit({"one_time_code": code})
