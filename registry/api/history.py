"""What changed, and counters over time."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import history, past_claims
from registry.api.filters import Filter, refuse_unknown
from registry.api.resource import Resource
from registry.api.schema import ResourceSchema
from registry.api.serializers import (
    ChangeSerializer,
    PastClaimSerializer,
    PointSerializer,
    RepoSerializer,
)
from registry.api.shaping import Expand
from registry.models import Change
from registry.visibility import public_changes, public_repos


@extend_schema_view(
    list=extend_schema(summary="List changes"), retrieve=extend_schema(summary="Read a change")
)
class ChangeResource(Resource):
    """Changes: what one pass of the mirror found otherwise than the pass before it."""

    serializer_class = ChangeSerializer
    expands = {"repo": Expand("repo", RepoSerializer, ("repo__hub", "repo__author"))}
    filters = {
        "repo": Filter("repo__name", "The repo's name as it is now."),
        "repo_id": Filter("repo_id", "The repo's number.", is_number=True),
        "what": Filter("what", "What changed.", choices=tuple(Change.What.values)),
    }

    def get_queryset(self) -> QuerySet[Change]:
        """Return the changes of public repos."""
        return public_changes().select_related("repo")


class CountersView(APIView):
    """The counters of a repo over time."""

    schema = ResourceSchema()

    @extend_schema(
        summary="Read the counters of a repo",
        description="A point for each day that changed one; it holds until the next.",
        parameters=[
            OpenApiParameter("since", str, description="The first day, as 2026-01-31."),
            OpenApiParameter("until", str, description="The last day."),
        ],
        responses=PointSerializer(many=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return the points, oldest first."""
        refuse_unknown(request, ("since", "until"))
        if not public_repos().filter(pk=pk).exists():
            raise exceptions.NotFound("There is no repo of this number.")
        days = [_day(request, name) for name in ("since", "until")]
        return Response(PointSerializer(history.series(pk, *days), many=True).data)


class EarlierClaimsView(APIView):
    """What a repo claimed once and does not claim any more."""

    schema = ResourceSchema()

    @extend_schema(
        summary="Read the earlier claims of a repo",
        description=(
            "Claims of older commits that the head does not make word for word, newest change"
            " first, at most 50. `by` is the commit that changed one or took it back; `now` is what"
            " the head claims of the same thing, null where it says nothing of it."
        ),
        parameters=[],
        responses=PastClaimSerializer(many=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return the claims with the verdicts that they had."""
        refuse_unknown(request, ())
        repo = public_repos().filter(pk=pk).first()
        if repo is None:
            raise exceptions.NotFound("There is no repo of this number.")
        head = repo.revisions.filter(sha=repo.head_sha).order_by("-pk").first()
        found = past_claims.past_claims(head) if head else []
        return Response(PastClaimSerializer(found, many=True).data)


def _day(request: Request, name: str) -> Any:
    text = request.query_params.get(name)
    if text is None:
        return None
    day = history.read_day(text)
    if day is None:
        raise exceptions.ValidationError({name: ["Say a day, as 2026-01-31."]})
    return day
