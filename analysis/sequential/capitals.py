"""Capitals of bets that a mean lies above some value, the items drawn without replacement.

Whoever bets fairly against a true statement rarely becomes rich: a capital that began as 1 ever
reaches 1/a with a probability of at most a (Ville's inequality), however often one looks. So a
capital of 1/a refutes, at the level a, that the mean is at most the value that was bet against.

Source: Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting (JRSS-B
2023), for sampling without replacement; the bets are those of Stark's ALPHA (2022), which put the
mean that the claim and the items so far lead to expect against the one that is bet against.
"""

import numpy as np

from analysis.arrays import NumpyArray

CUT = 0.99  # the largest part of a capital that is ever at stake
# In units of the mean: what sums of floats may be off. Nearer than this nothing is certain.
_CERTAIN = 1e-9


class Capitals:
    """Many capitals, each of which bets that the mean of ``population`` scores exceeds a value.

    ``null``: (capitals,), the values, in the scale of the scores. ``weight``: (capitals,), how
    many items the expected mean counts for. Scores lie in [0, 1].
    """

    def __init__(self, null: NumpyArray, weight: NumpyArray, population: int) -> None:
        self._null, self._weight = null[:, None], weight[:, None]
        self._population = population
        self._taken = 0
        self._sum = self._squares = np.zeros((1, 1))
        self._is_binary = np.ones((1, 1), dtype=bool)
        self._log = np.zeros((len(null), 1))
        self.best = np.zeros(len(null))

    def add(self, scores: NumpyArray, expected: NumpyArray) -> NumpyArray:
        """Fold in the next items, in order; return the logarithms after each: (capitals, n).

        ``scores``: (1 or capitals, n), shared by all capitals or each with its own. ``expected``
        broadcasts to them: the mean that is expected where nothing is seen yet. It may depend on
        earlier items, never on the item itself.
        """
        number = self._taken + np.arange(1.0, scores.shape[1] + 1)
        sums = self._sum + np.cumsum(scores, axis=1)
        before = _shifted(self._sum, sums)
        left = self._population - number + 1
        short = self._population * self._null - before  # what the value leaves for the rest
        rest = short / left
        guess = (self._weight * expected + before) / (self._weight + number - 1)
        guess = np.clip((self._population * guess - before) / left, 0, 1)
        edge = np.maximum(guess - rest, 0)
        spread = self._spread(scores, sums, number, rest, edge)
        is_bet = (edge > 0) & (short > _CERTAIN * self._population)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            bet = np.where(is_bet, np.minimum(edge / spread, CUT / rest), 0)
        growth = np.log1p(bet * (scores - rest))
        # What is there is more than the value allows: the mean is above it for certain.
        growth[self._population * (self._null + _CERTAIN) < sums] = np.inf
        path: NumpyArray = self._log + np.cumsum(growth, axis=1)
        self._taken += scores.shape[1]
        self._sum, self._log = sums[:, -1:], path[:, -1:]
        self.best = np.maximum(self.best, path.max(axis=1))
        return path

    def _spread(
        self,
        scores: NumpyArray,
        sums: NumpyArray,
        number: NumpyArray,
        rest: NumpyArray,
        edge: NumpyArray,
    ) -> NumpyArray:
        """By what an edge is divided: the variance of the next item, as far as it can be known.

        As long as all scores were 0 or 1 it is that of a coin.
        """
        is_binary = self._is_binary & np.logical_and.accumulate((scores == 0) | (scores == 1), 1)
        squares = self._squares + np.cumsum((scores - (0.5 + sums) / (number + 1)) ** 2, axis=1)
        variance = (0.25 + _shifted(self._squares, squares)) / number
        was_binary = _shifted(self._is_binary, is_binary)
        self._is_binary, self._squares = is_binary[:, -1:], squares[:, -1:]
        spread: NumpyArray = np.where(was_binary, rest * (1 - rest), variance + edge**2)
        return spread

    def keep(self, chosen: slice | NumpyArray) -> None:
        """Go on with some of the capitals only."""
        self._null, self._weight = self._null[chosen], self._weight[chosen]
        self._log, self.best = self._log[chosen], self.best[chosen]
        if len(self._sum) > 1:
            self._sum, self._squares = self._sum[chosen], self._squares[chosen]
            self._is_binary = self._is_binary[chosen]


def _shifted(first: NumpyArray, values: NumpyArray) -> NumpyArray:
    """Each item's value before the item: ``first``, then all but the last."""
    shape = (len(values), 1)
    return np.concatenate([np.broadcast_to(first, shape), values[:, :-1]], axis=1)
