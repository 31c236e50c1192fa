"""Read one class a sample with the scores of all classes, as several tasks send them."""

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.answers import Classes
from analysis.arrays import NumpyArray
from analysis.contract import JSON, Case, CheckError, Part
from analysis.tasks import class_names, labels, replies

CLASSES = 100_000
_TOP = 5


class ScoredClasses(replies.RowReader):
    """Turns scores, (n, classes), into those of the dataset's classes.

    A part may also say which class was ``chosen`` (-1 is none): what an estimator predicts need
    not be what its scores say, and some have none. A row with NaN is no answer.
    """

    def __init__(self, case: Case, network: Mapping[str, JSON], *facts: str) -> None:
        super().__init__(case)
        self._classes = replies.read_count(network, "classes", 2, CLASSES)
        self._right, self._names = labels.read_targets(case)
        matching = class_names.match(
            labels.read_names(network, self._classes), self._classes, self._names
        )
        self._to_dataset = np.append(matching.to_dataset, -1)  # -1 stays -1: no answer
        self.assumptions = [matching.assumption] if matching.assumption else []
        self.evidence = {
            **replies.copy_facts(network, *facts),
            "classes": self._classes,
            "classes_matched": matching.how,
            "failed_samples": 0,
        }

    def read(self, part: Part) -> Classes:
        """Read the scores, the chosen classes, or both."""
        self.begin(part)
        scores, chosen = self._scores(part), self._chosen(part)
        n = len(scores) if scores is not None else len(chosen) if chosen is not None else 0
        if chosen is not None and len(chosen) != n:
            raise CheckError("The sandbox chose classes for other samples than it scored.")
        self.take(n)
        ranked = self._ranked(scores, chosen, n)
        self._count_failed(int((ranked[:, 0] < 0).sum()))
        right = self._right[self.rows - n : self.rows]
        answer = self._to_dataset[ranked]
        return Classes(right, answer, self._of_dataset(scores), self._names)

    def _scores(self, part: Part) -> NumpyArray | None:
        if "scores" not in part.arrays and "chosen" in part.arrays:
            return None
        scores = replies.read_array(part, "scores", "f4", 2).astype(np.float64)
        if scores.shape[1] != self._classes:
            raise CheckError("The sandbox sent scores of another number of classes.")
        return np.where(np.isfinite(scores).all(1, keepdims=True), scores, np.nan)

    def _chosen(self, part: Part) -> NumpyArray | None:
        if "chosen" not in part.arrays:
            return None
        chosen = replies.read_array(part, "chosen", "i4", 1)
        if chosen.size and not -1 <= chosen.min() <= chosen.max() < self._classes:
            raise CheckError("The sandbox sent classes that the network does not have.")
        return chosen

    def _ranked(self, scores: NumpyArray | None, chosen: NumpyArray | None, n: int) -> NumpyArray:
        """Order the network's classes, the best first: (n, 5), filled up with -1."""
        ranked = np.full((n, _TOP), -1, dtype=np.int64)
        if scores is not None:
            order = np.argsort(-scores, axis=1, kind="stable")[:, :_TOP]
            ranked[:, : order.shape[1]] = order
            ranked[np.isnan(scores).any(1)] = -1
        if chosen is not None:
            for row in np.flatnonzero(ranked[:, 0] != chosen):
                others = [place for place in ranked[row] if place not in (chosen[row], -1)]
                first = [chosen[row], *others][:_TOP] if chosen[row] >= 0 else []
                ranked[row] = -1
                ranked[row, : len(first)] = first
        return ranked

    def _of_dataset(self, scores: NumpyArray | None) -> NumpyArray | None:
        """Put the scores in the order of the dataset's classes."""
        if scores is None:
            return None
        found = np.full((len(scores), len(self._names)), np.nan)
        for place, index in enumerate(self._to_dataset[:-1]):
            if index >= 0:
                found[:, index] = scores[:, place]
        return found

    def _count_failed(self, more: int) -> None:
        before = self.evidence["failed_samples"]
        self.evidence["failed_samples"] = (before if isinstance(before, int) else 0) + more


def describe_labels(names: Mapping[int, str] | Sequence[str]) -> list[JSON]:
    """Write names by class index as they cross the wall."""
    rows = names.items() if isinstance(names, Mapping) else enumerate(names)
    return [[index, name] for index, name in sorted(rows)]
