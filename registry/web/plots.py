"""Where the marks of bars and lines stand: arithmetic only, the drawing is in the templates."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.dates import day_words
from registry.ecosystem import reading
from registry.ecosystem.definitions import Figure, Measure, Part, Row
from registry.ecosystem.reading import Point
from registry.models import Measurement
from registry.web.axes import Tick, ticks

WIDTH = 240.0  # of a bar's drawing, in its own units
LINE_WIDTH, LINE_HEIGHT, PAD = 640.0, 220.0, 8.0
LINE_LEFT = 64.0  # where a line begins: what stands at its ticks has room before it


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a plot: lengths of its marks, and the same in words."""

    label: str
    value: str
    counts: str
    unknown: str
    ours: float
    then: float | None
    then_value: str
    then_counts: str
    low: float | None
    high: float | None
    interval: str
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars over one axis."""

    id: str
    title: str
    axis: str
    bars: list[Bar]
    has_then: bool
    has_unknown: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A series over time: the path, its points, and what stands at the axes.

    Of a single day there is nothing to draw: ``words`` say it.
    """

    title: str
    path: str
    points: list[tuple[float, float]]
    then: float | None
    then_value: str
    ticks: list[Tick]
    first: str
    last: str
    words: str

    @property
    def is_single(self) -> bool:
        """Whether it has one day only."""
        return self.first == self.last


def percent(share: float | None) -> str:
    """Write a share: ``4.55 %``; two digits after the point below ten."""
    if share is None:
        return "–"
    value = 100 * share
    return f"{value:.{2 if value < 10 else 1}f} %"


def value_of(row: Row | Measurement | Point) -> str:
    """Write what a row says: a share, a number, or that there is nothing yet."""
    if row.denominator is None:
        return f"{row.numerator:,}"
    return percent(row.share) if row.denominator else "nothing measured yet"


def counts_of(row: Row | Measurement | Figure | Point) -> str:
    """Write the counts behind a share: ``1,338 of 29,432``."""
    if row.numerator is None or row.denominator is None:
        return ""
    return f"{row.numerator:,} of {row.denominator:,}"


def bars(measure: Measure, part: Part, rows: Sequence[Row]) -> Plot:
    """Lay out the rows of a part beside the figures of 2022."""
    figures = [reading.earlier(measure, part.id, row.label) for row in rows]
    spans = [reading.interval(measure, row) for row in rows]
    plain = all(row.denominator is None for row in rows)
    highest = max(
        [_size(row, plain) for row in rows]
        + [figure.share or 0 for figure in figures if figure]
        + [span[1] for span in spans if span]
    )
    top = highest if plain else nice(highest)
    drawn = [
        _bar(row, part, figure, span, top or 1.0, plain)
        for row, figure, span in zip(rows, figures, spans, strict=True)
    ]
    axis = "" if plain else f"0 to {100 * top:g} %"
    return Plot(part.id, part.title, axis, drawn, any(figures), any(row.unknown for row in rows))


def headline(measure: Measure, of: Measurement) -> Bar:
    """Lay out the measure itself, as a share of everything: measures stand below each other."""
    whole = Row("", measure.title, of.numerator, of.denominator, of.unknown)
    figure, span = reading.earlier(measure), reading.interval(measure, of)
    return _bar(whole, Part("", ""), figure, span, 1.0, of.denominator is None)


def nice(share: float) -> float:
    """Return the end of an axis: the next of 1, 2, 5 times a power of ten, at most 1."""
    if share <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(share))
    return min(1.0, next(step * power for step in (1, 2, 5, 10) if step * power >= share * 0.9999))


def line(measure: Measure, points: Sequence[Point]) -> Line | None:
    """Return the drawing of a series, None where it has no point."""
    drawn = [(point.day, _number(point)) for point in points]
    known = [(day, value) for day, value in drawn if value is not None]
    is_share = any(point.denominator for point in points)
    figure = reading.earlier(measure)
    then = figure.share if figure and is_share else None
    return over_time(measure.title, known, then=then, is_share=is_share)


def steps(title: str, points: Sequence[tuple[date, float]], last: date) -> Line | None:
    """Return the drawing of a count that holds from each point to the next, and up to ``last``."""
    corners = list(points[:1])
    for day, value in points[1:]:
        corners += [(day, corners[-1][1]), (day, value)]
    if corners and corners[-1][0] < last:
        corners.append((last, corners[-1][1]))
    return over_time(title, corners)


def over_time(
    title: str,
    known: Sequence[tuple[date, float]],
    *,
    then: float | None = None,
    is_share: bool = False,
) -> Line | None:
    """Return the drawing of values over days, None where there is none; ``then`` is dashed."""
    if not known:
        return None
    values = [value for _, value in known] + ([then] if then is not None else [])
    low, high = _range(values, is_share)
    first, last = known[0][0], known[-1][0]
    days = max((last - first).days, 1)

    def x(day_number: int) -> float:
        share = day_number / days if last > first else 0.5
        return round(LINE_LEFT + share * (LINE_WIDTH - LINE_LEFT - PAD), 1)

    def y(value: float) -> float:
        return round(LINE_HEIGHT - PAD - (value - low) / (high - low) * (LINE_HEIGHT - 2 * PAD), 1)

    places = [(x((day - first).days), y(value)) for day, value in known]
    write = percent if is_share else (lambda value: f"{value:,.0f}")
    marks = ticks(low, high, y, factor=100 if is_share else 1, sign=" %" if is_share else "")
    counted = len({day for day, _ in known})
    return Line(
        title=title,
        path=" ".join(f"{px},{py}" for px, py in places),
        points=places if len(places) <= 60 else [places[0], places[-1]],
        then=None if then is None else y(then),
        then_value="" if then is None else percent(then),
        ticks=marks,
        first=day_words(first),
        last=day_words(last),
        words=(
            f"{title}: {write(known[0][1])} on {first:%-d %B %Y}, "
            f"{write(known[-1][1])} on {last:%-d %B %Y}, "
            f"{counted} day{'s' if counted > 1 else ''} measured."
        ),
    )


def _range(values: list[float], is_share: bool) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = (high - low) * 0.15 or abs(high) * 0.1 or 0.01
    low = max(0.0, low - room)
    high = min(1.0, high + room) if is_share else high + room
    return (low, high) if high > low else (max(0.0, low - 0.01), high + 0.01)


def _number(point: Point) -> float | None:
    return float(point.numerator) if point.denominator is None else point.share


def _size(row: Row, plain: bool) -> float:
    return float(row.numerator) if plain else (row.share or 0.0)


def _bar(
    row: Row,
    part: Part,
    figure: Figure | None,
    span: tuple[float, float] | None,
    top: float,
    plain: bool,
) -> Bar:
    def at(value: float) -> float:
        return round(min(max(value / top, 0.0), 1.0) * WIDTH, 2)

    label = row.label or part.empty
    then = figure.share if figure and not plain else None
    words = f"{label}: {value_of(row)}"
    if then is not None:
        words += f"; in 2022 {percent(then)}"
    interval = f"{percent(span[0]).removesuffix(' %')}–{percent(span[1])}" if span else ""
    return Bar(
        label=label,
        value=value_of(row),
        counts=counts_of(row) if row.denominator else "",
        unknown=f"{row.unknown:,}" if row.unknown else "",
        ours=at(_size(row, plain)),
        then=None if then is None else at(then),
        then_value="" if then is None else percent(then),
        then_counts=counts_of(figure) if figure else "",
        low=at(span[0]) if span else None,
        high=at(span[1]) if span else None,
        interval=interval,
        words=words,
    )
