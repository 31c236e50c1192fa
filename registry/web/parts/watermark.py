"""Marks of owners: which were looked for in a commit, with what statistic, and what was found."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from analysis import catalog
from registry import marks
from registry.models import Mark, MarkMatch, Revision, Run
from registry.web import drawings, other_checks
from registry.web.drawings import Fact
from registry.web.other_checks import OtherCheck
from registry.web.parts.shown import Shown
from registry.web.staff import is_staff
from registry.web.states import STATES, State, finding_of

HINTS = "watermark-hints"
MOST_MARKS = 20
MOST_TESTED = 100
MOST_RUNS = 200


@dataclass(frozen=True, slots=True)
class Tested:
    """What was found of a mark. No evidence of a mark is no proof that there is none."""

    match: MarkMatch
    state: State
    word: str


def build(request: HttpRequest, shown: Shown) -> dict[str, Any]:
    """Return what was looked for, what was found, and what could not be tested."""
    revision = shown.revision
    if revision is None:
        return {}
    may_ask = is_staff(request) and not shown.repo.is_private
    runs = list(_runs(revision))
    own = Mark.objects.filter(home=revision.repo_id, withdrawn_at=None).select_related("owner")
    tested = _tested(revision)
    return {
        "standing": marks.standing(revision),
        "own_marks": own.exclude(state=Mark.State.REFUSED).order_by("pk")[:MOST_MARKS],
        "tested": tested[:MOST_TESTED],
        "more_tested": len(tested) > MOST_TESTED,
        "hints": _hints(runs),
        "untested": [run for run in runs if run.status in Run.WITHOUT_FINDING][:5],
        "checks": _checks(runs, with_forms=may_ask),
    }


def _runs(revision: Revision) -> "QuerySet[Run]":
    """Select the runs that look for marks, oldest first."""
    found = Run.objects.filter(revision=revision, check_id__in=[marks.CHECK, HINTS])
    return found.select_related("finding").defer("finding__envelope").order_by("pk")[:MOST_RUNS]


def _tested(revision: Revision) -> list[Tested]:
    found = MarkMatch.objects.filter(revision=revision).select_related("mark__owner")
    newest = list(found.order_by("mark", "-pk").distinct("mark")[: MOST_TESTED + 1])
    return [_row(match) for match in sorted(newest, key=lambda one: (one.rank, one.p, one.pk))]


def _row(match: MarkMatch) -> Tested:
    if match.carries and match.is_after:
        return Tested(match, STATES["inconclusive"], "Carried, committed later")
    if match.carries:
        return Tested(match, STATES["measured"], "Carried")
    return Tested(match, STATES["inconclusive"], "No evidence")


def _hints(runs: list[Run]) -> list[tuple[Run, str, list[Fact]]]:
    """Return what the newest search without keys said, with each hint."""
    for run in reversed(runs):
        finding = finding_of(run)
        if run.check_id == HINTS and finding is not None:
            evidence = finding.evidence if isinstance(finding.evidence, dict) else {}
            return [(run, finding.summary, drawings.of(evidence).facts)]
    return []


def _checks(runs: list[Run], *, with_forms: bool) -> list[OtherCheck]:
    """Return the checks for marks, with forms for whoever may ask."""
    known = set(catalog.entries()) & {marks.CHECK, HINTS}
    return [one for one in other_checks.of(runs, with_forms=with_forms) if one.id in known]
