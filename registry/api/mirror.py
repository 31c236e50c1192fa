"""Resources about the mirror: where it stands, its passes and their problems."""

from typing import Any

from django.db import OperationalError
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.filters import PAGING, Filter, refuse_unknown
from registry.api.resource import Resource
from registry.api.schema import ResourceSchema
from registry.hub import status
from registry.models import Sync, SyncProblem


class PassSerializer(serializers.Serializer[Any]):
    """A pass as the mirror's status shows it."""

    id = serializers.IntegerField()
    hub = serializers.CharField()
    kind = serializers.ChoiceField(choices=Sync.Kind.choices)
    status = serializers.ChoiceField(choices=Sync.Status.choices)
    reason = serializers.CharField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    pages = serializers.IntegerField()
    seen = serializers.IntegerField()
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    failed = serializers.IntegerField()
    problems = serializers.IntegerField(help_text="At most 10,000 are counted.")
    problems_are_capped = serializers.BooleanField()
    rate = serializers.FloatField(allow_null=True, help_text="Repos a second, while it runs.")
    expected = serializers.IntegerField(allow_null=True, help_text="How many it will meet.")
    ends_at = serializers.DateTimeField(allow_null=True, help_text="When it will end.")


class AllowanceSerializer(serializers.Serializer[Any]):
    """One window of calls of a hub."""

    origin = serializers.CharField()
    identity = serializers.CharField(help_text="Who asks: anonymous, or the mark of a token.")
    bucket = serializers.CharField()
    quota = serializers.IntegerField(allow_null=True)
    length_s = serializers.FloatField()
    left = serializers.IntegerField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    blocked_until = serializers.DateTimeField(allow_null=True)
    rate = serializers.FloatField(help_text="Calls a minute.")
    refused = serializers.IntegerField(help_text="Answers of status 429 so far.")
    changed_at = serializers.DateTimeField()


class WorkListSerializer(serializers.Serializer[Any]):
    """Repos that wait to be read in full."""

    reasons = serializers.DictField(child=serializers.IntegerField())
    total = serializers.IntegerField()
    is_capped = serializers.BooleanField(help_text="The counts are at least so; total an estimate.")
    ends_at = serializers.DateTimeField(allow_null=True)


class MirrorSerializer(serializers.Serializer[Any]):
    """Where the mirror stands."""

    at = serializers.DateTimeField()
    hubs = serializers.ListField(child=serializers.CharField())
    running = PassSerializer(many=True)
    passes = PassSerializer(many=True)
    errands = WorkListSerializer()
    budget = AllowanceSerializer(many=True)


class Away(APIException):
    """The database did not answer in time."""

    status_code = 503
    default_detail = "Where the mirror stands could not be read in time. Try again in a moment."
    default_code = "away"


class MirrorView(APIView):
    """Where the mirror stands."""

    schema = ResourceSchema()

    @extend_schema(
        summary="Read where the mirror stands",
        description="Last passes, the one that runs, the work list, and the budget of calls.",
        responses=MirrorSerializer,
    )
    def get(self, request: Request) -> Response:
        """Read where the mirror stands."""
        refuse_unknown(request, ())
        try:
            found = status.status()
        except OperationalError as error:
            raise Away from error
        return Response(MirrorSerializer(found).data, headers={"Cache-Control": "no-cache"})


class SyncSerializer(serializers.ModelSerializer[Sync]):
    """A pass over a hub."""

    hub = serializers.CharField(source="hub.url", read_only=True)

    class Meta:
        model = Sync
        fields = (
            "id",
            "hub",
            "kind",
            "status",
            "reason",
            "limit",
            "watermark",
            "started_at",
            "finished_at",
            "pages",
            "seen",
            "created",
            "changed",
            "unchanged",
            "failed",
        )


class SyncProblemSerializer(serializers.ModelSerializer[SyncProblem]):
    """Something that a pass could not read."""

    repo = serializers.CharField(source="repo_name", help_text="Empty where a page is meant.")

    class Meta:
        model = SyncProblem
        fields = ("id", "repo", "stage", "reason", "at")


@extend_schema_view(
    list=extend_schema(summary="List passes of the mirror"),
    retrieve=extend_schema(summary="Read a pass"),
)
class SyncResource(Resource):
    """Syncs: passes of the mirror over a hub."""

    serializer_class = SyncSerializer
    max_age_s = 0
    filters = {
        "hub": Filter("hub__url", "The address of the hub."),
        "kind": Filter("kind", "What it reads.", choices=tuple(Sync.Kind.values)),
        "status": Filter("status", "How far it is.", choices=tuple(Sync.Status.values)),
    }

    def get_queryset(self) -> QuerySet[Sync]:
        """Return all passes."""
        return Sync.objects.select_related("hub")

    @extend_schema(
        summary="List what a pass could not read",
        description="Problems that name a private repo are left out.",
        responses=SyncProblemSerializer(many=True),
        filters=True,
    )
    @action(detail=True, url_path="problems", url_name="problems", filter_backends=[])
    def problems(self, request: Request, pk: str) -> Response:
        """List the problems of a pass, the newest first."""
        refuse_unknown(request, PAGING)
        sync = get_object_or_404(Sync, pk=pk)
        page = self.paginate_queryset(status.public_problems().filter(sync=sync))
        return self.get_paginated_response(SyncProblemSerializer(page, many=True).data)
