"""Many claims at once, judged by the bets that judge one: how often wrongly, and how soon.

The verdict of a claim is wrong where it is not what the whole split would say. All claims here
are about means; ``tests/analysis/sequential`` holds each against ``sequential.begin``.
"""

import math
from dataclasses import dataclass

import numpy as np

from analysis.arrays import NumpyArray
from analysis.sequential import ALPHA, Standing
from analysis.sequential.betting import CONFIRMING, OUTCOMES, REFUTING, first_certain
from analysis.sequential.capitals import Capitals

_BLOCK = 500  # items that are folded in before the claims that are decided are left out
_CLAIMS = 200  # at once, which bounds the memory
_OPEN = OUTCOMES.index(Standing.OPEN)
_EDGE = 1e-12  # of comparisons between floats, as in analysis.verdicts


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims about splits of one size: (claims,) each, in the scale of 0 to 1."""

    means: NumpyArray  # of the whole splits, which nobody knows before
    claimed: NumpyArray
    tolerance: float

    @property
    def low(self) -> NumpyArray:
        """Where each claim begins to hold."""
        return self.claimed - self.tolerance - _EDGE

    @property
    def high(self) -> NumpyArray:
        """Where it ends."""
        return self.claimed + self.tolerance + _EDGE

    @property
    def truths(self) -> NumpyArray:
        """Say what the whole splits say: (claims,) indices into OUTCOMES."""
        inside = np.where(self.means > self.high, Standing.ABOVE, Standing.INSIDE)
        names = np.where(self.means < self.low, Standing.BELOW, inside)
        return np.array([OUTCOMES.index(name) for name in names])


def ones(means: NumpyArray, size: int, generator: np.random.Generator) -> NumpyArray:
    """Draw splits of zeros and ones with exactly these means, in random order."""
    right = np.rint(means * size)[:, None]
    return generator.permuted((np.arange(size) < right).astype(np.float64), axis=1)


def judge(scores: NumpyArray, claims: Claims) -> tuple[NumpyArray, NumpyArray]:
    """Judge each claim on its split: (outcome as an index into OUTCOMES, items it took)."""
    outcome = np.full(len(scores), _OPEN)
    taken = np.full(len(scores), scores.shape[1])
    for start in range(0, len(scores), _CLAIMS):
        some = slice(start, start + _CLAIMS)
        part = Claims(claims.means[some], claims.claimed[some], claims.tolerance)
        outcome[some], taken[some] = _judge(scores[some], part)
    is_open = outcome == _OPEN
    outcome[is_open] = claims.truths[is_open]  # read to the end: the full split itself is compared
    return outcome, taken


def _judge(scores: NumpyArray, claims: Claims) -> tuple[NumpyArray, NumpyArray]:
    size, threshold = scores.shape[1], math.log(2 / ALPHA)
    weights = [np.full(len(scores), weight) for weight in (CONFIRMING, REFUTING)]
    # As in analysis.sequential.betting: is it above low, above high, below low, below high?
    bets = [
        Capitals(claims.low, weights[0], size),
        Capitals(claims.high, weights[1], size),
        Capitals(1 - claims.low, weights[1], size),
        Capitals(1 - claims.high, weights[0], size),
    ]
    left, expected = np.arange(len(scores)), claims.claimed[:, None]
    outcome, taken = np.full(len(scores), _OPEN), np.full(len(scores), size)
    for start in range(0, size, _BLOCK):
        block = scores[left, start : start + _BLOCK]
        refuted = []
        for number, bet in enumerate(bets):
            best = bet.best[:, None]
            mirrored = number >= 2
            path = bet.add(*((1 - block, 1 - expected) if mirrored else (block, expected)))
            best = np.maximum(best, np.maximum.accumulate(path, axis=1))
            refuted.append(best >= threshold)
        found, at = first_certain(*refuted)
        is_done = found != _OPEN
        outcome[left[is_done]], taken[left[is_done]] = found[is_done], start + at[is_done] + 1
        left, expected = left[~is_done], expected[~is_done]
        for bet in bets:
            bet.keep(~is_done)
        if not len(left):
            break
    return outcome, taken
