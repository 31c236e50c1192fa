"""Claims beside their measurements: what a row of a claims table says."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet

from analysis import catalog
from analysis.matching import match
from analysis.metrics import METRICS, Stated
from registry.models import Claim, Finding, Revision, Run
from registry.past_claims import PastClaim
from registry.web.figures import Axis, Figure, axis_around
from registry.web.scales import Scale, stated
from registry.web.states import State, finding_of, state_of


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim and a finding in one scale, as text and as a drawing."""

    claimed: str = ""
    as_written: str = ""  # where that reads otherwise
    converted: str = ""
    measured: str = ""
    interval: str = ""
    difference: str = ""
    figure: Figure | None = None


@dataclass(frozen=True)
class ClaimRow:
    """A claim with the run that answers for it; ``said`` is what it states, where that is clear.

    ``run`` is the newest run with a finding, else the newest run; ``pending`` is a newer one that
    is still under way; ``is_stale`` says that the check has a newer version by now. ``earlier`` is
    a run on the same claim of an older commit, where there is none on this one: a verdict does not
    move with the head.
    """

    claim: Claim
    run: Run | None
    finding: Finding | None
    pending: Run | None
    state: State
    said: Stated | None
    is_stale: bool
    earlier: Run | None = None
    dataset: str = ""  # the name of its dataset's page, where there is one

    @cached_property
    def comparison(self) -> Comparison:
        """Write both numbers; only of rows that are shown, for that takes its time."""
        tolerance = getattr(self.run, "tolerance", None)
        return compare_stated(self.claim, self.said, self.finding, self.state, tolerance)

    @cached_property
    def missing(self) -> str:
        """Say why a claim that nobody asked for could not be measured."""
        if self.run is not None:
            return ""
        gaps = match(self.claim.as_contract(), self.claim.revision.repo.pipeline_tag).gaps
        return gaps[0].sentence if gaps else ""


def compare(
    claim: Claim | None, finding: Finding | None, state: State, tolerance: Any = None
) -> Comparison:
    """Put a claim and what was measured into one scale, as far as either is known.

    ``tolerance`` is what the finding's evidence says of it: how far the two may lie apart.
    """
    return compare_stated(claim, stated(claim) if claim else None, finding, state, tolerance)


def compare_stated(
    claim: Claim | None,
    said: Stated | None,
    finding: Finding | None,
    state: State,
    tolerance: Any = None,
) -> Comparison:
    """Do the same where it is known what the claim states."""
    if said is None:
        bare = "" if finding is None or finding.value is None else f"{finding.value:.4g}"
        return Comparison(claimed=claim.value_text if claim else "", measured=bare)
    scale = Scale(said.metric)
    claimed = scale.write(said.value, scale.digits_for(said.half_unit))
    written = claim.value_text.strip() if claim else ""
    as_written = "" if written in {claimed, claimed.removesuffix(scale.sign)} else written
    if finding is None or finding.value is None:
        return Comparison(claimed=claimed, as_written=as_written, converted=said.converted)
    bounds = finding.low is not None and finding.high is not None
    return Comparison(
        claimed=claimed,
        as_written=as_written,
        converted=said.converted,
        measured=scale.write(finding.value),
        interval=scale.write_interval(finding.low or 0.0, finding.high or 0.0) if bounds else "",
        difference=scale.write_difference(finding.value - said.value),
        figure=_figure(said, finding, scale, state, read_tolerance(tolerance)),
    )


def unclaimed(finding: Finding) -> Comparison:
    """Write a number that nobody claimed, in the scale of its metric where that is known."""
    measure = finding.evidence.get("measure") if isinstance(finding.evidence, dict) else None
    named = measure.get("metric") if isinstance(measure, dict) else None
    metric = METRICS.get(named) if isinstance(named, str) else None
    scale = Scale(metric) if metric else None
    value, low, high = finding.value, finding.low, finding.high
    if value is None:
        return Comparison()
    is_span = low is not None and high is not None and low < high
    return Comparison(
        measured=scale.write(value) if scale else f"{value:.4g}",
        interval=_span(low or 0.0, high or 0.0, scale) if is_span else "",
    )


def _span(low: float, high: float, scale: Scale | None) -> str:
    return scale.write_interval(low, high) if scale else f"{low:.4g} to {high:.4g}"


def tolerance_of(finding: Finding) -> Any:
    """Return what a finding's evidence says of its tolerance; its form is the check's business."""
    measure = finding.evidence.get("measure") if isinstance(finding.evidence, dict) else None
    return measure.get("tolerance") if isinstance(measure, dict) else None


def read_tolerance(tolerance: Any) -> float | None:
    """Return a tolerance as checks store it, None where it is none."""
    if isinstance(tolerance, dict):
        tolerance = tolerance.get("absolute")
    is_number = isinstance(tolerance, int | float) and not isinstance(tolerance, bool)
    return float(tolerance) if is_number and tolerance >= 0 else None


def _figure(
    said: Stated, finding: Finding, scale: Scale, state: State, near: float | None
) -> Figure | None:
    claimed, value = said.value, finding.value
    if value is None:
        return None
    low = value if finding.low is None else finding.low
    high = value if finding.high is None else finding.high
    if not all(map(math.isfinite, (value, low, high))):
        return None
    axis = axis_around(claimed, (value, low, high), scale.span or abs(claimed))
    return Figure(
        claim=axis.at(claimed),
        near_start=axis.at(claimed - near) if near else None,
        near_width=axis.at(claimed + near) - axis.at(claimed - near) if near else 0.0,
        low=axis.at(low),
        high=axis.at(high),
        value=axis.at(value),
        span_width=max(axis.at(high) - axis.at(low), 0.0),
        state=state,
        words=_words(claimed, value, low, high, scale),
        first=_end(axis, scale, axis.start),
        last=_end(axis, scale, axis.end),
        claim_words=scale.write(claimed, scale.digits_for(said.half_unit)),
        value_words=scale.write(value),
    )


def _words(claimed: float, value: float, low: float, high: float, scale: Scale) -> str:
    return (
        f"Claimed {scale.write(claimed)}, measured {scale.write(value)},"
        f" 95 % interval {scale.write_interval(low, high)}."
    )


def _end(axis: Axis, scale: Scale, value: float) -> str:
    """Write an end of the axis; nothing where no value of the metric can lie."""
    if not scale.metric.low <= value <= scale.metric.high:
        return ""
    digits = 0 if (axis.end - axis.start) * scale.factor >= 5 else scale.usual_digits
    return scale.write_bare(value, digits)


def answers(revision: Revision) -> "QuerySet[Run]":
    """Select a revision's runs, oldest first, with findings but of their evidence the tolerance."""
    return _as_answers(Run.objects.filter(revision=revision))


def answers_to(claims: Sequence[Claim]) -> "QuerySet[Run]":
    """Select the runs on these claims in the same way, with the size of the split measured."""
    found = _as_answers(Run.objects.filter(claim__in=[claim.pk for claim in claims]))
    return found.annotate(population=F("finding__evidence__measure__population"))


def _as_answers(runs: "QuerySet[Run]") -> "QuerySet[Run]":
    return (
        runs.select_related("finding")
        .defer("finding__evidence", "finding__envelope")
        .annotate(tolerance=F("finding__evidence__measure__tolerance"))
        .order_by("pk")
    )


def rows(
    claims: Sequence[Claim],
    runs: Iterable[Run],
    earlier: Mapping[int, Run] | None = None,
    said: Mapping[int, Stated | None] | None = None,
    datasets: Mapping[int, str] | None = None,
) -> list[ClaimRow]:
    """Return a row for each claim; ``runs`` are all of the revision's, by ``answers``.

    ``earlier`` are runs of older commits, by ``past_claims.carried_over``; ``said`` is what the
    claims state, where the caller has read that already; ``datasets`` are the names of datasets,
    by ``datasets.with_pages``.
    """
    versions = {check.id: check.version for check in catalog.entries().values()}
    by_claim: dict[int | None, list[Run]] = {}
    for run in runs:
        by_claim.setdefault(run.claim_id, []).append(run)
    before, paged = earlier or {}, datasets or {}
    if said is None:
        said = {claim.pk: stated(claim) for claim in claims}
    return [
        _row(
            *(claim, said[claim.pk], by_claim.get(claim.pk, []), versions),
            *(before.get(claim.pk), paged.get(claim.pk, "")),
        )
        for claim in claims
    ]


def chosen(runs: Iterable[Run]) -> dict[int, Run]:
    """Return for each claim the run that answers for it; ``runs`` are in the order of ``answers``.

    That is the newest with a finding, else the newest; a replay that failed says nothing about the
    claim: the run that it repeats speaks.
    """
    by_claim: dict[int, list[Run]] = {}
    for run in runs:
        if run.claim_id is not None:
            by_claim.setdefault(run.claim_id, []).append(run)
    found = {pk: _speaking(several) for pk, several in by_claim.items()}
    return {pk: run for pk, run in found.items() if run is not None}


def standing_of(run: Run | None) -> State:
    """Return the state of a claim for which this run answers."""
    return state_of(run, finding_of(run) if run else None)


def _speaking(runs: Sequence[Run]) -> Run | None:
    answered = [run for run in runs if finding_of(run) is not None]
    if answered:
        return answered[-1]
    own = [run for run in runs if not replays(run)] or list(runs)
    return own[-1] if own else None


def _row(
    claim: Claim,
    said: Stated | None,
    runs: Sequence[Run],
    versions: dict[str, int],
    earlier: Run | None,
    dataset: str,
) -> ClaimRow:
    run = _speaking(runs)
    finding = finding_of(run) if run else None
    newest = runs[-1] if runs else None
    pending = newest if newest is not None and newest is not run and not newest.has_ended else None
    return ClaimRow(
        claim=claim,
        run=run,
        finding=finding,
        pending=pending,
        state=state_of(run, finding),
        said=said,
        is_stale=run is not None and run.check_version < versions.get(run.check_id, 0),
        earlier=earlier if finding is None else None,
        dataset=dataset,
    )


@dataclass(frozen=True, slots=True)
class PastRow:
    """A claim that the head does not make any more, with the verdict that it had."""

    past: PastClaim
    was: str
    now: str  # empty where the head says nothing of it
    state: State


def past_rows(found: Iterable[PastClaim]) -> list[PastRow]:
    """Return a row for each claim that was changed or taken back."""
    return [_past_row(past) for past in found]


def _past_row(past: PastClaim) -> PastRow:
    finding = finding_of(past.run) if past.run else None
    state = state_of(past.run, finding)
    was, now = (
        compare(claim, None, state).claimed if claim else "" for claim in (past.claim, past.now)
    )
    return PastRow(past, was or past.claim.value_text, now, state)


def replays(run: Run) -> bool:
    """Say whether a run repeats another one."""
    return isinstance(run.options, dict) and "replay_of" in run.options
