"""Curves, bars and facts that a check measured, as drawings and as tables: arithmetic only.

What is drawn comes out of stored evidence, whose numbers a check made of what a network answered:
whatever is no finite number is left out, and there is a bound to everything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.web.axes import Tick, round_numbers, step
from registry.web.evidence import written
from registry.web.plots import nice

WIDTH, HEIGHT = 640.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 12.0, 12.0, 34.0
BAR_WIDTH = 240.0
MOST_PLOTS = 8
MOST_SERIES = 6  # as many as have a look of their own
MOST_POINTS = 400  # drawn of a series; of more, each so many-eth
MOST_READ = 20_000
MOST_GROUPS, MOST_BARS = 30, 40
MOST_FACTS = 60
LONGEST = 80  # characters of a name
LONGEST_SENTENCE = 400
_LARGEST = 1e15  # beyond this nothing is measured, and drawing it would hide the rest
_SMALLEST = 1e-12  # a number below this is drawn as 0
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Series:
    """A line with its band; ``look`` is 1 to MOST_SERIES."""

    name: str
    look: int
    line: str
    band: str
    dots: list[tuple[float, float]]
    rows: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Curve:
    """Series over two axes."""

    title: str
    x_label: str
    y_label: str
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    series: list[Series]
    has_intervals: bool
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from 0, with its interval where there is one, in a width of BAR_WIDTH."""

    name: str
    value: str
    interval: str
    length: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """Bars that belong together."""

    name: str
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Bars:
    """Groups of bars over one axis."""

    title: str
    axis: str
    groups: list[Group]
    has_intervals: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that was tested or is known of the measurement."""

    name: str
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Drawings:
    """All that is drawn of a finding."""

    curves: list[Curve]
    bars: list[Bars]
    facts: list[Fact]

    def __bool__(self) -> bool:
        """Say whether there is anything."""
        return bool(self.curves or self.bars or self.facts)


def of(evidence: Mapping[str, Any]) -> Drawings:
    """Return what can be drawn of a finding's evidence."""
    measure = evidence.get("measure")
    found = measure if isinstance(measure, dict) else {}
    curves = [_curve(one) for one in _rows(found.get("curves"), MOST_PLOTS)]
    bars = [_bars(one) for one in _rows(found.get("bars"), MOST_PLOTS)]
    facts = [_fact(one) for one in _rows(found.get("facts"), MOST_FACTS)]
    return Drawings(
        [one for one in curves if one], [one for one in bars if one], [one for one in facts if one]
    )


def _rows(value: Any, most: int) -> list[dict[str, Any]]:
    found = value[:most] if isinstance(value, list) else []
    return [one for one in found if isinstance(one, dict)]


def _name(value: Any, longest: int = LONGEST) -> str:
    text = " ".join(str(value).split()) if isinstance(value, str | int | float) else ""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _number(value: Any) -> float | None:
    """Return a finite number of a sensible size; None for anything else."""
    if type(value) not in (int, float) or not abs(value) <= _LARGEST:
        return None
    return float(value) if abs(value) >= _SMALLEST else 0.0


def _fact(raw: Mapping[str, Any]) -> Fact | None:
    name = _name(raw.get("name"))
    value = raw.get("value")
    said = written("", value) if value is None or isinstance(value, str | int | float) else "–"
    sentence = _name(raw.get("sentence"), LONGEST_SENTENCE)
    return Fact(name, said[:LONGEST_SENTENCE], sentence) if name else None


# -- curves


@dataclass(frozen=True, slots=True)
class _Point:
    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class _Axis:
    start: float
    end: float
    first: float  # where it begins in the drawing
    last: float

    def at(self, value: float) -> float:
        share = (value - self.start) / (self.end - self.start)
        return round(self.first + min(max(share, 0.0), 1.0) * (self.last - self.first), 1)

    @property
    def ticks(self) -> list[Tick]:
        places = round_numbers(self.start, self.end, _TICKS)
        return [Tick(self.at(place), _short(place)) for place in places]


def _short(value: float) -> str:
    return f"{round(value, 12) + 0.0:.6g}".replace("-", "\u2212")


def _curve(raw: Mapping[str, Any]) -> Curve | None:
    series = [
        (_name(one.get("name")), _points(one)) for one in _rows(raw.get("series"), MOST_SERIES)
    ]
    read = [(name, points) for name, points in series if points]
    if not read:
        return None
    points = [point for _, several in read for point in several]
    x_axis = _axis([point.x for point in points], LEFT, WIDTH - RIGHT)
    edges = [edge for point in points for edge in (point.low, point.high, point.y)]
    y_axis = _axis(edges, HEIGHT - BOTTOM, TOP, is_share=_is_share(edges))
    title = _name(raw.get("title")) or "Measured"
    x_label = _name(raw.get("x_label") or raw.get("x"))
    y_label = _name(raw.get("y_label") or raw.get("y"))
    return Curve(
        title=title,
        x_label=x_label,
        y_label=y_label,
        x_ticks=x_axis.ticks,
        y_ticks=y_axis.ticks,
        series=[
            _drawn(name, look, several, x_axis, y_axis)
            for look, (name, several) in enumerate(read, 1)
        ],
        has_intervals=any(point.low < point.high for point in points),
        words=" ".join(_said(title, name, x_label, several) for name, several in read),
    )


def _points(raw: Mapping[str, Any]) -> list[_Point]:
    """Return the points of a series from left to right; what is none is left out."""
    stored = raw.get("points")
    found = [_point(one) for one in stored[:MOST_READ]] if isinstance(stored, list) else []
    points = sorted((one for one in found if one), key=lambda one: one.x)
    every = -(-len(points) // MOST_POINTS) if points else 1
    return [*points[:-1:every], points[-1]] if every > 1 else points


def _point(raw: Any) -> _Point | None:
    if not isinstance(raw, list) or len(raw) < 2:
        return None
    x, y = _number(raw[0]), _number(raw[1])
    if x is None or y is None:
        return None
    low, high = (_number(one) for one in (*raw[2:4], None, None)[:2])
    if low is None or high is None or not low <= y <= high:
        low = high = y
    return _Point(x, y, low, high)


def _is_share(values: Iterable[float]) -> bool:
    return all(-1e-9 <= value <= 1 + 1e-9 for value in values)


def _axis(values: Sequence[float], first: float, last: float, *, is_share: bool = False) -> _Axis:
    """Choose a stretch round values: 0 to 1 for shares, else a little more than they need."""
    if is_share:
        return _Axis(0.0, 1.0, first, last)
    low, high = min(values), max(values)
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-12):
        room = abs(high) * 0.1 or 1.0
        return _Axis(low - room, high + room, first, last)
    return _Axis(low, high, first, last)


def _drawn(name: str, look: int, points: Sequence[_Point], x: _Axis, y: _Axis) -> Series:
    upper = [f"{x.at(one.x)},{y.at(one.high)}" for one in points]
    lower = [f"{x.at(one.x)},{y.at(one.low)}" for one in reversed(points)]
    is_wide = any(one.low < one.high for one in points)
    places = [(x.at(one.x), y.at(one.y)) for one in points]
    return Series(
        name=name or f"Series {look}",
        look=look,
        line=" ".join(f"{px},{py}" for px, py in places),
        band=" ".join([*upper, *lower]) if is_wide and len(points) > 1 else "",
        dots=places if len(places) <= 40 else [],
        rows=[
            (_short(one.x), _short(one.y), _span(one.low, one.high) if one.low < one.high else "")
            for one in points
        ],
    )


def _said(title: str, name: str, x_label: str, points: Sequence[_Point]) -> str:
    first, last = points[0], points[-1]
    what = f"{title}, {name}" if name else title
    at = f"at {x_label} " if x_label else "at "
    return (
        f"{what}: {_short(first.y)} {at}{_short(first.x)}, {_short(last.y)} {at}{_short(last.x)}."
    )


def _span(low: float, high: float) -> str:
    return f"{_short(low)} to {_short(high)}"


# -- bars


def _bars(raw: Mapping[str, Any]) -> Bars | None:
    groups = [
        (_name(one.get("name")), _values(one)) for one in _rows(raw.get("groups"), MOST_GROUPS)
    ]
    read = [(name, values) for name, values in groups if values]
    if not read:
        return None
    unit = _name(raw.get("unit"), 20)
    numbers = [
        edge for _, values in read for _, value, low, high in values for edge in (value, high)
    ]
    highest = max([0.0, *numbers])
    is_share = _is_share(numbers) and unit in {"", "%", "share"}
    top = nice(highest) if is_share else (step(highest / _TICKS) * _TICKS if highest > 0 else 1.0)
    factor, sign = (100.0, " %") if is_share else (1.0, f" {unit}" if unit else "")

    def said(value: float) -> str:
        return f"{value * factor:.2f}".replace("-", "\u2212") if is_share else _short(value)

    def at(value: float) -> float:
        return round(min(max(value / top, 0.0), 1.0) * BAR_WIDTH, 2)

    def bar(name: str, value: float, low: float, high: float) -> Bar:
        is_wide = low < high
        between = "–" if low >= 0 else " to "
        interval = f"{said(low)}{between}{said(high)}{sign}" if is_wide else ""
        edges = (at(low), at(high)) if is_wide else (None, None)
        return Bar(name or "–", f"{said(value)}{sign}", interval, at(value), *edges)

    drawn = [Group(name, [bar(*value) for value in values]) for name, values in read]
    return Bars(
        title=_name(raw.get("title")) or "Measured",
        axis=f"0 to {_short(top * factor)}{sign}",
        groups=drawn,
        has_intervals=any(one.interval for group in drawn for one in group.bars),
    )


def _values(raw: Mapping[str, Any]) -> list[tuple[str, float, float, float]]:
    found = []
    for one in _rows(raw.get("bars"), MOST_BARS):
        value = _number(one.get("value"))
        if value is None:
            continue
        low, high = _number(one.get("low")), _number(one.get("high"))
        if low is None or high is None or not low <= value <= high:
            low = high = value
        found.append((_name(one.get("name")), value, low, high))
    return found
