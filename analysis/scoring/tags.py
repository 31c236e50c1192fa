"""Metrics of one tag a token, as seqeval defines them.

Entities are read as its default mode does (and conlleval before it): B and S begin one, and so
does any other tag whose type differs from that of the tag before, which reads IOB1, IOB2, IOE2 and
IOBES. A tag that is missing is outside of every entity, and wrong.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from analysis.answers import Tags
from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError
from analysis.scoring import arguments, averages
from analysis.scoring.averages import Kind
from analysis.scoring.forms import Ratio, Sums
from analysis.scoring.scorer import Make, Scorer

TYPES = 80  # kinds of entities; Few-NERD has 66, most datasets fewer than 20
_ENDS = frozenset({"BB", "BS", "BO", "IB", "IS", "IO"})
_BEGINS = frozenset({"EE", "EI", "SE", "SI", "OE", "OI"})
Entity = tuple[str, int, int]


def entities(tags: Sequence[str]) -> Iterator[Entity]:
    """Read a sentence's entities: type, first and last token."""
    before, kind_before, first = "O", "", 0
    for place, tag in enumerate((*tags, "O")):
        prefix, kind = (tag[0], tag[1:].split("-", 1)[-1] or "_") if tag else ("O", "_")
        differs = kind != kind_before
        if before in "ES" or before + prefix in _ENDS or (before not in "O." and differs):
            yield kind_before, first, place - 1
        if prefix in "BS" or before + prefix in _BEGINS or (prefix not in "O." and differs):
            first = place
        before, kind_before = prefix, kind


def _sentences(answers: Tags) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Pair each sentence with its answer, with "" where that ends too early."""
    for right, given in zip(answers.right, answers.given, strict=True):
        if len(given) > len(right):
            raise CheckError("The network gave more tags than a sentence has tokens.")
        yield right, [*given, *[""] * (len(right) - len(given))]


class TokenAccuracy(Ratio):
    """The share of tokens with the right tag, outside of entities too."""

    signature: str = "accuracy_score"

    def rows(self, answers: Tags) -> NumpyArray:
        """Right tokens and all tokens of each sentence."""
        rows = [
            (sum(r == g for r, g in zip(right, given, strict=True)), len(right))
            for right, given in _sentences(answers)
        ]
        return np.array(rows, np.float64).reshape(-1, 2)


class Micro(Ratio):
    """F1, precision or recall of all entities."""

    empty: float | None = 0.0

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.signature: str = "average=micro mode=default zero_division=0"

    def rows(self, answers: Tags) -> NumpyArray:
        """What is divided by what in each sentence."""
        counts = np.zeros((3, len(answers)))
        for number, (right, given) in enumerate(_sentences(answers)):
            wanted, found = set(entities(right)), set(entities(given))
            counts[:, number] = len(wanted & found), len(found), len(wanted)
        return np.stack(averages.pair(self.kind, *counts), axis=1)


class Average(Sums):
    """F1, precision or recall of each type of entity, averaged over the types that occur.

    Types get their columns as they are met, so that one scorer belongs to one run.
    """

    def __init__(self, kind: Kind, how: str) -> None:
        self.kind = kind
        self.how = how
        self.signature: str = f"average={how} mode=default zero_division=0"
        self._columns: dict[str, int] = {}

    def rows(self, answers: Tags) -> NumpyArray:
        """Hits, answers and labels of each type in each sentence."""
        rows = np.zeros((len(answers), 3, TYPES), np.float32)
        for number, (right, given) in enumerate(_sentences(answers)):
            wanted, found = set(entities(right)), set(entities(given))
            for place, those in enumerate((wanted & found, found, wanted)):
                for kind, count in Counter(entity[0] for entity in those).items():
                    rows[number, place, self._column(kind)] = count
        return rows.reshape(len(answers), 3 * TYPES)

    def values(self, sums: NumpyArray) -> NumpyArray:
        """Average the types."""
        hits, given, right = np.split(sums, 3, axis=1)
        return averages.average(self.kind, self.how, hits, given, right)

    def _column(self, kind: str) -> int:
        column = self._columns.setdefault(kind, len(self._columns))
        if column >= TYPES:
            raise CheckError(f"There are more than {TYPES} types of entities.")
        return column


def _share(kind: Kind, args: Mapping[str, JSON]) -> Scorer:
    arguments.only(args, "average")
    # seqeval's default, which is what a claim means that names no average.
    how = arguments.word(args, "average", ("macro", "micro", "weighted"), "micro")
    return Micro(kind) if how == "micro" else Average(kind, how)


def _accuracy(args: Mapping[str, JSON]) -> TokenAccuracy:
    arguments.only(args)
    return TokenAccuracy()


SCORERS: Mapping[str, Make] = {
    "accuracy": _accuracy,
    "f1": lambda args: _share("f1", args),
    "precision": lambda args: _share("precision", args),
    "recall": lambda args: _share("recall", args),
}
