"""Resources that are no rows of a table: read as a whole, or listed out of the catalog."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from registry.api import shaping
from registry.api.filters import refuse_unknown
from registry.api.schema import ResourceSchema


@method_decorator(conditional_page, name="dispatch")
class Plain(APIView):
    """A resource that is read as a whole. ``row`` is the form of what it sends."""

    schema = ResourceSchema()
    row: ClassVar[type[BaseSerializer[Any]]]

    @property
    def known_fields(self) -> list[str]:
        """The fields that a reader may choose from."""
        return list(self.row().fields)  # type: ignore[attr-defined]

    def fields(self, request: Request, *others: str) -> frozenset[str] | None:
        """Return the fields that are asked for, None for all; refuse unknown parameters."""
        refuse_unknown(request, (*others, shaping.FIELDS))
        asked = shaping.named(request, shaping.FIELDS, self.known_fields)
        return frozenset(asked) if asked is not None else None

    def listed(self, request: Request, rows: Sequence[Mapping[str, Any]]) -> Response:
        """Answer with a list of all of them."""
        fields = self.fields(request)
        return Response({"results": [shaping.only(row, fields) for row in rows]})

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Let readers keep an answer for a while."""
        finished = super().finalize_response(request, response, *args, **kwargs)
        if finished.status_code == 200:
            patch_cache_control(finished, public=True, max_age=60)
        return finished
