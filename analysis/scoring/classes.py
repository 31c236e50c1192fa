"""Metrics of one class a sample. The definitions are scikit-learn's.

An answer that is missing, or a class that the dataset does not have, is wrong: it hits nothing,
and where there are two classes it is the other one.
"""

from collections.abc import Mapping

import numpy as np

from analysis import threats, verdicts
from analysis.answers import Classes
from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError
from analysis.scoring import arguments, averages
from analysis.scoring.averages import Kind
from analysis.scoring.forms import Ratio, Whole
from analysis.scoring.scorer import Make, Mean, Scorer

TOP = 5
POSITIVE = frozenset({"positive", "pos", "1", "true", "yes", "label_1"})


class TopAccuracy(Mean):
    """The share of samples whose right class is among the first ``k`` answers."""

    def __init__(self, k: int = 1, signature: str = "") -> None:
        self.k = k
        self.signature: str = signature or f"top {k}"

    def rows(self, answers: Classes) -> NumpyArray:
        """1 where the right class is there, else 0."""
        right = labels(answers)
        is_right: NumpyArray = (answers.ranked[:, : self.k] == right[:, None]).any(1)
        return is_right[:, None].astype(np.float64)

    def interval(
        self, rows: NumpyArray, population: int, confidence: float = verdicts.CONFIDENCE
    ) -> tuple[float, float]:
        """Wilson's interval, with the finite population correction on a sample."""
        n = len(rows)
        whole = population if n < population else None
        return verdicts.wilson(float(rows.sum()), n, confidence, population=whole)


def labels(answers: Classes) -> NumpyArray:
    """Take the right classes; raise CheckError where one is kept back (-1, as in hidden tests)."""
    hidden = int((answers.right < 0).sum())
    if hidden:
        raise CheckError(f"The dataset does not say which class is right for {hidden:,} samples.")
    return answers.right


def class_count(answers: Classes) -> int:
    """Count the dataset's classes; where it does not name them, those that are seen."""
    if answers.names:
        return len(answers.names)
    if answers.scores is not None:
        return int(answers.scores.shape[1])
    return int(max(answers.right.max(initial=0), answers.ranked.max(initial=0))) + 1


def first_answers(answers: Classes) -> NumpyArray:
    """Take the most likely class of each sample, -1 where there is none."""
    none = np.full((len(answers), 1), -1)
    first: NumpyArray = np.concatenate([answers.ranked, none], axis=1)[:, 0]
    return first


def positive(names: list[str]) -> int:
    """Choose the positive one of two classes: by its name, else the second.

    The second is what ``evaluate`` and scikit-learn take (``pos_label=1``).
    """
    named = [number for number, name in enumerate(names) if name.strip().lower() in POSITIVE]
    return named[0] if len(named) == 1 else 1


class OfTwo(Ratio):
    """F1, precision or recall of the positive one of two classes."""

    empty: float | None = 0.0

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.signature: str = "average=binary zero_division=0"
        self.extremes = (
            ((0.0, 0.0), (0.0, 1.0), (2.0, 2.0))
            if kind == "f1"
            else ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0))
        )

    def rows(self, answers: Classes) -> NumpyArray:
        """What is divided by what; raise Unsupported unless there are two classes."""
        if class_count(answers) > 2:
            raise averages.missing(self.kind)
        number = positive(list(answers.names))
        name = answers.names[number] if number < len(answers.names) else str(number)
        self.signature = f"average=binary pos_label={number} ({name[:40]}) zero_division=0"
        right = labels(answers) == number
        # With two classes an answer is either right or the other one.
        given = right == (first_answers(answers) == answers.right)
        first, second = averages.pair(
            self.kind, *(part.astype(np.float64) for part in (right & given, given, right))
        )
        return np.stack([first, second], axis=1)


class Confusion(Whole):
    """A function of how often each class was given where each was right.

    Rows are both classes, which takes the same room for two classes as for a thousand.
    """

    def rows(self, answers: Classes) -> NumpyArray:
        """The right class and the one given, -1 for none."""
        return np.stack([labels(answers), first_answers(answers)], axis=1).astype(np.float64)

    def value(self, rows: NumpyArray) -> float:
        """Compute the metric of the counts of each class."""
        right, given = rows.astype(np.int64).T
        classes = int(max(right.max(initial=0), given.max(initial=0))) + 1
        hits = np.bincount(right[right == given], minlength=classes)
        counts = (
            hits,
            np.bincount(given[given >= 0], minlength=classes),
            np.bincount(right, minlength=classes),
        )
        return self.of_counts(*(count.astype(np.float64) for count in counts))

    def of_counts(self, hits: NumpyArray, given: NumpyArray, right: NumpyArray) -> float:
        """Compute the metric of the hits, the answers and the labels of each class."""
        raise NotImplementedError


class Average(Confusion):
    """F1, precision or recall of each class, averaged over the classes that occur."""

    def __init__(self, kind: Kind, how: str) -> None:
        self.kind = kind
        self.how = how
        self.signature: str = f"average={how} zero_division=0"

    def of_counts(self, hits: NumpyArray, given: NumpyArray, right: NumpyArray) -> float:
        """Average the classes."""
        return float(averages.average(self.kind, self.how, hits, given, right))


class BalancedAccuracy(Confusion):
    """The mean recall of the classes that occur among the labels."""

    signature: str = "balanced"

    def of_counts(self, hits: NumpyArray, given: NumpyArray, right: NumpyArray) -> float:
        """Average the recalls."""
        return float((hits[right > 0] / right[right > 0]).mean())


class Matthews(Whole):
    """Matthews' correlation coefficient, for any number of classes; 0 where it has no value."""

    bounds: tuple[float, float] = (-1.0, 1.0)
    signature: str = "multiclass"
    rows = Confusion.rows

    def value(self, rows: NumpyArray) -> float:
        """Compute it of the counts; an answer that is missing is a class of its own."""
        right, given = rows.astype(np.int64).T + 1
        n = float(len(rows))
        classes = int(max(right.max(), given.max())) + 1
        of_right = np.bincount(right, minlength=classes).astype(np.float64)
        of_given = np.bincount(given, minlength=classes).astype(np.float64)
        covariance = float((right == given).sum()) * n - of_right @ of_given
        spreads = (n * n - of_right @ of_right) * (n * n - of_given @ of_given)
        return float(covariance / np.sqrt(spreads)) if spreads > 0 else 0.0


def _accurate(kind: Kind, how: str) -> Scorer:
    # Each sample has one class and one answer: hits over answers, or over labels, is the accuracy.
    return TopAccuracy(1, f"average={how}, which is the accuracy of one class a sample")


def _share(kind: Kind, args: Mapping[str, JSON]) -> Scorer:
    arguments.only(args, "average")
    how = arguments.word(args, "average", ("binary", "macro", "micro", "weighted"))
    if how == "micro" or (how == "weighted" and kind == "recall"):
        return _accurate(kind, how)
    return Average(kind, how) if how in ("macro", "weighted") else OfTwo(kind)


def _robust(args: Mapping[str, JSON]) -> Scorer:
    threat = threats.read_threat(args)
    return TopAccuracy(1, f"right, and not changed by AutoAttack {threat.version} ({threat})")


def _plain(scorer: Scorer, args: Mapping[str, JSON]) -> Scorer:
    arguments.only(args)
    return scorer


SCORERS: Mapping[str, Make] = {
    "accuracy": lambda args: _plain(TopAccuracy(1), args),
    "robust_accuracy": lambda args: _robust(args),
    "acc_norm": lambda args: _plain(TopAccuracy(1, "normalised by the task"), args),
    "top5_accuracy": lambda args: _plain(TopAccuracy(TOP), args),
    "balanced_accuracy": lambda args: _plain(BalancedAccuracy(), args),
    "mcc": lambda args: _plain(Matthews(), args),
    "f1": lambda args: _share("f1", args),
    "precision": lambda args: _share("precision", args),
    "recall": lambda args: _share("recall", args),
}
