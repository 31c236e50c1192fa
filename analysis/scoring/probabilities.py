"""Metrics of the scores that a network gives to the classes of a sample.

The areas and the log loss are scikit-learn's; the calibration error is that of Guo et al. (2017),
with 15 bins of equal width and the right end of a bin in it, as torchmetrics computes it.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from analysis.answers import Classes
from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError
from analysis.scoring import arguments
from analysis.scoring.classes import class_count, labels, positive
from analysis.scoring.curves import CURVES
from analysis.scoring.forms import Ratio, Sums, Whole
from analysis.scoring.scorer import Make

BINS = 15
_SUM_TOLERANCE = 1e-3
_SMALLEST = float(np.finfo(np.float64).eps)  # as log_loss clips


def scores_of(answers: Classes) -> NumpyArray:
    """Take the scores; raise CheckError where there are none."""
    if answers.scores is None:
        raise CheckError("The network gives no score to each class.")
    return answers.scores


def are_probabilities(scores: NumpyArray) -> bool:
    """Say whether each row adds up to 1; what is missing counts nothing."""
    known = np.nan_to_num(scores.astype(np.float64), nan=0.0, posinf=2.0, neginf=-1.0)
    with np.errstate(over="ignore"):
        sums = known.sum(axis=1)
    return bool((known >= 0).all() and (np.abs(sums - 1) <= _SUM_TOLERANCE).all())


def probabilities_of(answers: Classes, what: str) -> NumpyArray:
    """Take the scores as probabilities; raise CheckError where they are none."""
    scores = scores_of(answers)
    if not are_probabilities(scores):
        raise CheckError(f"The network's scores are no probabilities, so there is no {what}.")
    return np.nan_to_num(scores.astype(np.float64), nan=0.0)


class Curve(Whole):
    """An area under a curve: of the positive one of two classes, else of each against the rest.

    Rows are the label and all scores. Two classes whose scores are no probabilities are told
    apart by the difference of the two, which orders samples as the probability does.
    """

    def __init__(self, kind: Literal["auroc", "average_precision"], how: str) -> None:
        self.kind = kind
        self.how = how or "macro"
        self.signature: str = f"multi_class=ovr average={self.how}"
        self.positive = 1

    def rows(self, answers: Classes) -> NumpyArray:
        """The label and the scores of one sample a row; raise CheckError where one is missing."""
        scores = scores_of(answers)
        broken = int(np.isnan(scores).any(axis=1).sum())
        if broken:
            raise CheckError(f"The network gave no score to some class of {broken:,} samples.")
        if class_count(answers) == 2:
            self.positive = positive(list(answers.names))
            self.signature = f"binary pos_label={self.positive}"
        dtype = scores.dtype if scores.dtype in (np.float32, np.float64) else np.float64
        # Labels are exact in float32 up to 2**24 classes.
        return np.column_stack([labels(answers).astype(dtype), scores.astype(dtype)])

    def value(self, rows: NumpyArray) -> float:
        """Compute the area; raise Undefined where a class does not occur."""
        right, scores = rows[:, 0].astype(np.int64), rows[:, 1:]
        of_class = CURVES[self.kind]
        if scores.shape[1] == 2:
            return of_class(right == self.positive, self._of_positive(scores))
        values = [of_class(right == number, scores[:, number]) for number in range(scores.shape[1])]
        weights = np.bincount(right, minlength=len(values)) if self.how == "weighted" else None
        return float(np.average(values, weights=weights))

    def _of_positive(self, scores: NumpyArray) -> NumpyArray:
        chosen: NumpyArray = scores[:, self.positive]
        if are_probabilities(scores):
            return chosen
        with np.errstate(over="ignore"):
            return chosen.astype(np.float64) - scores[:, 1 - self.positive].astype(np.float64)


class LogLoss(Ratio):
    """The mean of minus the logarithm of the right class's probability.

    No mean of bounded scores: a sample can cost any amount, so it has the form of a ratio.
    """

    signature: str = "log_loss"
    bounds: tuple[float, float] = (0.0, float("inf"))

    def rows(self, answers: Classes) -> NumpyArray:
        """The loss of each sample, and 1."""
        probabilities = probabilities_of(answers, "loss")
        right = probabilities[np.arange(len(answers)), labels(answers)]
        losses = -np.log(np.clip(right, _SMALLEST, 1 - _SMALLEST))
        return np.stack([losses, np.ones(len(losses))], axis=1)


class CalibrationError(Sums):
    """The mean distance of confidence and accuracy, over bins of confidence."""

    signature: str = f"bins={BINS} norm=l1"

    def rows(self, answers: Classes) -> NumpyArray:
        """Of the sample's bin: 1 for the sample, and its confidence less 1 where it is right."""
        probabilities = probabilities_of(answers, "calibration error")
        confidence = np.minimum(probabilities.max(axis=1), 1.0)
        is_right = probabilities.argmax(axis=1) == labels(answers)
        bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
        rows = np.zeros((len(bins), BINS + 1))
        rows[np.arange(len(bins)), bins] = confidence - is_right
        rows[:, BINS] = 1
        return rows

    def values(self, sums: NumpyArray) -> NumpyArray:
        """Add up what each bin is off by."""
        with np.errstate(invalid="ignore"):
            values: NumpyArray = np.abs(sums[:, :BINS]).sum(axis=1) / sums[:, BINS]
        return values


def _curve(kind: Literal["auroc", "average_precision"], args: Mapping[str, JSON]) -> Curve:
    arguments.only(args, "average")
    return Curve(kind, arguments.word(args, "average", ("macro", "weighted")))


def _log_loss(args: Mapping[str, JSON]) -> LogLoss:
    arguments.only(args)
    return LogLoss()


def _calibration(args: Mapping[str, JSON]) -> CalibrationError:
    arguments.only(args)
    return CalibrationError()


SCORERS: Mapping[str, Make] = {
    "auroc": lambda args: _curve("auroc", args),
    "average_precision": lambda args: _curve("average_precision", args),
    "loss": _log_loss,
    "calibration_error": _calibration,
}
