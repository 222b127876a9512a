"""A certified OpenID provider (`oidc-provider` from npm) on a free port of the loopback address."""

import base64
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from flexiapi.auth import provider as providers
from flexiapi.config import instance
from flexiapi.spaces.models import OidcConfiguration, Space
from tests import factories, requirements
from tests.live.processes import running, wait_until

REALM = "flexi"
APP = "linphone"
APP_CALLBACK = "https://app.example.org/callback"
PORTAL = "portal"
_PACKAGE = Path(__file__).parent / "provider"
_CACHE = Path(__file__).parents[2] / ".cache" / "oidc-provider"
_SERVING = re.compile(r"^Serving on (\S+)", re.MULTILINE)
_MOST_STEPS = 10


@dataclass(frozen=True)
class Person:
    """Somebody whom the provider knows; `claims` are in all tokens about them."""

    name: str
    claims: Mapping[str, Any]
    password: str


@dataclass(frozen=True)
class Tokens:
    """What an app gets for somebody."""

    access: str
    identity: str


@dataclass(frozen=True)
class CertifiedProvider:
    """A running provider with a client for the portal, and a public one for apps."""

    url: str
    secret: str

    @property
    def issuer(self) -> str:
        """The `iss` of its tokens."""
        return f"{self.url}realms/{REALM}"

    def configure(self, space: Space, **columns: Any) -> OidcConfiguration:
        """Make it the provider of a Space; its keys are fetched with the first token."""
        return factories.an_oidc_configuration(space, **{"server_url": self.url, "realm": REALM, **columns})

    def rotate(self, *, keep: bool = False) -> None:
        """Give it a new signing key; with `keep` the former one stays published."""
        httpx.post(f"{self.url}rotate", params={"keep": 1} if keep else {}, timeout=10).raise_for_status()

    def keys(self) -> list[dict[str, Any]]:
        """The keys that it publishes."""
        return list(httpx.get(f"{self.issuer}/jwks", timeout=10).raise_for_status().json()["keys"])

    def tokens(self, person: Person) -> Tokens:
        """Log somebody in at the provider as an app does (RFC 8252: code flow with PKCE)."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "client_id": APP,
            "redirect_uri": APP_CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "resource": "https://api.example.org",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        with httpx.Client(timeout=10) as browser:
            code = _walk_through(browser, browser.get(f"{self.issuer}/auth", params=query), person)
            form = {
                "grant_type": "authorization_code",
                "client_id": APP,
                "redirect_uri": APP_CALLBACK,
                "code": code,
                "code_verifier": verifier,
            }
            answer = browser.post(f"{self.issuer}/token", data=form)
        assert answer.status_code == 200, answer.text
        return Tokens(answer.json()["access_token"], answer.json()["id_token"])


@contextmanager
def a_certified_provider(
    folder: Path, people: Sequence[Person], *, portal: str = "https://portal.example.org"
) -> Iterator[CertifiedProvider]:
    """A provider until the block ends; `portal` is the URL of the portal that it sends browsers back to.

    Requests of this process to loopback addresses are allowed meanwhile.
    """
    secret = secrets.token_urlsafe(24)
    settings = {
        "realm": REALM,
        "clients": [
            {
                "client_id": PORTAL,
                "client_secret": secret,
                "redirect_uris": [f"{portal}/login/oidc/redirect"],
                "post_logout_redirect_uris": [f"{portal}/login"],
            },
            {"client_id": APP, "redirect_uris": [APP_CALLBACK], "token_endpoint_auth_method": "none"},
        ],
        "people": {person.name: {"password": person.password, "claims": dict(person.claims)} for person in people},
    }
    command = [requirements.program("node"), str(_PACKAGE / "provider.mjs"), str(_installed()), json.dumps(settings)]
    folder.mkdir(parents=True, exist_ok=True)
    with running(command, folder) as program:
        wait_until(lambda: _SERVING.search(program.output) is not None, "oidc-provider", running=program)
        found = _SERVING.search(program.output)
        assert found is not None
        providers.forget()
        with instance.override(outbound_allow_private=True):
            yield CertifiedProvider(found[1], secret)
        providers.forget()


def _walk_through(browser: httpx.Client, answer: httpx.Response, person: Person) -> str:
    """Fill in the provider's pages until it sends the browser to the app; returns the code that it gets."""
    for _ in range(_MOST_STEPS):
        place = answer.headers.get("Location")
        if place is None:
            assert answer.status_code == 200, answer.text
            answer = browser.post(answer.url, data={"name": person.name, "password": person.password})
        elif place.startswith(APP_CALLBACK):
            return str(parse_qs(urlsplit(place).query)["code"][0])
        else:
            answer = browser.get(urljoin(str(answer.url), place))
    raise AssertionError(f"no code after {_MOST_STEPS} pages, last {answer.url}")


def _installed() -> Path:
    """A folder with the locked packages; the first test that needs them has npm fetch them."""
    npm = requirements.program("npm")
    lock = _PACKAGE / "package-lock.json"
    folder = _CACHE / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copy(_PACKAGE / name, folder)
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(
                command, cwd=folder, env=os.environ | {"NO_COLOR": "1"}, capture_output=True, text=True, timeout=300
            )
            if done.returncode:
                requirements.missing(f"oidc-provider (npm ci: {done.stderr[-500:]})")
            (folder / "complete").touch()
    return folder
