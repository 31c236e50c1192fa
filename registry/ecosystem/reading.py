"""What pages and API read of the measures: stored rows, never a query over the mirror."""

from dataclasses import dataclass
from datetime import date

from analysis.verdicts import wilson
from registry.ecosystem.definitions import Figure, Measure, Part, Row
from registry.ecosystem.measures import MEASURES
from registry.models import Measurement

MOST_POINTS = 800  # of a series, the newest


@dataclass(frozen=True, slots=True)
class Point:
    """One day of a series."""

    day: date
    version: int
    numerator: int
    denominator: int | None
    unknown: int

    @property
    def share(self) -> float | None:
        """Return numerator over denominator; None where nothing was counted."""
        return self.numerator / self.denominator if self.denominator else None


def newest() -> dict[str, Measurement]:
    """Return the newest measurement of each measure that has one, without its breakdown."""
    rows = Measurement.objects.defer("breakdown").order_by("measure", "-date", "-version")
    return {row.measure: row for row in rows.distinct("measure")}


def taken(measure: str, day: date | None = None) -> Measurement | None:
    """Return a measurement: the newest, or that of a day."""
    rows = Measurement.objects.filter(measure=measure).order_by("-date", "-version")
    return (rows if day is None else rows.filter(date=day)).first()


def series(measure: str) -> list[Point]:
    """Return the days of a measure, the oldest first; of each day the newest version."""
    rows = Measurement.objects.filter(measure=measure).order_by("-date", "-version")
    values = rows.distinct("date").values_list(
        "date", "version", "numerator", "denominator", "unknown"
    )
    return [Point(*one) for one in reversed(values[:MOST_POINTS])]


def interval(measure: Measure, row: Row | Measurement) -> tuple[float, float] | None:
    """Return the 95 % interval of a share; None where all were counted, or nothing was."""
    if not (measure.is_sample and row.denominator and row.numerator <= row.denominator):
        return None
    return wilson(row.numerator, row.denominator)


def breakdown(measure: Measure, of: Measurement) -> list[tuple[Part, list[Row]]]:
    """Return the parts that have rows, in the order of the definition."""
    rows = [Row(**one) for one in of.breakdown]
    parts = [(part, [row for row in rows if row.part == part.id]) for part in measure.parts]
    return [(part, found) for part, found in parts if found]


def earlier(measure: Measure, part: str = "", label: str = "") -> Figure | None:
    """Return the figure of 2022 that stands beside a row."""
    return measure.earlier.of(part, label) if measure.earlier else None


def all_measures() -> list[Measure]:
    """Return the measures in the order of the pages."""
    return list(MEASURES.values())
