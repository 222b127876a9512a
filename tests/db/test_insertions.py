"""INSERTs that leave a row with the same key alone."""

import pytest

from flexiapi.db.insertions import Insertion
from flexiapi.spaces.models import Space

pytestmark = pytest.mark.django_db

SPACE = Insertion("spaces (domain, host, name)", "VALUES (%(domain)s, %(domain)s, %(name)s)")
COPY = Insertion(
    "spaces (domain, host, name)", "SELECT %(domain)s, %(domain)s, s.name FROM spaces s WHERE s.domain = %(source)s"
)


def test_tells_the_new_id_once() -> None:
    first = SPACE.new_id(domain="a.example.org", name="100% A")
    again = SPACE.new_id(domain="a.example.org", name="another")

    assert again is None
    space = Space.objects.get()
    assert (space.pk, space.name) == (first, "100% A")


def test_from_another_row() -> None:
    SPACE.execute(domain="a.example.org", name="A")

    assert COPY.new_id(domain="b.example.org", source="nowhere") is None
    assert COPY.new_id(domain="b.example.org", source="b.example.org") is None
    # The name is taken by the row that it is copied from.
    assert COPY.new_id(domain="b.example.org", source="a.example.org") is None
    assert Space.objects.count() == 1


def test_many_at_once() -> None:
    SPACE.execute(domain="a.example.org", name="A")

    SPACE.execute_many([{"domain": f"{letter}.example.org", "name": letter} for letter in "abc"])

    assert set(Space.objects.values_list("name", flat=True)) == {"A", "b", "c"}
