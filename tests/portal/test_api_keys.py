"""The API keys of programs, as administrators manage them."""

import pytest

from flexiapi.auth.models import ApiKey
from flexiapi.operations.models import AuditRecord
from flexiapi.spaces.models import Space
from tests import factories
from tests.api import Api
from tests.portal.visitor import Visitor

from .test_account_editing import write
from .test_accounts import an_administrator

pytestmark = pytest.mark.django_db
KEYS = "/admin/api_keys"


@pytest.fixture
def space(db: None) -> Space:
    return factories.a_space()


@pytest.fixture
def chief(space: Space) -> Visitor:
    return an_administrator(space)


class TestKeys:
    def test_one_is_shown_once_and_works(self, chief: Visitor, space: Space) -> None:
        assert KEYS in chief.open("/admin/accounts").links()
        chief.open(f"{KEYS}/create")
        seen = chief.submit({"name": "Flexisip", "expires_after_last_used_minutes": "0"})

        assert (seen.url, seen.toasts) == (KEYS, ["The API key was made."])
        key = seen.dom.xpath("//p[contains(@class, 'secret')]/span/text()")[0]
        assert Api(host=space.host).with_key(str(key)).get("/api/accounts").status == 200
        assert str(key) not in chief.open(KEYS).answer.text
        assert "Flexisip" in chief.open(KEYS).text
        stored = ApiKey.objects.get()
        assert (stored.ip, stored.expires_after_last_used_minutes, len(str(key))) == (None, 0, 40)

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"name": "ab"}, "name"),
            ({"name": ""}, "name"),
            ({"expires_after_last_used_minutes": ""}, "expires_after_last_used_minutes"),
            ({"expires_after_last_used_minutes": "-1"}, "expires_after_last_used_minutes"),
            ({"expires_after_last_used_minutes": "soon"}, "expires_after_last_used_minutes"),
        ],
    )
    def test_refused(self, chief: Visitor, fields: dict[str, str], wrong: str) -> None:
        chief.open(f"{KEYS}/create")
        seen = chief.submit({"name": "Flexisip", **fields})

        assert seen.url == f"{KEYS}/create"
        assert seen.error_of(wrong)
        assert not ApiKey.objects.exists()

    def test_deleted_after_a_question(self, chief: Visitor, space: Space) -> None:
        key = factories.a_key(factories.an_account(space, admin=True), name="Old", expires_after_last_used_minutes=60)
        stored = ApiKey.objects.get()

        assert "after 60 idle minutes" in chief.open(KEYS).text
        for named in (stored.pk, key):
            assert "Old" in chief.open(f"{KEYS}/{named}/delete").text
        assert chief.submit().toasts == ["The API key was deleted."]
        assert not ApiKey.objects.exists()

    def test_personal_and_foreign_ones_are_not_there(self, chief: Visitor, space: Space) -> None:
        factories.a_key(factories.an_account(space, "bert"))
        other = factories.an_account(factories.a_space(), admin=True)
        factories.a_key(other, name="Theirs", expires_after_last_used_minutes=0)

        assert "There is no key yet." in chief.open(KEYS).text
        for key in ApiKey.objects.all():
            assert chief.open(f"{KEYS}/{key.pk}/delete").status == 404
            assert write(chief, KEYS, "DELETE", key=key.pk).status == 404
        assert write(chief, KEYS, "DELETE").status == 404
        assert chief.open(f"{KEYS}/{'9' * 30}/delete").status == 404
        assert ApiKey.objects.count() == 2

    def test_super_administrators_see_all(self, space: Space) -> None:
        factories.a_key(factories.an_account(space, admin=True), name="Theirs", expires_after_last_used_minutes=0)

        assert "Theirs" in an_administrator(factories.a_super_space()).open(KEYS).text


@pytest.mark.django_db(transaction=True)
def test_it_is_told_in_the_audit_log() -> None:
    visitor = an_administrator(factories.a_space())
    AuditRecord.objects.all().delete()

    visitor.open(f"{KEYS}/create")
    visitor.submit({"name": "Flexisip"})
    visitor.open(f"{KEYS}/{ApiKey.objects.get().pk}/delete")
    visitor.submit()

    records = list(AuditRecord.objects.order_by("id"))
    assert [row.action for row in records] == ["key.created", "key.deleted"]
    assert all("Flexisip" in str(row.after) for row in records)
