"""What there is: one line a noun, from which addresses, the root's list and tests are made."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from registry import signing
from registry.api import (
    checks,
    contents,
    datasets,
    ecosystem,
    embeddings,
    history,
    lineage,
    marks,
    mirror,
    problems,
    repos,
    scans,
    views,
    webhooks,
)
from registry.api.filters import refuse_unknown
from registry.api.plain import Plain
from registry.api.resource import Resource
from registry.api.schema import ResourceSchema
from registry.api.serializers import KeyListSerializer


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of thing: rows of a table, or a pair of views with the converter of its key.

    ``one`` names the views, where that is not ``name`` without its last letter.
    """

    name: str
    rows: type[Resource] | None = None
    plain: tuple[type[Plain], type[Plain]] | None = None
    key: str = "<str:id>"
    one: str = ""

    @property
    def basename(self) -> str:
        """Return the name of its views: ``<basename>-list``."""
        return self.one or self.name[:-1]


NOUNS: tuple[Noun, ...] = (
    Noun("repos", repos.RepoResource),
    Noun("revisions", contents.RevisionResource),
    Noun("files", contents.FileResource),
    Noun("authors", lineage.AuthorResource),
    Noun("edges", lineage.EdgeResource),
    Noun("claims", views.ClaimResource),
    Noun("datasets", datasets.DatasetResource),
    Noun("checks", plain=(checks.CheckListView, checks.CheckView)),
    Noun("runs", views.RunResource),
    Noun("findings", views.FindingResource),
    Noun("scans", scans.ScanResource),
    Noun("scan-executions", scans.ScanExecutionResource),
    Noun("marks", marks.MarkResource),
    Noun("embeddings", embeddings.EmbeddingResource),
    Noun("webhooks", webhooks.WebhookResource),
    Noun("measures", plain=(ecosystem.MeasureListView, ecosystem.MeasureView), key="<slug:id>"),
    Noun("measurements", ecosystem.MeasurementResource),
    Noun("exports", plain=(ecosystem.ExportListView, ecosystem.ExportView), key="<slug:name>"),
    Noun("syncs", mirror.SyncResource),
    Noun("changes", history.ChangeResource),
)
# What others call it, or the pages do.
ELSEWHERE = {
    "models": "repos",
    "model": "repos",
    "commits": "revisions",
    "evaluations": "findings",
    "results": "findings",
    "benchmarks": "datasets",
    "lineage": "edges",
    "watermarks": "marks",
    "organizations": "authors",
    "users": "authors",
}
# Single things beside the nouns, by the names of their views.
OTHERS = ("mirror", "facets", "keys", "openapi")


def router() -> SimpleRouter:
    """Return the addresses of the nouns that are rows."""
    made = SimpleRouter(trailing_slash=False)
    for noun in NOUNS:
        if noun.rows is not None:
            made.register(noun.name, noun.rows, basename=noun.basename)
    made.register("deliveries", webhooks.DeliveryResource, basename="delivery")  # listed by webhook
    return made


def plain_paths() -> Iterator[URLPattern]:
    """Return the addresses of the nouns that are no rows."""
    for noun in NOUNS:
        if noun.plain is not None:
            every, one = noun.plain
            yield path(f"v1/{noun.name}", every.as_view(), name=f"{noun.basename}-list")
            yield path(f"v1/{noun.name}/{noun.key}", one.as_view(), name=noun.basename)


class RootView(APIView):
    """What there is."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """List the resources."""
        refuse_unknown(request, ())
        nouns = {noun.name: reverse(f"api:{noun.basename}-list", request=request) for noun in NOUNS}
        return Response(nouns | {name: reverse(f"api:{name}", request=request) for name in OTHERS})


class KeyListView(APIView):
    """The public keys by which findings are signed."""

    schema = ResourceSchema()

    @extend_schema(
        summary="Read the public keys of signatures",
        description=(
            "Ed25519 keys; `keyid` is the SHA-256 of the raw key and stands in each envelope."
            " Empty where this server signs nothing."
        ),
        responses=KeyListSerializer,
    )
    def get(self, request: Request) -> Response:
        """List the keys."""
        refuse_unknown(request, ())
        home = settings.ASSAY_HOME
        keys = []
        if signing.has_key(home):
            keys = [signing.described(signing.load_key(home).public_key())]
        return Response(KeyListSerializer({"keys": keys}).data)


@csrf_exempt  # no cookie means anything here, and the refusal would be a page
def not_found(request: HttpRequest) -> HttpResponse:
    """Answer an address of the API that is none."""
    said = "The API has no such address; /api/v1/ lists them."
    noun = meant(request.path)
    if noun:
        said = f"The API has no such address; perhaps /api/v1/{noun} is meant. /api/v1/ lists all."
    return problems.answer(request, 404, said)


def meant(path: str) -> str:
    """Return the noun that the writer of an address may have had in mind, or nothing."""
    _, _, rest = path.partition("/v1/")
    word = rest.partition("/")[0].lower()[:40]
    names = [noun.name for noun in NOUNS]
    near = get_close_matches(word, names, n=1)
    return ELSEWHERE.get(word) or (near[0] if near and near[0] != word else "")
