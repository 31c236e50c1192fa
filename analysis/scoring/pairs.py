"""Metrics of pairs that are alike (1) or not (0), told apart by one number each.

The definitions are those of sentence-transformers' ``BinaryClassificationEvaluator``, which MTEB
uses too: accuracy and F1 at the threshold that is best for each on the very same data, precision
and recall at the one that is best for F1, and scikit-learn's average precision. Numbers grow with
the likeness.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from analysis.answers import Numbers
from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError
from analysis.scoring import arguments
from analysis.scoring.curves import average_precision
from analysis.scoring.forms import Whole
from analysis.scoring.numbers import both
from analysis.scoring.scorer import Make, Undefined

Kind = Literal["accuracy", "f1", "precision", "recall", "average_precision"]


class BestThreshold(Whole):
    """One of the metrics at the best threshold, or over all of them."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.signature: str = f"{kind} at the best threshold on the same data"
        if kind == "average_precision":
            self.signature = "average_precision_score"

    def rows(self, answers: Numbers) -> NumpyArray:
        """The likeness, and 1 for alike; raise CheckError where the label is neither 0 nor 1."""
        if not np.isin(answers.right, (0, 1)).all():
            raise CheckError("The dataset's numbers are no labels of alike (1) and different (0).")
        return both(answers)

    def value(self, rows: NumpyArray) -> float:
        """Compute it; raise Undefined where no pair is alike."""
        alike = rows[:, 1] == 1
        if self.kind == "average_precision":
            return average_precision(alike, rows[:, 0])
        if len(rows) < 2 or not alike.any():
            raise Undefined("There are too few pairs, or none that is alike.")
        # Every cut between two neighbours of the order, as the evaluator does it, also within ties.
        found = np.cumsum(alike[np.argsort(-rows[:, 0], kind="stable")])[:-1]
        taken = np.arange(1, len(rows))
        hits, wanted = found.astype(np.float64), float(alike.sum())
        if self.kind == "accuracy":
            rejected = (len(rows) - taken) - (wanted - hits)
            return float((hits + rejected).max() / len(rows))
        f1 = 2 * hits / (taken + wanted)
        best = int(f1.argmax())
        values = {
            "f1": f1[best],
            "precision": hits[best] / taken[best],
            "recall": hits[best] / wanted,
        }
        return float(values[self.kind])


def _pair(kind: Kind, args: Mapping[str, JSON]) -> BestThreshold:
    # Which similarity it was is settled where the answers are read.
    arguments.only(args, "similarity")
    return BestThreshold(kind)


SCORERS: Mapping[str, Make] = {
    "pair_accuracy": lambda args: _pair("accuracy", args),
    "pair_f1": lambda args: _pair("f1", args),
    "pair_precision": lambda args: _pair("precision", args),
    "pair_recall": lambda args: _pair("recall", args),
    "pair_average_precision": lambda args: _pair("average_precision", args),
}
