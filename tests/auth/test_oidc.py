"""Login at an identity provider: the way there and back, who gets in."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests import factories
from tests.identity import REALM, Provider, a_signing_key
from tests.portal.visitor import PageSeen, Visitor
from tests.together import at_once

from flexiapi.accounts.models import Account, Tombstone
from flexiapi.config import instance
from flexiapi.spaces.models import OidcConfiguration, Space

CONNECT = f"/realms/{REALM}/protocol/openid-connect"
FAILED = "OpenID Connect authentication failed"


@pytest.fixture
def space(db: None, provider: Provider) -> Space:
    made = factories.a_space()
    provider.configure(made, client_id="portal", client_secret="hush")
    return made


@pytest.fixture
def alice(space: Space) -> Account:
    return factories.an_account(space, "alice", email="alice@example.org", password="s3cret")


def automatic(space: Space) -> None:
    """Let accounts be created by the role `sip`."""
    OidcConfiguration.objects.filter(space=space).delete()
    provider_url = space.oidc.server_url if space.oidc else ""
    factories.an_oidc_configuration(
        space,
        server_url=provider_url,
        realm=REALM,
        client_id="portal",
        client_secret="hush",
        auto_provisioning=True,
        role_provisioning="sip",
    )


def leave(visitor: Visitor) -> str:
    """The browser goes to the provider; where that is."""
    page = visitor.open("/login/oidc", follow=False)
    assert page.status == 302
    return str(page.answer.header("Location"))


def log_in(visitor: Visitor, provider: Provider, *, follow: bool = True) -> PageSeen:
    """The whole way there and back."""
    back = provider.log_in(leave(visitor))
    return visitor.open(back, follow=follow)


def is_refused(page: PageSeen, text: str) -> bool:
    return page.url == "/login" and text in page.text


class TestThere:
    def test_what_the_provider_is_asked(self, space: Space, provider: Provider) -> None:
        url = leave(Visitor(space))

        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{provider.url}realms/{REALM}/protocol/openid-connect/auth?")
        assert len(query.pop("state")) == 40
        assert len(query.pop("code_challenge")) == 43
        assert query.pop("nonce")
        assert query == {
            "client_id": "portal",
            "redirect_uri": f"http://{space.host}/login/oidc/redirect",
            "scope": "openid",
            "response_type": "code",
            "code_challenge_method": "S256",
        }

    def test_discovered(self, space: Space, provider: Provider) -> None:
        provider.discovery = {
            "issuer": provider.issuer,
            "authorization_endpoint": f"{provider.url}authorize?tenant=1",
            "token_endpoint": "javascript:alert(1)",
        }

        assert leave(Visitor(space)).startswith(f"{provider.url}authorize?tenant=1&client_id=portal&")

    def test_a_document_of_another_issuer_does_not_count(self, space: Space, provider: Provider) -> None:
        provider.discovery = {"issuer": "https://x.example.org", "authorization_endpoint": "https://x.example.org/a"}

        assert leave(Visitor(space)).startswith(provider.url)

    def test_without_client(self, space: Space) -> None:
        OidcConfiguration.objects.filter(space=space).update(client_id=None)

        assert is_refused(Visitor(space).open("/login/oidc"), "no client is configured")

    @pytest.mark.parametrize("path", ["/login/oidc", "/login/oidc/redirect"])
    def test_without_provider(self, db: None, path: str) -> None:
        space = factories.a_space()
        assert Visitor(space).open(path).status == 403
        factories.an_oidc_configuration(space, server_url="", realm="", public_key="x")
        assert Visitor(space).open(path).status == 403
        assert "OpenID" not in Visitor(space).open("/login").text

    def test_without_panel(self, provider: Provider, db: None) -> None:
        space = factories.a_space(web_panel=False)
        provider.configure(space, client_id="portal")

        assert leave(Visitor(space)).startswith(provider.url)


class TestBack:
    def test_logged_in(self, space: Space, alice: Account, provider: Provider) -> None:
        visitor = Visitor(space)
        visitor.open("/dashboard")
        visitor.page = None

        page = log_in(visitor, provider)

        assert (page.status, page.url) == (200, "/dashboard")
        assert provider.requests[-3:] == [f"{CONNECT}/token", f"{CONNECT}/certs", f"{CONNECT}/userinfo"]

    def test_the_session_gets_a_new_id(self, space: Space, alice: Account, provider: Provider) -> None:
        visitor = Visitor(space)
        back = provider.log_in(leave(visitor))
        before = visitor.client.cookies[instance.current().session_cookie].value

        visitor.open(back)

        assert visitor.client.cookies[instance.current().session_cookie].value != before

    def test_secret_by_basic_where_the_provider_says_so(self, space: Space, alice: Account, provider: Provider) -> None:
        provider.discovery = {"issuer": provider.issuer}
        provider.client_secret = None  # none in the form

        assert log_in(Visitor(space), provider).url == "/dashboard"

    def test_a_code_serves_once(self, space: Space, alice: Account, provider: Provider) -> None:
        visitor = Visitor(space)
        back = provider.log_in(leave(visitor))
        visitor.open(back)
        visitor.client.cookies.clear()

        assert is_refused(visitor.open(back), FAILED)

    def test_another_browser_cannot_finish(self, space: Space, alice: Account, provider: Provider) -> None:
        back = provider.log_in(leave(Visitor(space)))
        victim = Visitor(space)
        leave(victim)

        assert is_refused(victim.open(back), FAILED)
        assert is_refused(Visitor(space).open(back), FAILED)

    @pytest.mark.parametrize("query", ["", "code=x", "state=x", "state=&code=", "error=access_denied"])
    def test_incomplete(self, space: Space, alice: Account, query: str) -> None:
        assert is_refused(Visitor(space).open(f"/login/oidc/redirect?{query}"), FAILED)

    @pytest.mark.parametrize(
        ("said", "shown"), [("access_denied", "access_denied"), ("<b>no</b>", "the provider refused")]
    )
    def test_the_provider_refuses(self, space: Space, provider: Provider, said: str, shown: str) -> None:
        provider.denied = said

        assert is_refused(log_in(Visitor(space), provider), f"{FAILED}: {shown}.")

    @pytest.mark.parametrize("path", ["token", "certs", "userinfo"])
    def test_the_provider_fails(self, space: Space, alice: Account, provider: Provider, path: str) -> None:
        provider.broken.add(f"{CONNECT}/{path}")

        assert is_refused(log_in(Visitor(space), provider), FAILED)

    def test_the_provider_is_gone(self, space: Space, alice: Account, provider: Provider) -> None:
        visitor = Visitor(space)
        back = provider.log_in(leave(visitor))
        with instance.override(outbound_allow_private=False):
            page = visitor.open(back)

        assert is_refused(page, "the provider does not answer as expected")

    @pytest.mark.parametrize(
        "claims",
        [
            {"nonce": "other"},
            {"nonce": None},
            {"aud": "other"},
            {"aud": ["portal", "other"], "azp": "other"},
            {"iss": "https://x.example.org"},
            {"exp": 1},
            {"sub": "other"},
            {"sub": None},
        ],
    )
    def test_the_id_token_is_checked(
        self, space: Space, alice: Account, provider: Provider, claims: dict[str, Any]
    ) -> None:
        provider.id_claims = claims

        assert is_refused(log_in(Visitor(space), provider), "the provider's token is not valid")

    def test_signed_by_somebody_else(self, space: Space, alice: Account, provider: Provider) -> None:
        log_in(Visitor(space), provider)
        provider.keys = [a_signing_key("first")]

        assert is_refused(log_in(Visitor(space), provider), "the provider's token is not valid")

    def test_keys_may_rotate(self, space: Space, alice: Account, provider: Provider) -> None:
        log_in(Visitor(space), provider)
        OidcConfiguration.objects.filter(space=space).update(jwks_tried_at=None)
        provider.rotate("second")

        assert log_in(Visitor(space), provider).url == "/dashboard"


class TestWithoutProvisioning:
    @pytest.mark.parametrize("person", [{"email": None}, {"email": "alice@example.org", "email_verified": False}])
    def test_no_usable_address(self, space: Space, alice: Account, provider: Provider, person: dict[str, Any]) -> None:
        provider.person = {"sub": "4711", **person}

        assert is_refused(log_in(Visitor(space), provider), "no confirmed e-mail address")

    def test_nobody_here(self, space: Space, provider: Provider) -> None:
        factories.an_account(factories.a_space(), email="alice@example.org")

        assert is_refused(log_in(Visitor(space), provider), "No account was found for you")
        assert not Account.objects.filter(space=space).exists()

    def test_blocked(self, space: Space, provider: Provider) -> None:
        factories.an_account(space, email="alice@example.org", blocked=True)

        assert is_refused(log_in(Visitor(space), provider), "Your account is blocked")

    def test_in_french(self, space: Space, provider: Provider) -> None:
        visitor = Visitor(space, headers={"Accept-Language": "fr"})

        assert is_refused(log_in(visitor, provider), "Aucun compte n'a été trouvé pour vous")


class TestProvisioning:
    @pytest.fixture(autouse=True)
    def _automatic(self, space: Space, provider: Provider) -> None:
        automatic(space)
        provider.roles = ["other", "sip"]

    def test_created(self, space: Space, provider: Provider) -> None:
        provider.person["email"] = "Alice@example.org"

        page = log_in(Visitor(space), provider)

        account = Account.objects.get(space=space)
        assert page.url == "/dashboard"
        assert (account.username, account.email) == ("alice", "Alice@example.org")
        assert (account.activated, account.admin, account.blocked) == (True, False, False)
        assert account.passwords.count() == 1
        log_in(Visitor(space), provider)
        assert Account.objects.filter(space=space).count() == 1

    def test_names_are_counted_on(self, space: Space, provider: Provider) -> None:
        factories.an_account(space, "alice")
        Tombstone.objects.create(username="alice1", domain=space.domain)

        log_in(Visitor(space), provider)

        assert Account.objects.get(space=space, email="alice@example.org").username == "alice2"

    @pytest.mark.parametrize("local", ["älice", "alice{x", "a" * 61, "a b"])
    def test_no_username(self, space: Space, provider: Provider, local: str) -> None:
        provider.person["email"] = f"{local}@example.org"

        page = log_in(Visitor(space), provider)

        assert page.url == "/login"
        assert "your address makes no username" in page.text or "no confirmed e-mail" in page.text
        assert not Account.objects.filter(space=space).exists()

    def test_no_address(self, space: Space, provider: Provider) -> None:
        provider.person["email"] = "alice@example.org\r\nBcc: all"

        assert is_refused(log_in(Visitor(space), provider), "your address makes no username")

    def test_the_rules_of_usernames_hold(self, space: Space, provider: Provider) -> None:
        with instance.override(account_blacklisted_usernames=("^ali",)):
            page = log_in(Visitor(space), provider)

        assert is_refused(page, "your address makes no username")

    def test_space_full(self, space: Space, provider: Provider) -> None:
        factories.an_account(space)
        Space.objects.filter(pk=space.pk).update(max_accounts=1)

        assert is_refused(log_in(Visitor(space), provider), "There is no room for another account")
        assert Account.objects.filter(space=space).count() == 1

    def test_who_lost_the_role_loses_access(self, space: Space, provider: Provider) -> None:
        account = factories.an_account(space, "bob", email="alice@example.org")
        first = Visitor(space)
        log_in(first, provider)
        provider.roles = ["other"]

        assert is_refused(log_in(Visitor(space), provider), "You have no access to this application")
        account.refresh_from_db()
        assert not account.activated
        assert first.open("/dashboard").url == "/login"

        provider.roles = ["sip"]
        assert log_in(Visitor(space), provider).url == "/dashboard"
        account.refresh_from_db()
        assert account.activated

    def test_roles_need_a_good_signature(self, space: Space, provider: Provider) -> None:
        forger = a_signing_key("first")
        genuine = provider._tokens

        def forged(form: dict[str, str]) -> tuple[int, dict[str, Any]]:
            status, tokens = genuine(form)
            return status, {**tokens, "access_token": provider.token(key=forger, realm_access={"roles": ["sip"]})}

        provider._tokens = forged  # type: ignore[method-assign]

        assert is_refused(log_in(Visitor(space), provider), "the provider's token is not valid")
        assert not Account.objects.filter(space=space).exists()


@pytest.mark.django_db(transaction=True)
def test_two_first_logins_at_once_make_one_account(provider: Provider) -> None:
    space = factories.a_space()
    provider.configure(space, client_id="portal", client_secret="hush")
    automatic(Space.objects.select_related("oidc_configuration").get(pk=space.pk))
    provider.roles = ["sip"]
    visitors = [Visitor(space) for _ in range(3)]
    ways = [provider.log_in(leave(visitor)) for visitor in visitors]

    at_once(len(visitors), lambda number: visitors[number].open(ways[number], follow=False))

    assert Account.objects.filter(space=space).count() == 1
    assert {visitor.open("/dashboard").url for visitor in visitors} <= {"/dashboard", "/login"}


class TestLogout:
    def test_at_the_provider_too(self, space: Space, alice: Account, provider: Provider) -> None:
        visitor = Visitor(space)
        page = log_in(visitor, provider)
        policy = str(page.answer.header("Content-Security-Policy"))

        page = visitor.submit(action="/logout", follow=False)

        assert f"form-action 'self' {provider.url.rstrip('/')};" in policy
        assert page.status == 302
        base, _, query = str(page.answer.header("Location")).partition("?")
        assert base == f"{provider.url}realms/{REALM}/protocol/openid-connect/logout"
        assert parse_qs(query) == {
            "post_logout_redirect_uri": [f"http://{space.host}/login"],
            "client_id": ["portal"],
        }
        assert visitor.open("/dashboard").url == "/login"

    def test_spaces_without_provider_stay(self, db: None) -> None:
        space = factories.a_space()
        visitor = Visitor(space)
        page = visitor.log_in(factories.an_account(space, password="s3cret"), "s3cret")
        policy = str(page.answer.header("Content-Security-Policy"))

        assert "form-action 'self';" in policy
        assert visitor.submit(action="/logout").url == "/login"

    def test_an_odd_address_does_not_get_into_the_policy(self, db: None) -> None:
        space = factories.a_space()
        factories.an_oidc_configuration(space, server_url="https://x.example.org; script-src */")
        page = Visitor(space).log_in(factories.an_account(space, password="s3cret"), "s3cret")

        assert "script-src */" not in str(page.answer.header("Content-Security-Policy"))
