"""Every page of the portal as somebody sees it: wide and narrow, light and dark, by keyboard, over a slow line.

Pictures are left in `test-results/screenshots/`.
"""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from flexiapi.http import urlmap
from flexiapi.http.locale import COOKIE
from tests import factories

from .atlas import NO_PAGES, PLACES, Place, Scene, a_scene
from .atlas_accounts import ACCOUNTS
from .atlas_spaces import SPACES
from .moments import MOMENTS
from .people import Registrations, Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURES = Path(__file__).parents[2] / "test-results/screenshots"
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 360, "height": 780}}
EXAMINED = {("narrow", "light"), ("wide", "dark")}  # axe takes its time: each layout and each scheme once
TALLEST_PICTURE = 6000  # pixels
FIRST_VIEW_BYTES = 60_000

PAGES = {
    "page",
    "panel",
    "waiting page",
    "user page",
    "identity provider",
    "administrator page",
    "super administrator page",
}

each_page = pytest.mark.parametrize(
    "place", [pytest.param(place, id=place.name) for place in PLACES + ACCOUNTS + SPACES]
)
each_moment = pytest.mark.parametrize(
    "place", [pytest.param(place, id=place.name) for place in PLACES + ACCOUNTS + SPACES + MOMENTS]
)


@pytest.fixture
def scene(street: Street, registrations: Registrations) -> Scene:
    """Somebody with a bit of everything."""
    return a_scene(street, registrations)


def opened(scene: Scene, place: Place, page: Page) -> None:
    """Come to a page."""
    path = place.reach(scene, page)
    if path is not None:
        answer = page.goto(path)
        assert answer is not None
        assert (answer.status, answer.request.redirected_from) == (place.status, None), path


def test_the_atlas_knows_every_page() -> None:
    pages = {route.template for route in urlmap.routes() if "GET" in route.methods and route.access in PAGES}

    assert pages == {place.route for place in PLACES + ACCOUNTS + SPACES if " (" not in place.route} | set(NO_PAGES)


@each_moment
def test_can_be_seen_and_used(scene: Scene, place: Place) -> None:
    page = scene.street.browser(scene.space)
    opened(scene, place, page)
    found: list[str] = []

    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            look(page, f"{place.name}-{size}-{scheme}")
            if (size, scheme) in EXAMINED:
                found += [f"{size} {scheme}: {fault}" for fault in violations(page)]
        found += [f"{size}: {text} is wider than the screen" for text in page.evaluate(_OVERFLOWING)]

    assert found == []


@pytest.mark.parametrize("hue", [0, 60, 120, 180, 240, 300])
def test_every_hue_can_be_read(street: Street, transactional_db: None, hue: int) -> None:
    page = street.browser(factories.a_space(theme_hue=hue))

    page.goto("/components")
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += violations(page, {"runOnly": ["color-contrast"]})

    assert found == []


@each_page
def test_keyboards_reach_everything(scene: Scene, place: Place) -> None:
    page = scene.street.browser(scene.space)
    opened(scene, place, page)
    expected: list[str] = page.evaluate(_FOCUSABLE)

    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    reached: set[str] = set()
    for _ in range(2 * len(expected) + 20):
        page.keyboard.press("Tab")
        here: dict[str, Any] | None = page.evaluate(_FOCUSED)
        if here is None:
            continue
        assert here["outlined"], f"the focus does not show on {here['text']}"
        reached.add(here["mark"])
        if reached >= set(expected):
            break

    assert sorted(set(expected) - reached) == []


@each_page
def test_a_phone_in_french_over_a_slow_line(scene: Scene, place: Place) -> None:
    page = scene.street.browser(scene.space, viewport=SIZES["narrow"])
    path = place.reach(scene, page)
    page.context.add_cookies([{"name": COOKIE, "value": "fr", "url": scene.street.url(scene.space)}])
    weights = weighed(page)

    page.goto(path or page.url, wait_until="networkidle")

    look(page, f"{place.name}-narrow-french")
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.evaluate(_OVERFLOWING) == []
    assert len(weights) >= 3, "a page, its styles and its script"
    assert sum(weights.values()) <= FIRST_VIEW_BYTES, sorted(weights.values())


def weighed(page: Page) -> dict[str, int]:
    """The bytes of each answer that a page gets from now on, its cache empty, images and sounds aside."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def received(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def finished(event: dict[str, Any]) -> None:
        if kinds.get(event["requestId"]) not in ("Image", "Media"):
            sizes[event["requestId"]] = int(event["encodedDataLength"])

    session.on("Network.responseReceived", received)
    session.on("Network.loadingFinished", finished)
    return sizes


def look(page: Page, name: str) -> None:
    """Leave a picture of a page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    whole = page.evaluate("document.body.scrollHeight") < TALLEST_PICTURE
    page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)


def violations(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds wrong with a page, a line each."""
    response = Axe().run(page, options=options or {"resultTypes": ["violations"]}).response
    return [
        f"{rule['id']}: {node['html'][:160]} ({node['failureSummary']})"
        for rule in response["violations"]
        for node in rule["nodes"]
    ]


_OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > width + 1 && !element.closest("pre, .scroll > *"))
    .slice(0, 5).map((element) => element.outerHTML.slice(0, 120));
}"""

# What a keyboard must reach: everything that can be pressed or filled in and is shown.
_FOCUSABLE = """() => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, audio, [tabindex='0']")]
  .filter((element) => !element.disabled && element.tabIndex >= 0)
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .map((element, place) => (element.dataset.mark = String(place)))"""
_FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  return {
    mark: element.dataset.mark ?? "",
    text: element.outerHTML.slice(0, 120),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
  };
}"""
