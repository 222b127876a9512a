"""The countries whose phone numbers are accepted, as super administrators choose them."""

import pytest

from flexiapi.accounts.models import PhoneCountry
from flexiapi.operations.models import AuditRecord
from tests import factories
from tests.portal.visitor import Visitor

from .test_account_editing import write
from .test_accounts import an_administrator

pytestmark = pytest.mark.django_db
PAGE = "/admin/phone_countries"


@pytest.fixture
def chief(db: None) -> Visitor:
    factories.activate_countries("FR")
    return an_administrator(factories.a_super_space())


def accepted() -> set[str]:
    return set(PhoneCountry.objects.filter(activated=True).values_list("code", flat=True))


def rows(visitor: Visitor, path: str) -> list[str]:
    return [" ".join(row.text_content().split()) for row in visitor.open(path).dom.xpath("//tbody/tr")]


def test_all_are_listed_by_name(chief: Visitor) -> None:
    found = [row for number in range(1, 6) for row in rows(chief, f"{PAGE}?page={number}")]
    assert len(found) == len(set(found)) == PhoneCountry.objects.count()
    assert "France FR +33 Accepted Refuse France" in found
    assert PAGE in chief.open("/admin/spaces").links()

    chief.headers["Accept-Language"] = "fr"
    assert "Allemagne DE +49 Refusé Accepter Allemagne" in rows(chief, PAGE)


@pytest.mark.parametrize(("search", "number"), [("aland", 1), ("de", 1), ("%2B44", 4), ("44", 4), ("nowhere", 0)])
def test_searches(chief: Visitor, search: str, number: int) -> None:
    found = rows(chief, f"{PAGE}?search={search}")

    assert len(found) >= number
    assert (not found) == (number == 0)


def test_a_link_asks_and_tells_who_follows(chief: Visitor) -> None:
    before = accepted()
    seen = chief.open(f"{PAGE}/GB/activate")
    assert ("Jersey" in seen.text, "+44" in seen.heading, accepted()) == (True, True, before)

    seen = chief.submit()
    assert (seen.url, seen.toasts) == (PAGE, ["Phone numbers of 4 countries are accepted now."])
    assert accepted() == before | {"GB", "GG", "IM", "JE"}

    chief.open(f"{PAGE}/FR/deactivate")
    chief.submit()
    assert "FR" not in accepted()


def test_all_at_once(chief: Visitor) -> None:
    chief.open(f"{PAGE}/activate_all")
    assert accepted() == {"FR"}
    chief.submit()
    assert len(accepted()) == PhoneCountry.objects.count()

    chief.open(f"{PAGE}/deactivate_all")
    chief.submit()
    assert accepted() == set()


@pytest.mark.parametrize("code", ["XX", "fr", "FRANCE"])
def test_unknown_ones(chief: Visitor, code: str) -> None:
    assert chief.open(f"{PAGE}/{code}/activate").status == 404
    assert write(chief, f"{PAGE}/{code}/deactivate", "POST").status == 404


@pytest.mark.parametrize("path", ["", "/activate_all", "/deactivate_all", "/DE/activate", "/FR/deactivate"])
def test_super_administrators_alone(chief: Visitor, path: str) -> None:
    administrator = an_administrator(factories.a_space())

    assert administrator.open(f"{PAGE}{path}").status == 403
    if path:
        assert write(administrator, f"{PAGE}{path}", "POST").status == 403
    assert accepted() == {"FR"}


@pytest.mark.django_db(transaction=True)
def test_it_is_told_in_the_audit_log() -> None:
    factories.activate_countries("FR")
    visitor = an_administrator(factories.a_super_space())
    AuditRecord.objects.all().delete()

    for path in ("DE/activate", "DE/activate", "FR/deactivate"):
        write(visitor, f"{PAGE}/{path}", "POST")

    records = AuditRecord.objects.filter(action__startswith="phone_countries.").order_by("id")
    assert [(record.action.partition(".")[2], record.after) for record in records] == [
        ("activated", '{"country_codes":["49"]}'),
        ("deactivated", '{"country_codes":["33"]}'),
    ]
