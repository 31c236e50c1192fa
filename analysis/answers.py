"""What networks answer, in the words of the dataset: the few kinds that all metrics are made of.

A task turns the parts that its probe sent into one of these kinds, and a metric is computed from a
kind; so a metric is written once, and a task is measured by every metric of its kind. All of them
hold a piece of the samples, in the order in which they were asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from analysis.arrays import NumpyArray


class Answers(Protocol):
    """A piece of the answers: ``len`` is the number of units of the metric (mostly samples)."""

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Classes:
    """One class a sample. Numbers are those of the dataset's classes.

    ``right``: (n,), the label. ``ranked``: (n, k), the most likely classes, best first; -1 is no
    answer, or a class that the dataset does not have. ``scores``: (n, classes) float, the
    network's score of each class (a probability, or any number that grows with it), NaN where the
    network has no such class; None where it gives none. ``names`` are those of the classes.
    """

    right: NumpyArray
    ranked: NumpyArray
    scores: NumpyArray | None = None
    names: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.right)


@dataclass(frozen=True, slots=True)
class LabelSets:
    """Any number of classes a sample: ``right``, ``chosen`` bool and ``scores``, (n, classes)."""

    right: NumpyArray
    chosen: NumpyArray
    scores: NumpyArray
    names: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.right)


@dataclass(frozen=True, slots=True)
class Numbers:
    """One number a sample: ``right`` and ``given``, (n,) float64; NaN is no answer."""

    right: NumpyArray
    given: NumpyArray

    def __len__(self) -> int:
        return len(self.right)


@dataclass(frozen=True, slots=True)
class Texts:
    """One text a sample: ``given`` (None is no answer) and all that would be ``right``.

    A sample without any right text asks for no answer at all (SQuAD 2.0).
    """

    right: Sequence[Sequence[str]]
    given: Sequence[str | None]
    no_answer: NumpyArray | None = None  # (n,) the network's score of "cannot be answered"

    def __len__(self) -> int:
        return len(self.right)


@dataclass(frozen=True, slots=True)
class Tags:
    """One tag a token: a sentence is a sequence of them (``B-PER``, ``NOUN``); "" is no answer."""

    right: Sequence[Sequence[str]]
    given: Sequence[Sequence[str]]

    def __len__(self) -> int:
        return len(self.right)


@dataclass(frozen=True, slots=True)
class Rankings:
    """One ranking of documents a query: scores by document, and the relevance of those judged."""

    right: Sequence[Mapping[str, int]]
    given: Sequence[Mapping[str, float]]

    def __len__(self) -> int:
        return len(self.right)


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """How likely a network finds each text: (n,) float64 each.

    ``nats``: minus the natural logarithm of the probability; ``tokens`` that it is a sum over;
    ``words`` and ``utf8`` bytes of the text, by which others divide.
    """

    nats: NumpyArray
    tokens: NumpyArray
    words: NumpyArray
    utf8: NumpyArray

    def __len__(self) -> int:
        return len(self.nats)


@dataclass(frozen=True, slots=True)
class Boxes:
    """Things seen in a picture. Each: (things, 5): class, x1, y1, x2, y2 in pixels.

    ``given`` has a sixth column, the score. ``crowd`` marks right boxes that stand for many.
    """

    right: Sequence[NumpyArray]
    given: Sequence[NumpyArray]
    crowd: Sequence[NumpyArray] = field(default=())
    names: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.right)
