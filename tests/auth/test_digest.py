"""Digest as the Linphone SDK speaks it, its test vector, and its counter."""

import hashlib
from datetime import UTC, datetime

import pytest
import time_machine
from tests import factories
from tests.api import Api, DigestClient, parameters

from flexiapi.auth import digest
from flexiapi.auth.models import Opaque

pytestmark = pytest.mark.django_db
ME = "/api/accounts/me"


class TestVector:
    @pytest.mark.parametrize(
        ("algorithm", "ha1", "response"),
        [
            ("MD5", "4cded4200e3c5f94806db4a26bd45166", "7ec00d46456841efaa38c8ca9178ee4b"),
            (
                "SHA-256",
                "5c0f1cebb73c8c95f7ec2c123a41d9895fa1fb645c0a64de3265347b0b53ba08",
                "aa5feccd3448ac7dd19ce74abcae9be84db9f8168923974ea755a1bb95b2bb04",
            ),
        ],
    )
    def test_hashes(self, algorithm: str, ha1: str, response: str) -> None:
        assert digest.ha1(algorithm, "alice", "sip.example.org", "s3cret") == ha1
        sent = {"nonce": "0f" * 32, "nc": "00000001", "cnonce": "6f1d3c", "qop": "auth", "uri": ME}
        assert digest._response(algorithm, ha1, sent, "GET").decode() == response

    def test_non_ascii_passwords_are_hashed_as_utf_8(self) -> None:
        expected = hashlib.md5("a:r:nonascii€".encode()).hexdigest()
        assert digest.ha1("MD5", "a", "r", "nonascii€") == expected


class TestConversation:
    def test_one_challenge_line_per_password_in_row_order(self, api: Api) -> None:
        space = factories.a_space()
        alice = factories.an_account(space, "alice")
        factories.a_password(alice, "s3cret", "MD5")
        factories.a_password(alice, "s3cret", "SHA-256")

        answer = api.on(space).get(ME, From=f"sip:alice@{space.domain}")

        assert answer.status == 401
        assert answer.message == "Unauthenticated request"
        first, second = answer.lines("WWW-Authenticate")
        assert first.startswith(f'Digest realm="{space.domain}",qop="auth",algorithm=MD5,nonce="')
        assert ",algorithm=SHA-256," in second
        assert parameters(first)["nonce"] == parameters(second)["nonce"]
        assert len(parameters(first)["nonce"]) == len(parameters(first)["opaque"]) == 64
        assert Opaque.objects.count() == 0

    @pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
    def test_the_answer_lets_in_and_repeats_the_challenge(self, api: Api, algorithm: str) -> None:
        space = factories.a_space(algorithm=algorithm)
        alice = factories.an_account(space, "alice", password="nonascii€")
        client = DigestClient(api.on(space), alice, "nonascii€")

        answer = client.send("GET", ME)

        assert answer.status == 200
        assert answer.json["phone"] is None
        again = parameters(answer.lines("WWW-Authenticate")[0])
        assert client.answer("GET", ME, again, nc=2).status == 200
        assert Opaque.objects.get().nc == 2

    def test_a_realm_of_its_own(self, api: Api) -> None:
        space = factories.a_space(realm="example-realm")
        alice = factories.an_account(space, password="s3cret")

        assert api.on(space).digest("GET", ME, alice, "s3cret").status == 200

    def test_replayed_and_reordered_counts_are_refused(self, api: Api) -> None:
        space = factories.a_space()
        client = DigestClient(api.on(space), factories.an_account(space, password="s3cret"), "s3cret")
        challenge = parameters(client.send("GET", ME).lines("WWW-Authenticate")[0])

        assert client.answer("GET", ME, challenge, nc=10).status == 200
        for count in (1, 9, 10):
            refused = client.answer("GET", ME, challenge, nc=count)
            assert (refused.status, refused.message) == (401, "Nonce replayed")
            assert "stale=true" in refused.lines("WWW-Authenticate")[0]
        assert client.answer("GET", ME, challenge, nc=11).status == 200

    @pytest.mark.parametrize("count", ["0x0000b", "+b", "1_0", " b ", "0", "000000010", "\u0661", "-1", "zz"])
    def test_counts_are_plain_hexadecimal(self, api: Api, count: str) -> None:
        space = factories.a_space()
        client = DigestClient(api.on(space), factories.an_account(space, password="s3cret"), "s3cret")
        challenge = parameters(client.send("GET", ME).lines("WWW-Authenticate")[0])

        header = client.authorization("GET", ME, challenge).replace("nc=00000001", f'nc="{count}"')
        answer = api.on(space).get(ME, From=client.sender, Authorization=header)

        assert (answer.status, answer.message) == (401, "Unauthenticated request")

    def test_nonces_are_bound(self, api: Api) -> None:
        space = factories.a_space()
        alice, bob = (factories.an_account(space, password="s3cret") for _ in range(2))
        client = DigestClient(api.on(space), alice, "s3cret")
        challenge = parameters(api.on(space).get(ME, From=client.sender).lines("WWW-Authenticate")[0])

        elsewhere = DigestClient(api.on(space).at("192.0.2.9"), alice, "s3cret")
        assert elsewhere.answer("GET", ME, challenge).message == "Invalid opaque"
        assert DigestClient(api.on(space), bob, "s3cret").answer("GET", ME, challenge).message == "Invalid opaque"
        assert client.answer("GET", ME, {**challenge, "nonce": "0f" * 32}).message == "Invalid opaque"
        assert client.answer("GET", ME, {**challenge, "opaque": "0f" * 32}).message == "Invalid opaque"
        with time_machine.travel(datetime.now(UTC).timestamp() + 3700, tick=False):
            assert client.answer("GET", ME, challenge).status == 401
        assert client.answer("GET", ME, challenge).status == 200

    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"realm": "other"}, ["realm"]),
            ({"qop": "auth-int"}, ["qop"]),
            ({"uri": "/api/accounts"}, ["uri"]),
            ({"cnonce": None}, ["cnonce"]),
            ({"username": "bob"}, ["username"]),
            ({"algorithm": "SHA-512"}, ["algorithm"]),
        ],
    )
    def test_parameters_that_do_not_fit_are_422(
        self, api: Api, changes: dict[str, str | None], fields: list[str]
    ) -> None:
        space = factories.a_space()
        client = DigestClient(api.on(space), factories.an_account(space, "alice", password="s3cret"), "s3cret")
        challenge = parameters(api.on(space).get(ME, From=client.sender).lines("WWW-Authenticate")[0])

        answer = client.answer("GET", ME, challenge, **changes)

        assert answer.status == 422
        assert list(answer.errors) == fields

    @pytest.mark.parametrize("missing", ["nonce", "uri", "nc", "opaque", "response"])
    def test_missing_parameters_are_challenged_again(self, api: Api, missing: str) -> None:
        space = factories.a_space()
        client = DigestClient(api.on(space), factories.an_account(space, password="s3cret"), "s3cret")
        challenge = parameters(api.on(space).get(ME, From=client.sender).lines("WWW-Authenticate")[0])

        answer = client.answer("GET", ME, challenge, **{missing: None})

        assert answer.status == 401
        assert len(answer.lines("WWW-Authenticate")) == 1

    def test_wrong_password_and_wrong_algorithm(self, api: Api) -> None:
        space = factories.a_space()
        client = DigestClient(api.on(space), factories.an_account(space, password="s3cret"), "wrong")
        challenge = parameters(api.on(space).get(ME, From=client.sender).lines("WWW-Authenticate")[0])

        assert client.answer("GET", ME, challenge).message == "Unauthorized"
        assert client.answer("GET", ME, {**challenge, "algorithm": "MD5"}).message == "Wrong algorithm"

    def test_the_uri_may_hold_the_query(self, api: Api) -> None:
        space = factories.a_space()
        client = DigestClient(api.on(space), factories.an_account(space, password="s3cret"), "s3cret")

        assert client.send("GET", f"{ME}?a=b").status == 200

    @pytest.mark.parametrize(
        ("sender", "status", "message"),
        [
            (None, 401, "From header is required or invalid token"),
            ("<sip:alice@sip.example.org>", 401, "Invalid SIP address"),
            ("alice", 401, "Invalid SIP address"),
            ("sip:sip.example.org", 401, "Invalid SIP address"),
            ("sip:nobody@sip.example.org", 404, "Missing elements to perform the request"),
            ("sip:alice:pw@sip.example.org", 404, "Missing elements to perform the request"),
            ("sip:alice@sip.example.org;tag=1", 401, "Unauthenticated request"),
            ("sip%3Aalice%40sip.example.org", 401, "Unauthenticated request"),
            ("SIP:alice@sip.example.org:5060", 401, "Unauthenticated request"),
        ],
    )
    def test_from(self, api: Api, sender: str | None, status: int, message: str) -> None:
        space = factories.a_space("sip.example.org")
        factories.an_account(space, "alice", password="s3cret")
        client = api.on(space) if sender is None else api.on(space).using(From=sender)

        answer = client.get(ME)

        assert (answer.status, answer.message) == (status, message)

    def test_without_digest_configuration_there_is_no_challenge(self, api: Api) -> None:
        space = factories.a_space()
        alice = factories.an_account(space, password="s3cret")
        factories.without_digest(space)

        answer = api.on(space).get(ME, From=f"sip:{alice.identifier}")

        assert (answer.status, answer.lines("WWW-Authenticate")) == (401, [])
