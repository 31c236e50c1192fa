"""What all resources of tables share."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from rest_framework import status, viewsets
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from registry.api import shaping
from registry.api.filters import DeclaredFilters, Filter
from registry.api.schema import ResourceSchema
from registry.keysets import Order

NEWEST = Order("-id", ("id",), descending=True)
OLDEST = Order("id", ("id",))
BY_AGE = {"-id": NEWEST, "id": OLDEST}
SHAPED = frozenset({"list", "retrieve"})


def of_repo(prefix: str) -> dict[str, Filter]:
    """Return the filters by repo and commit of a resource that belongs to a revision."""
    return {
        "repo": Filter(f"{prefix}repo__name", "The repo's name."),
        "repo_id": Filter(f"{prefix}repo_id", "The repo's number.", is_number=True),
        "revision": Filter(f"{prefix}sha", "The whole commit."),
    }


@method_decorator(conditional_page, name="dispatch")
class Resource(viewsets.ReadOnlyModelViewSet[Any]):
    """A list by keyset and its rows by number, with ETags over what is sent.

    ``expands`` are the related rows that can be sent along. ``heavy`` are fields whose columns are
    only read where the field is sent.
    """

    schema = ResourceSchema()
    filter_backends: tuple[type[BaseFilterBackend], ...] = (DeclaredFilters,)
    lookup_value_regex = "[0-9]{1,18}"
    filters: ClassVar[Mapping[str, Filter]] = {}
    orders: ClassVar[Mapping[str, Order]] = BY_AGE
    detail_serializer_class: ClassVar[type[BaseSerializer[Any]] | None] = None
    max_age_s: ClassVar[int] = 60
    expands: ClassVar[Mapping[str, shaping.Expand]] = {}
    heavy: ClassVar[Mapping[str, str]] = {}
    _shape: shaping.Shape | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Tell the OpenAPI document which rows the serializers can bring along."""
        super().__init_subclass__(**kwargs)
        for one in (cls.serializer_class, cls.detail_serializer_class):
            if one is not None and cls.expands:
                shaping.EXPANDS[one] = cls.expands

    @property
    def known_fields(self) -> list[str]:
        """The fields of the form that this action sends."""
        return list(self.get_serializer_class()().fields)  # type: ignore[attr-defined]

    @property
    def shape(self) -> shaping.Shape:
        """What the request asks of each row."""
        if self._shape is None:
            self._shape = shaping.Shape(None, ())
            if self.action in SHAPED and set(self.request.query_params) & {"fields", "expand"}:
                self._shape = shaping.Shape.read(self.request, self.known_fields, self.expands)
        return self._shape

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Return the larger form for one row."""
        if self.action == "retrieve" and self.detail_serializer_class:
            return self.detail_serializer_class
        return super().get_serializer_class()

    def get_serializer(self, *args: Any, **kwargs: Any) -> BaseSerializer[Any]:
        """Return the serializer of what is asked for."""
        made = super().get_serializer(*args, **kwargs)
        if self.action in SHAPED:
            self.shape.apply(made, self.expands)
        return made

    def filter_queryset(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list, and read no large column that is not sent."""
        narrowed = super().filter_queryset(queryset)
        if not self.heavy or self.action not in SHAPED:
            return narrowed
        whole = self.shape.fields is None
        shown = frozenset(self.known_fields) if whole else self.shape.fields
        return shaping.Shape(shown, ()).deferred(narrowed, self.heavy)

    def paginate_queryset(self, queryset: Any) -> Any:
        """Return the rows of the page, with what they bring along."""
        rows = super().paginate_queryset(queryset)
        if self.action == "list":
            self.shape.load(rows or [], self.expands)
        return rows

    def get_object(self) -> Any:
        """Return the row, with what it brings along."""
        row = super().get_object()
        if self.action == "retrieve":
            self.shape.load([row], self.expands)
        return row

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Let readers keep an answer for a while; what was asked with a token is theirs alone."""
        finished = super().finalize_response(request, response, *args, **kwargs)
        if request.method in {"GET", "HEAD"} and finished.status_code == status.HTTP_200_OK:
            if self.max_age_s:
                patch_cache_control(finished, public=True, max_age=self.max_age_s)
            else:
                patch_cache_control(finished, no_cache=True)
        return finished
