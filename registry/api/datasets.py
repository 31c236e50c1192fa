"""Datasets: what models claim a result on, counted as their pages count it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.reverse import reverse

from registry.api.filters import Filter, refuse_unknown, shaping_of
from registry.api.resource import Resource
from registry.converters import dataset_address
from registry.ecosystem.boards import choices
from registry.ecosystem.datasets import Tally, folded, names, spellings, tally_of
from registry.keysets import Order
from registry.models import DatasetTally, Label

_ADDRESS = {"type": "string", "format": "uri"}


class ClaimedDatasetSerializer(serializers.ModelSerializer[DatasetTally]):
    """A dataset, its spellings taken together, with the claims on it."""

    id = serializers.CharField(
        source="name", help_text="As the hub writes it, else as claims do; its page has the same."
    )
    spellings = serializers.SerializerMethodField(
        help_text="What claims call it, in lower case; capitals do not matter."
    )
    claims = serializers.IntegerField(
        help_text="Made by the newest commits of models, those that could be read."
    )
    measured = serializers.IntegerField(help_text="Claims that have a finding.")
    confirmed = serializers.IntegerField(help_text="By the newest finding on each.")
    overstated = serializers.IntegerField()
    understated = serializers.IntegerField()
    repos = serializers.SerializerMethodField(
        help_text="That name it in their metadata, at the last count of search;"
        " one that names it in two spellings counts twice."
    )
    url = serializers.SerializerMethodField(help_text="Its page.")
    claims_url = serializers.SerializerMethodField(
        help_text="The claims on it in the API, those of older commits as well."
    )

    class Meta:
        model = DatasetTally
        fields: tuple[str, ...] = (
            "id",
            "spellings",
            "claims",
            "measured",
            "confirmed",
            "overstated",
            "understated",
            "repos",
            "url",
            "claims_url",
        )

    def get_spellings(self, row: DatasetTally) -> list[str]:
        """Return all that are known."""
        return spellings(row.name)

    def get_repos(self, row: DatasetTally) -> int:
        """Return what was looked up for all rows together."""
        return getattr(row, "repos", 0)

    @extend_schema_field(_ADDRESS)
    def get_url(self, row: DatasetTally) -> str:
        """Return the whole address of its page."""
        return str(self.context["request"].build_absolute_uri(dataset_address(row.name)))

    @extend_schema_field(_ADDRESS)
    def get_claims_url(self, row: DatasetTally) -> str:
        """Return the whole address of its claims."""
        every = reverse("api:claim-list", request=self.context["request"])
        return f"{every}?dataset={quote(row.name, safe='')}"


class ClaimedChoiceSerializer(serializers.Serializer[Any]):
    """A metric, config and split that models claim something for."""

    metric = serializers.CharField(help_text="Its id, or as claims write it.")
    name = serializers.CharField()
    config = serializers.CharField(allow_blank=True)
    split = serializers.CharField(allow_blank=True)
    claims = serializers.IntegerField()
    measured = serializers.IntegerField()


class ClaimedDatasetDetailSerializer(ClaimedDatasetSerializer):
    """A dataset with what is claimed on it."""

    choices = serializers.SerializerMethodField(
        help_text="What its page ranks by, the most measured first."
    )

    class Meta(ClaimedDatasetSerializer.Meta):
        fields = (*ClaimedDatasetSerializer.Meta.fields, "choices")

    @extend_schema_field(ClaimedChoiceSerializer(many=True))
    def get_choices(self, row: DatasetTally) -> Any:
        """Return those that the page shows."""
        tally = Tally(row.folded, row.name, parts=row.parts)
        return ClaimedChoiceSerializer(choices(tally), many=True).data


@extend_schema_view(
    list=extend_schema(
        summary="List datasets",
        description=(
            "Those that models claim a result on, as they were last counted: every ten minutes."
            " Before the first count there are none."
        ),
    ),
    retrieve=extend_schema(
        summary="Read a dataset",
        description=(
            "By its id or any of its spellings, which may have slashes; `?name=` of the list takes"
            " those that fit no address."
        ),
    ),
)
class DatasetResource(Resource):
    """Datasets: what models claim a result on."""

    serializer_class = ClaimedDatasetSerializer
    detail_serializer_class = ClaimedDatasetDetailSerializer
    lookup_field = "folded"
    lookup_url_kwarg = "id"
    lookup_value_regex = ".+"
    filters = {"name": Filter("folded", "In any of its spellings.", means=folded)}
    orders = {
        "id": Order("id", ("folded",)),
        "-claims": Order("-claims", ("claims", "folded"), descending=True),
        "-measured": Order("-measured", ("measured", "folded"), descending=True),
    }

    def get_queryset(self) -> "QuerySet[DatasetTally]":
        """Return what was counted, without what only the row of one shows."""
        return DatasetTally.objects.defer("parts")

    def paginate_queryset(self, queryset: Any) -> Any:
        """Return the rows of the page, with the repos that name them."""
        rows = super().paginate_queryset(queryset)
        _count_repos(rows)
        return rows

    def get_object(self) -> DatasetTally:
        """Return the dataset; counted now where it was not yet, as for its page."""
        refuse_unknown(self.request, shaping_of(self))
        name = self.kwargs["id"]
        tally = None if "\0" in name else tally_of(name)
        if tally is None:
            raise Http404("No model claims anything on a dataset of this name.")
        row = tally.as_row()
        _count_repos([row])
        return row


def _count_repos(rows: Sequence[DatasetTally]) -> None:
    """Give each row the number of repos that name it: one query for all."""
    named = {row.pk: names(row.name) for row in rows}
    every = set().union(*named.values())
    counted = dict(Label.objects.filter(facet="dataset", value__in=every).values_list("value", "n"))
    for row in rows:
        row.repos = sum(counted.get(name, 0) for name in named[row.pk])  # type: ignore[attr-defined]
