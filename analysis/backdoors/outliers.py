"""Whether one class stands out from the others: the statistics of a scan. numpy and scipy only."""

import numpy as np
from scipy import special

from analysis.arrays import NumpyArray

_ROUNDS = 50
_CLOSE = 1e-10
_MOST_SHAPE = 1e8  # numbers as alike as these are all the same
_TO_SIGMA = 1.4826  # median absolute deviation → standard deviation of a normal distribution
_DRAWN_AT_ONCE = 1 << 21


def gamma_fit(values: NumpyArray) -> tuple[NumpyArray, NumpyArray]:
    """Fit gamma distributions to rows of positive numbers by maximum likelihood.

    ``values``: (..., n). Returns shape and scale, (...). Newton's method on the likelihood of the
    shape, from Minka's start (Estimating a Gamma distribution, 2002).
    """
    mean = values.mean(-1)
    spread = np.maximum(np.log(mean) - np.log(values).mean(-1), 1 / (2 * _MOST_SHAPE))
    shape = (3 - spread + np.sqrt((spread - 3) ** 2 + 24 * spread)) / (12 * spread)
    for _ in range(_ROUNDS):
        miss = np.log(shape) - special.digamma(shape) - spread
        step = miss / (1 / shape - special.polygamma(1, shape))
        following = np.clip(shape - step, shape / 10, _MOST_SHAPE)
        is_close = np.all(np.abs(following - shape) <= _CLOSE * shape)
        shape = following
        if is_close:
            break
    return shape, mean / shape


def chance_of_largest(values: NumpyArray, among: int) -> NumpyArray:
    """Give 1 − F(largest)^among, F a gamma distribution fitted to the others. ``values``: (..., n).

    This is MM-BD's own p-value, and of few classes it is none: F is fitted to numbers that are
    small because the largest was taken away, so it is far too often below 5 % (of ten numbers
    without an outlier in every fourth case).
    """
    ordered = np.sort(values, -1)
    shape, scale = gamma_fit(ordered[..., :-1])
    above = special.gammaincc(shape, ordered[..., -1] / scale)
    chance: NumpyArray = -np.expm1(among * np.log1p(-np.minimum(above, 1 - 1e-16)))
    return chance


def simulated_chance(values: NumpyArray, among: int, draws: int) -> float:
    """Say how often numbers without an outlier look at least as if they had one: a p-value.

    Parametric bootstrap of ``chance_of_largest``: numbers are drawn from the gamma distribution of
    all but the largest, and treated alike. ``values`` (n,) are the largest of ``among`` numbers
    and n − 1 others that were picked at random. The simulation has a fixed seed.
    """
    seen = float(chance_of_largest(values, among))
    shape = float(gamma_fit(np.sort(values)[:-1])[0])
    generator = np.random.Generator(np.random.PCG64([among, len(values)]))
    as_far, left = 0, draws
    while left:
        rows = min(left, max(1, _DRAWN_AT_ONCE // len(values)))
        drawn = generator.gamma(shape, size=(rows, len(values)))
        if among > len(values):
            rank = generator.random(rows) ** (1 / (among - len(values) + 1))
            drawn[:, 0] = special.gammaincinv(shape, rank)
        drawn = np.maximum(drawn, np.finfo(float).tiny)
        as_far += int((chance_of_largest(drawn, among) <= seen).sum())
        left -= rows
    return (as_far + 1) / (draws + 1)


def smallness(values: NumpyArray) -> NumpyArray:
    """Say how many deviations each number lies below the median: Neural Cleanse's index; (n,)."""
    median = np.median(values)
    deviation = _TO_SIGMA * float(np.median(np.abs(values - median)))
    found: NumpyArray = (median - values) / max(deviation, 1e-12)
    return found
