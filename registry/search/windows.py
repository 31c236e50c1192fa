"""The part of an order that a page lies in: as SQL, and over rows that were read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.db.models import DateTimeField

from registry import keysets
from registry.models import Listing


@dataclass(frozen=True, slots=True)
class Window:
    """The part of an order that a page lies in, as SQL."""

    order: keysets.Order
    columns: str
    backwards: bool
    key: Sequence[Any] | None

    @property
    def descending(self) -> bool:
        """Which way the rows are read: a page before a row is read from that row on."""
        return self.order.descending != self.backwards

    @property
    def beyond(self) -> str:
        """The condition that a row lies in it."""
        if self.key is None:
            return "true"
        sign = "<" if self.descending else ">"
        return f"({', '.join(self.order.columns)}) {sign} ({', '.join(['%s'] * len(self.key))})"

    @property
    def order_field(self) -> Any:
        """The column that decides first."""
        return Listing._meta.get_field(self.order.columns[0])

    def sql(self, text: str, condition: str) -> str:
        """Fill a statement in."""
        way = " DESC" if self.descending else ""
        order = ", ".join(column + way for column in self.order.columns)
        return text.format(
            columns=self.columns,
            keys=", ".join(self.order.columns),
            beyond=self.beyond,
            order=order,
            condition=condition,
        )

    def cut(self, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Return the rows that lie in it, in its order."""
        names = self.columns.split(", ")
        key = itemgetter(*(names.index(column) for column in self.order.columns))
        found = sorted(rows, key=key, reverse=self.descending)
        if self.key is None:
            return found
        first, last = self.key
        if isinstance(self.order_field, DateTimeField):
            first = self.order_field.to_python(first)
        start = (first, last)
        if self.descending:
            return [row for row in found if key(row) < start]
        return [row for row in found if key(row) > start]

    def listings(self, rows: Iterable[Sequence[Any]]) -> list[Listing]:
        """Return rows as listings."""
        names = self.columns.split(", ")
        return [Listing(**dict(zip(names, row, strict=False))) for row in rows]
