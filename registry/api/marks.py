"""Marks of owners: read by everybody, registered and looked for with the scope `marks`.

Keys go in and never come out: no answer has them, sealed or open.
"""

from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from analysis.watermarks.envelope import SCHEMES
from registry import marks, services, uploads
from registry.api import problems
from registry.api.filters import PAGING, Filter, refuse_unknown
from registry.api.pagination import KeysetPagination
from registry.api.repeating import repeatable
from registry.api.resource import Resource
from registry.api.scans import ScanSerializer, kept_to
from registry.api.serializers import RunSerializer
from registry.api.views import revision_named
from registry.keysets import Order
from registry.models import ApiToken, Mark, MarkMatch, Run
from registry.scans import copies
from registry.visibility import public_matches, public_repos

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FIRST_MATCHES = 50
BY_P = Order("p", ("rank", "p", "id"))


class KeysParser(MultiPartParser):
    """Keeps uploaded keys in memory: they never lie on a disk, not for a moment either."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read a form with its files."""
        context = dict(parser_context or {})
        context["request"].upload_handlers = [uploads.InMemory(settings.ASSAY_MARK_BYTES)]
        return super().parse(stream, media_type, context)


class MarkMatchSerializer(serializers.ModelSerializer[MarkMatch]):
    """What the newest run on a revision found of a mark."""

    run = serializers.IntegerField(source="run_id", read_only=True)
    repo = serializers.CharField(source="revision.repo.name", read_only=True)
    repo_id = serializers.IntegerField(source="revision.repo_id", read_only=True)
    revision = serializers.CharField(source="revision.sha", read_only=True)

    class Meta:
        model = MarkMatch
        fields = (
            "run",
            "repo",
            "repo_id",
            "revision",
            "matches",
            "keys",
            "control_matches",
            "controls",
            "p",
            "carries",
            "is_after",
            "sentence",
            "created_at",
        )


class MarkSerializer(serializers.ModelSerializer[Mark]):
    """A mark: its commitment and what may be told of its keys."""

    owner = serializers.CharField(source="owner.username", read_only=True)
    scheme = serializers.ChoiceField(choices=SCHEMES, read_only=True)
    shape = serializers.ListField(
        child=serializers.IntegerField(),
        allow_null=True,
        read_only=True,
        help_text="Channels, height and width of the pictures, where the keys have some.",
    )
    home = serializers.CharField(
        source="home_shown", read_only=True, help_text="The model that the owner says was marked."
    )

    class Meta:
        model = Mark
        fields = (
            "id",
            "name",
            "owner",
            "scheme",
            "task",
            "classes",
            "keys",
            "shape",
            "commitment",
            "registered_at",
            "withdrawn_at",
            "state",
            "reason",
            "home",
            "envelope",
        )


class MarkDetailSerializer(MarkSerializer):
    """A mark with the first of its matches: hits first, the surest of them first."""

    matches = MarkMatchSerializer(source="first_matches", many=True, read_only=True)

    class Meta(MarkSerializer.Meta):
        fields = (*MarkSerializer.Meta.fields, "matches")  # type: ignore[assignment]


class Strict(serializers.Serializer[Any]):
    """Takes the fields that it has, and no others."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse fields that nobody reads, so that a misspelt one is not ignored."""
        if isinstance(data, Mapping):
            unknown = {name: ["There is no such field."] for name in set(data) - set(self.fields)}
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.BINARY)
class KeysField(serializers.FileField):
    """A file that is sent along, not the address of one."""


class MarkUploadSerializer(Strict):
    """A file of keys, and what its owner says about the mark."""

    keys = KeysField(
        allow_empty_file=True, help_text="The file of keys, as `mark embed` writes it."
    )
    name = serializers.CharField(max_length=100)
    home = serializers.CharField(
        max_length=300,
        default="",
        allow_blank=True,
        help_text="`owner/name` of the model that was marked, published or not yet.",
    )
    task = serializers.CharField(max_length=100, default=marks.TASK)


class MarkVerifySerializer(Strict):
    """In which model to look for a mark."""

    repo = serializers.CharField(max_length=300, help_text="The model's name, `owner/name`.")
    revision = serializers.RegexField(
        "^[0-9a-f]{7,64}$", default="", help_text="A mirrored commit; the newest where none."
    )


class MarkScanSerializer(Strict):
    """Where to look for copies."""

    selection = serializers.CharField(
        max_length=2000,
        default="",
        allow_blank=True,
        help_text="The query of a /models search; all models of the mark's task where none.",
    )
    max_runs = serializers.IntegerField(
        default=copies.USUAL_RUNS, allow_null=True, help_text="Runs at most; null for no limit."
    )


class MatchPagination(KeysetPagination):
    """Pages of matches: hits first, then by p."""

    orders: Mapping[str, Order] = {"p": BY_P}

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page, in the one order that matches have."""
        return super().paginate_queryset(queryset, request, self)  # type: ignore[arg-type]


@extend_schema_view(
    list=extend_schema(summary="List marks of owners"),
    retrieve=extend_schema(summary="Read a mark, with the first 50 of its matches"),
)
class MarkResource(Resource):
    """Marks: watermarks that owners registered. Their keys are in no answer."""

    serializer_class = MarkSerializer
    detail_serializer_class = MarkDetailSerializer
    heavy = {"envelope": "envelope"}
    parser_classes = (KeysParser,)
    scope = ApiToken.Scope.MARKS
    max_age_s = 0
    filters = {
        "owner": Filter("owner__username", "The owner's name."),
        "scheme": Filter("scheme", "The scheme.", choices=SCHEMES),
        "task": Filter("task", "The task."),
        "home": Filter("home_shown", "The name of the model that the owner says was marked."),
        "commitment": Filter("commitment", "The whole commitment."),
        "state": Filter(
            "state", "Whether its keys were looked at.", choices=tuple(Mark.State.values)
        ),
    }

    def get_queryset(self) -> QuerySet[Mark]:
        """Return all marks: each of them is public."""
        return Mark.objects.with_home().select_related("owner")

    def get_object(self) -> Mark:
        """Return a mark; to be read it comes with the first of its matches."""
        mark: Mark = super().get_object()
        if self.action == "retrieve":
            first = _matches().filter(mark=mark).order_by(*BY_P.columns)[:FIRST_MATCHES]
            mark.first_matches = list(first)  # type: ignore[attr-defined]
        return mark

    @extend_schema(
        summary="Register a mark",
        description=(
            "Needs a token with the scope `marks`. The commitment is public at once; the keys are"
            " stored encrypted and never shown. Register before the marked model is published."
        ),
        request={"multipart/form-data": MarkUploadSerializer},
        responses={201: OpenApiResponse(MarkSerializer, "Registered; `Location` is the mark.")},
    )
    @sensitive_variables()
    @repeatable
    def create(self, request: Request) -> Response:
        """Register a mark."""
        refuse_unknown(request, ())
        asked = MarkUploadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        home = public_repos().listed().named(wanted["home"]).first() if wanted["home"] else None
        try:
            made = marks.register(
                token_user(request),
                wanted["keys"].read(),
                wanted["name"],
                home,
                wanted["task"],
                home_name=wanted["home"],
            )
        except marks.MarkRefused as error:
            raise exceptions.ValidationError({error.field: [str(error)]}) from error
        address = reverse("api:mark-detail", args=[made.pk], request=request)
        body = MarkSerializer(self.get_queryset().get(pk=made.pk)).data
        return Response(body, status=status.HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(
        summary="Withdraw a mark",
        description="Its owner's alone. The keys are erased; commitment, time and matches stay.",
        responses={204: None},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """Withdraw a mark."""
        refuse_unknown(request, ())
        marks.withdraw(self._own(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="List what was found of a mark",
        description="The newest answer of each revision: hits first, the surest of them first.",
        responses=MarkMatchSerializer(many=True),
        filters=True,
    )
    @action(detail=True, filter_backends=[], pagination_class=MatchPagination)
    def matches(self, request: Request, pk: str) -> Response:
        """List the matches of a mark."""
        refuse_unknown(request, PAGING)
        mark = get_object_or_404(Mark, pk=pk)
        page = self.paginate_queryset(_matches().filter(mark=mark))
        return self.get_paginated_response(MarkMatchSerializer(page, many=True).data)

    @extend_schema(
        summary="Look for a mark in a model",
        request=MarkVerifySerializer,
        responses={
            202: OpenApiResponse(RunSerializer, "Waits or is under way; `Location` is the run."),
            200: OpenApiResponse(RunSerializer, "It was looked for already."),
        },
    )
    @action(detail=True, methods=["post"], parser_classes=[JSONParser])
    @repeatable
    def verify(self, request: Request, pk: str) -> Response:
        """Ask for a run that looks for the mark."""
        wanted = _read(request, MarkVerifySerializer)
        mark = self.get_object()
        revision = revision_named(wanted["repo"], wanted["revision"])
        asked = {"marks": str(mark.pk)}
        try:
            made, _ = services.request_run(
                revision, marks.CHECK, asked=asked, requested_by=request.user.get_username()
            )
        except services.RequestRefused as error:
            raise problems.Refused(str(error)) from error
        run = Run.objects.select_related("revision__repo").get(pk=made.pk)
        code = status.HTTP_200_OK if run.has_ended else status.HTTP_202_ACCEPTED
        address = reverse("api:run-detail", args=[run.pk], request=request)
        return Response(RunSerializer(run).data, status=code, headers={"Location": address})

    @extend_schema(
        summary="Look for copies: a scan for the mark",
        description=(
            "The mark's owner alone. Makes a scan and begins it; asked again, the same scan is"
            " carried out again. It is followed like any scan."
        ),
        request=MarkScanSerializer,
        responses={
            201: OpenApiResponse(ScanSerializer, "Made and begun; `Location` is the scan."),
            200: OpenApiResponse(ScanSerializer, "The scan was there, and is carried out again."),
        },
    )
    @action(detail=True, methods=["post"], parser_classes=[JSONParser])
    @repeatable
    def scan(self, request: Request, pk: str) -> Response:
        """Make a scan that looks for the mark."""
        wanted = _read(request, MarkScanSerializer)
        mark = self._own(request)
        scan, _, is_new = kept_to(
            lambda: copies.search(
                [mark],
                token_user(request),
                selection=wanted["selection"],
                max_runs=wanted["max_runs"],
            )
        )
        address = reverse("api:scan-detail", args=[scan.pk], request=request)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(ScanSerializer(scan).data, status=code, headers={"Location": address})

    def _own(self, request: Request) -> Mark:
        """Return the mark, where the token is its owner's; raise PermissionDenied."""
        mark: Mark = self.get_object()
        if mark.owner_id != request.user.pk:
            raise exceptions.PermissionDenied("Only its owner does that with a mark.")
        return mark


def _matches() -> QuerySet[MarkMatch]:
    """Return the newest matches on public revisions."""
    return public_matches().newest().select_related("revision__repo")


def _read(request: Request, kind: type[Strict]) -> dict[str, Any]:
    refuse_unknown(request, ())
    asked = kind(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def token_user(request: Request) -> "User":
    """Return who the token belongs to."""
    assert isinstance(request.auth, ApiToken)  # noqa: S101 - the permission has seen to it
    return request.auth.user
