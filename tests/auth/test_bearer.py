"""Bearer tokens on user routes: challenges, refusals, whom they name, and keys that rotate."""

import base64
import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from tests import factories
from tests.api import Answer, Api
from tests.identity import REALM, Provider, a_provider, a_signing_key

from flexiapi.accounts.models import Account
from flexiapi.http.dates import now
from flexiapi.spaces.models import OidcConfiguration, Space

ME = "/api/accounts/me"
NOBODY = "The JWT token is not related to someone in the system"
CERTS = f"/realms/{REALM}/protocol/openid-connect/certs"


@pytest.fixture
def space(db: None, provider: Provider) -> Space:
    made = factories.a_space()
    provider.configure(made)
    return factories.without_digest(made)


@pytest.fixture
def alice(space: Space) -> Account:
    return factories.an_account(space, "alice", email="alice@example.org")


def ask(api: Api, space: Space, token: str, path: str = ME, **headers: str) -> Answer:
    return api.on(space).get(path, Authorization=f"Bearer {token}", **headers)


def refusal(provider: Provider, text: str) -> str:
    return f'Bearer authz_server="{provider.issuer}",realm="{REALM}", error="invalid_token", error_description="{text}"'


NESTED = base64.urlsafe_b64encode(b"[" * 3000).decode()


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


class TestChallenge:
    def test_without_token(self, api: Api, space: Space, provider: Provider) -> None:
        answer = api.on(space).get(ME, From=f"sip:nobody@{space.domain}")

        assert answer.status == 401
        assert answer.lines("WWW-Authenticate") == [f'Bearer authz_server="{provider.issuer}",realm="{REALM}"']

    def test_digest_lines_come_first(self, api: Api, provider: Provider, password: str) -> None:
        space = factories.a_space(algorithm="MD5")
        provider.configure(space)
        account = factories.an_account(space, "bob", password=password)

        answer = api.on(space).get(ME, From=f"sip:bob@{space.domain}")

        lines = answer.lines("WWW-Authenticate")
        assert [line.split(" ")[0] for line in lines] == ["Digest", "Bearer"]
        assert api.on(space).digest("GET", ME, account, password).status == 200

    def test_a_realm_cannot_break_out(self, api: Api, provider: Provider) -> None:
        space = factories.a_space()
        provider.configure(space, realm='r"x')

        answer = api.on(factories.without_digest(space)).get(ME)

        assert answer.lines("WWW-Authenticate")[0].endswith('realm="r\\"x"')

    def test_while_no_key_is_known(self, api: Api, space: Space, provider: Provider, alice: Account) -> None:
        provider.broken.add(CERTS)

        answer = ask(api, space, provider.token(email="alice@example.org"))

        assert answer.status == 401
        assert answer.lines("WWW-Authenticate") == [f'Bearer authz_server="{provider.issuer}",realm="{REALM}"']

    def test_a_space_without_provider_ignores_tokens(self, api: Api, provider: Provider) -> None:
        answer = ask(api, factories.a_space(), provider.token())

        assert (answer.status, answer.message) == (401, "From header is required or invalid token")


class TestMatching:
    @pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
    def test_by_sip_address(self, api: Api, space: Space, alice: Account, provider: Provider, algorithm: str) -> None:
        key = a_signing_key("plain")
        provider.keys = [key.import_key({**key.as_dict(private=True), "alg": algorithm})]
        token = provider.token(header={"alg": algorithm}, sip_identity=f"sip:Alice@{space.domain}")

        answer = ask(api, space, token)

        assert answer.status == 200, answer.lines("WWW-Authenticate")
        assert answer.json["username"] == "alice"

    def test_by_another_claim(self, api: Api, provider: Provider) -> None:
        space = factories.a_space()
        provider.configure(space, sip_identifier="sip")
        factories.an_account(space, "bob")

        assert ask(api, space, provider.token(sip=f"sips:bob@{space.domain}")).json["username"] == "bob"

    def test_by_email(self, api: Api, space: Space, alice: Account, provider: Provider) -> None:
        assert ask(api, space, provider.token(email="alice@example.org", email_verified=True)).status == 200

    @pytest.mark.parametrize(
        "claims",
        [
            {},
            {"email": "bob@example.org"},
            {"email": None},
            {"email": 7},
            {"email": "alice@example.org", "email_verified": False},
            {"sip_identity": "sip:bob@{domain}", "email": "alice@example.org"},
            {"sip_identity": "sip:{domain}"},
            {"sip_identity": "sip:alice:x@{domain}"},
        ],
    )
    def test_nobody(self, api: Api, space: Space, alice: Account, provider: Provider, claims: dict[str, Any]) -> None:
        filled = {
            name: value.format(domain=space.domain) if isinstance(value, str) else value
            for name, value in claims.items()
        }

        answer = ask(api, space, provider.token(**filled))

        assert (answer.status, answer.message) == (403, NOBODY)

    @pytest.mark.parametrize("by", ["sip", "email"])
    def test_accounts_of_other_spaces_are_out_of_reach(
        self, api: Api, space: Space, provider: Provider, by: str
    ) -> None:
        root = factories.an_account(factories.a_super_space(), "root", admin=True, email="root@example.org")
        claims = {"email": root.email} if by == "email" else {"sip_identity": f"sip:root@{root.domain}"}

        answer = ask(api, space, provider.token(**claims))

        assert (answer.status, answer.message) == (403, NOBODY)

    @pytest.mark.parametrize("value", ["alice@example.org", "tel:+33612345678", "", 7, ["sip:a@b.cc"], {}])
    def test_no_sip_address(self, api: Api, space: Space, alice: Account, provider: Provider, value: Any) -> None:
        answer = ask(api, space, provider.token(sip_identity=value, email="alice@example.org"))

        assert answer.status == 401
        assert answer.lines("WWW-Authenticate") == [refusal(provider, "Invalid SIP address")]

    def test_a_null_claim_is_no_address(self, api: Api, space: Space, alice: Account, provider: Provider) -> None:
        claims = {"iss": provider.issuer, "exp": int(time.time()) + 60, "email": alice.email, "sip_identity": None}
        text = jwt.encode({"alg": "RS256", "kid": "first"}, claims, provider.keys[0], algorithms=["RS256"])

        assert ask(api, space, text).lines("WWW-Authenticate") == [refusal(provider, "Invalid SIP address")]

    def test_blocked(self, api: Api, space: Space, provider: Provider) -> None:
        factories.an_account(space, "bob", blocked=True)

        answer = ask(api, space, provider.token(sip_identity=f"sip:bob@{space.domain}"))

        assert (answer.status, answer.message) == (403, "Account blocked")


class TestOtherCredentials:
    def test_a_valid_key_works_too(self, api: Api, space: Space, alice: Account) -> None:
        assert api.on(space).with_key(factories.a_key(alice)).get(ME).status == 200

    def test_a_token_wins_over_a_key(self, api: Api, space: Space, alice: Account, provider: Provider) -> None:
        client = api.on(space).with_key(factories.a_key(factories.an_account(space, "bob")))

        answer = ask(client, space, provider.token(email="alice@example.org"))

        assert answer.json["username"] == "alice"
        assert ask(client.with_key("wrong"), space, provider.token(email="alice@example.org")).status == 200

    def test_on_web_routes(self, api: Api, space: Space, alice: Account, provider: Provider) -> None:
        client = api.on(space).using(x_linphone_provisioning="1")

        answer = ask(client, space, provider.token(email="alice@example.org"), "/provisioning/me")

        assert (answer.status, answer.header("Content-Type")) == (200, "application/xml")
        assert answer.raw.cookies == {}

    def test_administrator_routes_take_keys_only(self, api: Api, space: Space, provider: Provider) -> None:
        factories.an_account(space, "root", admin=True)

        answer = ask(api, space, provider.token(sip_identity=f"sip:root@{space.domain}"), "/api/accounts")

        assert (answer.status, answer.message) == (401, "Unauthenticated.")

    @pytest.mark.parametrize("header", ["bearer {}", "BEARER {}", "Digest x, Bearer {}", "Bearer {}, other"])
    def test_where_the_token_stands(
        self, api: Api, space: Space, alice: Account, provider: Provider, header: str
    ) -> None:
        value = header.format(provider.token(email="alice@example.org"))

        assert api.on(space).get(ME, Authorization=value).status == 200


class TestRefusals:
    @pytest.mark.parametrize(
        ("token", "text"),
        [
            ("x", "Invalid bearer The JWT string must have two dots"),
            ("a.b.c.d", "Invalid bearer The JWT string must have two dots"),
            (
                "a!.b.c",
                "Invalid bearer Error while decoding from Base64Url, invalid base64 characters detected",
            ),
            (f"{part(1)}.{part({})}.aaaa", "Invalid bearer Error while decoding from JSON"),
            (f"{part({})}.{part([])}.aaaa", "Invalid bearer Error while decoding from JSON"),
            (f"{part({})}.{NESTED}.aaaa", "Invalid bearer Error while decoding from JSON"),
            (f"{part({})}.{part({'exp': 'zz'})}.aaaa", "Invalid bearer Value is not in the allowed date format"),
            (f"{part({})}.{part({'iat': True})}.aaaa", "Invalid bearer Value is not in the allowed date format"),
            (f"{part({'alg': 'none'})}.{part({})}.", "Unsupported RSA signature"),
            (f"{part({})}.{part({})}.aaaa", "Unsupported RSA signature"),
            (f"{part({'alg': ['RS256']})}.{part({})}.aaaa", "Unsupported RSA signature"),
            (f"{part({'alg': 'RS256', 'kid': 'first'})}.{part({})}.aaaa", "Invalid JWT token signature"),
            (f"{part({'alg': 'RS256', 'kid': {}})}.{part({})}.aaaa", "Invalid JWT token signature"),
            (f"{part({'alg': 'RS256', 'crit': ['b64'], 'b64': False})}.{part({})}.aaaa", "Invalid JWT token signature"),
        ],
    )  # fmt: skip
    def test_malformed(self, api: Api, space: Space, provider: Provider, token: str, text: str) -> None:
        answer = ask(api, space, token)

        assert answer.status == 401
        assert answer.lines("WWW-Authenticate") == [refusal(provider, text)]

    @pytest.mark.parametrize(
        ("claims", "text"),
        [
            ({"exp": None}, "Expired JWT token"),
            ({"exp": int(time.time()) - 1}, "Expired JWT token"),
            ({"nbf": int(time.time()) + 600}, "JWT token is not valid yet"),
            ({"iat": int(time.time()) + 600}, "JWT token is not valid yet"),
            ({"iss": "https://id.example.org/realms/other"}, "Invalid JWT token issuer"),
            ({"iss": None}, "Invalid JWT token issuer"),
        ],
    )
    def test_not_now_or_not_from_there(
        self, api: Api, space: Space, alice: Account, provider: Provider, claims: dict[str, Any], text: str
    ) -> None:
        answer = ask(api, space, provider.token(email="alice@example.org", **claims))

        assert answer.status == 401
        assert answer.lines("WWW-Authenticate") == [refusal(provider, text)]

    def test_clocks_may_differ_by_a_minute(self, api: Api, space: Space, alice: Account, provider: Provider) -> None:
        soon = int(time.time()) + 30

        assert ask(api, space, provider.token(email="alice@example.org", nbf=soon, iat=soon)).status == 200

    def test_the_public_key_is_no_secret(self, api: Api, space: Space, alice: Account, provider: Provider) -> None:
        pem = provider.keys[0].as_pem(private=False)
        OidcConfiguration.objects.filter(space=space).update(public_key=pem.decode(), updated_at=now())
        content = provider.token(email="alice@example.org").split(".")[1]
        signed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{content}"
        mac = base64.urlsafe_b64encode(hmac.digest(pem, signed.encode(), "sha256")).decode().rstrip("=")
        confused = f"{signed}.{mac}"

        assert ask(api, space, confused).lines("WWW-Authenticate") == [refusal(provider, "Unsupported RSA signature")]

    @pytest.mark.parametrize(
        ("header", "status"),
        [
            ({"nonce": "x", "pi.atm": "1", "acr": 2}, 200),
            ({"typ": "at+jwt", "jku": "https://evil.example/keys", "x5u": "https://evil.example/cert"}, 200),
            ({"crit": ["acr"], "acr": 2}, 401),
            ({"crit": ["b64"], "b64": False}, 401),
            ({"crit": []}, 401),
        ],
    )
    def test_header_parameters_that_nobody_knows(
        self, api: Api, space: Space, alice: Account, provider: Provider, header: dict[str, Any], status: int
    ) -> None:
        """They are ignored unless they are called critical (RFC 7515 sections 4 and 4.1.11)."""
        claims = {"iss": provider.issuer, "exp": int(time.time()) + 300, "email": "alice@example.org"}
        signed = f"{part({'alg': 'RS256', 'kid': provider.keys[0].kid, **header})}.{part(claims)}"
        signature = provider.keys[0].private_key.sign(signed.encode(), PKCS1v15(), SHA256())

        token = f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

        assert ask(api, space, token).status == status

    def test_the_provider_of_another_space(self, api: Api, space: Space, alice: Account, provider: Provider) -> None:
        with a_provider() as other:
            token = other.token(email="alice@example.org")
            forged = other.token(email="alice@example.org", iss=provider.issuer)

            for text in (token, forged):
                answer = ask(api, space, text)
                assert answer.status == 401
                assert answer.lines("WWW-Authenticate") == [refusal(provider, "Invalid JWT token signature")]

    @pytest.mark.parametrize(
        ("claims", "status"),
        [
            ({}, 200),
            ({"aud": "flexiapi"}, 200),
            ({"aud": ["account", "flexiapi"]}, 200),
            ({"aud": "account", "azp": "flexiapi"}, 200),
            ({"aud": "account", "client_id": "flexiapi"}, 200),
            ({"aud": "account", "azp": "other", "client_id": "flexiapi"}, 401),
            ({"aud": "account"}, 401),
            ({"azp": "other"}, 401),
            ({"aud": [["flexiapi"]]}, 401),
        ],
    )
    def test_audience_where_a_client_is_configured(
        self, api: Api, provider: Provider, claims: dict[str, Any], status: int
    ) -> None:
        space = factories.a_space()
        provider.configure(space, client_id="flexiapi")
        factories.an_account(space, "bob")

        answer = ask(api, space, provider.token(sip_identity=f"sip:bob@{space.domain}", **claims))

        assert answer.status == status
        if status == 401:
            assert answer.lines("WWW-Authenticate") == [refusal(provider, "Invalid JWT token audience")]
