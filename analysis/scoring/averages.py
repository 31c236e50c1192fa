"""F1, precision and recall out of counts, and the ways in which classes are averaged.

The definitions are scikit-learn's (``precision_recall_fscore_support``), with 0 for what would
divide by zero, as ``evaluate`` and seqeval have it.
"""

from typing import Literal, get_args

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import Unsupported

Kind = Literal["f1", "precision", "recall"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def pair(
    kind: Kind, hits: NumpyArray, given: NumpyArray, right: NumpyArray
) -> tuple[NumpyArray, NumpyArray]:
    """Give what is divided by what: hits among those ``given`` and those that are ``right``."""
    if kind == "f1":
        return 2 * hits, given + right
    return hits, given if kind == "precision" else right


def shares(kind: Kind, hits: NumpyArray, given: NumpyArray, right: NumpyArray) -> NumpyArray:
    """Compute the metric of each class; 0 where there is nothing to divide by."""
    first, second = pair(kind, hits, given, right)
    values: NumpyArray = np.divide(first, second, out=np.zeros(np.shape(first)), where=second > 0)
    return values


def average(
    kind: Kind, how: str, hits: NumpyArray, given: NumpyArray, right: NumpyArray
) -> NumpyArray:
    """Average over the last axis, the classes: ``micro``, ``macro`` or ``weighted``.

    A class that is neither right nor given anywhere does not count, as in scikit-learn.
    """
    if how == "micro":
        totals = (part.sum(-1) for part in (hits, given, right))
        return shares(kind, *totals)
    of_each = shares(kind, hits, given, right)
    weights = right if how == "weighted" else ((given + right) > 0).astype(np.float64)
    total = weights.sum(-1)
    summed = (of_each * weights).sum(-1)
    values: NumpyArray = np.divide(summed, total, out=np.zeros(np.shape(total)), where=total > 0)
    return values


def missing(kind: str) -> Unsupported:
    """Say that the claim names no average, and that the choice would change the value."""
    return Unsupported(
        f"The claim does not say over which average of the classes its {kind} is computed (macro,"
        " micro, weighted), and they differ.",
        "metric",
    )
