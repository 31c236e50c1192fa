"""Measures and exports in the API: what is stored, never a query over the mirror."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from registry.api import shaping
from registry.api.filters import Filter
from registry.api.plain import Plain
from registry.api.resource import Resource
from registry.ecosystem import reading
from registry.ecosystem.definitions import Earlier, Measure
from registry.ecosystem.exports import folder
from registry.ecosystem.exports.folder import Export
from registry.ecosystem.measures import MEASURES
from registry.keysets import Order
from registry.models import Measurement


class RowSerializer(serializers.Serializer[Any]):
    """One line of a breakdown."""

    part = serializers.CharField()
    label = serializers.CharField(allow_blank=True, help_text="Empty where the hub says nothing.")  # type: ignore[assignment]
    numerator = serializers.IntegerField()
    denominator = serializers.IntegerField(allow_null=True, help_text="Null: a plain number.")
    unknown = serializers.IntegerField(help_text="What could not be told; in neither of the two.")


class MeasurementSerializer(serializers.ModelSerializer[Measurement]):
    """The answer of a measure for a day."""

    share = serializers.FloatField(allow_null=True, read_only=True)

    class Meta:
        model = Measurement
        fields = (
            "id",
            "measure",
            "version",
            "date",
            "at",
            "numerator",
            "denominator",
            "share",
            "unknown",
            "unseen",
            "seconds",
        )


class MeasurementDetailSerializer(MeasurementSerializer):
    """The answer with its breakdown."""

    breakdown = RowSerializer(many=True, read_only=True)

    class Meta(MeasurementSerializer.Meta):
        fields = (*MeasurementSerializer.Meta.fields, "breakdown")  # type: ignore[assignment]


class FigureSerializer(serializers.Serializer[Any]):
    """A figure of an earlier study."""

    part = serializers.CharField(allow_blank=True)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    numerator = serializers.IntegerField(allow_null=True)
    denominator = serializers.IntegerField(allow_null=True)
    share = serializers.FloatField(allow_null=True)


class EarlierSerializer(serializers.Serializer[Earlier]):
    """What was measured before, and what is to be said against it."""

    source = serializers.CharField()  # type: ignore[assignment]
    day = serializers.DateField()
    method = serializers.CharField()
    weakness = serializers.CharField()
    doubts = serializers.CharField(allow_blank=True)
    figures = FigureSerializer(many=True)


class PartSerializer(serializers.Serializer[Any]):
    """A breakdown."""

    id = serializers.CharField()
    title = serializers.CharField()


class IntervalSerializer(serializers.Serializer[Any]):
    """Wilson's interval of a share, at 95 %."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class MeasureSerializer(serializers.Serializer[Measure]):
    """A measure: its definition, the figures before, and its newest answer."""

    id = serializers.CharField()
    version = serializers.IntegerField()
    number = serializers.CharField(allow_blank=True, help_text="M1 to M8 of the study of 2022.")
    title = serializers.CharField()
    definition = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    numerator = serializers.CharField(allow_blank=True)
    denominator = serializers.CharField(allow_blank=True)
    unknown = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    parts = PartSerializer(many=True)
    earlier = EarlierSerializer(allow_null=True)
    newest = MeasurementDetailSerializer(allow_null=True)
    interval = IntervalSerializer(allow_null=True)


class MeasureListSerializer(serializers.Serializer[Any]):
    """All measures."""

    results = MeasureSerializer(many=True)


def _described(measure: Measure, newest: Measurement | None, *, whole: bool) -> dict[str, Any]:
    serializer = MeasurementDetailSerializer if whole else MeasurementSerializer
    span = reading.interval(measure, newest) if newest else None
    fields = [
        "id",
        "version",
        "number",
        "title",
        "definition",
        "unit",
        "numerator",
        "denominator",
        "unknown",
        "note",
    ]
    return {
        **{name: getattr(measure, name) for name in fields},
        "parts": PartSerializer(measure.parts, many=True).data,
        "earlier": EarlierSerializer(measure.earlier).data if measure.earlier else None,
        "newest": serializer(newest).data if newest else None,
        "interval": {"low": span[0], "high": span[1]} if span else None,
    }


class MeasureListView(Plain):
    """All measures of the ecosystem."""

    row = MeasureSerializer

    @extend_schema(
        summary="List measures",
        description="Definitions with the newest answer of each, without breakdowns.",
        responses=MeasureListSerializer,
        operation_id="measures_list",
    )
    def get(self, request: Request) -> Response:
        """List them."""
        newest = reading.newest()
        found = [_described(one, newest.get(one.id), whole=False) for one in reading.all_measures()]
        return self.listed(request, found)


class MeasureView(Plain):
    """One measure."""

    row = MeasureSerializer

    @extend_schema(
        summary="Read a measure",
        description="With the breakdown of its newest answer. Its days: `/api/v1/measurements`.",
        responses=MeasureSerializer,
        operation_id="measures_retrieve",
    )
    def get(self, request: Request, id: str) -> Response:
        """Read it."""
        fields = self.fields(request)
        if id not in MEASURES:
            raise Http404("There is no measure of this name.")
        return Response(
            shaping.only(_described(MEASURES[id], reading.taken(id), whole=True), fields)
        )


@extend_schema_view(
    list=extend_schema(summary="List measurements"),
    retrieve=extend_schema(summary="Read a measurement, with its breakdown"),
)
class MeasurementResource(Resource):
    """Measurements: the answers of measures, a row a day."""

    serializer_class = MeasurementSerializer
    detail_serializer_class = MeasurementDetailSerializer
    filters = {
        "measure": Filter("measure", "The measure's name.", choices=tuple(MEASURES)),
        "version": Filter("version", "The measure's version.", is_number=True),
    }
    orders = {
        "-date": Order("-date", ("date", "id"), descending=True),
        "date": Order("date", ("date", "id")),
    }

    heavy = {"breakdown": "breakdown"}

    def get_queryset(self) -> "QuerySet[Measurement]":
        """Return all."""
        return Measurement.objects.all()


class ExportFileSerializer(serializers.Serializer[Any]):
    """A file of an export."""

    file = serializers.CharField()
    table = serializers.CharField()
    rows = serializers.IntegerField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    url = serializers.URLField()


class ExportSerializer(serializers.Serializer[Any]):
    """An export."""

    name = serializers.CharField()
    at = serializers.DateTimeField()
    schema_version = serializers.IntegerField()
    bytes = serializers.IntegerField()
    licence = serializers.CharField()
    manifest = serializers.URLField()
    files = ExportFileSerializer(many=True)


class ExportListSerializer(serializers.Serializer[Any]):
    """All exports that are kept."""

    results = ExportSerializer(many=True)


def _exported(export: Export, request: Request) -> dict[str, Any]:
    def address(file: str) -> str:
        return reverse("web:export-file", args=[export.name, file], request=request)

    return {
        "name": export.name,
        "at": export.at.isoformat(),
        "schema_version": export.manifest.get("schema_version"),
        "bytes": export.bytes,
        "licence": export.manifest.get("licence", ""),
        "manifest": address(folder.MANIFEST),
        "files": [{**one, "url": address(str(one["file"]))} for one in export.files],
    }


class ExportListView(Plain):
    """The nightly exports."""

    row = ExportSerializer

    @extend_schema(
        summary="List exports", responses=ExportListSerializer, operation_id="exports_list"
    )
    def get(self, request: Request) -> Response:
        """List them, the newest first."""
        return self.listed(request, [_exported(one, request) for one in folder.listed()])


class ExportView(Plain):
    """One export."""

    row = ExportSerializer

    @extend_schema(
        summary="Read an export",
        description="`latest` names the newest one.",
        responses=ExportSerializer,
        operation_id="exports_retrieve",
    )
    def get(self, request: Request, name: str) -> Response:
        """Read it."""
        fields = self.fields(request)
        found = folder.named(name)
        if found is None:
            raise Http404("There is no export of this name.")
        return Response(shaping.only(_exported(found, request), fields))
