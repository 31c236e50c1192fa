"""Embeddings: an owner has a mark put into a network. Each owner reads and drives their own.

The marked network is downloaded here; the keys of its mark are in no answer.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.cache import patch_cache_control
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from analysis.watermarks.envelope import FEWEST, MOST
from registry.api import problems
from registry.api.filters import Filter, refuse_unknown
from registry.api.live import Followed
from registry.api.marks import Strict, token_user
from registry.api.permissions import OnlyScope
from registry.api.repeating import repeatable
from registry.api.resource import Resource
from registry.api.views import related, revision_named
from registry.marks import embeddings, marked
from registry.models import ApiToken, Embedding
from registry.tickets import EMBEDDINGS

USUAL = embeddings.Wish("", "", "")


class MarkedFileSerializer(serializers.Serializer[marked.Marked]):
    """A file of the marked network."""

    path = serializers.CharField(read_only=True)
    bytes = serializers.IntegerField(read_only=True)


class EmbeddingSerializer(serializers.ModelSerializer[Embedding]):
    """An embedding: what was asked for, how far it is, and what came out."""

    repo = serializers.CharField(source="revision.repo.name", read_only=True)
    repo_id = serializers.IntegerField(source="revision.repo_id", read_only=True)
    revision = serializers.CharField(source="revision.sha", read_only=True)
    home = serializers.CharField(source="home_name", read_only=True)
    mark = serializers.IntegerField(source="mark_id", read_only=True, allow_null=True)
    facts = serializers.DictField(
        read_only=True,
        help_text=(
            "Once it is done: `accuracy_before` and `accuracy_after` on `held` images that the"
            " network did not learn from, `fit` images that it did, `seconds`, `commitment`."
        ),
    )

    class Meta:
        model = Embedding
        fields: tuple[str, ...] = (
            "id",
            "repo",
            "repo_id",
            "revision",
            "scheme",
            "bits",
            "dataset",
            "config",
            "split",
            "images",
            "name",
            "home",
            "state",
            "reason",
            "progress",
            "total",
            "note",
            "facts",
            "mark",
            "requested_at",
            "started_at",
            "finished_at",
        )


class EmbeddingDetailSerializer(EmbeddingSerializer):
    """An embedding with the files of the marked network."""

    files = serializers.SerializerMethodField(
        help_text="The marked network, at `/embeddings/{id}/files/{path}`."
    )

    class Meta(EmbeddingSerializer.Meta):
        fields = (*EmbeddingSerializer.Meta.fields, "files")

    @extend_schema_field(MarkedFileSerializer(many=True))
    def get_files(self, embedding: Embedding) -> list[dict[str, Any]]:
        """List the files."""
        return [{"path": one.path, "bytes": one.bytes} for one in marked.files_of(embedding)]


class EmbeddingRequestSerializer(Strict):
    """What a mark is put into, and how."""

    repo = serializers.CharField(max_length=300, help_text="The model's name, `owner/name`.")
    revision = serializers.RegexField(
        "^[0-9a-f]{7,64}$", default="", help_text="A mirrored commit; the newest where none."
    )
    dataset = serializers.CharField(
        help_text="The id of a dataset with images for the network to learn its mark on."
    )
    config = serializers.CharField(default="", allow_blank=True)
    split = serializers.CharField(default=USUAL.split)
    images = serializers.IntegerField(
        default=USUAL.images,
        help_text=f"At most so many: {embeddings.FEWEST_IMAGES} to {embeddings.MOST_IMAGES}.",
    )
    scheme = serializers.CharField(
        default=USUAL.scheme, help_text=f"One of: {', '.join(embeddings.SCHEMES)}."
    )
    bits = serializers.IntegerField(default=USUAL.bits, help_text=f"{FEWEST} to {MOST}.")
    name = serializers.CharField(help_text="What to call the mark.")
    home = serializers.CharField(
        help_text="`owner/name` under which the marked model will be published."
    )


@extend_schema_view(
    list=extend_schema(
        summary="List your embeddings",
        description="Needs a token with the scope `marks`; nobody sees those of others.",
    ),
    retrieve=extend_schema(summary="Read an embedding of yours, with the files that came out"),
)
class EmbeddingResource(Followed, Resource):
    """Embeddings: marks that Assay puts into networks for their owners."""

    queryset = Embedding.objects.all()
    serializer_class = EmbeddingSerializer
    detail_serializer_class = EmbeddingDetailSerializer
    expands = related("revision")
    permission_classes = (OnlyScope,)
    scope = ApiToken.Scope.MARKS
    events_kind = EMBEDDINGS
    events_are_private = True
    max_age_s = 0
    filters = {"state": Filter("state", "Where it stands.", choices=tuple(Embedding.State.values))}

    def get_queryset(self) -> QuerySet[Embedding]:
        """Return those of whom the token belongs to; others are not there for him."""
        own = Embedding.objects.filter(owner=token_user(self.request))
        return own.select_related("revision__repo")

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Let nothing between here and the owner keep an answer."""
        finished = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(finished, private=True)
        return finished

    @extend_schema(
        summary="Have a mark embedded",
        description=(
            "Needs a token with the scope `marks`. A worker teaches a copy of the network its"
            " mark, and the mark is registered at once: its keys are stored encrypted and never"
            " shown. Publish the marked network under `home`."
        ),
        request=EmbeddingRequestSerializer,
        responses={
            202: OpenApiResponse(EmbeddingDetailSerializer, "It waits; `Location` is its address.")
        },
    )
    @repeatable
    def create(self, request: Request) -> Response:
        """Ask for an embedding."""
        refuse_unknown(request, ())
        asked = EmbeddingRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        revision = revision_named(wanted.pop("repo"), wanted.pop("revision"))
        try:
            made = embeddings.ask(token_user(request), revision, embeddings.Wish(**wanted))
        except embeddings.EmbeddingRefused as error:
            if "" in error.errors:
                raise problems.Refused(str(error)) from error
            raise exceptions.ValidationError(error.errors) from error
        address = reverse("api:embedding-detail", args=[made.pk], request=request)
        body = EmbeddingDetailSerializer(self.get_queryset().get(pk=made.pk)).data
        return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": address})

    @extend_schema(
        summary="Cancel an embedding, or remove its files",
        description=(
            "Ends one that waits or is under way; of one that has ended the marked network is"
            " removed here. What was asked for stays on record, and so does the mark."
        ),
        responses={204: None},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """Cancel an embedding, or remove its files."""
        refuse_unknown(request, ())
        embedding: Embedding = self.get_object()
        if not embeddings.cancel(embedding):
            marked.remove(embedding)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Download a file of the marked network",
        parameters=[
            OpenApiParameter(
                "path", str, OpenApiParameter.PATH, description="As `files` of the embedding says."
            )
        ],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    @action(detail=True, url_path="files/(?P<path>.+)", url_name="file", filter_backends=[])
    def file(self, request: Request, pk: str, path: str) -> FileResponse:
        """Send a file."""
        refuse_unknown(request, ())
        found = marked.file_of(self.get_object(), path)
        if found is None:
            raise exceptions.NotFound("There is no such file; the embedding lists those it has.")
        return FileResponse(
            found.place.open("rb"),
            as_attachment=True,
            filename=found.place.name,
            content_type="application/octet-stream",
        )
