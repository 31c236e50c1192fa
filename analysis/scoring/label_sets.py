"""Metrics of any number of classes a sample. The definitions are scikit-learn's."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from analysis.answers import LabelSets
from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError
from analysis.scoring import arguments, averages
from analysis.scoring.averages import Kind
from analysis.scoring.curves import CURVES
from analysis.scoring.forms import Ratio, Sums, Whole
from analysis.scoring.scorer import Make, Mean, Scorer

_WAYS = ("macro", "micro", "weighted", "samples")


class SubsetAccuracy(Mean):
    """The share of samples of which all classes are as they should be."""

    signature: str = "subset"

    def rows(self, answers: LabelSets) -> NumpyArray:
        """1 where the two sets are equal, else 0."""
        is_right: NumpyArray = (answers.right == answers.chosen).all(axis=1)
        return is_right[:, None].astype(np.float64)


class HammingLoss(Mean):
    """The share of classes that are not as they should be."""

    signature: str = "hamming"

    def rows(self, answers: LabelSets) -> NumpyArray:
        """The share of wrong classes of each sample."""
        wrong: NumpyArray = (answers.right != answers.chosen).mean(axis=1)
        return wrong[:, None]


class OfEachSample(Mean):
    """F1, precision or recall of each sample's two sets, 0 where there is nothing to divide by."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.signature: str = "average=samples zero_division=0"

    def rows(self, answers: LabelSets) -> NumpyArray:
        """Compute it of each sample."""
        return averages.shares(self.kind, *_counts(answers))[:, None]


class Micro(Ratio):
    """F1, precision or recall of all pairs of a sample and a class.

    The corners of its rows depend on how many classes there are: known with the first rows.
    """

    empty: float | None = 0.0

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.signature: str = "average=micro zero_division=0"

    def rows(self, answers: LabelSets) -> NumpyArray:
        """What is divided by what."""
        most = float(answers.right.shape[1])
        top = 2 * most if self.kind == "f1" else most
        self.extremes = ((0.0, 0.0), (0.0, most), (top, top))
        return np.stack(averages.pair(self.kind, *_counts(answers)), axis=1)


class Average(Sums):
    """F1, precision or recall of each class, averaged over all classes."""

    def __init__(self, kind: Kind, how: str) -> None:
        self.kind = kind
        self.how = how
        self.signature: str = f"average={how} zero_division=0"

    def rows(self, answers: LabelSets) -> NumpyArray:
        """Hits, answers and labels of each class, side by side; a byte would not add up."""
        right, given = answers.right, answers.chosen
        return np.concatenate([right & given, given, right], axis=1).astype(np.float32)

    def values(self, sums: NumpyArray) -> NumpyArray:
        """Average the classes; one that never occurs counts as 0, as in scikit-learn."""
        hits, given, right = np.split(sums, 3, axis=1)
        if self.how == "weighted":
            return averages.average(self.kind, self.how, hits, given, right)
        values: NumpyArray = averages.shares(self.kind, hits, given, right).mean(axis=1)
        return values


class Curve(Whole):
    """An area under a curve for each class, averaged, or over all pairs of a sample and a class."""

    def __init__(self, kind: Literal["auroc", "average_precision"], how: str) -> None:
        self.kind = kind
        self.how = how
        self.signature: str = f"average={how}"

    def rows(self, answers: LabelSets) -> NumpyArray:
        """All labels, then all scores of a sample; raise CheckError where one is missing."""
        broken = int(np.isnan(answers.scores).any(axis=1).sum())
        if broken:
            raise CheckError(f"The network gave no score to some class of {broken:,} samples.")
        return np.concatenate([answers.right.astype(answers.scores.dtype), answers.scores], axis=1)

    def value(self, rows: NumpyArray) -> float:
        """Compute the area; raise Undefined where a class does not occur."""
        classes = rows.shape[1] // 2
        right, scores = rows[:, :classes] > 0.5, rows[:, classes:]
        of_class = CURVES[self.kind]
        if self.how == "micro":
            return of_class(right.ravel(), scores.ravel())
        values = [of_class(right[:, number], scores[:, number]) for number in range(classes)]
        weights = right.sum(axis=0) if self.how == "weighted" else None
        return float(np.average(values, weights=weights))


def _counts(answers: LabelSets) -> tuple[NumpyArray, NumpyArray, NumpyArray]:
    """Count the hits, the answers and the labels of each sample."""
    right, given = answers.right, answers.chosen
    hits, answered, wanted = (
        part.sum(axis=1).astype(np.float64) for part in (right & given, given, right)
    )
    return hits, answered, wanted


def _share(kind: Kind, args: Mapping[str, JSON]) -> Scorer:
    arguments.only(args, "average")
    how = arguments.word(args, "average", _WAYS)
    if not how:
        raise averages.missing(kind)
    if how == "samples":
        return OfEachSample(kind)
    return Micro(kind) if how == "micro" else Average(kind, how)


def _curve(kind: Literal["auroc", "average_precision"], args: Mapping[str, JSON]) -> Scorer:
    arguments.only(args, "average")
    return Curve(kind, arguments.word(args, "average", ("macro", "micro", "weighted"), "macro"))


def _plain(scorer: Scorer, args: Mapping[str, JSON]) -> Scorer:
    arguments.only(args)
    return scorer


SCORERS: Mapping[str, Make] = {
    "accuracy": lambda args: _plain(SubsetAccuracy(), args),
    "hamming_loss": lambda args: _plain(HammingLoss(), args),
    "f1": lambda args: _share("f1", args),
    "precision": lambda args: _share("precision", args),
    "recall": lambda args: _share("recall", args),
    "auroc": lambda args: _curve("auroc", args),
    "average_precision": lambda args: _curve("average_precision", args),
}
