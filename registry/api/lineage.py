"""Authors, and the edges between what they made."""

from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from registry.api.contents import REPO, RevisionSerializer
from registry.api.filters import Filter
from registry.api.resource import Resource
from registry.api.serializers import RepoSerializer
from registry.api.shaping import Expand
from registry.models import Author, Edge
from registry.visibility import public_edges, public_repos


class AuthorSerializer(serializers.ModelSerializer[Author]):
    """A user or an organisation of a hub."""

    hub = serializers.CharField(source="hub.url", read_only=True)
    is_verified = serializers.BooleanField(
        read_only=True, allow_null=True, help_text="By the hub; null where that is not known."
    )

    class Meta:
        model = Author
        fields = ("id", "name", "hub", "kind", "is_verified", "checked_at")


class EdgeSerializer(serializers.ModelSerializer[Edge]):
    """A revision, and the repo that it was made from."""

    child = serializers.CharField(source="child.repo.name", read_only=True)
    child_id = serializers.IntegerField(source="child.repo_id", read_only=True)
    revision = serializers.CharField(source="child.sha", read_only=True)
    parent = serializers.CharField(  # type: ignore[assignment]  # a field is named as its base
        source="parent_name", read_only=True
    )
    parent_id = serializers.SerializerMethodField(
        help_text="Null where no such repo is mirrored here."
    )

    class Meta:
        model = Edge
        fields = (
            "id",
            "child",
            "child_id",
            "revision",
            "parent",
            "parent_id",
            "relation",
            "basis",
        )

    def get_parent_id(self, edge: Edge) -> int | None:
        """Return the parent's number, unless it is private."""
        return edge.shown_parent.pk if edge.shown_parent else None


@extend_schema_view(
    list=extend_schema(summary="List authors"), retrieve=extend_schema(summary="Read an author")
)
class AuthorResource(Resource):
    """Authors: users and organisations that publish models."""

    serializer_class = AuthorSerializer
    filters = {
        "name": Filter("name", "The whole name."),
        "hub": Filter("hub__url", "The address of the hub."),
        "kind": Filter("kind", "Which of the two.", choices=tuple(Author.Kind.values)),
    }

    def get_queryset(self) -> "QuerySet[Author]":
        """Return the authors of public repos."""
        public = public_repos().filter(author=OuterRef("pk"))
        return Author.objects.filter(Exists(public)).select_related("hub")


@extend_schema_view(
    list=extend_schema(
        summary="List the edges of lineage",
        description="Which revision was made from which repo, who says so, and how.",
    ),
    retrieve=extend_schema(summary="Read an edge"),
)
class EdgeResource(Resource):
    """Edges: child revision → parent repo, declared by the author or measured."""

    serializer_class = EdgeSerializer
    filters = {
        "child": Filter("child__repo__name", "The child's name."),
        "child_id": Filter("child__repo_id", "The child's number.", is_number=True),
        "revision": Filter("child__sha", "The child's whole commit."),
        "parent": Filter("parent_name", "The parent's name, as the child states it."),
        "parent_id": Filter("parent_id", "The parent's number.", is_number=True),
        "relation": Filter("relation", "How it was made.", choices=tuple(Edge.Relation.values)),
        "basis": Filter("basis", "Who says so.", choices=tuple(Edge.Basis.values)),
    }
    expands = {
        "child": Expand("child.repo", RepoSerializer, tuple(f"child__repo__{one}" for one in REPO)),
        "revision": Expand("child", RevisionSerializer),
        "parent": Expand("shown_parent", RepoSerializer, tuple(f"parent__{one}" for one in REPO)),
    }

    def get_queryset(self) -> "QuerySet[Edge]":
        """Return the edges of public children; a private parent is found by no number."""
        edges = public_edges().select_related("child__repo", "parent")
        if self.action == "list" and "parent_id" in self.request.query_params:
            return edges.filter(parent__is_private=False)
        return edges
