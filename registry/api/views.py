"""The resources of the API: what is read by everybody, and the one thing that is asked for."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import exceptions, status, viewsets
from rest_framework.decorators import action
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from registry import services, signing
from registry.api import problems
from registry.api.filters import DeclaredFilters, Filter, refuse_unknown
from registry.api.live import Followed
from registry.api.schema import ResourceSchema
from registry.api.serializers import (
    ClaimSerializer,
    FindingDetailSerializer,
    FindingSerializer,
    KeyListSerializer,
    RunRequestSerializer,
    RunSerializer,
)
from registry.keysets import Order
from registry.models import ApiToken, Claim, Finding, FindingPicture, Revision, Run
from registry.tickets import RUNS
from registry.visibility import public_claims, public_findings, public_repos, public_runs

NEWEST = Order("-id", ("id",), descending=True)
OLDEST = Order("id", ("id",))
BY_AGE = {"-id": NEWEST, "id": OLDEST}


def _of_repo(prefix: str) -> dict[str, Filter]:
    """Return the filters by repo and commit of a resource that belongs to a revision."""
    return {
        "repo": Filter(f"{prefix}repo__name", "The repo's name."),
        "repo_id": Filter(f"{prefix}repo_id", "The repo's number.", is_number=True),
        "revision": Filter(f"{prefix}sha", "The whole commit."),
    }


@method_decorator(conditional_page, name="dispatch")
class Resource(viewsets.ReadOnlyModelViewSet[Any]):
    """A list by keyset and its rows by number, with ETags over what is sent."""

    schema = ResourceSchema()
    filter_backends: tuple[type[BaseFilterBackend], ...] = (DeclaredFilters,)
    lookup_value_regex = "[0-9]{1,18}"
    filters: ClassVar[Mapping[str, Filter]] = {}
    orders: ClassVar[Mapping[str, Order]] = BY_AGE
    detail_serializer_class: ClassVar[type[BaseSerializer[Any]] | None] = None
    max_age_s: ClassVar[int] = 60

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Return the larger form for one row."""
        if self.action == "retrieve" and self.detail_serializer_class:
            return self.detail_serializer_class
        return super().get_serializer_class()

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Let readers keep an answer for a while; what was asked with a token is theirs alone."""
        finished = super().finalize_response(request, response, *args, **kwargs)
        if request.method in {"GET", "HEAD"} and finished.status_code == status.HTTP_200_OK:
            if self.max_age_s:
                patch_cache_control(finished, public=True, max_age=self.max_age_s)
            else:
                patch_cache_control(finished, no_cache=True)
        return finished


@extend_schema_view(
    list=extend_schema(summary="List claims"), retrieve=extend_schema(summary="Read a claim")
)
class ClaimResource(Resource):
    """Claims: what authors state, each with its place."""

    serializer_class = ClaimSerializer
    filters = _of_repo("revision__") | {
        "dataset": Filter("dataset", "The dataset's id, as written."),
        "metric": Filter("metric", "The metric's id, as written."),
        "task": Filter("task", "The task, as written."),
        "source": Filter("source", "In which form.", choices=tuple(Claim.Source.values)),
    }

    def get_queryset(self) -> QuerySet[Claim]:
        """Return the claims of public repos."""
        return public_claims().select_related("revision__repo")


@extend_schema_view(
    list=extend_schema(summary="List findings"),
    retrieve=extend_schema(summary="Read a finding, with evidence and envelope"),
)
class FindingResource(Resource):
    """Findings: what runs found. They never change."""

    serializer_class = FindingSerializer
    detail_serializer_class = FindingDetailSerializer
    filters = _of_repo("run__revision__") | {
        "run": Filter("run_id", "The run's number.", is_number=True),
        "claim": Filter("run__claim_id", "The claim's number.", is_number=True),
        "check": Filter("run__check_id", "The check's id."),
        "verdict": Filter("verdict", "The verdict.", choices=tuple(Finding.Verdict.values)),
    }

    def get_queryset(self) -> QuerySet[Finding]:
        """Return the findings on public repos; lists leave evidence and envelope where they are."""
        findings = public_findings().select_related("run__revision__repo")
        if not self.detail:
            return findings.defer("evidence", "envelope")
        pictures = FindingPicture.objects.described()
        return findings.prefetch_related(Prefetch("pictures", queryset=pictures))


@extend_schema_view(
    list=extend_schema(summary="List runs"), retrieve=extend_schema(summary="Read a run")
)
class RunResource(Followed, Resource):
    """Runs: executions of checks."""

    serializer_class = RunSerializer
    scope = ApiToken.Scope.RUNS
    events_kind = RUNS
    max_age_s = 0
    filters = _of_repo("revision__") | {
        "claim": Filter("claim_id", "The claim's number.", is_number=True),
        "check": Filter("check_id", "The check's id."),
        "status": Filter("status", "Where it stands.", choices=tuple(Run.Status.values)),
    }

    def get_queryset(self) -> QuerySet[Run]:
        """Return the runs on public repos."""
        runs = public_runs().select_related("revision__repo", "finding")
        return runs.defer("finding__evidence", "finding__envelope")

    @extend_schema(
        summary="Ask for a run",
        description=(
            "Needs a token with the scope `runs`. What makes a run one run is revision, check,"
            " version, claim and options: asked for twice, it is measured once."
        ),
        request=RunRequestSerializer,
        responses={
            202: OpenApiResponse(RunSerializer, "Waits or is under way; `Location` is the run."),
            200: OpenApiResponse(RunSerializer, "It was measured already; `Location` is the run."),
        },
    )
    def create(self, request: Request) -> Response:
        """Ask for a run."""
        refuse_unknown(request, ())
        asked = RunRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        revision = revision_named(wanted["repo"], wanted["revision"])
        claim = _claim(revision, wanted["claim"])
        try:
            made, _ = services.request_run(
                revision,
                wanted["check"],
                claim,
                asked=wanted["options"],
                requested_by=request.user.get_username(),
            )
        except services.RequestRefused as error:
            if error.errors:
                raise exceptions.ValidationError({"options": error.errors}) from error
            raise problems.Refused(str(error)) from error
        run = self.get_queryset().get(pk=made.pk)
        code = status.HTTP_200_OK if run.has_ended else status.HTTP_202_ACCEPTED
        address = reverse("api:run-detail", args=[run.pk], request=request)
        return Response(self.get_serializer(run).data, status=code, headers={"Location": address})

    @extend_schema(
        summary="Cancel a run",
        description=(
            "Ends a run that waits or is under way. Needs a token with the scope `runs`. What it"
            " had answered is kept: asked for again, it goes on there."
        ),
        request=None,
        responses={200: RunSerializer},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Cancel a run."""
        refuse_unknown(request, ())
        run = self.get_object()
        if not services.cancel_run(run, request.user.get_username()):
            raise problems.Refused("The run had ended already.")
        return Response(self.get_serializer(self.get_object()).data)


def revision_named(name: str, sha: str) -> Revision:
    """Return the revision that is meant; raise ValidationError where there is none."""
    repo = public_repos().listed().named(name).first()
    if repo is None:
        raise exceptions.ValidationError({"repo": ["No repo of this name is mirrored here."]})
    found = list(repo.revisions.filter(sha__startswith=sha or repo.head_sha)[:2])
    if len(found) != 1 or not (sha or repo.head_sha):
        many = "Several commits start so; write more of it." if len(found) > 1 else ""
        raise exceptions.ValidationError(
            {"revision": [many or "This commit is not mirrored here."]}
        )
    found[0].repo = repo
    return found[0]


def _claim(revision: Revision, number: int | None) -> Claim | None:
    """Return the claim that is meant; raise ValidationError where the revision has no such."""
    if number is None:
        return None
    claim = Claim.objects.filter(revision=revision, pk=number).first()
    if claim is None:
        raise exceptions.ValidationError(
            {"claim": ["This revision makes no claim of that number."]}
        )
    return claim


class KeyListView(APIView):
    """The public keys by which findings are signed."""

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


class RootView(APIView):
    """What there is."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """List the resources."""
        refuse_unknown(request, ())
        names = (
            *("repos", "claims", "runs", "findings", "scans", "scan-executions"),
            *("marks", "embeddings", "measures", "measurements", "exports", "syncs", "changes"),
            "webhooks",
        )
        resources = {name: reverse(f"api:{name[:-1]}-list", request=request) for name in names}
        others = {
            name: reverse(f"api:{name}", request=request)
            for name in ("mirror", "facets", "keys", "openapi")
        }
        return Response(resources | others)


def not_found(request: HttpRequest) -> HttpResponse:
    """Answer an address of the API that is none."""
    return problems.answer(request, 404, "The API has no such address; /api/v1/ lists them.")
