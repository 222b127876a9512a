"""What Flexisip 2.7 parses of our JSON, key by key: a missing key or another type discards the whole reply."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.contacts.models import Contact
from flexiapi.spaces.models import Space
from flexiapi.telephony.models import CallForwarding
from tests import factories
from tests.api import Api
from tests.telephony.recordings import WAV, path_of, upload

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
WRITTEN = "2026-03-01T12:30:00.000000Z"


@pytest.fixture
def space() -> Space:
    return factories.a_space("sip.example.org")


@pytest.fixture
def bob(space: Space) -> Account:
    """Who is called: with everything that an account can have."""
    return factories.an_account(
        space,
        "bob",
        password="s3cret",
        email="bob@example.org",
        phone="+33612345678",
        display_name="Bob",
        created_at=AT,
        updated_at=AT,
    )


@pytest.fixture
def proxy(api: Api, space: Space) -> Api:
    """Flexisip with an administrator's key and its own headers."""
    return api.as_admin(space).using(Accept="*/*")


def account_document(account: Account, forwardings: list[dict[str, Any]]) -> dict[str, Any]:
    """The account as look-ups show it."""
    return {
        "id": account.pk,
        "username": "bob",
        "domain": "sip.example.org",
        "email": "bob@example.org",
        "activated": True,
        "ip_address": "127.0.0.1",
        "user_agent": "tests",
        "created_at": WRITTEN,
        "display_name": "Bob",
        "dtmf_protocol": None,
        "updated_at": WRITTEN,
        "blocked": False,
        "admin": False,
        "phone": "+33612345678",
        "provisioning_token": None,
        "provisioning_token_expire_at": None,
        "dictionary": {},
        "sip_uri": "sip:bob@sip.example.org",
        "passwords": [{"algorithm": "SHA-256"}],
        "email_change_code": None,
        "types": [],
        "actions": [],
        "carddav_servers": [],
        "call_forwardings": forwardings,
    }


class TestCalledAccount:
    @time_machine.travel(AT, tick=False)
    def test_resolved_and_searched(self, api: Api, proxy: Api, space: Space, bob: Account) -> None:
        carol = factories.an_account(space, "carol")
        Contact.objects.create(account=bob, contact=carol)
        client = api.as_account(bob)
        away, busy = "/api/accounts/me/call_forwardings", {"type": "busy", "forward_to": "contact", "enabled": False}
        first = client.post(away, {"type": "no_answer", "forward_to": "voicemail", "enabled": True}).json["id"]
        second = client.post(away, {**busy, "contact_id": carol.pk}).json["id"]
        third = client.post(away, {"type": "always", "forward_to": "sip_uri", "sip_uri": "sip:x@d.org", "enabled": 0})
        account = Account.objects.get(pk=bob.pk)
        stamps = {"created_at": WRITTEN, "updated_at": WRITTEN}
        rows = [
            {
                "id": first,
                "type": "away",
                "forward_to": "voicemail",
                "sip_uri": None,
                "enabled": True,
                "contact_id": None,
                **stamps,
                "contact_sip_uri": None,
            },
            {
                "id": second,
                "type": "busy",
                "forward_to": "contact",
                "sip_uri": None,
                "enabled": False,
                "contact_id": carol.pk,
                **stamps,
                "contact_sip_uri": "sip:carol@sip.example.org",
            },
            {
                "id": third.json["id"],
                "type": "always",
                "forward_to": "sip_uri",
                "sip_uri": "sip:x@d.org",
                "enabled": False,
                "contact_id": None,
                **stamps,
                "contact_sip_uri": None,
            },
        ]

        searched = proxy.get("/api/accounts/bob@sip.example.org/search").json
        resolved = proxy.get("/api/resolve/bob@sip.example.org").json

        assert sorted(searched["call_forwardings"], key=lambda row: int(row["id"])) == rows
        expected = account_document(account, searched["call_forwardings"])
        assert searched == expected
        assert resolved == {"type": "account", "payload": expected}
        assert all(type(row["enabled"]) is bool for row in searched["call_forwardings"])
        assert type(searched["id"]) is int

    def test_without_forwardings_the_list_is_empty_not_absent(self, proxy: Api, bob: Account) -> None:
        for document in (
            proxy.get("/api/accounts/bob@sip.example.org/search").json,
            proxy.get("/api/resolve/bob@sip.example.org").json["payload"],
        ):
            assert document == account_document(bob, [])

    def test_one_row_that_cannot_be_parsed_does_not_discard_the_others(self, proxy: Api, bob: Account) -> None:
        bad = {"account": bob, "enabled": True}
        CallForwarding.objects.create(type="busy", forward_to="contact", **bad)
        CallForwarding.objects.create(type="always", forward_to="sip_uri", sip_uri="x@d.org", **bad)
        CallForwarding.objects.create(type="no_answer", forward_to="voicemail", **bad)

        for document in (
            proxy.get("/api/accounts/bob@sip.example.org/search").json,
            proxy.get("/api/resolve/bob@sip.example.org").json["payload"],
        ):
            assert [row["forward_to"] for row in document["call_forwardings"]] == ["voicemail"]


class TestVoicemail:
    def test_place_and_upload(self, proxy: Api, bob: Account, tmp_path: Path) -> None:
        found = proxy.get("/api/accounts/bob@sip.example.org/search").json
        caller = "sip:alice@sip.example.org:5061;transport=tls"

        with instance.override(flexiapi_data_dir=tmp_path), time_machine.travel(AT, tick=False):
            place = proxy.post(
                f"/api/accounts/{found['id']}/voicemails", {"content_type": "audio/wav", "sip_from": caller}
            )
            kept = upload(proxy, path_of(place.json["upload_url"]))

        key = place.json["id"]
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", key)
        assert (place.status, place.json) == (
            201,
            {
                "id": key,
                "name": None,
                "size": None,
                "content_type": "audio/wav",
                "sip_from": caller,
                "created_at": WRITTEN,
                "uploaded_at": None,
                "download_url": None,
                "upload_url": f"http://sip.example.org/api/files/{key}",
                "max_upload_size": 20 * 1024 * 1024,
            },
        )
        name = kept.json["name"]
        assert re.fullmatch(r"[0-9A-Za-z]{8}_(0a){32}\.wav", name)
        assert (kept.status, kept.json) == (
            200,
            {
                "id": key,
                "name": name,
                "size": len(WAV) + 2,
                "content_type": "audio/wav",
                "sip_from": caller,
                "created_at": WRITTEN,
                "uploaded_at": WRITTEN,
                "download_url": f"http://sip.example.org/f/{key}/{name}/download",
            },
        )


class TestTrunk:
    def test_external_account(self, proxy: Api, bob: Account) -> None:
        body = {"username": "trunk", "domain": "provider.example", "realm": "voip", "protocol": "TLS"}

        with time_machine.travel(AT, tick=False):
            created = proxy.post(f"/api/accounts/{bob.pk}/external", {**body, "password": "s3cret"})

        assert (created.status, created.json) == (
            201,
            {
                "id": created.json["id"],
                "account_id": bob.pk,
                "username": "trunk",
                "domain": "provider.example",
                "algorithm": "MD5",
                "realm": "voip",
                "registrar": None,
                "outbound_proxy": None,
                "protocol": "TLS",
                "created_at": WRITTEN,
                "updated_at": WRITTEN,
            },
        )


class TestDomains:
    def test_every_space_has_its_domain_the_expired_one_too(self, api: Api, space: Space) -> None:
        Space.objects.filter(pk=space.pk).update(expire_at=AT)

        listed = api.as_super_admin().using(Accept="*/*").get("/api/spaces").json

        assert {type(row["domain"]) for row in listed} == {str}
        assert {row["domain"] for row in listed} == set(Space.objects.values_list("domain", flat=True))
