"""Lists of the API: each can be read in pages that are found by key."""

from collections.abc import Callable
from typing import Any

import pytest

from flexiapi.accounts.models import PhoneCountry
from flexiapi.auth.models import PortalSession
from flexiapi.http.dates import now
from flexiapi.operations.openapi import document
from flexiapi.spaces.models import CardDavServer
from flexiapi.telephony.models import AccountFile, CallForwarding
from tests import factories
from tests.api import Api
from tests.walk.world import VCARD

pytestmark = pytest.mark.django_db

Scene = Callable[[Api], tuple[Api, str]]


def lists() -> list[tuple[str, set[str]]]:
    """The templates of all operations that answer a list, and the names of their query parameters."""
    found = []
    for template, operations in document()["paths"].items():
        content = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        if any(one.get("type") == "array" for one in (schema, *schema.get("oneOf", []))):
            names = {one["name"] for one in operations["get"].get("parameters", []) if one["in"] == "query"}
            found.append((template, names))
    return found


def test_every_list_can_be_read_by_key() -> None:
    found = lists()

    assert len(found) > 10
    assert [template for template, names in found if not names >= {"limit", "after"}] == []


def spaces(api: Api) -> tuple[Api, str]:
    """Three Spaces more."""
    for _ in range(3):
        factories.a_space()
    return api.as_super_admin(), "/api/spaces"


def directories(api: Api) -> tuple[Api, str]:
    """Five CardDAV servers of a Space."""
    space = factories.a_space()
    for number in range(5):
        CardDavServer.objects.create(space=space, uri=f"https://dav{number}.example.org")
    return api.as_super_admin(), f"/api/spaces/{space.domain}/carddavs"


def forwardings(api: Api) -> tuple[Api, str]:
    """All three forwardings of an account."""
    account = factories.an_account(factories.a_space())
    for kind in ("busy", "no_answer", "always"):
        CallForwarding.objects.create(account=account, type=kind, forward_to="voicemail")
    return api.as_account(account), "/api/accounts/me/call_forwardings"


def voicemails(api: Api) -> tuple[Api, str]:
    """Places that were made in one moment."""
    account, moment = factories.an_account(factories.a_space()), now()
    for number in (3, 1, 4, 2, 5):
        AccountFile.objects.create(id=f"{number}", account=account, content_type="audio/wav", created_at=moment)
    return api.as_account(account), "/api/accounts/me/voicemails"


def countries(api: Api) -> tuple[Api, str]:
    """Five countries, two of one calling code."""
    PhoneCountry.objects.all().delete()
    for code, number in {"US": "1", "DE": "49", "FR": "33", "CA": "1", "BE": "32"}.items():
        PhoneCountry.objects.create(code=code, country_code=number)
    return api.on(factories.a_space()), "/api/phone_countries"


def sessions(api: Api) -> tuple[Api, str]:
    """Sessions of which two were last seen in one moment."""
    account, moment = factories.an_account(factories.a_space()), now()
    for number in range(5):
        PortalSession.objects.create(
            session_key=f"{number}" * 64,
            session_data="",
            account=account,
            expire_date=moment.replace(year=moment.year + 1),
            last_seen_at=moment.replace(microsecond=number // 2),
        )
    return api.as_admin(account.space), f"/api/accounts/{account.pk}/sessions"


@pytest.mark.parametrize("scene", [spaces, directories, forwardings, voicemails, countries, sessions])
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_the_pages_are_the_whole_list(api: Api, scene: Scene, limit: int) -> None:
    client, path = scene(api)

    assert pages(client, path, limit) == client.get(path).json


def pages(client: Api, path: str, limit: int) -> list[Any]:
    """All pages, one behind the other."""
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(f"{path}?limit={limit}&after={cursor}").json
        assert len(page["data"]) == limit or page["next_cursor"] is None
        found += page["data"]
        cursor = page["next_cursor"]
    return found


def test_stored_cards_come_in_pages_by_their_uid(api: Api) -> None:
    client = api.as_account(factories.an_account(factories.a_space()))
    path = "/api/accounts/me/vcards-storage"
    uids = [f"urn:uuid:{number}" for number in (3, 1, 2)]
    for uid in uids:
        assert client.post(path, {"vcard": VCARD.format(uid=uid)}).status == 201

    first = client.get(f"{path}?limit=2").json
    second = client.get(f"{path}?limit=2&after={first['next_cursor']}").json

    assert (list(first["data"]), list(second["data"]), second["next_cursor"]) == (uids[:2], uids[2:], None)
    assert {**first["data"], **second["data"]} == client.get(path).json
    assert client.get(f"{path}?limit=0").errors == {"limit": ["The limit must be at least 1."]}


@pytest.mark.parametrize("after", ["x", "W10", "WzEsMl0", "eyJhIjoxfQ", "WyIiXQ"])
def test_a_cursor_of_something_else_is_refused(api: Api, after: str) -> None:
    client = api.as_super_admin()

    assert list(client.get(f"/api/spaces?after={after}").errors) == ["after"]
