"""Areas under curves: how well scores part what is right from what is not.

Both are scikit-learn's (``roc_auc_score``, ``average_precision_score``), ties included.
"""

import numpy as np

from analysis.arrays import NumpyArray
from analysis.scoring.scorer import Undefined


def auroc(right: NumpyArray, scores: NumpyArray) -> float:
    """Compute the area under the ROC curve; raise Undefined where all or none are right."""
    n, hits = len(right), int(right.sum())
    if not 0 < hits < n:
        raise Undefined("All samples of a class are right, or none is: there is no ROC curve.")
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return float((ranks[right].sum() - hits * (hits + 1) / 2) / (hits * (n - hits)))


def average_precision(right: NumpyArray, scores: NumpyArray) -> float:
    """Compute the mean of the precision over the recall; raise Undefined where none is right."""
    hits = int(right.sum())
    if hits == 0:
        raise Undefined("No sample of a class is right, so there is no average precision.")
    order = np.argsort(-scores, kind="stable")
    found, ranked = np.cumsum(right[order]), scores[order]
    # Only where the score changes is there a threshold.
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    precision = found[ends] / (ends + 1)
    return float(precision @ np.diff(found[ends], prepend=0) / hits)


CURVES = {"auroc": auroc, "average_precision": average_precision}
