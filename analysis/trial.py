"""A claim against what comes out of the sandbox, piece by piece, until there is a verdict.

The loop is the same for all tasks: a reader turns parts into answers, a scorer turns answers into
rows, and what is certain is decided from the rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from analysis import scoring, verdicts
from analysis.arrays import NumpyArray
from analysis.contract import JSON, Case, CheckError, Estimate, Part, Tolerance, Verdict
from analysis.metrics import Stated
from analysis.scoring import Scorer
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


def run(task: Task, stated: Stated, case: Case, parts: Iterator[Part]) -> Outcome:
    """Read parts until the verdict is certain; raise CheckError where there can be none."""
    if not 1 <= len(case.targets) <= case.population:
        raise CheckError("The split has no samples.")
    scorer = scoring.find(stated, task.answers)
    network = replies.read_network(parts)
    reader = task.reader(stated, case, network)
    rows = np.concatenate(list(_rows(reader, scorer, parts, len(case.targets))))
    n = len(rows)
    is_full_split = n == reader.units
    low, high = scorer.interval(rows, reader.units) or (float("nan"), float("nan"))
    estimate = Estimate(scorer.value(rows), low, high, n)
    tolerance = verdicts.tolerance_for(stated, n, is_full_split)
    verdict = verdicts.judge(stated, estimate, is_full_split=is_full_split, tolerance=tolerance)
    evidence: dict[str, JSON] = {
        **reader.evidence,
        "computed_by": scorer.library,
        "parameters": scorer.signature,
    }
    return Outcome(verdict, estimate, tolerance, is_full_split, evidence, tuple(reader.assumptions))


def _rows(
    reader: Reader, scorer: Scorer, parts: Iterator[Part], expected: int
) -> Iterator[NumpyArray]:
    """Yield the rows of each part; raise CheckError unless all samples were answered."""
    for part in parts:
        answers = reader.read(part)
        if len(answers):
            yield scorer.rows(answers)
    if reader.rows != expected:
        raise CheckError(f"The network answered only {reader.rows:,} of {expected:,} samples.")
