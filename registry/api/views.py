"""The resources of the API: what is read by everybody, and the one thing that is asked for."""

from collections.abc import Sequence

from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Lower
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from registry import services
from registry.api import problems
from registry.api.contents import REPO, RevisionSerializer
from registry.api.filters import Filter, refuse_unknown
from registry.api.live import Followed
from registry.api.repeating import repeatable
from registry.api.resource import Resource, of_repo
from registry.api.serializers import (
    ClaimSerializer,
    FindingDetailSerializer,
    FindingSerializer,
    RepoSerializer,
    RunRequestSerializer,
    RunSerializer,
)
from registry.api.shaping import Expand
from registry.ecosystem.datasets import folds
from registry.models import ApiToken, Claim, Finding, FindingPicture, Revision, Run
from registry.tickets import RUNS
from registry.visibility import public_claims, public_findings, public_repos, public_runs


def related(prefix: str) -> dict[str, Expand]:
    """Return how a row that belongs to a revision brings it and its repo along."""
    path = prefix.replace("__", ".")
    lookups = tuple(f"{prefix}__repo__{one}" for one in REPO)
    return {
        "repo": Expand(f"{path}.repo", RepoSerializer, lookups),
        "revision": Expand(path, RevisionSerializer),
    }


def _newest_findings(claims: Sequence[Claim]) -> None:
    """Give each claim the newest finding on it."""
    found = (
        public_findings()
        .filter(run__claim__in=claims)
        .select_related("run__revision__repo")
        .defer("evidence", "envelope")
        .order_by("run__claim_id", "-id")
        .distinct("run__claim_id")
    )
    newest = {finding.run.claim_id: finding for finding in found}
    for claim in claims:
        claim.newest_finding = newest.get(claim.pk)  # type: ignore[attr-defined]


@extend_schema_view(
    list=extend_schema(summary="List claims"), retrieve=extend_schema(summary="Read a claim")
)
class ClaimResource(Resource):
    """Claims: what authors state, each with its place."""

    serializer_class = ClaimSerializer
    expands = {
        **related("revision"),
        "finding": Expand("newest_finding", FindingSerializer, load=_newest_findings),
    }
    heavy = {"raw": "raw"}
    filters = of_repo("revision__") | {
        "dataset": Filter("folded__in", "The dataset, in any spelling.", means=folds),
        "metric": Filter("metric", "The metric's id, as written."),
        "task": Filter("task", "The task, as written."),
        "source": Filter("source", "In which form.", choices=tuple(Claim.Source.values)),
    }

    def get_queryset(self) -> QuerySet[Claim]:
        """Return the claims of public repos."""
        claims = public_claims().alias(folded=Lower("dataset"))
        return claims.select_related("revision__repo")


@extend_schema_view(
    list=extend_schema(summary="List findings"),
    retrieve=extend_schema(summary="Read a finding, with evidence and envelope"),
)
class FindingResource(Resource):
    """Findings: what runs found. They never change."""

    serializer_class = FindingSerializer
    detail_serializer_class = FindingDetailSerializer
    expands = {
        **related("run__revision"),
        "run": Expand("run", RunSerializer),
        "claim": Expand("run.claim", ClaimSerializer, ("run__claim__revision__repo",)),
    }
    heavy = {"evidence": "evidence", "envelope": "envelope"}
    filters = of_repo("run__revision__") | {
        "run": Filter("run_id", "The run's number.", is_number=True),
        "claim": Filter("run__claim_id", "The claim's number.", is_number=True),
        "check": Filter("run__check_id", "The check's id."),
        "verdict": Filter("verdict", "The verdict.", choices=tuple(Finding.Verdict.values)),
    }

    def get_queryset(self) -> QuerySet[Finding]:
        """Return the findings on public repos."""
        findings = public_findings().select_related("run__revision__repo")
        if not self.detail:
            return findings
        pictures = FindingPicture.objects.described()
        return findings.prefetch_related(Prefetch("pictures", queryset=pictures))


@extend_schema_view(
    list=extend_schema(summary="List runs"), retrieve=extend_schema(summary="Read a run")
)
class RunResource(Followed, Resource):
    """Runs: executions of checks."""

    serializer_class = RunSerializer
    expands = {
        **related("revision"),
        "claim": Expand("claim", ClaimSerializer, ("claim__revision__repo",)),
        "finding": Expand("finding", FindingSerializer),
    }
    scope = ApiToken.Scope.RUNS
    events_kind = RUNS
    max_age_s = 0
    filters = of_repo("revision__") | {
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
    @repeatable
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
