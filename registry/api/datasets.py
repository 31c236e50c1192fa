"""Datasets: what claims say that they were measured on."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from registry import claimed_datasets, keysets
from registry.api import shaping
from registry.api.pagination import MAX_LIMIT, KeysetPagination, limit_of
from registry.api.plain import Plain
from registry.claimed_datasets import MOST, ClaimedDataset


class ClaimedDatasetSerializer(serializers.Serializer[ClaimedDataset]):
    """A dataset, by the id that claims give it."""

    id = serializers.CharField()
    claims = serializers.IntegerField(help_text=f"Claims that name it; at most {MOST:,}.")
    claims_are_capped = serializers.BooleanField(help_text="There are more than that.")
    repos = serializers.IntegerField(
        help_text="Repos that name it in their metadata, at the last count of search."
    )


class ClaimedDatasetListSerializer(serializers.Serializer[Any]):
    """A page of datasets."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ClaimedDatasetSerializer(many=True)


class DatasetListView(Plain):
    """The datasets that claims name."""

    row = ClaimedDatasetSerializer

    @extend_schema(
        summary="List datasets",
        description="By name. Their claims: `/api/v1/claims?dataset=<id>`.",
        parameters=[
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 50},
                description="Rows of a page.",
            ),
            OpenApiParameter("cursor", str, description="Where the page starts; out of `next`."),
        ],
        responses=ClaimedDatasetListSerializer,
        operation_id="datasets_list",
    )
    def get(self, request: Request) -> Response:
        """List them."""
        fields = self.fields(request, "limit", "cursor")
        cursor = request.query_params.get("cursor", "")
        try:
            page = claimed_datasets.page(limit_of(request), cursor, keysets.question({}))
        except keysets.BadCursor as error:
            raise ValidationError({"cursor": [str(error)]}) from error
        pages = KeysetPagination()
        pages.remember(request, page.next, page.previous)
        rows = [ClaimedDatasetSerializer(row).data for row in page.rows]
        return pages.get_paginated_response([shaping.only(row, fields) for row in rows])


class DatasetView(Plain):
    """One dataset."""

    row = ClaimedDatasetSerializer

    @extend_schema(
        summary="Read a dataset",
        description="By the id that claims give it, which may have slashes.",
        responses=ClaimedDatasetSerializer,
        operation_id="datasets_retrieve",
    )
    def get(self, request: Request, id: str) -> Response:
        """Read it."""
        fields = self.fields(request)
        found = claimed_datasets.named(id)
        if found is None:
            raise Http404("No claim names this dataset.")
        return Response(shaping.only(ClaimedDatasetSerializer(found).data, fields))
