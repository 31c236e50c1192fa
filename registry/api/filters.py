"""Parameters of lists: declared by the view, everything else is refused."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

PAGING = ("limit", "cursor", "sort")
LONGEST = 300  # characters of a value


@dataclass(frozen=True, slots=True)
class Filter:
    """One parameter: the lookup that it means, and what it takes.

    ``means`` turns the text into what is looked up, where that is not the text itself.
    """

    lookup: str
    about: str
    choices: tuple[str, ...] = ()
    is_number: bool = False
    means: Callable[[str], Any] | None = None

    def read(self, name: str, text: str) -> Any:
        """Return the value to look up; raise ValidationError where it is none."""
        if self.choices and text not in self.choices:
            raise ValidationError({name: [f"Say one of: {', '.join(self.choices)}."]})
        if len(text) > LONGEST or "\0" in text:
            raise ValidationError({name: [f"Say at most {LONGEST} characters, without NUL."]})
        if not self.is_number:
            return self.means(text) if self.means else text
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise ValidationError({name: ["Say a whole number."]})
        return int(text)

    def schema(self) -> dict[str, Any]:
        """Describe the value for OpenAPI."""
        if self.is_number:
            return {"type": "integer"}
        return {"type": "string"} | ({"enum": list(self.choices)} if self.choices else {})


class DeclaredFilters(BaseFilterBackend):
    """Applies the view's ``filters``; an unknown or repeated parameter is a 400, never ignored."""

    def filter_queryset(
        self, request: Request, queryset: "QuerySet[Any]", view: APIView
    ) -> "QuerySet[Any]":
        """Narrow the list."""
        if getattr(view, "detail", False):
            refuse_unknown(request, shaping_of(view))
            return queryset
        declared: Mapping[str, Filter] = getattr(view, "filters", {})
        refuse_unknown(request, (*declared, *PAGING, *shaping_of(view)))
        asked = {
            declared[name].lookup: declared[name].read(name, str(text))
            for name, text in request.query_params.items()
            if name in declared
        }
        return queryset.filter(**asked)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Describe the parameters for OpenAPI."""
        declared: Mapping[str, Filter] = getattr(view, "filters", {})
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": one.about,
                "schema": one.schema(),
            }
            for name, one in declared.items()
        ]


def shaping_of(view: APIView) -> tuple[str, ...]:
    """Return the parameters that say how much of a row is sent."""
    if getattr(view, "action", "") not in {"list", "retrieve"}:
        return ()
    return ("fields", "expand") if getattr(view, "expands", None) else ("fields",)


def refuse_unknown(
    request: Request, known: tuple[str, ...], *, repeatable: Container[str] = ()
) -> None:
    """Raise ValidationError for a parameter that is not known, or is given twice."""
    for name, values in request.query_params.lists():
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise ValidationError({name: [f"There is no such parameter; there are: {there}."]})
        if len(values) > 1 and name not in repeatable:
            raise ValidationError({name: ["Give this parameter once."]})
