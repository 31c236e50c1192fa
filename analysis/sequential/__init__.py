"""Verdicts before the last sample: what is certain of a whole split when a part of it was read.

Means and ratios whose rows are bounded are judged by betting, valid at every look; all else at a
few fixed looks, approximately. The rows come in the order of a permutation of the split that was
drawn before the first of them was seen. Everything here is in the metric's own scale.
"""

import math

from analysis.arrays import NumpyArray
from analysis.scoring import Form, Scorer
from analysis.sequential import bootstrap
from analysis.sequential.betting import Betting, Corners
from analysis.sequential.fixed_looks import FixedLooks
from analysis.sequential.plan import ALPHA, Look, Plan, Sequence, Standing

__all__ = ["ALPHA", "Look", "Plan", "Sequence", "Standing", "begin", "fixed_sample"]


def begin(scorer: Scorer, plan: Plan) -> Sequence:
    """Choose how a metric is judged while its rows come in."""
    corners = _corners(scorer)
    return Betting(plan, corners) if corners else FixedLooks(plan, scorer)


def _corners(scorer: Scorer) -> Corners:
    """List the corners between which each row lies, as (first, second); none: not bounded."""
    if scorer.form is Form.MEAN and all(map(math.isfinite, scorer.bounds)):
        low, high = scorer.bounds
        return ((low, 1.0), (high, 1.0))
    return scorer.extremes if scorer.form is Form.RATIO else ()


def fixed_sample(scorer: Scorer, rows: NumpyArray, seed: int) -> tuple[float, float] | None:
    """Give the 95 % interval of a whole split: how far another one of its size could lie."""
    return bootstrap.interval(scorer, rows, len(rows), ALPHA, seed)
