"""Every page of the portal, and how somebody comes to it."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import Page

from flexiapi.accounts.models import Account
from flexiapi.auth.models import AuthToken, Passkey
from flexiapi.http.dates import now
from flexiapi.messaging.models import Delivery
from flexiapi.provisioning.models import Wizard
from flexiapi.spaces.models import Space
from flexiapi.spaces.services import touch
from tests import factories
from tests.api import Api
from tests.portal.authenticator import protected
from tests.portal.test_call_logs import a_call
from tests.portal.test_telephony import a_forwarding, a_recording

from .people import Registrations, Street, fill, log_in

PASSWORD = "a long s3cret"


@dataclass
class Scene:
    """Somebody with a bit of everything, whose pages are looked at."""

    street: Street
    space: Space
    owner: Account

    def visitor(self, page: Page) -> None:
        """Nobody is logged in."""

    def user(self, page: Page) -> None:
        """The owner is logged in."""
        self.street.let_in(page, self.owner)


@dataclass(frozen=True)
class Place:
    """A page: its route, how it is reached by somebody with a fresh browser, and the status that it has."""

    route: str
    reach: Callable[[Scene, Page], str | None]  # does what is needed; gives the path to open, None when there
    status: int = 200

    @property
    def name(self) -> str:
        """A name for files: `devices-uuid-delete`."""
        return re.sub(r"\W+", "-", self.route).strip("-") or "start"


def a_scene(street: Street, registrations: Registrations) -> Scene:
    """A Space whose look is settled, and its user Anna."""
    space = factories.a_space(
        domain="sip.example.org",
        name="Acme Telephony",
        copyright_text="© Acme",
        intro_registration_text="Phones for **everybody** at Acme.",
        account_proxy_registrar_address="proxy.example.org",
    )
    owner = factories.an_account(
        space, "anna", password=PASSWORD, email="anna@example.org", phone="+33612345678", display_name="Anna"
    )
    factories.a_token(owner)
    for number, (name, agent) in enumerate(
        [
            ("urn:uuid:0a", "LinphoneAndroid/5.2.3 (Pixel 7) LinphoneSDK/5.3"),
            ("urn:uuid:0b", "Linphone-Desktop/5.2.6 (Anna's laptop) LinphoneSDK/5.3"),
            ("urn:uuid:0c", "LinphoneiOS/5.2 (iPad) LinphoneSDK/5.3"),
        ]
    ):
        registrations(owner.identifier, name, agent, age=number * 700)
    for age in (3, 190):
        a_recording(owner, caller="sip:bob@sip.example.org", age=age)
    states = itertools.cycle(["accepted", "canceled", "error", "declined"])
    for hours, peer in enumerate(["bob", "carla", "reception", "dieter", "support"]):
        state, at = next(states), now() - timedelta(hours=hours * 7, minutes=4)
        ended = at + timedelta(seconds=37 + 61 * hours) if state == "accepted" else None
        a_call(owner, peer, at=at, incoming=bool(hours % 2), states=(state,), ended_at=ended)
    a_forwarding(owner)
    factories.a_contact(owner, factories.an_account(space, "bob", display_name="Bob"))
    return Scene(street, space, owner)


def _at(path: str) -> Callable[[Scene, Page], str]:
    return lambda scene, page: path


def as_user(path: str) -> Callable[[Scene, Page], str]:
    """The owner opens a page."""

    def reach(scene: Scene, page: Page) -> str:
        scene.user(page)
        return path

    return reach


def _foreign_link(path: str) -> Callable[[Scene, Page], None]:
    """The owner follows the link of another site."""

    def reach(scene: Scene, page: Page) -> None:
        scene.user(page)
        page.set_content(f'<a href="{scene.street.url(scene.space, path)}">look</a>')
        page.get_by_role("link").click()
        page.wait_for_url(f"**{path}")

    return reach


def _pending(kind: str, path: str) -> Callable[[Scene, Page], None]:
    def reach(scene: Scene, page: Page) -> None:
        factories.activate_countries("FR")
        scene.user(page)
        page.goto(f"/{kind}/change")
        fill(page, **{kind: "new@example.org" if kind == "email" else "+33611111111"})
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(f"**{path}")

    return reach


def recovery(scene: Scene, page: Page) -> None:
    """A code for the recovery of the owner's account is asked for."""
    page.goto("/recovery/email")
    fill(page, email="anna@example.org")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/recovery/confirm")


def reset_link(scene: Scene, page: Page) -> str:
    """The link by which the owner sets a password, from its mail."""
    Api().as_admin(scene.space).post(f"/api/accounts/{scene.owner.pk}/send_reset_password_email")
    found = re.search(r"/reset_password/\w+", str(Delivery.objects.get(recipient="anna@example.org").payload))
    assert found is not None
    return found[0]


def _recovery_token(scene: Scene, page: Page) -> str:
    return f"/recovery/phone/{factories.a_recovery_token().token}?phone=%2B33612345678"


def request_token(scene: Scene, page: Page) -> str:
    """The page on which somebody says that they are no robot."""
    token = Api().on(scene.space).post("/api/account_creation_request_tokens").json["token"]
    return f"/creation_token/check/{token}"


def _free_token(scene: Scene, page: Page) -> str:
    scene.user(page)
    token = AuthToken.objects.create(token="f" * 32, ip="192.0.2.9", user_agent="Firefox on a desk")
    return f"/auth_tokens/auth/external/{token.token}"


def _qr_login(scene: Scene, page: Page) -> None:
    page.goto("/authenticate/qrcode")  # leads on to a token


def _offered_token(scene: Scene, page: Page) -> str:
    return f"/auth_tokens/auth/{AuthToken.objects.create(token='o' * 32, account=scene.owner).token}"


def _link_device(scene: Scene, page: Page) -> None:
    scene.user(page)
    page.goto("/link_device")
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("svg.qr")


def _api_key(scene: Scene, page: Page) -> None:
    scene.user(page)
    page.goto("/api_key")
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("[role=status] p")


def _recording(scene: Scene, page: Page) -> str:
    scene.user(page)
    return f"/files/{a_recording(scene.owner).pk}/delete"


def _wizard(scene: Scene, page: Page) -> str:
    row = Wizard.objects.create(token="wizard01", account=scene.owner, provisioning_account=scene.owner)
    return f"/wizard/{row.token}"


def _factor(path: str) -> Callable[[Scene, Page], str]:
    """The owner has an authenticator app and two passkeys, and sets them up."""

    def reach(scene: Scene, page: Page) -> str:
        scene.user(page)
        _factors(scene)
        return path.format(passkey_id=Passkey.objects.filter(account=scene.owner).latest("id").pk)

    return reach


def _factors(scene: Scene) -> None:
    protected(scene.owner, PASSWORD)
    for name in ("Anna's phone", "The key on the ring"):
        hashed = f"{name:<64}"
        Passkey.objects.create(account=scene.owner, name=name, host=scene.space.host, credential_hash=hashed)


def _new_app(scene: Scene, page: Page) -> None:
    scene.user(page)
    page.goto("/second_factor")
    page.get_by_role("button", name="Set up an authenticator app").click()
    page.wait_for_url("**/second_factor/app")


def _new_codes(scene: Scene, page: Page) -> None:
    scene.user(page)
    _factors(scene)
    page.goto("/second_factor/recovery_codes")
    fill(page, current_password=PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("#recovery-codes")


def _required_factor(scene: Scene, page: Page) -> None:
    Space.objects.filter(pk=scene.space.pk).update(require_second_factor=True)
    touch(scene.space)
    scene.street.let_in(page, factories.an_account(scene.space, "chief", admin=True))
    page.goto("/")
    page.wait_for_url("**/second_factor")


def _second_step(scene: Scene, page: Page) -> None:
    _factors(scene)
    log_in(page, scene.owner.username, PASSWORD)
    page.wait_for_url("**/login/second_factor")


def _blocked(scene: Scene, page: Page) -> str:
    scene.user(page)
    Account.objects.filter(pk=scene.owner.pk).update(blocked=True)
    return "/blocked"


def _expired(scene: Scene, page: Page) -> str:
    Space.objects.filter(pk=scene.space.pk).update(expire_at=now() - timedelta(days=2))
    touch(scene.space)
    return "/login"


def administrator(path: str, *, chief: bool = False) -> Callable[[Scene, Page], str]:
    """An administrator of the Space, or a super administrator, opens a page."""

    def reach(scene: Scene, page: Page) -> str:
        if chief:
            Space.objects.filter(pk=scene.space.pk).update(super=True)
            touch(scene.space)
        scene.street.let_in(page, factories.an_account(scene.space, "chief", admin=True))
        return path.replace("{space_id}", str(scene.space.pk))

    return reach


def _provider(path: str) -> Callable[[Scene, Page], str]:
    def reach(scene: Scene, page: Page) -> str:
        found = administrator(path)(scene, page)
        factories.an_oidc_configuration(scene.space)
        return found

    return reach


_OIDC = "/admin/spaces/{space_id}/oidc"

PLACES = [
    Place("/login", _at("/login")),
    Place("/register/email", _at("/register/email")),
    Place("/register/phone", _at("/register/phone")),
    Place("/recovery/email", _at("/recovery/email")),
    Place("/recovery/phone", _at("/recovery/phone")),
    Place("/recovery/phone/{token}", _recovery_token),
    Place("/recovery/confirm", recovery),
    Place("/reset_password/{token}", reset_link),
    Place("/creation_token/check/{token}", request_token),
    Place("/authenticate/qrcode/{token}", _qr_login),
    Place("/auth_tokens/auth/{token}", _offered_token),
    Place("/wizard", _at("/wizard?sip=sip:bob@sip.example.org&linphone-action=call")),
    Place("/wizard/{token}", _wizard),
    Place("/about", _at("/about")),
    Place("/blocked", _blocked),
    Place("/third-party-components", _at("/third-party-components")),
    Place("/components", _at("/components")),
    Place("/api", _at("/api")),
    Place("/documentation", _at("/documentation")),
    Place("/provisioning/documentation", _at("/provisioning/documentation")),
    Place("/wizard/documentation", _at("/wizard/documentation")),
    Place("/dashboard", as_user("/dashboard")),
    Place("/telephony", as_user("/telephony")),
    Place("/files/{file_id}/delete", _recording),
    Place("/devices", as_user("/devices")),
    Place("/devices/{uuid}/delete", as_user("/devices/urn%3Auuid%3A0a/delete")),
    Place("/statistics/call_logs", as_user("/statistics/call_logs")),
    Place("/email/change", as_user("/email/change")),
    Place("/email/validate", _pending("email", "/email/validate")),
    Place("/phone/change", as_user("/phone/change")),
    Place("/phone/validate", _pending("phone", "/phone/validate")),
    Place("/password", as_user("/password")),
    Place("/api_key", _api_key),
    Place("/sessions", as_user("/sessions")),
    Place("/login/second_factor", _second_step),
    Place("/second_factor", as_user("/second_factor")),
    Place("/second_factor (set up)", _factor("/second_factor")),
    Place("/second_factor (required)", _required_factor),
    Place("/second_factor/app", _new_app),
    Place("/second_factor/app/delete", _factor("/second_factor/app/delete")),
    Place("/second_factor/recovery_codes", _factor("/second_factor/recovery_codes")),
    Place("/second_factor/recovery_codes (new)", _new_codes),
    Place("/second_factor/passkeys/{passkey_id}/delete", _factor("/second_factor/passkeys/{passkey_id}/delete")),
    Place("/link_device", _link_device),
    Place("/auth_tokens/auth/external/{token}", _free_token),
    Place("/delete", as_user("/delete")),
    Place("/logout", _foreign_link("/logout")),
    Place("/admin/spaces", administrator("/admin/spaces", chief=True)),
    Place("/admin/spaces/me", administrator("/admin/spaces/me")),
    Place("/admin/spaces/{space_id}", administrator("/admin/spaces/{space_id}", chief=True)),
    Place(_OIDC, administrator(_OIDC)),
    Place(f"{_OIDC} (set)", _provider(_OIDC)),
    Place(f"{_OIDC}/delete", _provider(f"{_OIDC}/delete")),
    Place(f"{_OIDC}/refresh_public_key", _provider(f"{_OIDC}/refresh_public_key")),
    Place("/nowhere (404)", _at("/nowhere"), status=404),
    Place("/login (expired Space)", _expired, status=490),
]

# Routes that answer no page of their own: they lead elsewhere, or answer a file.
NO_PAGES = {
    "/admin/statistics": "leads to the messages",
    "/": "leads to the login page",
    "/login/oidc": "leads to the identity provider",
    "/login/oidc/redirect": "comes from the identity provider",
    "/register": "leads to the form",
    "/authenticate/qrcode": "leads to a code",
    "/authenticate/email/{code}": "leads to the login page, where old Linphone apps are not served",
    "/auth_tokens/qrcode/{token}": "a picture",
    "/admin/contacts_lists": "leads to the lists of the own Space",
    "/admin/contacts_lists/{rest}": "leads to the lists of the own Space",
    "/admin/accounts/{account_id}/devices": "leads to the card",
    "/admin/accounts/{account_id}/dictionary": "leads to the card",
}
