"""What everybody may see, for pages and API alike: nothing of a private repo, ever."""

from django.db.models import QuerySet

from registry.models import Change, Claim, Edge, File, Finding, MarkMatch, Repo, Revision, Run
from registry.models.claims import ClaimQuerySet
from registry.models.marks import MarkMatchQuerySet
from registry.models.repos import RepoQuerySet
from registry.models.runs import RunQuerySet


def public_repos() -> RepoQuerySet:
    """Repos that are not private, also those that are gone."""
    return Repo.objects.filter(is_private=False)


def public_revisions() -> "QuerySet[Revision]":
    """Revisions of public repos."""
    return Revision.objects.filter(repo__is_private=False)


def public_files() -> "QuerySet[File]":
    """Files of public repos."""
    return File.objects.filter(revision__repo__is_private=False)


def public_edges() -> "QuerySet[Edge]":
    """Edges of public children; their parents may be private."""
    return Edge.objects.filter(child__repo__is_private=False)


def public_claims() -> ClaimQuerySet:
    """Claims of public repos."""
    return Claim.objects.filter(revision__repo__is_private=False)


def public_runs() -> RunQuerySet:
    """Runs on public repos."""
    return Run.objects.filter(revision__repo__is_private=False)


def public_findings() -> "QuerySet[Finding]":
    """Findings on public repos."""
    return Finding.objects.filter(run__revision__repo__is_private=False)


def public_matches() -> MarkMatchQuerySet:
    """What was found of marks in public repos."""
    return MarkMatch.objects.filter(revision__repo__is_private=False)


def public_changes() -> "QuerySet[Change]":
    """Changes of public repos."""
    return Change.objects.filter(repo__is_private=False)


def shows_text(repo: Repo) -> bool:
    """Say whether words out of the repo's files may be repeated: not where its files are gated."""
    return repo.gate == Repo.Gate.OPEN
