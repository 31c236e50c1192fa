"""The way to a verdict as a drawing: how the interval shrank as samples came in."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.web.axes import Tick, ticks
from registry.web.scales import Scale

WIDTH, HEIGHT, LEFT, PAD = 640.0, 220.0, 64.0, 8.0
MOST = 200
FEWEST = 2
_APART = 110.0  # least distance of two numbers on the axis of samples
_MARGIN = 0.15  # of the height that is left free above and below


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the samples so far, all numbers finite."""

    n: int
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Looks:
    """A band that shrinks around a line, the claim with its tolerance across; in 640 by 220."""

    band: str
    line: str
    claim: float
    near: tuple[float, float] | None  # top and height
    last_x: float
    last_y: float
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    words: str


def read_looks(evidence: Mapping[str, Any]) -> list[Look]:
    """Return the looks that a check stored; whatever is none is left out."""
    measure = evidence.get("measure")
    stored = measure.get("looks") if isinstance(measure, dict) else None
    found = [_look(entry) for entry in stored[:MOST]] if isinstance(stored, list) else []
    looks = [look for look in found if look is not None]
    return sorted(looks, key=lambda look: look.n)


def _look(entry: Any) -> Look | None:
    if not isinstance(entry, dict):
        return None
    values = [entry.get(name) for name in ("estimate", "low", "high")]
    numbers = [float(value) for value in values if type(value) in (int, float)]  # type: ignore[arg-type]
    n = entry.get("n")
    if type(n) is not int or n < 1 or len(numbers) < len(values):
        return None
    estimate, low, high = numbers
    is_sound = all(map(math.isfinite, numbers)) and low <= high
    return Look(n, estimate, low, high) if is_sound else None


def drawn(looks: list[Look], claimed: float, near: float | None, scale: Scale) -> Looks | None:
    """Lay the looks out; None where there are too few to see anything."""
    if len(looks) < FEWEST or looks[0].n == looks[-1].n:
        return None
    start, end = _range(looks, claimed, near)
    last = looks[-1].n

    def x(look: Look) -> float:
        return _across(look.n, looks[0].n, last)

    def y(value: float) -> float:
        share = (min(max(value, start), end) - start) / (end - start)
        return round(HEIGHT - PAD - share * (HEIGHT - 2 * PAD), 2)

    upper = [f"{x(look)},{y(look.high)}" for look in looks]
    lower = [f"{x(look)},{y(look.low)}" for look in reversed(looks)]
    bounds = (y(claimed + near), y(claimed - near)) if near else None
    newest = looks[-1]
    return Looks(
        band=" ".join([*upper, *lower]),
        line=" ".join(f"{x(look)},{y(look.estimate)}" for look in looks),
        claim=y(claimed),
        near=(bounds[0], round(bounds[1] - bounds[0], 2)) if bounds else None,
        last_x=x(newest),
        last_y=y(newest.estimate),
        x_ticks=_numbers(looks[0].n, last),
        y_ticks=ticks(start, end, y, factor=scale.factor, sign=scale.sign),
        words=(
            f"After {looks[0].n:,} samples {scale.write_interval(looks[0].low, looks[0].high)},"
            f" after {last:,} {scale.write_interval(newest.low, newest.high)};"
            f" claimed {scale.write(claimed)}."
        ),
    )


def _across(n: int, first: int, last: int) -> float:
    """Return where a number of samples stands.

    The first samples shrink the interval most: the axis is that of the logarithm.
    """
    share = math.log(n / first) / math.log(last / first)
    return round(LEFT + share * (WIDTH - LEFT - PAD), 2)


def _numbers(first: int, last: int) -> list[Tick]:
    """Return the first and the last number of samples, and the powers of ten well between them."""
    ends = [Tick(LEFT, f"{first:,}"), Tick(WIDTH - PAD, f"{last:,}")]
    powers = (10**power for power in range(len(str(first)), len(str(last))))
    between = [Tick(_across(n, first, last), f"{n:,}") for n in powers if first < n < last]
    clear = [tick for tick in between if all(abs(tick.at - end.at) > _APART for end in ends)]
    return [ends[0], *clear, ends[1]]


def _range(looks: list[Look], claimed: float, near: float | None) -> tuple[float, float]:
    """Choose what the drawing shows: the later intervals and the claim, not all of the first."""
    later = looks[len(looks) // 2 :]
    edges = [claimed - (near or 0), claimed + (near or 0)]
    edges += [edge for look in later for edge in (look.low, look.high)]
    low, high = min(edges), max(edges)
    margin = (high - low) * _MARGIN or abs(claimed) * _MARGIN or 1.0
    return low - margin, high + margin
