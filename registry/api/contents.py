"""Revisions and their files."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from registry.api.filters import Filter
from registry.api.resource import Resource, of_repo
from registry.api.serializers import RepoSerializer
from registry.api.shaping import Expand
from registry.models import File, Revision
from registry.visibility import public_files, public_revisions, shows_text

REPO = ("hub", "author")  # what the form of a repo shows beside its own columns


class RevisionSerializer(serializers.ModelSerializer[Revision]):
    """A commit of a repo."""

    repo = serializers.CharField(source="repo.name", read_only=True)
    repo_id = serializers.IntegerField(read_only=True)
    is_head = serializers.SerializerMethodField(help_text="Whether the hub's main branch is here.")

    class Meta:
        model = Revision
        fields: tuple[str, ...] = (
            "id",
            "repo",
            "repo_id",
            "sha",
            "is_head",
            "architecture",
            "parameters",
            "has_tree",
            "seen_at",
        )

    def get_is_head(self, revision: Revision) -> bool:
        """Say whether it is the newest commit."""
        return revision.sha == revision.repo.head_sha


class RevisionDetailSerializer(RevisionSerializer):
    """A commit with its configuration and what the hub's own scanners say."""

    config = serializers.SerializerMethodField(
        help_text="`config.json` as the hub reports it; null where the files are gated."
    )
    security = serializers.JSONField(read_only=True, help_text="As the hub says.")

    class Meta(RevisionSerializer.Meta):
        fields = (*RevisionSerializer.Meta.fields, "config", "security")

    def get_config(self, revision: Revision) -> dict[str, Any] | None:
        """Return words of the file, unless its repo is gated."""
        return revision.config if shows_text(revision.repo) else None


class FileSerializer(serializers.ModelSerializer[File]):
    """A path in a revision."""

    repo = serializers.CharField(source="revision.repo.name", read_only=True)
    repo_id = serializers.IntegerField(source="revision.repo_id", read_only=True)
    revision = serializers.CharField(source="revision.sha", read_only=True)
    sha256 = serializers.CharField(
        read_only=True, allow_blank=True, help_text="Empty where the hub gives none."
    )
    security = serializers.JSONField(read_only=True, help_text="As the hub says; null: nothing.")

    class Meta:
        model = File
        fields = (
            "id",
            "repo",
            "repo_id",
            "revision",
            "path",
            "size",
            "sha256",
            "git_oid",
            "security",
        )


class Digest(Filter):
    """A whole SHA-256, however its letters are written."""

    def read(self, name: str, text: str) -> str:
        """Return the digest as it is stored; an empty one would mean files without any."""
        digest = str(super().read(name, text)).lower()
        return digest or "none"


@extend_schema_view(
    list=extend_schema(summary="List revisions"),
    retrieve=extend_schema(summary="Read a revision, with its configuration"),
)
class RevisionResource(Resource):
    """Revisions: commits of repos. Everything measured belongs to one."""

    serializer_class = RevisionSerializer
    detail_serializer_class = RevisionDetailSerializer
    filters = {
        "repo": Filter("repo__name", "The repo's name."),
        "repo_id": Filter("repo_id", "The repo's number.", is_number=True),
        "sha": Filter("sha", "The whole commit."),
    }
    expands = {"repo": Expand("repo", RepoSerializer, tuple(f"repo__{one}" for one in REPO))}
    heavy = {"config": "config", "security": "security"}

    def get_queryset(self) -> "QuerySet[Revision]":
        """Return the revisions of public repos."""
        return public_revisions().select_related("repo")


@extend_schema_view(
    list=extend_schema(
        summary="List files",
        description="`sha256` finds every repo that has the very same file.",
    ),
    retrieve=extend_schema(summary="Read what is known of a file"),
)
class FileResource(Resource):
    """Files: paths of revisions with sizes and hashes."""

    serializer_class = FileSerializer
    filters = of_repo("revision__") | {"sha256": Digest("sha256", "The whole SHA-256.")}
    expands = {
        "repo": Expand(
            "revision.repo", RepoSerializer, tuple(f"revision__repo__{one}" for one in REPO)
        ),
        "revision": Expand("revision", RevisionSerializer),
    }
    heavy = {"security": "security"}

    def get_queryset(self) -> "QuerySet[File]":
        """Return the files of public repos."""
        return public_files().select_related("revision__repo")
