"""The pages of the portal at other moments than those of the atlas: refused, empty, done."""

from collections.abc import Callable

from playwright.sync_api import Page

from flexiapi.accounts.models import Account
from tests import factories

from .atlas import PASSWORD, Place, Scene, as_user, recovery, request_token, reset_link
from .people import fill


def _refused_registration(scene: Scene, page: Page) -> None:
    page.goto("/register/email")
    fill(page, username="anna", email="a@example.org", email_confirmation="b@example.org")
    fill(page, password="a long one", password_confirmation="another one")
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("[aria-invalid=true]")


def _filled(path: str, *, user: bool = True, **values: str) -> Callable[[Scene, Page], None]:
    """A form that was sent with these values and is seen again, or what it led to."""

    def reach(scene: Scene, page: Page) -> None:
        if user:
            scene.user(page)
        page.goto(path)
        fill(page, **values)
        with page.expect_navigation():
            page.locator("main form button[type=submit]").first.click()

    return reach


def _wrong_code(scene: Scene, page: Page) -> None:
    recovery(scene, page)
    fill(page, code="0000")
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("[role=alert]")


def _refused_forwarding(scene: Scene, page: Page) -> None:
    scene.user(page)
    page.goto("/telephony")
    section = page.get_by_role("group", name="When I do not answer")
    section.get_by_role("switch").check()
    section.locator("[name$='[sip_uri]']").fill("nobody")
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector("[aria-invalid=true]")


def _newcomer(path: str) -> Callable[[Scene, Page], str]:
    """Somebody who has just come and has nothing yet."""

    def reach(scene: Scene, page: Page) -> str:
        scene.street.let_in(page, factories.an_account(scene.space, "newcomer", activated=False))
        return path

    return reach


def _first_steps(scene: Scene, page: Page) -> str:
    Account.objects.filter(domain=scene.space.domain).delete()
    factories.an_account(scene.space, "chief", admin=True)
    return "/login"


def _provider_login(scene: Scene, page: Page) -> str:
    factories.an_oidc_configuration(scene.space)
    return "/login"


def _used_reset_link(scene: Scene, page: Page) -> str:
    path = reset_link(scene, page)
    _filled(path, user=False, password=PASSWORD, password_confirmation=PASSWORD)(scene, page)
    return path


def _stale_form(scene: Scene, page: Page) -> None:
    page.goto("/login")
    page.evaluate("document.querySelector('main [name=_token]').value = ''")
    fill(page, username="anna", password=PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector("h1:has-text('419')")


def _shortcuts(scene: Scene, page: Page) -> None:
    scene.user(page)
    page.goto("/dashboard")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")


MOMENTS = [
    Place("/login (refused)", _filled("/login", user=False, username="anna", password="wrong")),
    Place("/login (identity provider)", _provider_login),
    Place("/login (first steps)", _first_steps),
    Place("/login (stale form)", _stale_form, status=419),
    Place("/register/email (refused)", _refused_registration),
    Place("/recovery/confirm (refused)", _wrong_code),
    Place(
        "/reset_password/{token} (done)",
        lambda scene, page: _filled(
            reset_link(scene, page), user=False, password=PASSWORD, password_confirmation=PASSWORD
        )(scene, page),
    ),
    Place("/reset_password/{token} (used)", _used_reset_link),
    Place(
        "/creation_token/check/{token} (done)",
        lambda scene, page: _filled(request_token(scene, page), user=False)(scene, page),
    ),
    Place("/dashboard (empty)", _newcomer("/dashboard")),
    Place("/dashboard (shortcuts)", _shortcuts),
    Place("/telephony (empty)", _newcomer("/telephony")),
    Place("/telephony (refused)", _refused_forwarding),
    Place("/devices (empty)", _newcomer("/devices")),
    Place("/statistics/call_logs (empty)", _newcomer("/statistics/call_logs")),
    Place("/statistics/call_logs (none fits)", as_user("/statistics/call_logs?from=2020-01-01&to=2020-01-02")),
    Place(
        "/password (refused)",
        _filled("/password", old_password="wrong", password="short", password_confirmation="shirt"),
    ),
    Place("/email/change (refused)", _filled("/email/change", email="anna@example.org")),
    Place("/api_key (none)", as_user("/api_key")),
    Place("/link_device (none)", as_user("/link_device")),
    Place("/delete (refused)", _filled("/delete", identifier="bob@example.org")),
    Place("/admin/spaces (403)", as_user("/admin/spaces"), status=403),
]
