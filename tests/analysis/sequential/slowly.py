"""The bets once more, one item at a time, as the formulas are written. The oracle of the tests."""

import math
from collections.abc import Sequence


def log_capitals(
    scores: Sequence[float], null: float, expected: float, weight: float, population: int
) -> list[float]:
    """Logarithms of the capital that bets on a mean above ``null``, after each item."""
    log, found = 0.0, []
    seen: list[float] = []
    squares = 0.0  # of the distances from the running mean, which begins at one half
    for t, x in enumerate(scores, start=1):
        left = population - t + 1
        m = (population * null - sum(seen)) / left
        guess = (weight * expected + sum(seen)) / (weight + t - 1)
        p = min(1.0, max(0.0, (population * guess - sum(seen)) / left))
        if sum(seen) + x > population * null:
            log = math.inf
        elif p > m > 0:
            is_coin = all(one in (0.0, 1.0) for one in seen)
            variance = (0.25 + squares) / t
            spread = m * (1 - m) if is_coin else variance + (p - m) ** 2
            log += math.log(1 + min((p - m) / spread, 0.99 / m) * (x - m))
        seen.append(x)
        squares += (x - (0.5 + sum(seen)) / (t + 1)) ** 2
        found.append(log)
    return found


def verdict(
    scores: Sequence[float], claim: float, low: float, high: float, population: int
) -> tuple[str, int]:
    """Where the mean lies, and after how many items that was certain."""
    mirrored = [1 - x for x in scores]
    above_low = log_capitals(scores, low, claim, 1000, population)
    above_high = log_capitals(scores, high, claim, 20, population)
    below_low = log_capitals(mirrored, 1 - low, 1 - claim, 20, population)
    below_high = log_capitals(mirrored, 1 - high, 1 - claim, 1000, population)
    is_rich = [False] * 4
    for t, now in enumerate(zip(above_low, above_high, below_low, below_high, strict=True), 1):
        is_rich = [was or log >= math.log(40) for was, log in zip(is_rich, now, strict=True)]
        if is_rich[2] and not is_rich[0]:
            return "below", t
        if is_rich[1] and not is_rich[3]:
            return "above", t
        if is_rich[0] and is_rich[3] and not (is_rich[1] or is_rich[2]):
            return "inside", t
    return "open", len(scores)
