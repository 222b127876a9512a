"""Who may use the endpoints of contacts, lists and vCards, and whose rows they reach."""

import pytest

from flexiapi.contacts.models import Contact, ContactsList, ContactsListMember, ContactsListViewer, Vcard
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db

CARD = {"vcard": "BEGIN:VCARD\nVERSION:4.0\nFN:x\nUID:one\nEND:VCARD"}
OF_ACCOUNTS = [
    ("GET", "/api/accounts/{account}/contacts", 200),
    ("GET", "/api/accounts/{account}/contacts/{contact}", 200),
    ("POST", "/api/accounts/{account}/contacts/{contact}", 200),
    ("DELETE", "/api/accounts/{account}/contacts/{contact}", 200),
    ("POST", "/api/accounts/{account}/contacts_lists/{unseen}", 200),
    ("DELETE", "/api/accounts/{account}/contacts_lists/{list}", 200),
    ("GET", "/api/accounts/{account}/vcards-storage", 200),
    ("POST", "/api/accounts/{account}/vcards-storage", 201),
    ("GET", "/api/accounts/{account}/vcards-storage/kept", 200),
    ("PUT", "/api/accounts/{account}/vcards-storage/kept", 200),
    ("PATCH", "/api/accounts/{account}/vcards-storage/kept", 200),
    ("DELETE", "/api/accounts/{account}/vcards-storage/kept", 200),
]
OF_LISTS = [
    ("GET", "/api/contacts_lists/{list}", 200),
    ("PUT", "/api/contacts_lists/{list}", 200),
    ("PATCH", "/api/contacts_lists/{list}", 200),
    ("DELETE", "/api/contacts_lists/{list}", 200),
    ("POST", "/api/contacts_lists/{list}/contacts/{contact}", 200),
    ("DELETE", "/api/contacts_lists/{list}/contacts/{contact}", 200),
]
OF_SPACES = [("GET", "/api/contacts_lists", 200), ("POST", "/api/contacts_lists", 201)]
OWN = [
    ("GET", "/api/accounts/me/contacts", 200),
    ("GET", "/api/accounts/me/contacts/{address}", 200),
    ("GET", "/api/accounts/me/vcards-storage", 200),
    ("POST", "/api/accounts/me/vcards-storage", 201),
    ("GET", "/api/accounts/me/vcards-storage/kept", 200),
    ("PUT", "/api/accounts/me/vcards-storage/kept", 200),
    ("PATCH", "/api/accounts/me/vcards-storage/kept", 200),
    ("DELETE", "/api/accounts/me/vcards-storage/kept", 200),
    ("GET", "/contacts/vcard", 200),
    ("GET", "/contacts/vcard/{address}", 200),
    ("GET", "/vcards-storage", 200),
    ("GET", "/vcards-storage/kept", 200),
]
ADMINISTERED = [*OF_ACCOUNTS, *OF_LISTS, *OF_SPACES]


class Scene:
    """An account with a contact, a list that it sees and one that it does not, and a vCard."""

    def __init__(self) -> None:
        self.space = factories.a_space()
        self.account = factories.an_account(self.space, password="s3cret")
        self.contact = factories.an_account(self.space)
        factories.a_contact(self.account, self.contact)
        self.list = factories.a_contacts_list(self.space, members=[self.contact], viewers=[self.account])
        self.unseen = factories.a_contacts_list(self.space)
        Vcard.objects.create(account=self.account, uuid="kept", vcard="BEGIN:VCARD\nEND:VCARD\n")

    def request(self, client: Api, method: str, path: str) -> int:
        """Send a valid request; returns the status."""
        path = path.format(
            account=self.account.pk,
            contact=self.contact.pk,
            list=self.list.pk,
            unseen=self.unseen.pk,
            address=self.contact.identifier,
        )
        kept = {"vcard": CARD["vcard"].replace("UID:one", "UID:kept")}
        body = {**(kept if "kept" in path else CARD), "title": "New", "description": "Text"}
        return client.send(method, path, body if method in ("POST", "PUT", "PATCH") else None).status


def rows() -> list[object]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Contact, ContactsList, ContactsListMember, ContactsListViewer, Vcard)
    ]


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


@pytest.mark.parametrize(("method", "path", "status"), ADMINISTERED)
def test_administrators_only(api: Api, scene: Scene, method: str, path: str, status: int) -> None:
    before = rows()
    blocked = factories.an_account(scene.space, admin=True, blocked=True)
    stranger = factories.an_account(factories.a_space(), admin=True)
    here = api.on(scene.space)

    assert scene.request(here, method, path) == 401
    assert scene.request(here.with_key("wrong"), method, path) == 401
    assert scene.request(here.as_account(scene.account), method, path) == 403
    assert scene.request(here.as_account(blocked), method, path) == 403
    assert scene.request(here.as_account(stranger), method, path) == 403
    assert rows() == before

    assert scene.request(api.as_admin(scene.space), method, path) == status


@pytest.mark.parametrize(("method", "path", "status"), OF_ACCOUNTS)
def test_accounts_of_other_spaces(api: Api, scene: Scene, method: str, path: str, status: int) -> None:
    before = rows()

    assert scene.request(api.as_admin(factories.a_space()), method, path) == 404
    assert rows() == before

    assert scene.request(api.as_super_admin(), method, path) == status


@pytest.mark.parametrize(("method", "path", "status"), OF_LISTS)
def test_lists_belong_to_the_space_of_the_host(api: Api, scene: Scene, method: str, path: str, status: int) -> None:
    before = rows()
    nothing = 200 if (method, path) == ("DELETE", "/api/contacts_lists/{list}") else 404

    assert scene.request(api.as_admin(factories.a_space()), method, path) == nothing
    assert scene.request(api.as_super_admin(), method, path) == nothing
    assert rows() == before

    assert scene.request(api.as_super_admin(on=scene.space), method, path) == status


@pytest.mark.parametrize(("method", "path", "status"), OWN)
def test_own(api: Api, scene: Scene, method: str, path: str, status: int) -> None:
    before = rows()
    here = api.on(scene.space)
    blocked = factories.an_account(scene.space, blocked=True)

    assert scene.request(here, method, path) == 401
    assert scene.request(here.with_key("wrong"), method, path) == 401
    assert scene.request(here.as_account(blocked), method, path) == 403
    empty = 404 if "{address}" in path or "kept" in path else status
    assert scene.request(here.as_account(factories.an_account(scene.space)), method, path) == empty
    Vcard.objects.exclude(account=scene.account).delete()
    assert rows() == before

    foreign_host = api.on(factories.a_space())
    assert scene.request(foreign_host.as_account(scene.account), method, path) == status


@pytest.mark.parametrize("path", ["/contacts/vcard", "/vcards-storage"])
def test_apps_use_digest(api: Api, scene: Scene, path: str) -> None:
    answer = api.on(scene.space).using(Accept="text/vcard").digest("GET", path, scene.account, "s3cret")

    assert answer.status == 200
    assert answer.header("Content-Type") == "text/vcard; charset=utf-8"


@pytest.mark.parametrize("path", sorted({path for _, path, _ in ADMINISTERED if "{" in path}))
def test_ids_that_are_none(api: Api, scene: Scene, path: str) -> None:
    admin = api.as_admin(scene.space)

    for bad in ("0", "999999999", "9" * 30, "x", "-1", "1.5", "%F0%9F%98%80", "%D7%A2", "1%0A"):
        names = dict.fromkeys(("account", "contact", "list", "unseen"), bad)
        assert admin.get(path.format(**names)).status in (404, 405), bad
