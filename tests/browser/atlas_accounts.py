"""The pages by which administrators manage accounts, as the atlas has all others."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page

from flexiapi.accounts.models import Account, EmailChangeCode
from flexiapi.auth.models import ApiKey
from flexiapi.http.dates import now
from flexiapi.intercom.models import AccountAction, AccountType, AccountTypeMembership, DictionaryEntry
from flexiapi.spaces.models import CardDavServer, Space
from flexiapi.spaces.services import touch
from flexiapi.telephony.models import CardDavCredential, ExternalAccount
from tests import factories
from tests.portal.test_statistics import a_message
from tests.portal.test_telephony import a_recording

from .atlas import Place, Scene, administrator


def of_account(path: str) -> Callable[[Scene, Page], str]:
    """An administrator looks at a page of the owner's account."""

    def reach(scene: Scene, page: Page) -> str:
        Space.objects.filter(pk=scene.space.pk).update(intercom_features=True, carddav_user_credentials=True)
        touch(scene.space)
        Account.objects.filter(pk=scene.owner.pk).update(dtmf_protocol="sipinfo")
        DictionaryEntry.objects.create(account=scene.owner, key="door", value="front")
        ExternalAccount.objects.create(
            account=scene.owner, username="anna", domain="sip.example.net", protocol="TLS", password="0" * 32
        )
        server = CardDavServer.objects.create(space=scene.space, uri="https://dav.example.org/anna")
        CardDavServer.objects.create(space=scene.space, uri="https://dav.example.net/everybody")
        CardDavCredential.objects.create(
            server=server, account=scene.owner, username="anna", realm="dav", algorithm="MD5", password="0" * 32
        )
        EmailChangeCode.objects.create(account=scene.owner, code="1234", email="new@example.org", ip="192.0.2.9")
        administrator(path)(scene, page)
        contact = Account.objects.get(username="bob", space=scene.space)
        shown = factories.a_contacts_list(scene.space, title="Sales", viewers=[scene.owner], members=[contact])
        factories.a_contacts_list(scene.space, title="Workshop")
        kind = AccountType.objects.create(key="gate")
        AccountTypeMembership.objects.create(account=scene.owner, account_type=kind)
        action = AccountAction.objects.create(account=scene.owner, key="open-door", code="1")
        factories.a_key(scene.owner, name="Flexisip", expires_after_last_used_minutes=60)
        return path.format(
            account_id=scene.owner.pk,
            server_id=server.pk,
            key=ApiKey.objects.latest("id").pk if "api_keys" in path else "door",
            contact_id=contact.pk,
            list_id=shown.pk,
            type_id=kind.pk,
            action_id=action.pk,
        )

    return reach


def _recording_of_account(scene: Scene, page: Page) -> str:
    return f"{of_account(_ACCOUNT)(scene, page)}/files/{a_recording(scene.owner).pk}/delete"


def _checked(*lines: str) -> Callable[[Scene, Page], None]:
    """An administrator has uploaded a file of accounts."""

    def reach(scene: Scene, page: Page) -> None:
        page.goto(administrator("/admin/accounts/import")(scene, page))
        text = "\n".join(["Username,Password,Role,Status,Phone,Email", *lines])
        file = {"name": "accounts.csv", "mimeType": "text/csv", "buffer": text.encode()}
        page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
        page.locator("main form button[type=submit]").click()
        page.get_by_text(re.compile("Step 2|Étape 2")).wait_for()

    return reach


def _counted(path: str, *, chief: bool = False) -> Callable[[Scene, Page], str]:
    """An administrator looks at the statistics of a Space where messages are sent and lists are kept."""

    def reach(scene: Scene, page: Page) -> str:
        for hours in (1, 2, 2, 5, 9, 9, 9, 20):
            a_message(scene.owner, now() - timedelta(hours=hours))
        factories.a_contacts_list(scene.space, title="Sales", members=[scene.owner])
        return administrator(f"/admin/statistics/{path}", chief=chief)(scene, page)

    return reach


_ACCOUNT = "/admin/accounts/{account_id}"
_QUERIES = {"/contacts_lists/detach": "?contacts_list_id={list_id}"}

ACCOUNTS = [
    Place("/admin/accounts", administrator("/admin/accounts")),
    Place("/admin/accounts (super)", administrator("/admin/accounts?search=zz", chief=True)),
    Place("/admin/accounts/create", administrator("/admin/accounts/create")),
    Place("/admin/accounts/create (super)", administrator("/admin/accounts/create", chief=True)),
    Place("/admin/accounts/import", administrator("/admin/accounts/import")),
    Place("/admin/accounts/import (super)", administrator("/admin/accounts/import", chief=True)),
    Place("/admin/accounts/import (in order)", _checked("carla,a good secret,user,active,,")),
    Place("/admin/accounts/import (faults)", _checked("anna,short,user,active,0612,x@example.org", "bob,,,,,", "x,y")),
    Place(_ACCOUNT, of_account(_ACCOUNT)),
    *(
        Place(f"{_ACCOUNT}{path}", of_account(f"{_ACCOUNT}{path}{_QUERIES.get(path, '')}"))
        for path in (
            "/edit",
            "/delete",
            "/provision",
            "/dictionary/create",
            "/dictionary/clear",
            "/dictionary/{key}/edit",
            "/dictionary/{key}/delete",
            "/external",
            "/external/delete",
            "/carddavs/create",
            "/carddavs/{server_id}/delete",
            "/provisioning_email/create",
            "/provisioning_email/send",
            "/reset_password_email/create",
            "/reset_password_email/send",
            "/telephony",
            "/statistics",
            "/statistics/call_logs",
            "/statistics",
            "/activity",
            "/contacts",
            "/contacts/create",
            "/contacts/{contact_id}/delete",
            "/contacts_lists/detach",
            "/types/create",
            "/actions/create",
            "/actions/{action_id}/edit",
            "/actions/{action_id}/delete",
        )
    ),
    Place("/admin/accounts/types", of_account("/admin/accounts/types")),
    Place("/admin/accounts/types/create", of_account("/admin/accounts/types/create")),
    Place("/admin/accounts/types/{type_id}/edit", of_account("/admin/accounts/types/{type_id}/edit")),
    Place("/admin/accounts/types/{type_id}/delete", of_account("/admin/accounts/types/{type_id}/delete")),
    Place("/admin/statistics/{measure}", _counted("calls?by=month")),
    Place("/admin/statistics/{measure} (super)", _counted("messages?by=day", chief=True)),
    Place("/admin/statistics/{measure} (fault)", _counted("accounts?from=2026-03-10&to=2026-03-09"), status=422),
    Place("/admin/statistics/call_logs", _counted("call_logs")),
    Place("/admin/api_keys", of_account("/admin/api_keys")),
    Place("/admin/api_keys/create", administrator("/admin/api_keys/create")),
    Place("/admin/api_keys/{key}/delete", of_account("/admin/api_keys/{key}/delete")),
    Place(f"{_ACCOUNT}/files/{{file_id}}/delete", _recording_of_account),
    Place(f"{_ACCOUNT}/devices/{{uuid}}/delete", of_account(f"{_ACCOUNT}/devices/urn%3Auuid%3A0a/delete")),
]
