"""Two administrators, or two devices of one account, at the same moment."""

from collections.abc import Callable, Sequence

import pytest

from flexiapi.contacts.models import Contact, ContactsList, ContactsListViewer, Vcard
from flexiapi.intercom.models import AccountType, AccountTypeMembership, DictionaryEntry
from tests import factories
from tests.api import Answer, Api
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

CARD = {"vcard": "BEGIN:VCARD\nVERSION:4.0\nFN:x\nUID:one\nEND:VCARD"}


def statuses(requests: Sequence[Callable[[], Answer]]) -> list[int]:
    """Send requests at once; gives their statuses, sorted."""
    return sorted(at_once(len(requests), lambda number: requests[number]().status))


def test_single_use_things_are_had_once(api: Api) -> None:
    space = factories.a_space()
    account, contact = factories.an_account(space), factories.an_account(space)
    made, kind = factories.a_contacts_list(space), AccountType.objects.create(key="race")
    admin, own = api.as_admin(space), api.as_account(account)
    base = f"/api/accounts/{account.pk}"

    def four(url: str) -> list[Callable[[], Answer]]:
        return [lambda: admin.post(url)] * 4

    assert statuses(four(f"{base}/contacts/{contact.pk}")) == [200] * 4
    assert statuses(four(f"{base}/contacts_lists/{made.pk}")) == [200, 403, 403, 403]
    assert statuses(four(f"{base}/types/{kind.pk}")) == [200, 403, 403, 403]
    assert statuses([lambda: own.post("/api/accounts/me/vcards-storage", CARD)] * 4) == [201, 409, 409, 409]
    assert statuses([lambda: admin.delete(f"{base}/contacts/{contact.pk}")] * 4) == [200, 404, 404, 404]
    assert Contact.objects.count() == 0
    for model in (ContactsListViewer, AccountTypeMembership, Vcard):
        assert model.objects.count() == 1


def test_mutual_contacts_do_not_lock_each_other_out(api: Api) -> None:
    space = factories.a_space()
    one, other = factories.an_account(space), factories.an_account(space)
    admin = api.as_admin(space)
    there = [lambda: admin.post(f"/api/accounts/{one.pk}/contacts/{other.pk}")] * 2
    back = [lambda: admin.post(f"/api/accounts/{other.pk}/contacts/{one.pk}")] * 2

    assert statuses([*there, *back]) == [200] * 4
    assert Contact.objects.count() == 2


def test_titles_and_dictionary_keys_are_taken_once(api: Api) -> None:
    space = factories.a_space()
    account, admin = factories.an_account(space), api.as_admin(space)
    texts = {"title": "Same", "description": "x"}
    url = f"/api/accounts/{account.pk}/dictionary/color"

    assert statuses([lambda: admin.post("/api/contacts_lists", texts)] * 3) == [201, 422, 422]
    assert statuses([lambda: admin.post(url, {"value": "x"})] * 3) == [201] * 3
    assert ContactsList.objects.count() == DictionaryEntry.objects.count() == 1
