"""The list of repos: the same question, sorts and counts as the page of models."""

from collections.abc import Sequence
from typing import Any

from django.db import OperationalError
from django.db.models import QuerySet
from django.utils.cache import patch_cache_control
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import exceptions
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import keysets
from registry.api.contents import RevisionSerializer
from registry.api.filters import PAGING, Filter, refuse_unknown, shaping_of
from registry.api.lineage import AuthorSerializer
from registry.api.pagination import KeysetPagination, limit_of
from registry.api.resource import NEWEST, OLDEST, Resource
from registry.api.schema import ResourceSchema
from registry.api.serializers import FacetsSerializer, RepoDetailSerializer, RepoSerializer
from registry.api.shaping import Expand
from registry.models import Repo, Revision
from registry.outages import is_outage
from registry.search import BadQuestion, Count, Question, Search
from registry.search.facets import FACETS
from registry.search.question import ORDERS
from registry.visibility import public_repos

# What search does not know: a list with one of these is read from the repos themselves.
_PLAIN = {
    "name": Filter("name", "The repo's whole name; at most one present repo a hub has it."),
    "hub": Filter("hub__url", "The address of the hub."),
    "state": Filter("state", "Present is usual.", choices=tuple(Repo.State.values)),
}
_PLAIN_SORTS = ("-id", "id")
_DOWNLOADS = keysets.Order("-downloads", ("downloads", "id"), descending=True)
# What is known of repos that are not listed any more.
_COLUMNS = {
    "task": "pipeline_tag",
    "library": "library",
    "licence": "licence",
    "author": "author__name",
}
_TOO_LONG = "This search took too long and was stopped. Add a task, or more words."


class TookTooLong(exceptions.APIException):
    """A statement was cancelled at its limit."""

    status_code = 503
    default_detail = _TOO_LONG


def question_of(request: Request) -> Question:
    """Read the question strictly; raise ValidationError."""
    asked = dict(request.query_params.lists())
    for name in ("fields", "expand"):
        asked.pop(name, None)
    if asked.get("sort", [""])[-1] in _PLAIN_SORTS:
        del asked["sort"]
    try:
        return Question.read(asked, strict=True)
    except BadQuestion as error:
        raise exceptions.ValidationError({error.parameter: [str(error)]}) from error


def is_plain(request: Request) -> bool:
    """Say whether the list comes from the repos themselves."""
    asked = request.query_params
    return bool(set(asked) & set(_PLAIN)) or asked.get("sort") in _PLAIN_SORTS


class QuestionFilters(BaseFilterBackend):
    """Text and facets; a facet may be given several times, and means any of its values."""

    def filter_queryset(
        self, request: Request, queryset: "QuerySet[Any]", view: APIView
    ) -> "QuerySet[Any]":
        """Narrow the list, unless search does so."""
        if getattr(view, "detail", False):
            refuse_unknown(request, shaping_of(view))
            return queryset
        known = ("q", *FACETS, *_PLAIN, *PAGING, "count", *shaping_of(view))
        refuse_unknown(request, known, repeatable=FACETS)
        question = question_of(request)
        if request.query_params.get("count", "0") not in {"0", "1"}:
            raise exceptions.ValidationError({"count": ["Say 1 or 0."]})
        if not is_plain(request):
            return queryset
        if question.sort not in {"downloads", "name"}:
            raise exceptions.ValidationError(
                {"sort": ["With `name`, `hub` or `state` say one of: -downloads, name, -id, id."]}
            )
        for name, one in _PLAIN.items():
            if name in request.query_params:
                value = one.read(name, request.query_params[name])
                queryset = queryset.filter(**{one.lookup: value})
        return _narrowed(queryset, question, request.query_params.get("state", "present"))

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Describe the parameters for OpenAPI."""
        return [*_described(), _parameter("count", "1: say how many there are.", ["0", "1"])]


def _narrowed(queryset: "QuerySet[Repo]", question: Question, state: str) -> "QuerySet[Repo]":
    """Narrow repos by a question, outside of search."""
    if state == Repo.State.PRESENT:
        if question.is_narrowed:
            queryset = queryset.filter(pk__in=question.listings().values("pk"))
        return queryset
    for key, values in question.chosen:
        if key not in _COLUMNS:
            raise exceptions.ValidationError({key: ["Only repos that are present have this."]})
        queryset = queryset.filter(**{f"{_COLUMNS[key]}__in": values})
    if question.text:
        raise exceptions.ValidationError({"q": ["Only repos that are present are searched."]})
    return queryset


def _parameter(name: str, about: str, choices: list[str] | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"} | ({"enum": choices} if choices else {})
    return {"name": name, "in": "query", "required": False, "description": about, "schema": schema}


def _described() -> list[dict[str, Any]]:
    found = [_parameter("q", "Words of the name, the owner or the tags; the last may be begun.")]
    for key, facet in FACETS.items():
        one = _parameter(key, f"{facet.about} May be repeated: any of them.")
        items = {"type": "string"} | ({"enum": list(facet.words)} if facet.words else {})
        found.append(one | {"schema": {"type": "array", "items": items}})
    return found + [
        _parameter(name, one.about, list(one.choices) or None) for name, one in _PLAIN.items()
    ]


def _counted(count: Count) -> dict[str, Any]:
    return {
        "count": count.n,
        "count_is_capped": count.is_capped,
        "count_is_estimate": count.is_estimate,
    }


class RepoPagination(KeysetPagination):
    """Pages of search, with a count where one is asked for."""

    _count: dict[str, Any] | None = None

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        """Return the rows of the page; remember the addresses of its neighbours."""
        if is_plain(request):
            return super().paginate_queryset(queryset, request, view)
        counts = request.query_params.get("count") == "1"
        search = Search(question_of(request), page_size=limit_of(request), counts=counts)
        try:
            with search.running():
                page = search.page(request.query_params.get("cursor", ""))
                if counts:
                    self._count = _counted(search.count())
                keys = [row.pk for row in page.rows]
                repos = queryset.in_bulk(keys)
        except keysets.BadCursor as error:
            raise exceptions.ValidationError({"cursor": [str(error)]}) from error
        except OperationalError as error:
            if is_outage(error):
                raise
            raise TookTooLong from error
        self.remember(request, page.next, page.previous)
        return [repos[key] for key in keys if key in repos]

    def get_paginated_response(self, data: Any) -> Response:
        """Return the page with its neighbours, and with the count."""
        response = super().get_paginated_response(data)
        if self._count is not None:
            response.data = self._count | response.data
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page for OpenAPI."""
        described = super().get_paginated_response_schema(schema)
        described["properties"] |= {
            "count": {"type": "integer", "description": "With `count=1`: how many there are."},
            "count_is_capped": {"type": "boolean", "description": "There are more than that."},
            "count_is_estimate": {"type": "boolean", "description": "There are about so many."},
        }
        return described


def _heads(repos: Sequence[Repo]) -> None:
    """Give each repo the revision that is its head, where it is mirrored."""
    found = Revision.objects.filter(repo__in=repos, sha__in={repo.head_sha for repo in repos})
    revisions = {(one.repo_id, one.sha): one for one in found.defer("config", "security")}
    for repo in repos:
        repo.head = revisions.get((repo.pk, repo.head_sha))  # type: ignore[attr-defined]
        if repo.head:  # type: ignore[attr-defined]
            repo.head.repo = repo  # type: ignore[attr-defined]


@extend_schema_view(
    list=extend_schema(summary="List repos", description="What the hubs still have, unless asked."),
    retrieve=extend_schema(summary="Read a repo"),
)
class RepoResource(Resource):
    """Repos: models on a hub."""

    serializer_class = RepoSerializer
    detail_serializer_class = RepoDetailSerializer
    filter_backends = (QuestionFilters,)
    expands = {
        "author": Expand("author", AuthorSerializer, ("author__hub",)),
        "head": Expand("head", RevisionSerializer, load=_heads),
    }
    heavy = {"refs": "refs"}
    pagination_class = RepoPagination
    orders = {
        "-downloads": _DOWNLOADS,
        "name": keysets.Order("name", ("name", "id")),
        "-id": NEWEST,
        "id": OLDEST,
        **{name: order for name, order in ORDERS.items() if name != "name"},
        "downloads": _DOWNLOADS,  # the word of search, where the list comes from the repos
    }

    def get_queryset(self) -> "QuerySet[Repo]":
        """Return public repos; a list leaves out those that are gone, unless it asks for them."""
        repos = public_repos().select_related("hub", "author")
        asks_state = "state" in self.request.query_params
        return repos if self.detail or asks_state else repos.listed()


class FacetsView(APIView):
    """The facets of a question."""

    schema = ResourceSchema()

    @extend_schema(
        summary="Count the facets of a search",
        description="The commonest values of each, counted without the facet's own filter.",
        parameters=[
            OpenApiParameter(one["name"], description=one["description"])
            for one in _described()
            if one["name"] not in _PLAIN
        ],
        responses={200: OpenApiResponse(FacetsSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Count."""
        refuse_unknown(request, ("q", *FACETS), repeatable=FACETS)
        search = Search(question_of(request))
        try:
            count, counted = search.counted()
        except OperationalError as error:
            if is_outage(error):
                raise
            raise TookTooLong from error
        facets = {
            key: [
                {"value": one.value, "count": one.n, "is_estimate": one.is_estimate}
                for one in found
            ]
            for key, found in counted.items()
        }
        response = Response(FacetsSerializer(_counted(count) | {"facets": facets}).data)
        patch_cache_control(response, public=True, max_age=60)
        return response
