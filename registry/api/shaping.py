"""How much of a row is sent: ``fields`` leaves out, ``expand`` brings related rows along.

What is related comes under ``expanded``, by name, so that no field changes its kind. It is loaded
for a whole page at once: a list of a thousand rows costs as many queries as a list of one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

FIELDS, EXPAND = "fields", "expand"
EXPANDED = "expanded"

Serializer = serializers.BaseSerializer[Any]


@dataclass(frozen=True, slots=True)
class Expand:
    """A related row: the path to it, how it is shown, and what must be read for that.

    ``lookups`` are followed by a query each for all rows together; ``load`` is for relations that
    are no path, and sets the attribute that ``source`` names.
    """

    source: str
    serializer: type[Serializer]
    lookups: tuple[str, ...] = ()
    load: Callable[[Sequence[Any]], None] | None = None


# Serializer → what its rows can bring along. The OpenAPI document is written from this.
EXPANDS: dict[type[Serializer], Mapping[str, Expand]] = {}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a request asks of each row; ``fields`` is None where it names none."""

    fields: frozenset[str] | None
    expand: tuple[str, ...]

    @classmethod
    def read(cls, request: Request, known: Iterable[str], related: Iterable[str]) -> "Shape":
        """Read the parameters; raise ValidationError for a name that is not known."""
        fields = named(request, FIELDS, tuple(known))
        expand = named(request, EXPAND, tuple(related))
        return cls(frozenset(fields) if fields is not None else None, tuple(expand or ()))

    def deferred(self, rows: "QuerySet[Any]", heavy: Mapping[str, str]) -> "QuerySet[Any]":
        """Leave the columns of large fields where they are, unless the fields are sent."""
        unread = [column for name, column in heavy.items() if name not in (self.fields or ())]
        return rows.defer(*unread) if self.fields is not None and unread else rows

    def load(self, rows: Sequence[Any], related: Mapping[str, Expand]) -> None:
        """Read what the rows bring along: so many queries, however many rows."""
        for name in self.expand:
            one = related[name]
            if rows and one.lookups:
                prefetch_related_objects(rows, *one.lookups)
            if rows and one.load:
                one.load(rows)

    def apply(self, made: Any, related: Mapping[str, Expand]) -> None:
        """Have a serializer send so much and no more."""
        fields = getattr(made, "child", made).fields
        if self.fields is not None:
            for name in set(fields) - self.fields:
                del fields[name]
        if self.expand:
            fields[EXPANDED] = _Expanded({name: related[name] for name in self.expand})


class _Expanded(serializers.Serializer[Any]):
    """The related rows that were asked for, by name."""

    def __init__(self, related: Mapping[str, Expand]) -> None:
        super().__init__(source="*", read_only=True)
        for name, one in related.items():
            same: dict[str, Any] = {} if one.source == name else {"source": one.source}
            self.fields[name] = one.serializer(read_only=True, allow_null=True, **same)


def named(request: Request, parameter: str, known: Sequence[str]) -> list[str] | None:
    """Return the names that a parameter lists; None where it is not given."""
    text = request.query_params.get(parameter)
    if text is None:
        return None
    names = text.split(",")
    wrong = [name for name in names if name not in known]
    if wrong:
        there = ", ".join(known) or "nothing"
        said = f"There is no {wrong[0][:60]!r} here. Say names with commas between them: {there}."
        raise ValidationError({parameter: [said]})
    return names


def only(row: Mapping[str, Any], fields: frozenset[str] | None) -> dict[str, Any]:
    """Return a row that is no table's with only these fields."""
    return {name: value for name, value in row.items() if fields is None or name in fields}


def parameters(known: Sequence[str], related: Sequence[str]) -> list[OpenApiParameter]:
    """Describe the parameters for OpenAPI."""
    found = [_listed(FIELDS, "Only these fields of each row.", known)]
    if related:
        found.append(
            _listed(EXPAND, "Related rows to send along, under `expanded`; constant cost.", related)
        )
    return found


def _listed(name: str, about: str, choices: Sequence[str]) -> OpenApiParameter:
    items = {"type": "string", "enum": list(choices)}
    schema = {"type": "array", "items": items, "minItems": 1}
    return OpenApiParameter(name, schema, description=about, style="form", explode=False)
