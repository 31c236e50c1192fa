"""Labels and their names on both sides of the wall, and the columns that hold them."""

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import JSON, Case, CheckError, Feature, Unsupported


def read_names(network: Mapping[str, JSON], classes: int) -> list[str]:
    """Read the names of the network's classes; none where they do not name each class."""
    rows = network.get("labels")
    names: dict[int, str] = {}
    for row in rows if isinstance(rows, list) else []:
        match row:
            case [int(index), str(name)]:
                names[index] = name
    return [names[index] for index in range(classes)] if set(names) == set(range(classes)) else []


def read_targets(case: Case) -> tuple[NumpyArray, Sequence[str]]:
    """Give the labels as numbers, and the names that the numbers stand for."""
    targets = case.targets
    if all(isinstance(target, str) for target in targets):
        names = sorted({str(target) for target in targets})
        numbers = {name: index for index, name in enumerate(names)}
        return np.array([numbers[str(target)] for target in targets]), names
    if not all(type(target) is int for target in targets):
        raise Unsupported(
            "The labels of the dataset are neither whole numbers nor names.", "dataset"
        )
    found = np.array(targets, dtype=np.int64)
    # Without names, the dataset has as many classes as it shows; the network's must be the same.
    meant = case.label_names or tuple(map(str, range(int(found.max()) + 1)))
    if found.min() < 0:
        raise Unsupported("The split has samples without a label.", "split")
    if found.max() >= len(meant):
        raise CheckError("The dataset has labels beyond its own class names.")
    return found, meant


def pick(
    features: Mapping[str, Feature], kinds: Sequence[str], usual: Sequence[str], what: str
) -> str:
    """Choose the only column of a kind, or the one with a usual name; "" where there is none."""
    fitting = [name for name, feature in features.items() if feature.kind in kinds]
    named = [name for name in usual if name in fitting]
    if named or len(fitting) == 1:
        return (named or fitting)[0]
    if fitting:
        raise Unsupported(f"The dataset has several columns that could be the {what}.", "dataset")
    return ""
