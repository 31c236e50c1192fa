"""Metrics of rankings, by pytrec_eval: trec_eval's own code.

Ties are broken as trec_eval does it, by the name of the document, the later one first. A query
without any answer, or with nothing relevant to it, counts as 0.
"""

import math
from collections.abc import Mapping

import numpy as np
import pytrec_eval

from analysis.answers import Rankings
from analysis.arrays import NumpyArray
from analysis.contract import JSON
from analysis.scoring import arguments
from analysis.scoring.scorer import Make, Mean


class Trec(Mean):
    """One measure of trec_eval for each query."""

    library = "pytrec-eval-terrier"

    def __init__(self, measure: str, k: int | None = None) -> None:
        self.k = k
        self._has_cutoff = measure != "recip_rank"
        self._measure = f"{measure}.{k}" if k and self._has_cutoff else measure
        self.signature: str = measure if k is None else f"{measure}.{k}"

    def rows(self, answers: Rankings) -> NumpyArray:
        """Compute the measure of each query."""
        names = [str(number) for number in range(len(answers))]
        right = {
            name: {document: int(gain) for document, gain in relevant.items()}
            for name, relevant in zip(names, answers.right, strict=True)
        }
        given = {name: _order(found) for name, found in zip(names, answers.given, strict=True)}
        evaluator = pytrec_eval.RelevanceEvaluator(right, {self._measure})
        values = evaluator.evaluate(given)
        key = self._measure.replace(".", "_")
        rows = np.array([values.get(name, {}).get(key, 0.0) for name in names])
        if self.k and not self._has_cutoff:
            # 1 / rank: what stands behind the cutoff does not count.
            rows[rows < 1 / (self.k + 0.5)] = 0
        return rows[:, None]


def _order(found: Mapping[str, float]) -> dict[str, float]:
    """Replace scores by their order, equal ones by equal ones: trec_eval keeps 32 bits of them."""
    known = {document: score for document, score in found.items() if not math.isnan(score)}
    _, places = np.unique(np.array(list(known.values()), np.float64), return_inverse=True)
    return dict(zip(known, places.astype(float).tolist(), strict=True))


def _at(measure: str, args: Mapping[str, JSON]) -> Trec:
    # Which similarity ranked the documents is settled where the answers are read.
    arguments.only(args, "k", "similarity")
    return Trec(measure, arguments.whole(args, "k"))


def _full(measure: str, args: Mapping[str, JSON]) -> Trec:
    arguments.only(args, "similarity")
    return Trec(measure)


SCORERS: Mapping[str, Make] = {
    "ndcg_at_k": lambda args: _at("ndcg_cut", args),
    "map_at_k": lambda args: _at("map_cut", args),
    "mrr_at_k": lambda args: _at("recip_rank", args),
    "recall_at_k": lambda args: _at("recall", args),
    "precision_at_k": lambda args: _at("P", args),
    "hit_rate_at_k": lambda args: _at("success", args),
    "ndcg": lambda args: _full("ndcg", args),
    "map": lambda args: _full("map", args),
    "mrr": lambda args: _full("recip_rank", args),
}
