"""An identity provider on the loopback address, shaped like Keycloak: keys, discovery, login, tokens, userinfo."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from flexiapi.auth import provider as providers
from flexiapi.config import instance
from flexiapi.spaces.models import OidcConfiguration, Space
from tests import factories

REALM = "flexi"
PERSON = {"sub": "4711", "email": "alice@example.org", "preferred_username": "alice"}


def a_signing_key(kid: str) -> RSAKey:
    """A fresh RSA key."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


@dataclass
class Provider:
    """A running provider; tests change what it says by its attributes."""

    url: str
    keys: list[RSAKey]
    person: dict[str, Any] = field(default_factory=lambda: dict(PERSON))
    roles: list[str] = field(default_factory=list)
    discovery: dict[str, Any] | None = None
    client_secret: str | None = "hush"
    id_claims: dict[str, Any] = field(default_factory=dict)
    extra_keys: list[dict[str, Any]] = field(default_factory=list)
    denied: str | None = None
    broken: set[str] = field(default_factory=set)
    redirected: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        """The `iss` of its tokens."""
        return f"{self.url}realms/{REALM}"

    def configure(self, space: Space, **columns: Any) -> OidcConfiguration:
        """Make it the provider of a Space."""
        return factories.an_oidc_configuration(space, **{"server_url": self.url, "realm": REALM, **columns})

    def token(self, *, key: RSAKey | OctKey | None = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token of it, valid for five minutes; claims that are None are left out."""
        signer = key or self.keys[0]
        fields = {"alg": "RS256", "kid": signer.kid, **(header or {})}
        moment = int(time.time())
        content = {"iss": self.issuer, "iat": moment, "exp": moment + 300, **claims}
        return jwt.encode(
            {name: value for name, value in fields.items() if value is not None},
            {name: value for name, value in content.items() if value is not None},
            signer,
            algorithms=["RS256", "RS384", "RS512", "PS256", "HS256", "none"],
        )

    def rotate(self, kid: str) -> RSAKey:
        """Replace its keys by a new one."""
        self.keys = [a_signing_key(kid)]
        return self.keys[0]

    def log_in(self, url: str) -> str:
        """What a browser does at its login page: give a name, and be sent back; returns where to."""
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert query["response_type"] == "code"
        back = {"state": query["state"]}
        if self.denied is not None:
            return f"{query['redirect_uri']}?{urlencode({**back, 'error': self.denied})}"
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({**back, 'code': code})}"

    def answer(self, method: str, path: str, form: dict[str, str], bearer: str) -> tuple[int, dict[str, Any]]:
        """Status and document of a request."""
        root, connect = f"/realms/{REALM}", f"/realms/{REALM}/protocol/openid-connect"
        self.requests.append(path)
        if path in self.broken:
            return 500, {}
        if path == f"{root}/.well-known/openid-configuration" and self.discovery is not None:
            return 200, self.discovery
        if path in (f"{connect}/certs", "/jwks"):
            return 200, {"keys": [*self.extra_keys, *(key.as_dict(private=False) for key in self.keys)]}
        if path in (f"{connect}/token", "/token") and method == "POST":
            return self._tokens(form)
        if path == f"{connect}/userinfo" and bearer.startswith("Bearer "):
            return 200, self.person
        return 404, {}

    def _tokens(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        started = self.codes.pop(form.get("code", ""), None)
        if started is None or form.get("client_secret") != self.client_secret:
            return 400, {"error": "invalid_grant"}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        if challenge.rstrip("=") != started["code_challenge"] or form["redirect_uri"] != started["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        shared = {"sub": "4711", "azp": started["client_id"]}
        id_claims = {**shared, "aud": started["client_id"], "nonce": started["nonce"], **self.id_claims}
        access = self.token(**shared, aud="account", realm_access={"roles": self.roles})
        return 200, {"access_token": access, "id_token": self.token(**id_claims), "token_type": "Bearer"}


@contextmanager
def a_provider() -> Iterator[Provider]:
    """A provider on a free port until the block ends; requests to loopback addresses are allowed meanwhile."""
    made: list[Provider] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._reply({name: values[0] for name, values in parse_qs(body).items()})

        def _reply(self, form: dict[str, str]) -> None:
            path = urlsplit(self.path).path
            if path in made[0].redirected:
                self.send_response(302)
                self.send_header("Location", made[0].redirected[path])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            status, document = made[0].answer(self.command, path, form, self.headers.get("Authorization", ""))
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.append(Provider(f"http://127.0.0.1:{server.server_port}/", [a_signing_key("first")]))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    providers.forget()
    try:
        with instance.override(outbound_allow_private=True):
            yield made[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        providers.forget()
