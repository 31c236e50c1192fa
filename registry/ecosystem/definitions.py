"""What a measure of the ecosystem is: a named query, its definition in words, the figures before.

The query gives rows (part, label, numerator, denominator, unknown). Part "" is the whole, one row;
the other parts break it down. A row without a denominator is a plain number. ``unknown`` counts
what could not be told; it is in neither of the other two.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.backends.utils import CursorWrapper

MOST_ROWS = 400  # of a breakdown; the queries keep well below
LONGEST_LABEL = 200  # characters


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an answer."""

    part: str
    label: str
    numerator: int
    denominator: int | None
    unknown: int = 0

    @property
    def share(self) -> float | None:
        """Return numerator over denominator; None where nothing was counted."""
        return self.numerator / self.denominator if self.denominator else None

    def as_json(self) -> dict[str, Any]:
        """Return what is stored and sent."""
        return {
            "part": self.part,
            "label": self.label,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "unknown": self.unknown,
        }


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of an earlier study: a count, a share, or both."""

    numerator: int | None = None
    denominator: int | None = None
    stated_share: float | None = None
    part: str = ""
    label: str = ""

    @property
    def share(self) -> float | None:
        """Return the share, out of the counts where the study gives them."""
        if self.numerator is not None and self.denominator:
            return self.numerator / self.denominator
        return self.stated_share


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was measured before: figures, how, and what was weak in it.

    ``doubts`` names what contradicts the figures; they are never shown without it.
    """

    figures: tuple[Figure, ...]
    method: str
    weakness: str
    doubts: str = ""
    day: str = "2022-08-16"
    source: str = (
        "Jiang et al., An Empirical Study of Pre-Trained Model Reuse in the Hugging Face Deep "
        "Learning Model Registry, ICSE 2023"
    )

    def of(self, part: str, label: str) -> Figure | None:
        """Return the figure that stands beside a row."""
        found = (one for one in self.figures if (one.part, one.label) == (part, label))
        return next(found, None)


Parameters = Callable[[CursorWrapper], Mapping[str, Any]]


def no_parameters(_: CursorWrapper) -> Mapping[str, Any]:
    """Return nothing: the usual query takes no more than the moment."""
    return {}


@dataclass(frozen=True, slots=True)
class Part:
    """A breakdown: its title, and what an empty label stands for."""

    id: str
    title: str
    empty: str = "none stated"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. ``version`` goes up when the same mirror may give another answer.

    ``sql`` reads ``repo_at``, the models as they were at the moment, and takes ``%(until)s``.
    ``has_past``: whether the mirror keeps what it takes to measure an earlier day. ``is_sample``:
    whether what was counted is a sample, so that its share has an interval. ``lower``: the word
    for what the query counts, for people.
    """

    id: str
    version: int
    title: str
    definition: str
    unit: str
    numerator: str
    denominator: str
    unknown: str
    sql: str
    parts: tuple[Part, ...] = ()
    number: str = ""  # M1 … M8 of the study
    earlier: Earlier | None = None
    parameters: Parameters = no_parameters
    has_past: bool = True
    is_sample: bool = False
    note: str = ""

    @property
    def is_query(self) -> bool:
        """Say whether there is something to count; else ``note`` is the whole answer."""
        return bool(self.sql)
