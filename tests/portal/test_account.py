"""What somebody does with their own account in the portal."""

import pytest

from flexiapi.accounts.models import Account, Tombstone
from flexiapi.auth.gate import hashed
from flexiapi.auth.models import ApiKey, PortalSession
from flexiapi.auth.session_store import SessionStore
from tests import factories
from tests.api import Api
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db
PAGES = ["/dashboard", "/password", "/api_key", "/delete", "/sessions"]


@pytest.fixture
def alice(db: None) -> Account:
    """Somebody with a password."""
    return factories.an_account(factories.a_space(), "alice", password="old s3cret")


@pytest.fixture
def visitor(alice: Account) -> Visitor:
    """Alice, logged in."""
    visitor = Visitor(alice.space)
    visitor.let_in(alice)
    return visitor


class TestGates:
    @pytest.mark.parametrize("path", PAGES)
    def test_visitors_are_sent_to_log_in(self, path: str) -> None:
        visitor = Visitor(factories.a_space())

        assert visitor.open(path).url == "/login"
        visitor.headers = {"Accept": "application/json"}
        assert visitor.open(path).answer.message == "Unauthenticated."

    @pytest.mark.parametrize("path", PAGES)
    def test_blocked_accounts_are_told_so(self, visitor: Visitor, alice: Account, path: str) -> None:
        Account.objects.filter(pk=alice.pk).update(blocked=True)

        page = visitor.open(path)

        assert (page.status, "Account blocked" in page.text) == (403, True)

    @pytest.mark.parametrize("path", PAGES)
    def test_every_page_has_one_heading_and_a_title(self, visitor: Visitor, path: str) -> None:
        page = visitor.open(path)

        assert page.status == 200
        assert page.answer.header("Cache-Control") == "no-store"
        assert page.heading
        assert page.dom.findtext(".//title").endswith(f"· {visitor.space.name}")

    @pytest.mark.parametrize("path", ["/email/validate", "/devices/x/delete", "/files/x/delete", "/admin/spaces"])
    def test_refusals_are_not_stored_by_browsers_either(self, visitor: Visitor, path: str) -> None:
        page = visitor.open(path)

        assert page.status in (403, 404, 503)
        assert page.answer.header("Cache-Control") == "no-store"

    def test_the_page_first_asked_for_comes_after_the_login(self, alice: Account) -> None:
        visitor = Visitor(alice.space)
        visitor.open("/api_key")

        page = visitor.submit({"username": "alice", "password": "old s3cret"}, action="/authenticate")

        assert page.url == "/api_key"


class TestDashboard:
    def test_a_link_to_set_up_an_app(self, visitor: Visitor, alice: Account, api: Api) -> None:
        assert "Create a setup link" in visitor.open("/dashboard").text

        page = visitor.submit(action="/dashboard/provision")

        url = next(code.text_content() for code in page.dom.xpath("//p[contains(@class, 'mono')]"))
        assert url.startswith(f"http://{alice.domain}/provisioning/")
        assert page.dom.xpath("//*[local-name()='svg' and @role='img']")
        assert any(
            link.startswith("sip-linphone:?linphone-action=show&linphone-fetch-config=") for link in page.links()
        )
        path = url.partition(alice.domain)[2]
        assert api.on(alice.space).get(path, X_Linphone_Provisioning="1").status == 200
        assert "Create a setup link" in visitor.open("/dashboard").text


class TestPassword:
    def test_change(self, visitor: Visitor, alice: Account, api: Api) -> None:
        elsewhere = Visitor(alice.space)
        elsewhere.log_in(alice, "old s3cret")
        key = factories.a_key(alice)
        new = "new s3cret"

        visitor.open("/password")
        page = visitor.submit({"old_password": "old s3cret", "password": new, "password_confirmation": new})

        assert (page.url, page.toasts) == ("/login", ["The password was changed. Log in with the new one."])
        assert elsewhere.open("/dashboard").url == "/login"
        assert api.on(alice.space).with_key(key).get("/api/accounts/me").status == 401
        assert api.on(alice.space).digest("GET", "/api/accounts/me", alice, new).status == 200

    @pytest.mark.parametrize(
        ("fields", "field", "message"),
        [
            ({"old_password": "wrong"}, "old_password", "Incorrect old password"),
            ({"password_confirmation": "another"}, "password", "The password confirmation does not match."),
            (
                {"password": "short", "password_confirmation": "short"},
                "password",
                "The password must be at least 8 characters.",
            ),
        ],
    )
    def test_refusals_are_shown_at_their_field(
        self, visitor: Visitor, fields: dict[str, str], field: str, message: str
    ) -> None:
        good = {"old_password": "old s3cret", "password": "new s3cret", "password_confirmation": "new s3cret"}

        visitor.open("/password")
        page = visitor.submit({**good, **fields})

        assert (page.url, page.error_of(field)) == ("/password", message)
        assert not page.dom.xpath("//input[@type='password' and string-length(@value) > 0]")

    def test_not_where_digest_is_off(self, visitor: Visitor, alice: Account) -> None:
        factories.without_digest(alice.space)

        assert visitor.open("/password").status == 403


class TestApiKey:
    def test_a_key_is_shown_once(self, visitor: Visitor, alice: Account, api: Api) -> None:
        visitor.open("/api_key")
        page = visitor.submit()

        (key,) = [element.text for element in page.dom.xpath("//p/span[@class='mono']")]
        assert ApiKey.objects.get(account=alice).key == hashed(key)
        assert api.on(alice.space).with_key(key).get("/api/accounts/me").status == 200
        assert key not in visitor.open("/api_key").answer.text

    def test_until_then_it_lies_sealed_in_the_session(self, visitor: Visitor, alice: Account) -> None:
        token = str(visitor.open("/api_key").dom.xpath("//input[@name='_token']/@value")[0])
        headers = {"Host": alice.space.host}

        visitor.client.post("/api_key", {"_token": token}, headers=headers, RAW_URI="/api_key")

        kept = SessionStore().decode(PortalSession.objects.get(account=alice).session_data)
        assert "new_api_key" in kept
        assert ApiKey.objects.get(account=alice).key not in {hashed(str(value)) for value in kept.values()}


class TestDeletion:
    def test_needs_the_address(self, visitor: Visitor, alice: Account) -> None:
        visitor.open("/delete")
        assert visitor.submit({"identifier": "bob@example.org"}).error_of("identifier")
        assert Account.objects.filter(pk=alice.pk).exists()

        page = visitor.submit({"identifier": f"sip:{alice.identifier.upper()}"})

        assert (page.url, page.toasts) == ("/login", ["Your account was deleted."])
        assert not Account.objects.filter(pk=alice.pk).exists()
        assert Tombstone.objects.filter(username="alice").exists()


class TestSessions:
    def test_another_one_is_ended(self, visitor: Visitor, alice: Account) -> None:
        other = Visitor(alice.space, headers={"User-Agent": "Other browser"})
        other.log_in(alice, "old s3cret")

        assert "Other browser" in visitor.open("/sessions").text
        page = visitor.submit(action="/sessions")

        assert page.toasts == ["The session was ended."]
        assert other.open("/dashboard").url == "/login"
        assert visitor.open("/dashboard").url == "/dashboard"

    def test_all_others_are_ended_at_once(self, visitor: Visitor, alice: Account) -> None:
        others = [Visitor(alice.space), Visitor(alice.space)]
        for other in others:
            other.log_in(alice, "old s3cret")
        visitor.open("/sessions")

        page = visitor.submit({"session": "others"}, action="/sessions")

        assert (page.url, page.toasts) == ("/sessions", ["All other sessions were ended."])
        assert [other.open("/dashboard").url for other in others] == ["/login"] * 2
        assert visitor.open("/dashboard").url == "/dashboard"
