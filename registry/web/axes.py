"""Round numbers along the axes of drawings."""

import math
from collections.abc import Callable
from dataclasses import dataclass

MOST = 5  # of an axis, about


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis with what stands there."""

    at: float
    word: str


def step(least: float) -> float:
    """Return the next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= least * 0.9999)


def round_numbers(low: float, high: float, most: int = MOST) -> list[float]:
    """Return the round numbers from ``low`` to ``high``, about ``most`` of them."""
    apart = step((high - low) / most)
    first = math.ceil(low / apart - 1e-9)
    count = min(math.floor(high / apart + 1e-9) - first, 2 * most)
    return [(first + number) * apart for number in range(count + 1)]


def ticks(
    low: float,
    high: float,
    at: Callable[[float], float],
    *,
    factor: float = 1.0,
    sign: str = "",
    most: int = MOST,
) -> list[Tick]:
    """Return ticks at round numbers; what stands there is ``factor`` times as much."""
    found = round_numbers(low * factor, high * factor, most)
    return [Tick(at(number / factor), _written(number) + sign) for number in found]


def _written(number: float) -> str:
    return f"{round(number, 12) + 0.0:,.10g}".replace("-", "\u2212")
