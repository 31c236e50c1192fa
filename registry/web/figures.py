"""Where the marks of an interval figure stand: arithmetic only; ``interval_drawing`` draws."""

from dataclasses import dataclass

from registry.web.states import State

WIDTH = 240.0  # of the drawing, in its own units
PAD = 8.0
NARROWEST = 0.06  # least half width of the axis, as a share of the metric's usual span
_ROOM = 1.3  # how much wider the axis is than what stands on it


@dataclass(frozen=True, slots=True)
class Figure:
    """Positions of the marks along the axis, and the words that say the same."""

    claim: float
    near_start: float | None
    near_width: float
    low: float
    high: float
    value: float
    span_width: float
    state: State
    words: str
    first: str
    last: str
    claim_words: str
    value_words: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of numbers laid over the width of the drawing."""

    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where a value stands, kept inside the drawing."""
        share = (value - self.start) / (self.end - self.start)
        return round(PAD + min(max(share, 0.0), 1.0) * (WIDTH - 2 * PAD), 2)


def axis_around(claim: float, values: tuple[float, ...], span: float) -> Axis:
    """Return an axis with the claim in its middle.

    All figures of a metric have the same width unless a mark lies outside of it, so that the eye
    may compare rows: a small difference looks small.
    """
    reach = max(abs(value - claim) for value in values)
    half = max(reach * _ROOM, NARROWEST * span, 1e-12)
    return Axis(claim - half, claim + half)
