"""Pages of the API: keyset cursors, in ``Link`` and in the body."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from registry import keysets

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000


class KeysetPagination(BasePagination):
    """``limit``, ``sort`` and ``cursor``. The view's ``orders`` name the sorts; the first is
    usual."""

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        """Return the rows of the page; remember the addresses of its neighbours."""
        orders: Mapping[str, keysets.Order] = getattr(view, "orders")  # noqa: B009
        order = _order(orders, request.query_params.get("sort", ""))
        filters = {
            name: values
            for name, values in request.query_params.lists()
            if name not in {"cursor", "limit", "fields", "expand"}
        }
        try:
            page = keysets.page(
                queryset,
                order,
                size=limit_of(request),
                cursor=request.query_params.get("cursor", ""),
                asked=keysets.question(filters),
            )
        except keysets.BadCursor as error:
            raise ValidationError({"cursor": [str(error)]}) from error
        self.remember(request, page.next, page.previous)
        return page.rows

    def remember(self, request: Request, following: str, previous: str) -> None:
        """Keep the addresses of the pages around this one, out of their cursors."""
        here = request.build_absolute_uri()
        self._next = replace_query_param(here, "cursor", following) if following else None
        self._previous = replace_query_param(here, "cursor", previous) if previous else None

    def get_paginated_response(self, data: Any) -> Response:
        """Return the page with its neighbours in the body and in ``Link``."""
        body = {"next": self._next, "previous": self._previous, "results": data}
        links = [
            f'<{address}>; rel="{name}"'
            for name, address in (("next", self._next), ("prev", self._previous))
            if address
        ]
        return Response(body, headers={"Link": ", ".join(links)} if links else None)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page for OpenAPI."""
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Describe the parameters for OpenAPI."""
        sorts = list(getattr(view, "orders", {}))
        limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        sort = {"type": "string", "enum": sorts} | ({"default": sorts[0]} if sorts else {})
        return [
            _parameter("limit", "Rows of a page.", limit),
            _parameter("sort", "The order of the list.", sort),
            _parameter("cursor", "Where the page starts; out of `next`.", {"type": "string"}),
        ]


def _parameter(name: str, about: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": about, "schema": schema}


def _order(orders: Mapping[str, keysets.Order], name: str) -> keysets.Order:
    usual = next(iter(orders))
    if (name or usual) not in orders:
        raise ValidationError({"sort": [f"Say one of: {', '.join(orders)}."]})
    return orders[name or usual]


def limit_of(request: Request) -> int:
    """Return how many rows a page is to have; raise ValidationError."""
    text = request.query_params.get("limit", "")
    if not text:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_LIMIT):
        raise ValidationError({"limit": [f"Say a whole number from 1 to {MAX_LIMIT}."]})
    return int(text)
