"""A claim against what comes out of the sandbox, piece by piece, until there is a verdict.

The loop is the same for all tasks: a reader turns parts into answers, a scorer turns answers into
rows, and ``analysis.sequential`` says from the rows what is certain of the whole split.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis import scoring, sequential, verdicts
from analysis.arrays import NumpyArray
from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Estimate,
    Part,
    Tolerance,
    Unsupported,
    Verdict,
)
from analysis.metrics import Stated
from analysis.scoring import Scorer, Undefined
from analysis.sequential import Plan, Sequence, Standing
from analysis.tasks import Reader, Task, replies


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial ended with: verdict and estimate, in the metric's scale, and how."""

    verdict: Verdict
    estimate: Estimate
    tolerance: Tolerance
    is_full_split: bool
    evidence: Mapping[str, JSON]
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What whoever asked for a run may choose of how it is judged.

    ``tolerance``: in the metric's own scale, instead of the metric's allowance. ``is_whole``: read
    all samples, whatever is certain before. ``seed``: of the draws of a bootstrap.
    """

    tolerance: float | None = None
    is_whole: bool = False
    seed: int = 0


def read_policy(options: Mapping[str, JSON]) -> Policy:
    """Read a run's options ``tolerance``, ``whole`` and ``seed``; raise Unsupported."""
    tolerance: Any = options.get("tolerance")
    is_number = isinstance(tolerance, int | float) and not isinstance(tolerance, bool)
    if tolerance is not None and not (is_number and 0 <= tolerance < math.inf):
        raise Unsupported("The tolerance of a run is a number that is not negative.", "options")
    whole = options.get("whole", False)
    if not isinstance(whole, bool):
        raise Unsupported("Whether a run reads the whole split is true or false.", "options")
    seed: Any = options.get("seed", 0)
    return Policy(tolerance, whole, seed if type(seed) is int and seed >= 0 else 0)


def run(task: Task, stated: Stated, case: Case, parts: Iterator[Part]) -> Outcome:
    """Read parts until the verdict is certain; raise CheckError where there can be none."""
    if not 1 <= len(case.targets) <= case.population:
        raise CheckError("The split has no samples.")
    policy = read_policy(case.options)
    reader = task.reader(stated, case, replies.read_network(parts))
    scorer = scoring.find(stated, reader.answers or task.answers)
    tolerance = verdicts.tolerance_for(stated, reader.units, policy.tolerance)
    low, high = verdicts.ends(stated, tolerance)
    plan = Plan(
        claim=stated.value,
        low=low,
        high=high,
        span=(stated.metric.low, stated.metric.high),
        population=reader.units,
        seed=policy.seed,
        may_stop=not policy.is_whole,
    )
    sequence = sequential.begin(scorer, plan)
    rows = _read(reader, scorer, sequence, parts, len(case.targets))
    is_full_split = len(rows) == reader.units
    interval = None if is_full_split else sequence.interval()
    estimate = _estimate(scorer, rows, interval, policy.seed)
    if interval is None:
        verdict = verdicts.judge(stated, estimate, is_full_split=True, tolerance=tolerance)
    else:
        verdict = _verdict(stated, sequence.standing, plan, interval)
    evidence = {**reader.evidence, **_evidence(scorer, sequence, plan, is_full_split=is_full_split)}
    evidence["rows_read"] = reader.rows  # whole parts: a few more than what was decided from
    return Outcome(verdict, estimate, tolerance, is_full_split, evidence, tuple(reader.assumptions))


def _read(
    reader: Reader, scorer: Scorer, sequence: Sequence, parts: Iterator[Part], expected: int
) -> NumpyArray:
    """Return the rows that count; raise CheckError unless all samples that do were answered."""
    found: list[NumpyArray] = []
    count = 0
    for part in parts:
        answers = reader.read(part)
        if not len(answers):
            continue
        found.append(scorer.rows(answers))
        count += len(found[-1])
        if count > reader.units:
            raise CheckError(f"There are more answers than the {reader.units:,} of the split.")
        sequence.add(found[-1])
        if sequence.standing is not Standing.OPEN:
            return np.concatenate(found)[: sequence.n]
    if reader.rows != expected:
        raise CheckError(f"The network answered only {reader.rows:,} of {expected:,} samples.")
    if not found:
        raise Undefined("There is nothing in the split to compute the metric from.")
    return np.concatenate(found)


def _estimate(
    scorer: Scorer, rows: NumpyArray, interval: tuple[float, float] | None, seed: int
) -> Estimate:
    """Give the value with its interval; raise Undefined where the metric has none."""
    value = scorer.value(rows)
    if not math.isfinite(value):
        raise Undefined("The metric has no value on what the network answered.")
    if interval is None or not all(map(math.isfinite, interval)):
        interval = sequential.fixed_sample(scorer, rows, seed) or (value, value)
    # A bootstrap may leave out the very value that it was drawn around.
    return Estimate(value, min(interval[0], value), max(interval[1], value), len(rows))


def _verdict(
    stated: Stated, standing: Standing, plan: Plan, interval: tuple[float, float]
) -> Verdict:
    """Name what was certain when the reading ended, or what the last interval allows."""
    if standing is Standing.OPEN:
        standing = plan.stand(*interval)
    if standing is Standing.OPEN:
        return Verdict.INCONCLUSIVE
    if standing is Standing.INSIDE:
        return Verdict.CONFIRMED
    return verdicts.missed(stated, is_lower=standing is Standing.BELOW)


def _evidence(
    scorer: Scorer, sequence: Sequence, plan: Plan, *, is_full_split: bool
) -> dict[str, JSON]:
    """Say how the verdict was reached, look by look."""
    is_early = sequence.standing is not Standing.OPEN and not is_full_split
    return {
        "computed_by": scorer.library,
        "parameters": scorer.signature,
        "method": "full split" if is_full_split else sequence.method,
        "alpha": plan.alpha,
        "stopped_after": sequence.n if is_early else None,
        "looks": [
            {
                "n": look.n,
                "estimate": look.estimate,
                "low": _plain(look.low),
                "high": _plain(look.high),
            }
            for look in sequence.looks
        ],
    }


def _plain(value: float) -> JSON:
    return value if math.isfinite(value) else None
