"""Classification and regression of the rows of a table by estimators of scikit-learn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from analysis import scoring
from analysis.answers import Answers, Classes, Numbers
from analysis.arrays import pack
from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Claim,
    Columns,
    Feature,
    Job,
    Part,
    Unsupported,
)
from analysis.metrics import Stated
from analysis.tasks import labels, replies
from analysis.tasks.rows import Row, read_rows
from analysis.tasks.scored_classes import ScoredClasses, describe_labels

if TYPE_CHECKING:
    from analysis.loading.estimators import Estimator

_WINDOW = 1_024
_TARGETS = ("target", "label", "labels", "class", "y", "outcome")


class _Tabular:
    """What both tasks have in common: the columns, and how an estimator is asked."""

    is_classifier: ClassVar[bool]
    answers: ClassVar[type[Answers]]
    _target_kinds: ClassVar[tuple[str, ...]]

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from one answer a row."""
        return scoring.can_score(stated, self.answers)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: the names of the columns go in with them."""
        return {}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take the target by its usual name or as the only label, and all else that it may see.

        A column that is named after the target (``label_name``) holds it in other words.
        """
        target = self._target(features)
        inputs = tuple(
            name
            for name, feature in features.items()
            if feature.kind in ("number", "text") and not _is_of_target(name, target)
        )
        if not inputs:
            raise Unsupported("The dataset has no columns beside the target.", "dataset")
        return Columns(inputs, target, are_named=True)

    def _target(self, features: Mapping[str, Feature]) -> str:
        only = [name for name, feature in features.items() if feature.kind == "label"]
        if self.is_classifier and len(only) == 1:
            return only[0]
        named = {name: features[name] for name in _TARGETS if name in features}
        found = labels.pick(named, self._target_kinds, _TARGETS, "target")
        if not found:
            raise Unsupported("The dataset has no column with a target by a usual name.", "dataset")
        return found

    def probe(self, job: Job) -> Iterator[Part]:
        """Ask the estimator for each row, in order."""
        from analysis.loading.estimators import load_estimator

        estimator = load_estimator(job.snapshot, is_classifier=self.is_classifier)
        order = _Order(estimator, job.columns)
        yield Part("network", _describe(estimator, order))
        for start, rows in read_rows(job, _WINDOW):
            place: dict[str, JSON] = {"start": start, "rows": len(rows)}
            given, scores = estimator.predict(order.table(rows))
            if not self.is_classifier:
                yield Part("predictions", place, {"given": pack(given)})
                continue
            arrays = {"chosen": pack(given)}
            if scores is not None:
                arrays["scores"] = pack(scores)
            yield Part("predictions", place, arrays)


class TabularClassification(_Tabular):
    """An estimator gives each row of a table one of a fixed set of classes."""

    id: ClassVar[str] = "tabular-classification"
    answers: ClassVar[type[Answers]] = Classes
    is_classifier: ClassVar[bool] = True
    _target_kinds: ClassVar[tuple[str, ...]] = ("label", "number", "text")

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> ScoredClasses:
        """Match classes by name: a number is a name in a table that names no classes."""
        if not case.label_names and not any(target is None for target in case.targets):
            case = replace(case, targets=[str(target) for target in case.targets])
        reader = ScoredClasses(case, network, "inputs")
        reader.assumptions += _assumptions(network)
        return reader


class TabularRegression(_Tabular):
    """An estimator gives each row of a table a number."""

    id: ClassVar[str] = "tabular-regression"
    answers: ClassVar[type[Answers]] = Numbers
    is_classifier: ClassVar[bool] = False
    _target_kinds: ClassVar[tuple[str, ...]] = ("number",)

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> "_NumberReader":
        """Read one number a row."""
        return _NumberReader(case, network)


class _NumberReader(replies.RowReader):
    def __init__(self, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case)
        if not all(type(target) in (int, float) for target in case.targets):
            raise Unsupported("The targets of the dataset are not all numbers.", "dataset")
        self._right = np.array(case.targets, dtype=np.float64)
        if not np.isfinite(self._right).all():
            raise Unsupported("The targets of the dataset are not all numbers.", "dataset")
        self.assumptions = list(_assumptions(network))
        self.evidence = {**replies.copy_facts(network, "inputs"), "failed_samples": 0}

    def read(self, part: Part) -> Numbers:
        """Read one number a row."""
        self.begin(part)
        given = replies.read_array(part, "given", "f8", 1)
        self.take(len(given))
        given = np.where(np.isfinite(given), given, np.nan)
        before = self.evidence["failed_samples"]
        failed = int(np.isnan(given).sum())
        self.evidence["failed_samples"] = (before if isinstance(before, int) else 0) + failed
        return Numbers(self._right[self.rows - len(given) : self.rows], given)


def _is_of_target(name: str, target: str) -> bool:
    return name == target or name.startswith(f"{target}_") or name.endswith(f"_{target}")


def _assumptions(network: Mapping[str, JSON]) -> Sequence[str]:
    said = network.get("assumption")
    return [said[:200]] if isinstance(said, str) and said else []


class _Order:
    """Which columns of the dataset an estimator takes, in its order."""

    def __init__(self, estimator: "Estimator", present: Sequence[str]) -> None:
        self.names = estimator.columns or tuple(present)
        self.is_named = bool(estimator.columns)
        absent = [name for name in self.names if name not in present]
        if absent:
            raise Unsupported(
                f"The dataset has no column {absent[0][:60]!a}, which the estimator takes.",
                "dataset",
            )
        if estimator.inputs is not None and estimator.inputs != len(self.names):
            raise Unsupported(
                f"The estimator takes {estimator.inputs:,} columns and does not name them; the"
                f" dataset has {len(self.names):,}.",
                "dataset",
            )
        self._places = [list(present).index(name) for name in self.names]
        self._has_names = hasattr(estimator.estimator, "feature_names_in_")

    def table(self, rows: Sequence[Row]) -> Any:
        """Make what the estimator was fitted on: a data frame, or an array of numbers alone."""
        import pandas as pd

        columns = {name: [row[place] for row in rows] for name, place in self._columns()}
        is_text = {
            name: any(isinstance(value, str) for value in values)
            for name, values in columns.items()
        }
        if not self._has_names and not any(is_text.values()):
            return np.array([*columns.values()], dtype=np.float64).T
        frame = {
            name: pd.Series(_filled(values), dtype=object) if is_text[name] else _numbers(values)
            for name, values in columns.items()
        }
        return pd.DataFrame(frame)

    def _columns(self) -> Iterator[tuple[str, int]]:
        yield from zip(self.names, self._places, strict=True)


def _numbers(values: Sequence[Any]) -> Any:
    """Keep whole numbers whole; what is missing is NaN, as pandas reads it from a file."""
    import pandas as pd

    if any(value is None for value in values):
        return pd.Series(_filled(values), dtype=float)
    try:
        return pd.Series(values)
    except (TypeError, ValueError) as fault:
        raise CheckError("A column of the dataset could not be read.") from fault


def _filled(values: Sequence[Any]) -> list[Any]:
    return [np.nan if value is None else value for value in values]


def _describe(estimator: "Estimator", order: _Order) -> dict[str, JSON]:
    assumption = "The estimator names no columns; all were taken in the dataset's order."
    return {
        "classes": len(estimator.classes),
        "labels": describe_labels(estimator.classes),
        "batch_size": _WINDOW,
        "dtype": "float64",
        "weights": [estimator.file],
        "own_code": False,
        "loader": estimator.loader,
        "inputs": [name[:100] for name in order.names[:200]],
        "assumption": "" if order.is_named else assumption,
    }
