"""A client of the product, through Django's own test client, that sends what real clients send."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.request import parse_http_list

from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

from flexiapi.accounts.models import Account
from flexiapi.spaces.models import Space
from tests import contract, factories

# One stack of middleware for all clients, as in a server's process.
_HANDLER = ClientHandler(enforce_csrf_checks=False)


@dataclass(frozen=True)
class Answer:
    """A reply as its receiver sees it."""

    raw: HttpResponse

    @property
    def status(self) -> int:
        """The status code."""
        return self.raw.status_code

    @property
    def body(self) -> bytes:
        """The bytes of the body."""
        if getattr(self.raw, "streaming", False):
            return b"".join(self.raw.streaming_content)  # type: ignore[attr-defined]
        return self.raw.content

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @cached_property
    def json(self) -> Any:
        """The body as JSON; its type must be literally `application/json`."""
        assert self.raw["Content-Type"] == "application/json", self.raw["Content-Type"]
        return json.loads(self.body)

    @property
    def message(self) -> str:
        """The `message` of an error."""
        return str(self.json["message"])

    @property
    def errors(self) -> dict[str, list[str]]:
        """The `errors` of a 422."""
        return dict(self.json["errors"])

    def header(self, name: str) -> str | None:
        """A header's value."""
        return self.raw.headers.get(name)

    def lines(self, name: str) -> list[str]:
        """All lines of a header, in order."""
        return [value for key, value in self.raw.items() if key.lower() == name.lower()]


@dataclass(frozen=True)
class Api:
    """Requests of one client to one host, with its credentials."""

    host: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    address: str = "127.0.0.1"

    def on(self, space: Space) -> "Api":
        """The same client on the host of a Space."""
        return replace(self, host=space.host)

    def to(self, host: str) -> "Api":
        """The same client on a host."""
        return replace(self, host=host)

    def at(self, address: str) -> "Api":
        """The same client from another address."""
        return replace(self, address=address)

    def using(self, **headers: str) -> "Api":
        """The same client with more headers (`x_api_key` for `x-api-key`)."""
        return replace(self, headers={**self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}})

    def with_key(self, key: str) -> "Api":
        """The same client with an API key."""
        return self.using(x_api_key=key)

    def as_account(self, account: Account) -> "Api":
        """A client with a key of an account, on the host of the account's Space unless one is set."""
        client = self if self.host else self.on(account.space)
        return client.with_key(factories.a_key(account))

    def as_admin(self, space: Space) -> "Api":
        """A client with the key of a fresh administrator of a Space, on its host."""
        return self.on(space).with_key(factories.a_key(factories.an_account(space, admin=True)))

    def as_super_admin(self, on: Space | None = None) -> "Api":
        """A client with the key of a fresh super administrator, on a Space's host or on the super Space's."""
        home = factories.a_super_space()
        account = factories.an_account(home, admin=True)
        return self.on(on or home).with_key(factories.a_key(account))

    def get(self, path: str, body: Any = None, **headers: str) -> Answer:
        """GET."""
        return self.send("GET", path, body, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """POST, a JSON body unless it is bytes."""
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answer:
        """PUT."""
        return self.send("PUT", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Answer:
        """PATCH."""
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> Answer:
        """DELETE."""
        return self.send("DELETE", path, body, **headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send any request; `path` goes out as it is written."""
        sent = {"Host": self.host or "example.org", "Accept": "application/json", **self.headers}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = next((sent.pop(name) for name in list(sent) if name.lower() == "content-type"), None)
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        meta: dict[str, Any] = {"REMOTE_ADDR": self.address, "RAW_URI": path.encode().decode("latin-1")}
        client = Client()
        client.handler = _HANDLER
        raw = client.generic(
            method,
            path,
            data,
            content_type=content_type or "application/json",
            headers={name: value for name, value in sent.items() if value is not None},
            **meta,
        )
        contract.check(method, path, raw)
        return Answer(raw)

    def digest(
        self, method: str, path: str, account: Account, password: str, body: Any = None, **choices: Any
    ) -> Answer:
        """A request with Digest: the unauthenticated round, then the answer to its challenge."""
        return DigestClient(self, account, password, **choices).send(method, path, body)


@dataclass
class DigestClient:
    """Answers Digest challenges as the Linphone SDK writes them."""

    api: Api
    account: Account
    password: str
    algorithm: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def sender(self) -> str:
        """The `From` header."""
        return f"sip:{self.account.username}@{self.account.domain}"

    def send(self, method: str, path: str, body: Any = None) -> Answer:
        """Both rounds."""
        first = self.api.send(method, path, body, From=self.sender, **self.headers)
        assert first.status == 401, first.text
        line = self.choose(first.lines("WWW-Authenticate"))
        return self.answer(method, path, parameters(line), body)

    def choose(self, lines: list[str]) -> str:
        """The challenge that the client answers: of its algorithm, else the first."""
        return next((line for line in lines if f"algorithm={self.algorithm}," in line), lines[0])

    def answer(
        self,
        method: str,
        path: str,
        challenge: dict[str, str],
        body: Any = None,
        nc: int | None = 1,
        **changes: str | None,
    ) -> Answer:
        """The second round; `changes` replace or (None) leave out parameters."""
        return self.api.send(
            method,
            path,
            body,
            From=self.sender,
            Authorization=self.authorization(method, path, challenge, nc, **changes),
            **self.headers,
        )

    def authorization(
        self, method: str, path: str, challenge: dict[str, str], nc: int | None = 1, **changes: str | None
    ) -> str:
        """The header's value."""
        algorithm = challenge.get("algorithm", "MD5")
        name = {"MD5": "md5", "SHA-256": "sha256"}[algorithm]

        def hashed(text: str) -> str:
            return hashlib.new(name, text.encode()).hexdigest()

        sent: dict[str, str | None] = {
            "realm": challenge["realm"],
            "nonce": challenge["nonce"],
            "algorithm": algorithm,
            "opaque": challenge["opaque"],
            "username": self.account.username,
            "cnonce": secrets.token_hex(6) + "~-",
            "nc": None if nc is None else f"{nc:08x}",
            "qop": "auth",
            "uri": path,
        }
        sent |= {key: value for key, value in changes.items() if key != "response"}
        first = hashed(f"{self.account.username}:{challenge['realm']}:{self.password}")
        second = hashed(f"{method}:{sent['uri']}")
        text = f"{first}:{sent['nonce']}:{sent['nc']}:{sent['cnonce']}:{sent['qop']}:{second}"
        sent["response"] = changes.get("response", hashed(text))
        bare = ("nc", "qop")
        return "Digest  " + ", ".join(
            f"{key}={value}" if key in bare else f'{key}="{value}"' for key, value in sent.items() if value is not None
        )


def parameters(line: str) -> dict[str, str]:
    """The parameters of a challenge line."""
    found = {}
    for part in parse_http_list(line.partition(" ")[2]):
        name, _, value = part.partition("=")
        found[name] = value.strip('"')
    return found
