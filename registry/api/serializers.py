"""Rows as JSON. Every field is named here; nothing here asks the database."""

import math
from functools import cached_property
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from analysis import catalog
from registry.models import Change, Claim, Finding, FindingPicture, Repo, Run
from registry.visibility import shows_text


class FiniteField(serializers.FloatField):
    """A number, or null where it is none: JSON knows no NaN and no infinity."""

    def to_representation(self, value: float) -> float | None:  # type: ignore[override]
        """Return what JSON can hold."""
        return value if math.isfinite(value) else None


class RepoSerializer(serializers.ModelSerializer[Repo]):
    """A repo as lists show it."""

    hub = serializers.CharField(source="hub.url", read_only=True)
    author = serializers.CharField(source="author.name", default=None, read_only=True)
    sha = serializers.CharField(source="head_sha", help_text="The commit of the hub's main branch.")
    task = serializers.CharField(source="pipeline_tag")
    created_at = serializers.DateTimeField(source="hub_created_at", allow_null=True)
    modified_at = serializers.DateTimeField(source="hub_modified_at", allow_null=True)

    class Meta:
        model = Repo
        fields = (
            "id",
            "name",
            "hub",
            "author",
            "state",
            "gate",
            "is_disabled",
            "sha",
            "task",
            "library",
            "licence",
            "tags",
            "datasets",
            "languages",
            "papers",
            "model_type",
            "parameters",
            "downloads",
            "likes",
            "trending",
            "created_at",
            "modified_at",
            "first_seen_at",
            "synced_at",
            "problem",
        )


class RepoDetailSerializer(RepoSerializer):
    """A repo with its branches and tags."""

    class Meta(RepoSerializer.Meta):
        fields = (*RepoSerializer.Meta.fields, "refs")  # type: ignore[assignment]


class PlaceSerializer(serializers.Serializer[Any]):
    """Where a claim stands."""

    file = serializers.CharField()
    path = serializers.CharField(help_text="JSON path in the file's front matter.")
    line = serializers.IntegerField(allow_null=True)


class DatasetSerializer(serializers.Serializer[Any]):
    """What a claim was measured on, as far as its author says."""

    id = serializers.CharField(source="dataset")
    name = serializers.CharField(source="dataset_name")
    config = serializers.CharField()
    split = serializers.CharField()
    revision = serializers.CharField(source="dataset_revision")


class MetricSerializer(serializers.Serializer[Any]):
    """Which metric a claim states, as it is written there."""

    id = serializers.CharField(source="metric")
    name = serializers.CharField(source="metric_name")
    args = serializers.JSONField()


class ClaimSerializer(serializers.ModelSerializer[Claim]):
    """A claim as its author made it."""

    repo = serializers.CharField(source="revision.repo.name", read_only=True)
    repo_id = serializers.IntegerField(source="revision.repo_id", read_only=True)
    revision = serializers.CharField(source="revision.sha", read_only=True)
    place = PlaceSerializer(source="*", read_only=True)
    dataset = DatasetSerializer(source="*", read_only=True)
    metric = MetricSerializer(source="*", read_only=True)
    value = FiniteField(read_only=True, allow_null=True)
    raw = serializers.SerializerMethodField(help_text="As it stands there; null where gated.")

    class Meta:
        model = Claim
        fields = (
            "id",
            "repo",
            "repo_id",
            "revision",
            "source",
            "place",
            "task",
            "dataset",
            "metric",
            "value_text",
            "value",
            "raw",
            "problem",
        )

    def get_raw(self, claim: Claim) -> str | None:
        """Return the words of the file, unless its repo is gated."""
        return claim.raw if shows_text(claim.revision.repo) else None


class PastClaimSerializer(serializers.Serializer[Any]):
    """A claim of an older commit that the head does not make any more."""

    claim = ClaimSerializer()
    by = serializers.CharField(source="by.sha", help_text="The commit that did it.")
    seen_at = serializers.DateTimeField(source="by.seen_at", help_text="When that was seen.")
    now = serializers.IntegerField(
        source="now.pk", allow_null=True, default=None, help_text="The claim that the head makes."
    )
    run = serializers.IntegerField(source="run.pk", allow_null=True, default=None)
    verdict = serializers.CharField(source="run.finding.verdict", allow_null=True, default=None)


class CheckSerializer(serializers.Serializer[Any]):
    """Which check, in which version."""

    id = serializers.CharField(source="check_id")
    version = serializers.IntegerField(source="check_version")


class RunSerializer(serializers.ModelSerializer[Run]):
    """A run: where it stands, and why it ended so."""

    repo = serializers.CharField(source="revision.repo.name", read_only=True)
    repo_id = serializers.IntegerField(source="revision.repo_id", read_only=True)
    revision = serializers.CharField(source="revision.sha", read_only=True)
    claim = serializers.IntegerField(source="claim_id", read_only=True, allow_null=True)
    check = CheckSerializer(source="*", read_only=True)
    options = serializers.SerializerMethodField(
        help_text="What the check was asked with, beside its defaults."
    )
    note = serializers.CharField(
        read_only=True, help_text="What the check says that it does now; empty where it is silent."
    )
    finding = serializers.IntegerField(
        source="finding.id", default=None, read_only=True, allow_null=True
    )

    class Meta:
        model = Run
        fields = (
            "id",
            "repo",
            "repo_id",
            "revision",
            "claim",
            "check",
            "options",
            "queue",
            "status",
            "code",
            "reason",
            "stage",
            "progress",
            "total",
            "note",
            "attempt",
            "created_at",
            "started_at",
            "finished_at",
            "finding",
        )

    def get_options(self, run: Run) -> dict[str, Any]:
        """Return the options that the check has; our own stay here."""
        check = self._checks.get(run.check_id)
        known = [option.name for option in check.options] if check else []
        return {name: run.options[name] for name in known if name in run.options}

    @cached_property
    def _checks(self) -> dict[str, catalog.Entry]:  # looked up once, not a row
        return catalog.entries()


class EstimateSerializer(serializers.Serializer[Any]):
    """A measured value with its 95 % interval, in the metric's own scale."""

    value = FiniteField(allow_null=True)
    low = FiniteField(allow_null=True)
    high = FiniteField(allow_null=True)
    n = serializers.IntegerField(allow_null=True)


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """What a run found."""

    run = serializers.IntegerField(source="run_id", read_only=True)
    repo = serializers.CharField(source="run.revision.repo.name", read_only=True)
    repo_id = serializers.IntegerField(source="run.revision.repo_id", read_only=True)
    revision = serializers.CharField(source="run.revision.sha", read_only=True)
    claim = serializers.IntegerField(source="run.claim_id", read_only=True, allow_null=True)
    check = CheckSerializer(source="run", read_only=True)
    estimate = EstimateSerializer(source="*", read_only=True)

    class Meta:
        model = Finding
        fields = (
            "id",
            "run",
            "repo",
            "repo_id",
            "revision",
            "claim",
            "check",
            "verdict",
            "summary",
            "estimate",
            "created_at",
        )


class FindingPictureSerializer(serializers.ModelSerializer[FindingPicture]):
    """A picture that goes with a finding; the evidence names its digest, too."""

    url = serializers.SerializerMethodField(help_text="Where the PNG is; it never changes.")

    class Meta:
        model = FindingPicture
        fields = ("name", "group", "title", "alt", "kind", "width", "height", "sha256", "url")

    def get_url(self, picture: FindingPicture) -> str:
        """Return the whole address."""
        path = reverse("web:finding-picture", args=[picture.finding_id, picture.name])
        request = self.context.get("request")
        return str(request.build_absolute_uri(path)) if request else path


class FindingDetailSerializer(FindingSerializer):
    """A finding with its evidence and its signed envelope (DSSE over an in-toto statement)."""

    pictures = FindingPictureSerializer(many=True, read_only=True)

    class Meta(FindingSerializer.Meta):
        fields = (*FindingSerializer.Meta.fields, "pictures", "evidence", "envelope")  # type: ignore[assignment]


class ChangeSerializer(serializers.ModelSerializer[Change]):
    """A change with both values as they are stored."""

    repo = serializers.CharField(source="repo.name", read_only=True)
    repo_id = serializers.IntegerField(read_only=True)
    is_alert = serializers.SerializerMethodField(
        help_text="Whether the name answers with another id: supply chains trust names."
    )

    class Meta:
        model = Change
        fields = ("id", "repo", "repo_id", "what", "old", "new", "is_alert", "at")

    def get_is_alert(self, change: Change) -> bool:
        """Say whether somebody should look at it."""
        return change.what in Change.ALERTS


class PointSerializer(serializers.Serializer[Any]):
    """The counters of a repo from a day on, until the next point."""

    day = serializers.DateField()
    downloads = serializers.IntegerField()
    likes = serializers.IntegerField()
    trending = FiniteField()


class RunRequestSerializer(serializers.Serializer[Any]):
    """What is asked for when a run is asked for."""

    repo = serializers.CharField(max_length=200, help_text="The repo's name, `owner/name`.")
    revision = serializers.RegexField(
        "^[0-9a-f]{7,64}$", default="", help_text="A mirrored commit; the newest where none."
    )
    check = serializers.CharField(max_length=50, default="claim", help_text="The check's id.")
    claim = serializers.IntegerField(
        default=None,
        allow_null=True,
        min_value=1,
        max_value=2**63 - 1,
        help_text="The claim's id, for checks of claims.",
    )
    options = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        default=dict,
        help_text="Options of the check, as the page `/checks` lists them.",
    )

    def to_internal_value(self, data: Any) -> Any:
        """Refuse fields that nobody reads, so that a misspelt one is not ignored."""
        if isinstance(data, dict):
            unknown = {name: ["There is no such field."] for name in set(data) - set(self.fields)}
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class ChoiceSerializer(serializers.Serializer[Any]):
    """A value of a facet, with its count."""

    value = serializers.CharField()
    count = serializers.IntegerField()
    is_estimate = serializers.BooleanField(help_text="Counted in a sample.")


class FacetsSerializer(serializers.Serializer[Any]):
    """The commonest values of each facet among what fits."""

    count = serializers.IntegerField()
    count_is_capped = serializers.BooleanField(help_text="There are more than that.")
    count_is_estimate = serializers.BooleanField(help_text="There are about so many.")
    facets = serializers.DictField(child=ChoiceSerializer(many=True))


class KeySerializer(serializers.Serializer[Any]):
    """A public key by which findings are signed."""

    keyid = serializers.CharField(help_text="SHA-256 of the raw key, as in the envelopes.")
    algorithm = serializers.CharField()
    public_key = serializers.CharField(help_text="The raw 32 bytes, base64.")
    pem = serializers.CharField()


class KeyListSerializer(serializers.Serializer[Any]):
    """The public keys by which findings are signed."""

    keys = KeySerializer(many=True)
