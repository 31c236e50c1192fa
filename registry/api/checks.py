"""Checks: what can be measured, out of the catalog."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analysis import catalog
from analysis.contract import Queue
from analysis.options import Option, OptionKind
from registry.api import shaping
from registry.api.plain import Plain


class OptionSerializer(serializers.Serializer[Option]):
    """What a check may be asked with."""

    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=[(str(one), str(one)) for one in OptionKind])
    title = serializers.CharField()
    help = serializers.CharField(allow_blank=True)
    default = serializers.JSONField(allow_null=True, help_text="Null: the check chooses.")
    choices = serializers.ListField(child=serializers.CharField())
    least = serializers.FloatField(allow_null=True)
    most = serializers.FloatField(allow_null=True)
    is_needed = serializers.BooleanField()


class CatalogCheckSerializer(serializers.Serializer[catalog.Entry]):
    """A check: a way to measure."""

    id = serializers.CharField()
    version = serializers.IntegerField(help_text="Goes up when an answer may be another.")
    title = serializers.CharField()
    about = serializers.CharField()
    queue = serializers.ChoiceField(choices=[(str(one), str(one)) for one in Queue])
    applies = serializers.SerializerMethodField(
        help_text="`claim`: to one claim of a revision; `revision`: to a revision as a whole."
    )
    is_usual = serializers.BooleanField(help_text="Asked for where a person names no check.")
    options = OptionSerializer(many=True)

    def get_applies(self, entry: catalog.Entry) -> str:
        """Say what it is asked of."""
        return "claim" if entry.needs_claim else "revision"


class CatalogCheckListSerializer(serializers.Serializer[Any]):
    """All checks."""

    results = CatalogCheckSerializer(many=True)


class CheckListView(Plain):
    """All checks that this server has."""

    row = CatalogCheckSerializer

    @extend_schema(
        summary="List checks",
        description="Built in, and of installed packages.",
        responses=CatalogCheckListSerializer,
        operation_id="checks_list",
    )
    def get(self, request: Request) -> Response:
        """List them."""
        entries = catalog.entries().values()
        return self.listed(request, [CatalogCheckSerializer(entry).data for entry in entries])


class CheckView(Plain):
    """One check."""

    row = CatalogCheckSerializer

    @extend_schema(
        summary="Read a check", responses=CatalogCheckSerializer, operation_id="checks_retrieve"
    )
    def get(self, request: Request, id: str) -> Response:
        """Read it."""
        fields = self.fields(request)
        entry = catalog.entries().get(id)
        if entry is None:
            raise Http404("There is no check of this name.")
        return Response(shaping.only(CatalogCheckSerializer(entry).data, fields))
