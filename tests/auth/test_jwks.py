"""The signing keys of a provider: rotation, sharing, and what is never asked for."""

import json
from datetime import timedelta

import pytest
from tests import factories
from tests.api import Answer, Api
from tests.identity import REALM, Provider, a_signing_key

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.http import outbound
from flexiapi.http.dates import now
from flexiapi.spaces import queries as spaces
from flexiapi.spaces.models import OidcConfiguration, Space

CERTS = f"/realms/{REALM}/protocol/openid-connect/certs"


@pytest.fixture
def space(db: None, provider: Provider) -> Space:
    made = factories.a_space()
    provider.configure(made)
    return factories.without_digest(made)


@pytest.fixture
def alice(space: Space) -> Account:
    return factories.an_account(space, "alice", email="alice@example.org")


def ask(api: Api, space: Space, token: str) -> Answer:
    return api.on(space).get("/api/accounts/me", Authorization=f"Bearer {token}")


def let_a_minute_pass(space: Space) -> None:
    OidcConfiguration.objects.filter(space=space).update(jwks_tried_at=now() - timedelta(seconds=61))


class TestKeys:
    def test_rotation(self, api: Api, space: Space, alice: Account, provider: Provider) -> None:
        before = provider.token(email="alice@example.org")
        assert ask(api, space, before).status == 200
        provider.rotate("second")
        after = provider.token(email="alice@example.org")

        assert ask(api, space, after).status == 401, "keys are fetched once a minute at most"
        let_a_minute_pass(space)
        assert ask(api, space, after).status == 200
        assert ask(api, space, before).status == 401, "the provider took the old key back"

    def test_both_keys_count_while_both_are_published(
        self, api: Api, space: Space, alice: Account, provider: Provider
    ) -> None:
        provider.keys.append(a_signing_key("second"))
        tokens = [provider.token(key=key, email="alice@example.org") for key in provider.keys]

        assert [ask(api, space, token).status for token in tokens] == [200, 200]
        assert provider.requests.count(CERTS) == 1

    def test_other_processes_share_what_was_fetched(
        self, api: Api, space: Space, alice: Account, provider: Provider
    ) -> None:
        token = provider.token(email="alice@example.org")
        assert ask(api, space, token).status == 200
        spaces.forget_cached()
        provider.broken.add(CERTS)

        assert ask(api, space, token).status == 200

    def test_unknown_names_do_not_flood_the_provider(self, api: Api, space: Space, provider: Provider) -> None:
        for number in range(4):
            token = provider.token(key=a_signing_key("stranger"), header={"kid": f"stranger {number}"})
            assert ask(api, space, token).status == 401

        assert provider.requests.count(CERTS) == 1

    def test_a_known_name_with_another_key(self, api: Api, space: Space, alice: Account, provider: Provider) -> None:
        assert ask(api, space, provider.token(email="alice@example.org")).status == 200
        let_a_minute_pass(space)

        forged = provider.token(key=a_signing_key("first"), email="alice@example.org")

        assert ask(api, space, forged).status == 401
        assert provider.requests.count(CERTS) == 1

    def test_without_name_any_key_may_fit(self, api: Api, space: Space, alice: Account, provider: Provider) -> None:
        provider.keys.insert(0, a_signing_key("other"))
        token = provider.token(key=provider.keys[1], header={"kid": None}, email="alice@example.org")

        assert ask(api, space, token).status == 200

    def test_keys_are_fetched_again_after_a_day(
        self, api: Api, space: Space, alice: Account, provider: Provider
    ) -> None:
        token = provider.token(email="alice@example.org")
        assert ask(api, space, token).status == 200
        yesterday = now() - timedelta(hours=25)
        OidcConfiguration.objects.filter(space=space).update(
            jwks_fetched_at=yesterday, jwks_tried_at=yesterday, updated_at=now()
        )
        provider.rotate("second")

        assert ask(api, space, token).status == 401

    def test_encryption_keys_and_rubbish_are_passed_over(
        self, api: Api, space: Space, alice: Account, provider: Provider
    ) -> None:
        encryption = {**a_signing_key("enc").as_dict(private=False), "use": "enc"}
        provider.extra_keys = [encryption, {"kty": "EC"}, {"kty": "RSA", "n": "!", "e": 3}, {"kty": "RSA"}, 7]  # type: ignore[list-item]

        assert ask(api, space, provider.token(email="alice@example.org")).status == 200
        stored = json.loads(OidcConfiguration.objects.get(space=space).jwks or "")
        assert [key["kid"] for key in stored["keys"]] == ["first"]

    def test_the_configured_key_counts_without_server(self, api: Api, provider: Provider, password: str) -> None:
        space = factories.a_space()
        pem = provider.keys[0].as_pem(private=False).decode()
        provider.configure(space, server_url="", realm="", public_key=pem)
        factories.an_account(space, "bob", password=password)
        named = {"sip_identity": f"sip:bob@{space.domain}"}

        assert ask(api, space, provider.token(**named)).status == 200
        answer = ask(api, space, provider.token(**named, exp=1))
        assert answer.lines("WWW-Authenticate") == [
            'Bearer error="invalid_token", error_description="Expired JWT token"'
        ]
        assert provider.requests == []

    def test_private_addresses_are_not_asked(self, api: Api, space: Space, alice: Account, provider: Provider) -> None:
        with instance.override(outbound_allow_private=False):
            assert ask(api, space, provider.token(email="alice@example.org")).status == 401

        assert provider.requests == []

    @pytest.mark.parametrize(
        ("host", "public"),
        [
            ("[64:ff9b::7f00:1]", False),
            ("[64:ff9b::a9fe:a9fe]", False),
            ("[64:ff9b::c633:6407]", False),
            ("[64:ff9b::808:808]", True),
            ("[::127.0.0.1]", False),
            ("[fec0::1]", False),
            ("[2002:7f00:1::]", False),
            ("[::ffff:10.0.0.1]", False),
            ("169.254.169.254", False),
            ("0.0.0.0", False),
            ("8.8.8.8", True),
            ("[2001:4860:4860::8888]", True),
        ],
    )
    def test_private_addresses_in_every_disguise(self, host: str, public: bool) -> None:
        """IPv4 inside of IPv6: mapped, compatible, 6to4 (RFC 3056) and behind NAT64 (RFC 6052)."""
        assert outbound.is_public(host.strip("[]")) is public
        if not public:
            with (
                instance.override(outbound_allow_private=False),
                pytest.raises(outbound.Unreachable, match="no public"),
            ):
                outbound.get_json(f"http://{host}/keys")

    def test_redirects_are_not_followed(self, api: Api, space: Space, alice: Account, provider: Provider) -> None:
        provider.redirected[CERTS] = "/jwks"

        assert ask(api, space, provider.token(email="alice@example.org")).status == 401
        assert "/jwks" not in provider.requests
