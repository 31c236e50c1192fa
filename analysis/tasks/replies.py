"""Read what a probe sent: parts that somebody else's code may have forged."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from analysis.arrays import NumpyArray, unpack
from analysis.contract import JSON, CheckError, Part


def read_network(parts: Iterator[Part]) -> Mapping[str, JSON]:
    """Take the first part, which describes the network; raise CheckError where it is another."""
    first = next(parts, None)
    if first is None or first.name != "network":
        raise CheckError("The sandbox did not say which network it ran.")
    return first.values


def read_predictions(
    parts: Iterator[Part], rows: int, accept: Callable[[Part], Mapping[str, NumpyArray]]
) -> dict[str, NumpyArray]:
    """Put the predictions of all rows together, in order.

    ``accept`` checks one part and gives its arrays, each with one entry a row. Raises CheckError
    unless the parts cover the rows 0 to ``rows`` exactly once and in order.
    """
    collected: list[Mapping[str, NumpyArray]] = []
    done = 0
    for part in parts:
        if part.name != "predictions" or part.values.get("start") != done:
            raise CheckError(f"The sandbox answered out of order after {done:,} samples.")
        arrays = accept(part)
        (count,) = {len(array) for array in arrays.values()} or {0}
        if not 1 <= count <= rows - done:
            raise CheckError(f"The sandbox answered more samples than the {rows:,} it was given.")
        collected.append(arrays)
        done += count
    if done != rows or not collected:
        raise CheckError(f"The network answered only {done:,} of {rows:,} samples.")
    return {name: np.concatenate([arrays[name] for arrays in collected]) for name in collected[0]}


def read_array(part: Part, name: str, dtype: str, dimensions: int) -> NumpyArray:
    """Take one array of a part; raise CheckError unless it has this type and dimensions."""
    found = part.arrays.get(name)
    if found is None or found.dtype != dtype or len(found.shape) != dimensions:
        raise CheckError(f"The sandbox sent no array {name!a} of the right form.")
    return unpack(found)


def read_count(values: Mapping[str, JSON], name: str, low: int, high: int) -> int:
    """Take a whole number; raise CheckError unless it lies between ``low`` and ``high``."""
    found: Any = values.get(name)
    if type(found) is not int or not low <= found <= high:
        raise CheckError(f"The sandbox sent no sensible number for {name!a}.")
    return found
