"""Where the events of a row are read: on the stream server, to which this one sends readers."""

import json
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.timezone import now
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from registry import tickets
from registry.api.filters import refuse_unknown
from registry.models import ApiToken


class NoStreams(APIException):
    """There is no stream server."""

    status_code = 503
    default_detail = "This server sends no events: ask for the row itself."
    default_code = "away"


class EventStream(BaseRenderer):
    """Lets those ask who take events alone; what goes wrong is told them as JSON nevertheless."""

    media_type = "text/event-stream"
    format = "events"

    def render(self, data: Any, *_: Any) -> bytes:
        """Write a problem."""
        return json.dumps(data).encode()


class Followed(viewsets.GenericViewSet[Any]):
    """A resource whose rows can be followed."""

    events_kind: ClassVar[str] = ""
    events_are_private: ClassVar[bool] = False

    @extend_schema(
        summary="Follow it by server-sent events",
        description=(
            "Sends to the stream server, which answers with events `state`, `progress` and"
            " `end`. What is private is opened by a ticket in that address, for ten minutes."
        ),
        responses={307: OpenApiResponse(description="`Location` is where the events are.")},
    )
    @action(
        detail=True,
        url_path="events",
        filter_backends=[],
        renderer_classes=[JSONRenderer, EventStream],
    )
    def events(self, request: Request, pk: str) -> HttpResponse:
        """Send to the stream server."""
        refuse_unknown(request, ())
        row = self.get_object()
        ticket = _ticket(request, self.events_kind, row.pk) if self.events_are_private else ""
        address = tickets.address(self.events_kind, row.pk, ticket)
        if not address:
            raise NoStreams
        response = HttpResponse(status=307, headers={"Location": address})
        response.headers["Cache-Control"] = "no-store"
        return response


def _ticket(request: Request, kind: str, number: int) -> str:
    """Return a ticket that ends with the token by which it is asked for."""
    token = request.auth
    assert isinstance(token, ApiToken)  # noqa: S101 - the permission has seen to it
    life_s = _left(token.expires_at)
    return tickets.issue(kind, number, token.user_id, token.pk, life_s)


def _left(until: datetime | None) -> float:
    return (until - now()).total_seconds() if until else tickets.LIFE_S
