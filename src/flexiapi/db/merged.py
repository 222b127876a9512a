"""Several querysets read as one list, each by its own index.

`WHERE a = … OR b = …` with an order makes every engine collect and sort all rows that match; two ordered reads
that stop at the page's end cost the same however many rows there are.
"""

import heapq
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.db.models.sql import Query

Row = TypeVar("Row", bound=Model)


class Merged(Generic[Row]):
    """The rows of querysets that have no row in common and the same order, all ascending or all descending.

    It has what `http.pagination` needs of a queryset.
    """

    def __init__(self, *parts: QuerySet[Row]) -> None:
        self._parts = parts
        self.model: type[Row] = parts[0].model
        self.query: Query = parts[0].query

    def count(self) -> int:
        """The number of all rows."""
        return sum(part.count() for part in self._parts)

    def filter(self, condition: Q) -> "Merged[Row]":
        """The rows that also meet a condition."""
        return Merged(*(part.filter(condition) for part in self._parts))

    def values_list(self, *names: str, flat: bool = False) -> "MergedValues":
        """Columns of the rows in order, to be sliced."""
        return MergedValues(self._parts, list(self.query.order_by), names, flat=flat)


class MergedValues:
    """Rows as tuples (or as values, when flat); reads nothing before it is sliced."""

    def __init__(
        self, parts: Sequence[QuerySet[Any]], order: Sequence[Any], names: Sequence[str], *, flat: bool
    ) -> None:
        self._parts, self._names, self._flat = parts, names, flat
        self._keys = [str(name).lstrip("-") for name in order]
        self._descending = str(order[0]).startswith("-")

    def __getitem__(self, cut: slice) -> list[Any]:
        """The rows of a slice; of each part no more are read than its end."""
        width = len(self._keys)
        rows = heapq.merge(
            *(part.values_list(*self._keys, *self._names)[: cut.stop] for part in self._parts),
            key=itemgetter(slice(width)),
            reverse=self._descending,
        )
        found = [row[width:] for row in list(rows)[cut]]
        return [row[0] for row in found] if self._flat else found
