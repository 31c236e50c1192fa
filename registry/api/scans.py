"""Scans and their executions: read by everybody, made and driven with the scope `scans`."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from registry.api import problems
from registry.api.filters import Filter, refuse_unknown
from registry.api.live import Followed
from registry.api.repeating import repeatable
from registry.api.resource import Resource
from registry.api.shaping import Expand
from registry.models import ApiToken, Scan, ScanExecution
from registry.models.scans import USUAL_WINDOW
from registry.scans import control, telling
from registry.scans.drafts import Draft, ScanRefused
from registry.tickets import EXECUTIONS

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ScanSerializer(serializers.ModelSerializer[Scan]):
    """A scan: checks on a selection of repos, within a budget, on a schedule."""

    schedule_words = serializers.SerializerMethodField()

    class Meta:
        model = Scan
        fields = (
            "id",
            "name",
            "state",
            "selection",
            "checks",
            "options",
            "schedule",
            "schedule_words",
            "next_slot",
            "max_repos",
            "max_runs",
            "max_minutes",
            "max_bytes",
            "max_cost",
            "gpu_hour_price",
            "window",
            "created_at",
        )

    def get_schedule_words(self, scan: Scan) -> str:
        """Say when it is due; from the row alone."""
        return telling.schedule_words(scan.schedule)


class ScanExecutionSerializer(serializers.ModelSerializer[ScanExecution]):
    """An execution of a scan: where it stands and what it spent so far."""

    scan = serializers.IntegerField(source="scan_id", read_only=True)
    measuring_s = serializers.FloatField(source="spent_s", read_only=True)
    gpu_s = serializers.FloatField(source="spent_gpu_s", read_only=True)
    bytes = serializers.IntegerField(source="spent_bytes", read_only=True)

    class Meta:
        model = ScanExecution
        fields = (
            "id",
            "scan",
            "slot",
            "state",
            "code",
            "reason",
            "selection",
            "checks",
            "options",
            "selected",
            "repos",
            "is_planned",
            "counts",
            "begun",
            "measuring_s",
            "gpu_s",
            "bytes",
            "totals",
            "created_at",
            "started_at",
            "finished_at",
        )


class ScanExecutionDetailSerializer(ScanExecutionSerializer):
    """An execution with its difference to the one before, and what could not be done."""

    difference = serializers.SerializerMethodField()
    not_done = serializers.SerializerMethodField()

    class Meta(ScanExecutionSerializer.Meta):
        fields = (*ScanExecutionSerializer.Meta.fields, "difference", "not_done")  # type: ignore[assignment]

    def get_difference(self, execution: ScanExecution) -> dict[str, Any]:
        """Return counts of all changes and the first rows of them."""
        return telling.visible_difference(execution)

    def get_not_done(self, execution: ScanExecution) -> list[dict[str, Any]]:
        """Return why what was not done."""
        return [
            {"outcome": one.outcome, "code": one.code, "example": one.example, "count": one.number}
            for one in telling.reasons(execution)
        ]


class ScanRequestSerializer(serializers.Serializer[Any]):
    """What a scan is asked to be. A limit that is null is no limit."""

    name = serializers.CharField(max_length=200)
    selection = serializers.CharField(
        max_length=2000, default="", allow_blank=True, help_text="The query of a /models search."
    )
    checks = serializers.ListField(child=serializers.CharField(max_length=50), max_length=50)
    options = serializers.DictField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True)),
        default=dict,
        help_text="Check → option → value, as the page `/checks` lists them.",
    )
    schedule = serializers.CharField(
        max_length=200, default="", allow_blank=True, help_text="Five fields of cron, in UTC."
    )
    max_repos = serializers.IntegerField(default=None, allow_null=True)
    max_runs = serializers.IntegerField(default=None, allow_null=True)
    max_minutes = serializers.IntegerField(default=None, allow_null=True)
    max_bytes = serializers.IntegerField(default=None, allow_null=True)
    max_cost = serializers.DecimalField(12, 2, default=None, allow_null=True)
    gpu_hour_price = serializers.DecimalField(10, 4, default=Decimal(0))
    window = serializers.IntegerField(default=USUAL_WINDOW)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse fields that nobody reads, so that a misspelt one is not ignored."""
        if isinstance(data, dict):
            unknown = {name: ["There is no such field."] for name in set(data) - set(self.fields)}
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


@extend_schema_view(
    list=extend_schema(summary="List scans"), retrieve=extend_schema(summary="Read a scan")
)
class ScanResource(Resource):
    """Scans: checks on a selection of repos, within a budget, on a schedule."""

    serializer_class = ScanSerializer
    scope = ApiToken.Scope.SCANS
    max_age_s = 0
    filters = {
        "name": Filter("name", "The scan's whole name."),
        "state": Filter("state", "Whether its schedule is in force.", choices=("active", "paused")),
    }

    def get_queryset(self) -> QuerySet[Scan]:
        """Return the scans that nobody removed."""
        return Scan.objects.kept()

    @extend_schema(
        summary="Make a scan",
        description="Needs a token with the scope `scans`.",
        request=ScanRequestSerializer,
        responses={201: OpenApiResponse(ScanSerializer, "Made; `Location` is the scan.")},
    )
    @repeatable
    def create(self, request: Request) -> Response:
        """Make a scan."""
        scan = kept_to(lambda: control.create(_draft(request, Draft()), _user(request)))
        address = reverse("api:scan-detail", args=[scan.pk], request=request)
        body = self.get_serializer(scan).data
        return Response(body, status=status.HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(
        summary="Change a scan",
        description="Only what the body names; an execution under way takes over the new budget.",
        request=ScanRequestSerializer(partial=True),
        responses={200: ScanSerializer},
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a scan."""
        scan = self.get_object()
        changed = kept_to(lambda: control.change(scan, _draft(request, Draft.of(scan))))
        return Response(self.get_serializer(changed).data)

    @extend_schema(summary="Remove a scan", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a scan; its runs and findings stay."""
        scan = self.get_object()
        kept_to(lambda: control.remove(scan))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Begin an execution now",
        description="Joins the one that is under way, where there is one.",
        request=None,
        responses={
            202: OpenApiResponse(ScanExecutionSerializer, "Begins; `Location` is the execution."),
            200: OpenApiResponse(ScanExecutionSerializer, "Was under way already."),
        },
    )
    @action(detail=True, methods=["post"], url_path="run")
    @repeatable
    def run(self, request: Request, pk: str) -> Response:
        """Begin an execution now."""
        scan, by = self.get_object(), request.user.get_username()
        execution, is_new = kept_to(lambda: control.run_now(scan, by))
        address = reverse("api:scan-execution-detail", args=[execution.pk], request=request)
        body = ScanExecutionSerializer(execution).data
        code = status.HTTP_202_ACCEPTED if is_new else status.HTTP_200_OK
        return Response(body, status=code, headers={"Location": address})

    @extend_schema(summary="Pause a scan", request=None, responses={200: ScanSerializer})
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Take the schedule out of force and send no more runs."""
        scan = self.get_object()
        return Response(self.get_serializer(kept_to(lambda: control.pause(scan))).data)

    @extend_schema(
        summary="Resume a scan",
        description="A paused scan, or the last execution where it was stopped.",
        request=None,
        responses={200: ScanSerializer},
    )
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Let a scan go on."""
        scan = self.get_object()
        return Response(self.get_serializer(kept_to(lambda: control.resume(scan))).data)

    @extend_schema(
        summary="Stop what is under way", request=None, responses={200: ScanExecutionSerializer}
    )
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Send no more runs; those sent go on to their end."""
        scan, by = self.get_object(), request.user.get_username()
        stopped = kept_to(lambda: control.stop(scan, by))
        return Response(ScanExecutionSerializer(stopped).data)


@extend_schema_view(
    list=extend_schema(summary="List executions of scans"),
    retrieve=extend_schema(summary="Read an execution, with its difference to the one before"),
)
class ScanExecutionResource(Followed, Resource):
    """Executions of scans."""

    serializer_class = ScanExecutionSerializer
    detail_serializer_class = ScanExecutionDetailSerializer
    events_kind = EXECUTIONS
    expands = {"scan": Expand("scan", ScanSerializer, ("scan",))}
    max_age_s = 0
    filters = {
        "scan": Filter("scan_id", "The scan's number.", is_number=True),
        "state": Filter("state", "Where it stands.", choices=tuple(ScanExecution.State.values)),
    }

    def get_queryset(self) -> QuerySet[ScanExecution]:
        """Return the executions of scans that nobody removed."""
        return ScanExecution.objects.exclude(scan__state=Scan.State.REMOVED)


def _user(request: Request) -> "User":
    """Return who the token belongs to."""
    assert isinstance(request.auth, ApiToken)  # noqa: S101 - the permission has seen to it
    return request.auth.user


def _draft(request: Request, draft: Draft) -> Draft:
    """Lay what the body names over a draft. Raises ValidationError."""
    refuse_unknown(request, ())
    is_partial = request.method == "PATCH"
    asked = ScanRequestSerializer(data=request.data, partial=is_partial)
    asked.is_valid(raise_exception=True)
    for name, value in asked.validated_data.items():
        setattr(draft, name, tuple(value) if name == "checks" else value)
    return draft


def kept_to(act: Callable[[], Any]) -> Any:
    """Act; turn a refusal into the API's own."""
    try:
        return act()
    except ScanRefused as error:
        raise exceptions.ValidationError({n: [said] for n, said in error.errors.items()}) from error
    except control.NotNow as error:
        raise problems.Refused(str(error)) from error
