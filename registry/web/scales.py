"""Claimed and measured values in one scale, the metric's own, as people write it."""

import math
from dataclasses import dataclass

from analysis.contract import Unsupported
from analysis.metrics import Metric, Shown, Stated, state
from registry.models import Claim, Finding

MOST_DIGITS = 6
_USUAL_DIGITS = {Shown.PERCENT: 2, Shown.POINTS: 2, Shown.NUMBER: 4}


@dataclass(frozen=True, slots=True)
class Scale:
    """How the values of a metric are written: times 100 and with a sign, or as they are."""

    metric: Metric

    @property
    def factor(self) -> int:
        """What a value is multiplied with before it is written."""
        return 1 if self.metric.shown is Shown.NUMBER else 100

    @property
    def usual_digits(self) -> int:
        """How many digits after the point a measured value is given."""
        return _USUAL_DIGITS[self.metric.shown]

    @property
    def span(self) -> float:
        """How far values of this metric usually lie apart; 0 where it has no bounds."""
        width = min(self.metric.high, 1.0) - max(self.metric.low, 0.0)
        return width if math.isfinite(width) and self.metric.percent else 0.0

    def digits_for(self, half_unit: float) -> int:
        """Return the digits after the point that a stated precision stands for."""
        unit = 2 * half_unit * self.factor
        if unit <= 0:
            return self.usual_digits
        return max(0, min(MOST_DIGITS, round(-math.log10(unit))))

    def write(self, value: float, digits: int | None = None) -> str:
        """Write a value with its sign of percent: 0.9173 as ``91.73 %``."""
        return self.write_bare(value, digits) + self.sign

    def write_bare(self, value: float, digits: int | None = None) -> str:
        """Write a value without its sign of percent."""
        places = self.usual_digits if digits is None else digits
        return f"{value * self.factor:.{places}f}".replace("-", "\u2212")

    def write_interval(self, low: float, high: float) -> str:
        """Write an interval: ``91.18–92.26 %``."""
        return f"{self.write_bare(low)}–{self.write_bare(high)}{self.sign}"

    def write_difference(self, difference: float) -> str:
        """Write how far a measurement lies from a claim: ``+0.03 points``."""
        sign = "+" if difference > 0 else ""
        unit = " points" if self.metric.shown is Shown.PERCENT else ""
        return f"{sign}{self.write_bare(difference)}{unit}"

    @property
    def sign(self) -> str:
        """Return the sign that follows a value."""
        return " %" if self.metric.shown is Shown.PERCENT else ""


def stated(claim: Claim) -> Stated | None:
    """Return what a claim states in its metric's scale; None where it cannot be compared."""
    try:
        return state(claim.as_contract())
    except Unsupported:
        return None


def gap(claim: Claim | None, finding: Finding) -> float | None:
    """Return measured minus claimed in the metric's own scale; None where one is missing."""
    said = stated(claim) if claim else None
    if said is None or finding.value is None:
        return None
    return finding.value - said.value
