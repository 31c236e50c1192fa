"""Snapshot → an estimator of scikit-learn, from skops files of known types only.

skops builds only types that it or its caller trusts. Trees are not trusted by skops, because
scikit-learn follows the node numbers in them without looking; here they are checked first, so that
a forged one ends in a sentence and not in a crash of the sandbox. Pickles (joblib is one) are never
loaded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError, Refused, Unsupported
from analysis.loading.configs import Config, read_config
from analysis.loading.foreign import foreign
from analysis.loading.formats import files_of

_PICKLES = (".pkl", ".pickle", ".joblib")
_TREE = "sklearn.tree._tree.Tree"
_BOOSTED = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
# Types beyond those that skops trusts by itself. The optimizers are plain Python that only
# training uses; the trees are checked before they are asked anything.
TRUSTED = (
    _TREE,
    _BOOSTED,
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
)
_DEPTH = 100
_CLASSES = 10_000


@dataclass(frozen=True, slots=True)
class Estimator:
    """A fitted estimator; ``columns`` are the names of its inputs, in its order, where known."""

    estimator: Any
    file: str
    columns: tuple[str, ...]
    inputs: int | None
    classes: tuple[str, ...]  # empty for a regressor
    loader: str

    def predict(self, rows: "NumpyArray | Any") -> tuple[NumpyArray, NumpyArray | None]:
        """Predict a table: numbers or classes by their index, and the scores of the classes."""
        with foreign("The estimator failed on a batch of rows"):
            given = np.asarray(self.estimator.predict(rows))
        if given.shape != (len(rows),):
            raise CheckError(f"The estimator answered {len(rows)} rows with shape {given.shape}.")
        if not self.classes:
            with foreign("The estimator did not answer with numbers"):
                return given.astype(np.float64), None
        numbers = {name: place for place, name in enumerate(self.classes)}
        chosen = [numbers.get(str(name), -1) for name in given.tolist()]
        return np.array(chosen, dtype=np.int32), self._scores(rows)

    def _scores(self, rows: Any) -> NumpyArray | None:
        """Ask for probabilities, else for decisions; None where it has one for each class."""
        for name in ("predict_proba", "decision_function"):
            if not hasattr(self.estimator, name):
                continue
            with foreign("The estimator failed on a batch of rows"):
                found = np.asarray(getattr(self.estimator, name)(rows), dtype=np.float32)
            if found.shape == (len(rows),) and len(self.classes) == 2:
                found = np.stack([-found, found], axis=1)
            if found.shape == (len(rows), len(self.classes)):
                return found
        return None


def load_estimator(snapshot: Path, *, is_classifier: bool) -> Estimator:
    """Load the only skops file as an estimator; raise Refused, Unsupported or CheckError."""
    config = _sklearn_config(snapshot)
    name = _find(snapshot, config)
    estimator = _load(snapshot / name)
    with foreign(f"{name} could not be checked", "weights"):
        _vet(estimator, _Owner(), set(), 0)
    return _describe(estimator, name, config, is_classifier=is_classifier)


def _sklearn_config(snapshot: Path) -> Config:
    """Read what skops' model hub wrote into config.json."""
    path = snapshot / "config.json"
    found = read_config(path).get("sklearn") if path.is_file() else None
    return found if isinstance(found, dict) else {}


def _find(snapshot: Path, config: Config) -> str:
    paths = files_of(snapshot)
    found = [path for path in paths if path.endswith(".skops")]
    match config.get("model"):
        case {"file": str(named)} if named in found:
            return named
    if len(found) == 1:
        return found[0]
    if found:
        raise Unsupported(f"It is unclear which skops file is meant: {found[0][:60]!a}…", "weights")
    pickles = [path for path in paths if path.endswith(_PICKLES)]
    if pickles:
        raise Refused(
            f"{pickles[0][:80]} is a pickle, which can run code and is never loaded. Estimators are"
            " read from skops files.",
            "weights",
        )
    raise Unsupported("The repo has no skops file.", "weights")


def _load(path: Path) -> Any:
    import skops.io
    from sklearn.base import BaseEstimator

    with foreign(f"{path.name} could not be read", "weights"):
        unknown = sorted(set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED))
    if unknown:
        raise Refused(
            f"{path.name} holds the type {unknown[0][:80]!a}, which is not known to be harmless.",
            "weights",
        )
    with foreign(f"{path.name} could not be read", "weights"):
        found = skops.io.load(path, trusted=list(TRUSTED))
    if not isinstance(found, BaseEstimator) or not hasattr(found, "predict"):
        raise Unsupported(f"{path.name} does not hold an estimator that predicts.", "weights")
    return found


def _describe(estimator: Any, name: str, config: Config, *, is_classifier: bool) -> Estimator:
    import sklearn.base

    asked = sklearn.base.is_classifier if is_classifier else sklearn.base.is_regressor
    kind = "classifier" if is_classifier else "regressor"
    with foreign(f"{name} does not hold a fitted {kind}", "weights"):
        if not asked(estimator):
            raise Unsupported(f"{name} does not hold a {kind}.", "weights")
        inputs = getattr(estimator, "n_features_in_", None)
        columns = getattr(estimator, "feature_names_in_", None)
        columns = _texts(list(columns) if columns is not None else config.get("columns"))
        classes = [str(each) for each in np.asarray(estimator.classes_)] if is_classifier else []
    if is_classifier and not 2 <= len(set(classes)) == len(classes) <= _CLASSES:
        raise Unsupported(f"{name} has {len(classes):,} classes.", "weights")
    count = int(inputs) if isinstance(inputs, int | np.integer) else None
    loader = f"skops {version('skops')}, scikit-learn {version('scikit-learn')}"
    return Estimator(estimator, name, columns, count, tuple(classes), loader)


def _texts(names: JSON | list[Any]) -> tuple[str, ...]:
    rows = names if isinstance(names, list) else []
    return tuple(map(str, rows)) if all(isinstance(name, str) for name in rows) else ()


@dataclass(frozen=True, slots=True)
class _Owner:
    """The estimator that something belongs to: how many columns it takes, and whether it hands
    its rows to its parts unchecked, as forests do."""

    inputs: int = 0
    is_trusting: bool = False


def _vet(value: Any, owner: _Owner, seen: set[int], depth: int) -> None:
    """Look at all that an estimator is made of; refuse trees that lead astray."""
    if depth > _DEPTH:
        raise Unsupported("The estimator is nested too deep.", "weights")
    if id(value) in seen or isinstance(value, str | bytes | int | float | bool | type | None):
        return
    seen.add(id(value))
    _vet_tree(value, owner.inputs)
    inner: Sequence[Any] = ()
    if isinstance(value, dict):
        inner = list(value.values())
    elif isinstance(value, list | tuple | set):
        inner = list(value)
    elif isinstance(value, np.ndarray):
        inner = value.ravel().tolist() if value.dtype == object else ()
    elif hasattr(value, "__dict__"):
        inner = list(vars(value).values())
        owner = _owner(value, owner)
    for item in inner:
        _vet(item, owner, seen, depth + 1)


def _owner(value: Any, before: _Owner) -> _Owner:
    from sklearn.base import BaseEstimator

    if not isinstance(value, BaseEstimator):
        return before
    own = getattr(value, "n_features_in_", 0)
    inputs = int(own) if isinstance(own, int | np.integer) else 0
    if before.is_trusting:
        inputs = min(inputs, before.inputs)
    return _Owner(inputs, type(value).__module__.startswith("sklearn.ensemble"))


def _vet_tree(part: Any, inputs: int) -> None:
    """Refuse a tree whose node numbers lead out of it, round in it or to a missing column."""
    kind = f"{type(part).__module__}.{type(part).__name__}"
    if kind == _TREE:
        left, right, feature = part.children_left, part.children_right, part.feature
        is_inner = left != -1
        is_odd = np.zeros(len(left), dtype=bool)
    elif kind == _BOOSTED:
        nodes = part.nodes
        left, right = nodes["left"].astype(np.int64), nodes["right"].astype(np.int64)
        feature, is_inner = nodes["feature_idx"], nodes["is_leaf"] == 0
        sets = min(len(part.raw_left_cat_bitsets), len(part.binned_left_cat_bitsets))
        is_odd = (nodes["is_categorical"] != 0) & (nodes["bitset_idx"] >= sets)
    else:
        return
    places = np.arange(len(left))
    is_astray = (
        is_odd
        | ~((left > places) & (left < len(left)))
        | ~((right > places) & (right < len(left)))
        | ~((feature >= 0) & (feature < inputs))
    )
    if not len(left) or is_astray[is_inner].any():
        raise Refused("The estimator has a tree whose nodes lead out of it.", "weights")
