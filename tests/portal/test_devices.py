"""The devices of an account in the portal."""

import time
from urllib.parse import quote

import pytest

from flexiapi.accounts.models import Account
from flexiapi.telephony.registrar import MemoryRegistrar
from tests import factories
from tests.portal.visitor import PageSeen, Visitor

pytestmark = pytest.mark.django_db
UUID = "urn:uuid:5c2f3d6e-0000-4000-8000-000000000001"


def register(
    registrar: MemoryRegistrar,
    account: Account,
    uuid: str = UUID,
    *,
    agent: str = "LinphoneAndroid/5.2.3 (Pixel 7) LinphoneSDK/5.3",
    age: int = 0,
) -> None:
    """Write a contact as Flexisip does."""
    registrar.records.setdefault(account.identifier, {})[f'"<{uuid}>"'] = (
        f"<sip:{account.username}@192.0.2.7;updatedAt={int(time.time()) - age};expires=3600"
        f'?user-agent={quote(agent, safe="")}>;+sip.instance="<{uuid}>"'
    )


def remove(browser: Visitor, **fields: str) -> PageSeen:
    """Send the form of a removal, whatever a page has."""
    token = browser.open("/devices").dom.xpath("//input[@name='_token']/@value")[0]
    return browser._send("POST", "/devices", {"_token": token, "_method": "DELETE", **fields}, follow=False)


class TestList:
    def test_the_one_seen_last_first(self, browser: Visitor, owner: Account, registrar: MemoryRegistrar) -> None:
        register(registrar, owner, f"{UUID}a", age=100)
        register(registrar, owner, f"{UUID}b", agent="Linphone-Desktop/5.1 (laptop) LinphoneSDK/5.3")
        register(registrar, owner, f"{UUID}c", agent="LinphoneiOS/5.1 (Anna's <b>iPad</b>) SDK/5", age=200)
        register(registrar, owner, f"{UUID}d", agent="baresip", age=300)

        page = browser.open("/devices")

        kinds = [badge.text for badge in page.dom.xpath("//td//*[@class='badge']")]
        assert kinds == ["Computer", "Android", "iPhone or iPad"]
        assert page.text.index("laptop") < page.text.index("Pixel 7") < page.text.index("Anna's <b>iPad")
        assert "Other device" in page.text

    def test_nobody(self, browser: Visitor, registrar: MemoryRegistrar) -> None:
        assert "No device is registered." in browser.open("/devices").text

    def test_says_when_nobody_can_tell(self, browser: Visitor, registrar: MemoryRegistrar) -> None:
        registrar.reachable = False

        assert "The registrar does not answer" in browser.open("/devices").text
        assert "The registrar does not answer" in browser.open("/dashboard").text

    def test_the_dashboard_has_three(self, browser: Visitor, owner: Account, registrar: MemoryRegistrar) -> None:
        for number in range(5):
            register(registrar, owner, f"{UUID}{number}", agent=f"App/1.0 (phone {number})", age=number)

        card = browser.open("/dashboard").dom.xpath("//section[@aria-labelledby='devices-title']")[0].text_content()

        assert [number for number in range(5) if f"phone {number}" in card] == [0, 1, 2]


class TestRemoval:
    @pytest.mark.parametrize(("origin", "place"), [("", "/devices"), ("?from=dashboard", "/dashboard")])
    def test_is_asked_for_and_done(
        self, browser: Visitor, owner: Account, registrar: MemoryRegistrar, origin: str, place: str
    ) -> None:
        register(registrar, owner)
        link = next(link for link in browser.open(place).links() if link.endswith(f"/delete{origin}"))

        assert "Pixel 7" in browser.open(link).text
        page = browser.submit()

        assert (page.url, page.toasts) == (place, ["The device was logged out."])
        assert registrar.records[owner.identifier] == {}
        assert registrar.published == [(owner.identifier, "")]

    def test_ids_of_any_shape(self, browser: Visitor, owner: Account, registrar: MemoryRegistrar) -> None:
        register(registrar, owner, "a/b?c&d%20e")
        link = next(link for link in browser.open("/devices").links() if link.endswith("/delete"))

        browser.open(link)

        assert browser.submit().toasts == ["The device was logged out."]

    def test_of_somebody_else_is_unknown(self, browser: Visitor, owner: Account, registrar: MemoryRegistrar) -> None:
        other = factories.an_account(owner.space)
        register(registrar, other)

        assert browser.open(f"/devices/{UUID}/delete").status == 404
        assert remove(browser, uuid=UUID).status == 404
        assert registrar.records[other.identifier]

    @pytest.mark.parametrize("uuid", ["", "x" * 2000])
    def test_bad_input_goes_back(self, browser: Visitor, registrar: MemoryRegistrar, uuid: str) -> None:
        answer = remove(browser, uuid=uuid).answer

        assert (answer.status, answer.header("Location")) == (302, "/devices")
        assert browser.open("/devices").dom.xpath("//p[@class='summary']")

    def test_where_nobody_answers(self, browser: Visitor, owner: Account, registrar: MemoryRegistrar) -> None:
        register(registrar, owner)
        registrar.reachable = False

        page = browser.open(f"/devices/{UUID}/delete")

        assert (page.status, "The registrar cannot be reached" in page.text) == (503, True)
        assert remove(browser, uuid=UUID).status == 503
