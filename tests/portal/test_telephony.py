"""Voicemails and call forwarding in the portal."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexiapi.accounts.models import Account
from flexiapi.http.dates import now
from flexiapi.telephony.models import AccountFile, CallForwarding
from flexiapi.telephony.serializers import SlotData
from flexiapi.telephony.services.files import create_slot
from tests import factories
from tests.api import Api
from tests.portal.visitor import PageSeen, Visitor
from tests.telephony.recordings import path_of, slot, upload

pytestmark = pytest.mark.django_db
KINDS = ("always", "no_answer", "busy")


def a_recording(
    account: Account, *, caller: str = "sip:bob@sip.example.org;transport=tls", age: int = 0
) -> AccountFile:
    """An uploaded voicemail, without its file."""
    row = create_slot(account, SlotData("audio/wav", caller))
    moment = now() - timedelta(minutes=age)
    AccountFile.objects.filter(pk=row.pk).update(name="k3_note.wav", uploaded_at=moment, created_at=moment, size=10)
    return AccountFile.objects.get(pk=row.pk)


def a_forwarding(account: Account, **columns: Any) -> CallForwarding:
    """A stored forwarding to a SIP URI."""
    defaults = {"type": "busy", "forward_to": "sip_uri", "sip_uri": "sip:desk@example.com", "enabled": True}
    return CallForwarding.objects.create(account=account, **{**defaults, **columns})


def stored(account: Account) -> dict[str, tuple[str, str | int | None, bool]]:
    """The forwardings of an account by type: target and whether they count."""
    rows = CallForwarding.objects.filter(account=account)
    return {row.type: (row.forward_to, row.sip_uri or row.contact_id, row.enabled) for row in rows}


class TestVoicemails:
    def test_are_played_downloaded_and_deleted(
        self, browser: Visitor, owner: Account, api: Api, data_dir: Path
    ) -> None:
        Account.objects.filter(pk=owner.pk).update(email="owner@example.org")
        server = api.as_admin(owner.space)
        place = slot(server, owner, sip_from="sip:bob@sip.example.org")
        assert upload(server, path_of(place["upload_url"])).status == 200

        page = browser.open("/telephony")
        (player,) = page.dom.xpath("//audio")
        assert (player.get("preload"), player.get("controls")) == ("none", "")
        assert "bob@sip.example.org" in page.text
        assert api.on(owner.space).get(player.get("src"), Range="bytes=0-3").body == b"RIFF"
        download = next(link for link in page.links() if link.endswith("/download"))
        assert "attachment" in (api.on(owner.space).get(download).header("Content-Disposition") or "")

        assert "bob@sip.example.org" in browser.open(f"/files/{place['id']}/delete").text
        page = browser.submit()

        assert (page.url, page.toasts) == ("/telephony", ["The voicemail was deleted."])
        assert not AccountFile.objects.exists()
        assert "No voicemail." in page.text

    def test_from_the_dashboard_leads_back_there(self, browser: Visitor, owner: Account) -> None:
        file = a_recording(owner)
        link = next(link for link in browser.open("/dashboard").links() if link.startswith("/files/"))

        assert link == f"/files/{file.pk}/delete?from=dashboard"
        browser.open(link)
        assert browser.submit().url == "/dashboard"

    def test_newest_first_in_pages_without_awaited_ones(self, browser: Visitor, owner: Account) -> None:
        for age in range(31):
            a_recording(owner, caller=f"sip:caller{age}@example.org", age=age)
        create_slot(owner, SlotData("audio/wav", "sip:awaited@example.org"))

        page = browser.open("/telephony")
        assert len(page.dom.xpath("//audio")) == 30
        assert "awaited" not in page.text
        assert page.text.index("caller0@") < page.text.index("caller29@")
        assert "caller30@" in browser.open("/telephony?page=2").text

    def test_others_are_unknown(self, browser: Visitor, owner: Account) -> None:
        theirs = a_recording(factories.an_account(owner.space))

        assert browser.open(f"/files/{theirs.pk}/delete").status == 404
        assert browser.open("/files/unknown/delete").status == 404
        token = browser.open("/telephony").dom.xpath("//input[@name='_token']/@value")[0]
        answer = delete(browser, f"/files/{theirs.pk}", token)

        assert answer.status == 404
        assert AccountFile.objects.filter(pk=theirs.pk).exists()

    def test_a_caller_s_name_is_no_markup(self, browser: Visitor, owner: Account) -> None:
        a_recording(owner, caller="sip:<b>x</b>@example.org")

        assert not browser.open("/telephony").dom.xpath("//td//b")


def delete(browser: Visitor, path: str, token: str, **fields: str) -> PageSeen:
    """Send a DELETE form that no page has."""
    return browser._send("POST", path, {"_token": token, "_method": "DELETE", **fields}, follow=False)


class TestForwarding:
    def test_shows_what_is_stored(self, browser: Visitor, owner: Account) -> None:
        a_forwarding(owner)

        page = browser.open("/telephony")

        form = next(form for form in page.dom.forms if form.get("action") == "/call_forwardings")
        values = dict(form.form_values())
        assert values["busy[enabled]"] == "on"
        assert (values["busy[forward_to]"], values["busy[sip_uri]"]) == ("sip_uri", "sip:desk@example.com")
        assert "always[enabled]" not in values
        assert values["always[forward_to]"] == "sip_uri"

    def test_is_saved_for_each_type(self, browser: Visitor, owner: Account) -> None:
        friend = factories.an_account(owner.space, "friend")
        factories.a_contact(owner, friend)

        browser.open("/telephony")
        page = browser.submit(
            {
                "no_answer[enabled]": "on",
                "no_answer[forward_to]": "voicemail",
                "busy[enabled]": "on",
                "busy[forward_to]": "contact",
                "busy[contact_id]": str(friend.pk),
            },
            action="/call_forwardings",
        )

        assert (page.url, page.toasts) == ("/telephony", ["Call forwarding was saved."])
        assert stored(owner) == {"no_answer": ("voicemail", None, True), "busy": ("contact", friend.pk, True)}
        text = browser.open("/dashboard").text
        assert "When I do not answer voicemail" in text

    def test_a_section_that_is_switched_off_keeps_its_target(self, browser: Visitor, owner: Account) -> None:
        a_forwarding(owner)
        page = browser.open("/telephony")
        token = page.dom.xpath("//input[@name='_token']/@value")[0]

        put(browser, token, **{f"{kind}[forward_to]": "sip_uri" for kind in KINDS})

        assert stored(owner) == {"busy": ("sip_uri", "sip:desk@example.com", False)}

    @pytest.mark.parametrize(
        ("fields", "field", "message"),
        [
            ({"always[sip_uri]": ""}, "always[sip_uri]", "is required"),
            ({"always[sip_uri]": "desk"}, "always[sip_uri]", "must be a valid SIP URI"),
            ({"always[sip_uri]": "sip:" + "x" * 300 + "@example.org"}, "always[sip_uri]", "255 characters"),
            ({"always[forward_to]": "contact"}, "always[contact_id]", "is required"),
            ({"busy[enabled]": "on", "busy[forward_to]": "voicemail"}, "always[enabled]", "at the same time"),
        ],
    )
    def test_refusals_are_shown_at_their_field(
        self, browser: Visitor, owner: Account, fields: dict[str, str], field: str, message: str
    ) -> None:
        browser.open("/telephony")
        good = {"always[enabled]": "on", "always[forward_to]": "sip_uri", "always[sip_uri]": "sip:desk@example.com"}

        page = browser.submit({**good, **fields}, action="/call_forwardings")

        assert (page.url, page.status) == ("/telephony", 200)
        assert message in page.error_of(field)
        assert page.dom.xpath("//input[@name='always[enabled]'][@checked]")
        assert stored(owner) == {}

    @pytest.mark.parametrize(
        "fields",
        [
            {"always": "on"},
            {"always[enabled]": "on"},
            {"always[enabled]": "on", "always[forward_to]": "moon"},
            {"always[enabled]": "on", "always[forward_to][]": "contact"},
            {"always[enabled]": "on", "always[forward_to]": "contact", "always[contact_id]": "x"},
            {"always[enabled]": "on", "always[forward_to]": "contact", "always[contact_id]": "9" * 40},
            {},
        ],
    )
    def test_what_no_form_sends_changes_nothing(self, browser: Visitor, owner: Account, fields: dict[str, str]) -> None:
        a_forwarding(owner, enabled=False)
        before = stored(owner)
        token = browser.open("/telephony").dom.xpath("//input[@name='_token']/@value")[0]

        page = put(browser, token, **fields)

        assert page.status == 302
        assert stored(owner) == before

    def test_a_stranger_is_no_target(self, browser: Visitor, owner: Account) -> None:
        stranger = factories.an_account(owner.space, "stranger")
        token = browser.open("/telephony").dom.xpath("//input[@name='_token']/@value")[0]

        sent = {"enabled": "on", "forward_to": "contact", "contact_id": str(stranger.pk)}
        put(browser, token, **{f"busy[{name}]": value for name, value in sent.items()})

        assert browser.open("/telephony").error_of("busy[contact_id]")
        assert stored(owner) == {}

    def test_scripts_get_the_messages_as_json(self, browser: Visitor) -> None:
        token = browser.open("/telephony").dom.xpath("//input[@name='_token']/@value")[0]
        browser.headers = {"Accept": "application/json"}

        answer = put(browser, token, **{"busy[enabled]": "on", "busy[forward_to]": "sip_uri"}).answer

        assert answer.status == 422
        assert list(answer.errors) == ["busy.sip_uri"]


def put(browser: Visitor, token: str, **fields: str) -> PageSeen:
    """Send the form's fields, whatever the page has."""
    return browser._send("POST", "/call_forwardings", {"_token": token, "_method": "PUT", **fields}, follow=False)


class TestCost:
    def test_statements_do_not_grow(self, browser: Visitor, owner: Account) -> None:
        for number in range(3):  # as many as the dashboard shows
            a_recording(owner, age=number)
        a_forwarding(owner)
        few = statements(browser, "/telephony"), statements(browser, "/dashboard")
        for number in range(25):
            a_recording(owner, age=number)
            factories.a_contact(owner, factories.an_account(owner.space))

        assert (statements(browser, "/telephony"), statements(browser, "/dashboard")) == few
        assert max(few) <= 16


def statements(browser: Visitor, path: str) -> int:
    """How many statements a page takes."""
    browser.open(path)
    with CaptureQueriesContext(connection) as captured:
        assert browser.open(path).status == 200
    return len(captured)
