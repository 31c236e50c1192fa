"""P3: how much of a split a claim takes that is off by so many points, and how often it is wrong.

Ours is the median number of samples until the verdict, the reference is the full split; a claim is
judged with a tolerance of half a point and the rounding of its last digit. The splits are drawn
zeros and ones with exactly the accuracy they are said to have: for such scores the order is all
that differs between networks.
"""

from collections.abc import Iterator

import numpy as np

from analysis.arrays import NumpyArray
from analysis.verdicts import wilson
from benchmarks.harness import Row
from benchmarks.simulated_claims import Claims, judge, ones

SIZE = 10_000
TOLERANCE = 0.00505  # half a point, and half a unit of the last digit of "92.0"
OFF_POINTS = (0, 1, 2, 5, 10)
ACCURACIES = (0.97, 0.92, 0.76)  # that are claimed: of a small, a usual and a hard task
TARGET_SHARE, TARGET_OFF = 0.1, 5
ERROR_RATE = 0.05


def rows(*, quick: bool) -> Iterator[Row]:
    """One row a distance: the claims overstate and understate, a half of them each."""
    generator = np.random.default_rng(20_230_514)
    for off in OFF_POINTS:
        yield _row(off, 120 if quick else 2_000, generator)


def _row(off: int, each: int, generator: np.random.Generator) -> Row:
    claimed = np.repeat(ACCURACIES, each)
    signs = np.where(np.arange(len(claimed)) % 2, 1, -1)
    # An accuracy above 100 % is none: such claims overstate only.
    signs[claimed + off / 100 > 1] = -1
    claims = Claims(claimed + signs * off / 100, claimed, TOLERANCE)
    outcome, taken = _judged(claims, generator)
    wrong = int((outcome != claims.truths).sum())
    low, high = wilson(wrong, len(taken))
    median, slow = (float(np.quantile(taken, part)) for part in (0.5, 0.9))
    quarter, three = np.quantile(taken, (0.25, 0.75))
    is_promised = off == TARGET_OFF
    holds = wrong / len(taken) <= ERROR_RATE
    target = f"<= {ERROR_RATE:.0%} wrong"
    if is_promised:
        holds = holds and median <= TARGET_SHARE * SIZE
        target = f"<= {TARGET_SHARE:.0%} of the split, {target}"
    return Row(
        promise="P3",
        row=f"samples for a claim {off} points off",
        ours=median,
        reference=SIZE,
        unit="samples",
        ratio=median / SIZE,
        target=target,
        holds=holds,
        n=len(taken),
        spread=float(three - quarter) / 2,
        details={
            "p90": slow,
            "p90_share": slow / SIZE,
            "wrong": wrong,
            "wrong_rate": wrong / len(taken),
            "wrong_rate_95": [low, high],
            "medians": {
                str(accuracy): float(np.median(taken[claimed == accuracy]))
                for accuracy in ACCURACIES
            },
        },
    )


def _judged(claims: Claims, generator: np.random.Generator) -> tuple[NumpyArray, NumpyArray]:
    """Judge some claims at a time, so that their splits fit into memory."""
    found = []
    for start in range(0, len(claims.means), 200):
        some = slice(start, start + 200)
        part = Claims(claims.means[some], claims.claimed[some], claims.tolerance)
        found.append(judge(ones(part.means, SIZE, generator), part))
    outcome, taken = (np.concatenate(column) for column in zip(*found, strict=True))
    return outcome, taken
