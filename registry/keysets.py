"""Pages of a sorted list, by keyset: no offset, no lost rows among ties, both directions.

A page starts after (or ends before) a row, named by its sort key, the last column of which is
unique. All columns run in one direction, so that the condition is one row comparison and one
index scan. The cursor is signed and bound to the order and to the filters of the list: it cannot
be forged, and using it with another search is refused.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db import models
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

Row = TypeVar("Row", bound=models.Model)

LONGEST_CURSOR = 2000  # characters; a longer one is no cursor of ours


class BadCursor(ValueError):  # noqa: N818 - reads as what it is
    """The cursor is not one of this list; the message says so in one sentence."""


@dataclass(frozen=True, slots=True)
class Order:
    """A sort: columns or annotations that are never NULL, the last one unique."""

    name: str
    columns: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in the list's order, with the cursors of the pages around them ("" where none is)."""

    rows: list[Row]
    next: str
    previous: str


def question(filters: Mapping[str, Sequence[str]]) -> str:
    """Return a digest of a list's filters, whatever their order."""
    asked = repr(sorted((name, list(values)) for name, values in filters.items()))
    return hashlib.sha256(asked.encode(errors="backslashreplace")).hexdigest()[:16]


def page(
    rows: "models.QuerySet[Row]", order: Order, *, size: int, cursor: str = "", asked: str = ""
) -> Page[Row]:
    """Return the page of ``rows`` that ``cursor`` names, the first without one.

    ``asked`` is the ``question`` of the list. Raises BadCursor.
    """
    backwards, key = read(cursor, order, asked)
    descending = order.descending != backwards
    if key is not None:
        rows = rows.filter(_beyond(rows, order, key, descending=descending))
    sign = "-" if descending else ""
    found = list(rows.order_by(*(sign + column for column in order.columns))[: size + 1])
    return shown(found, order, size=size, cursor=cursor, asked=asked, backwards=backwards)


def shown(
    found: "list[Row]", order: Order, *, size: int, cursor: str, asked: str, backwards: bool
) -> Page[Row]:
    """Make a page of what was found beyond its cursor, in reading order: one row more than it has
    tells that there are more."""
    more = len(found) > size
    rows = found[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], "", "")
    has_next, has_previous = (True, more) if backwards else (more, bool(cursor))
    return Page(
        rows,
        cursor_at(rows[-1], order, asked) if has_next else "",
        cursor_at(rows[0], order, asked, backwards=True) if has_previous else "",
    )


def _beyond(
    rows: "models.QuerySet[Row]", order: Order, key: Sequence[Any], *, descending: bool
) -> TupleLessThan | TupleGreaterThan:
    """Return the row comparison; ``tuple_lookups`` is half private and used nowhere else."""
    comparison = TupleLessThan if descending else TupleGreaterThan
    values = [
        _column(rows, name).to_python(value) for name, value in zip(order.columns, key, strict=True)
    ]
    return comparison(Tuple(*(models.F(name) for name in order.columns)), values)


def _column(rows: "models.QuerySet[Row]", name: str) -> "models.Field[Any, Any]":
    annotation = rows.query.annotations.get(name)
    if annotation is not None:
        return annotation.output_field
    return rows.model._meta.get_field(name)  # type: ignore[return-value]


def _signer() -> signing.Signer:
    return signing.Signer(salt="registry.keysets")


def cursor_at(row: models.Model, order: Order, asked: str, *, backwards: bool = False) -> str:
    """Return the cursor of the page after this row, or before it."""
    values = [getattr(row, column) for column in order.columns]
    key = [value.isoformat() if isinstance(value, date) else value for value in values]
    return _signer().sign_object([order.name, asked, int(backwards), key])


def read(cursor: str, order: Order, asked: str) -> tuple[bool, list[Any] | None]:
    """Return whether a page ends before its cursor's row, and that row's key; raise BadCursor.

    Without a cursor there is no key.
    """
    if not cursor:
        return False, None
    refusal = BadCursor("This cursor is not one of this list. Start again at its first page.")
    if len(cursor) > LONGEST_CURSOR:
        raise refusal
    try:
        name, question_asked, backwards, key = _signer().unsign_object(cursor)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise refusal from error
    if name != order.name or question_asked != asked or len(key) != len(order.columns):
        raise BadCursor(
            "This cursor belongs to another search or another order. Start at the first page."
        )
    return bool(backwards), key
