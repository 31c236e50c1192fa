"""Read what a probe sent: parts that somebody else's code may have forged."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.answers import Answers
from analysis.arrays import NumpyArray, unpack
from analysis.contract import JSON, Case, CheckError, Part


def read_network(parts: Iterator[Part]) -> Mapping[str, JSON]:
    """Take the first part, which describes the network; raise CheckError where it is another."""
    first = next(parts, None)
    if first is None or first.name != "network":
        raise CheckError("The sandbox did not say which network it ran.")
    return first.values


class RowReader:
    """What most readers have in common: each part answers the next rows of the split.

    A subclass has a ``read`` that checks a part's arrays and calls ``take`` with their length.
    """

    answers: type[Answers] | None = None

    def __init__(self, case: Case) -> None:
        self._targets = case.targets
        self.rows = 0
        self.units = case.population
        self.evidence: dict[str, JSON] = {}
        self.assumptions: list[str] = []

    def begin(self, part: Part) -> None:
        """Raise CheckError unless the part begins where the last one ended."""
        if part.name != "predictions" or part.values.get("start") != self.rows:
            raise CheckError(f"The sandbox answered out of order after {self.rows:,} samples.")

    def take(self, count: int) -> Sequence[JSON]:
        """Go on by ``count`` rows; return their targets. Raise CheckError beyond the last row."""
        if not 1 <= count <= len(self._targets) - self.rows:
            given = len(self._targets)
            raise CheckError(f"The sandbox answered more samples than the {given:,} it was given.")
        self.rows += count
        return self._targets[self.rows - count : self.rows]

    def end(self) -> None:
        """Raise CheckError unless every row was answered."""
        if self.rows != len(self._targets):
            given = len(self._targets)
            raise CheckError(f"The network answered only {self.rows:,} of {given:,} samples.")


def copy_facts(network: Mapping[str, JSON], *names: str) -> dict[str, JSON]:
    """Take what the evidence says of every network, and ``names``."""
    always = ("batch_size", "dtype", "weights", "own_code", "loader")
    return {name: network.get(name) for name in (*always, *names)}


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
