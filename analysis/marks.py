"""Marks of owners as a check is given them. Standard library only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from analysis.contract import Check, Subject, Trial


@dataclass(frozen=True, slots=True)
class SecretMark:
    """A mark that an owner registered, opened for a run.

    ``registered`` is the time of its commitment, ISO 8601; ``is_after`` says that the revision was
    public by then. ``others`` are what networks of the same task, which are not known to carry the
    mark, matched of it: keys that match, keys, controls that match, controls.
    """

    id: int
    name: str
    commitment: str
    registered: str
    is_after: bool
    keys: bytes = field(repr=False)
    others: tuple[tuple[int, int, int, int], ...] = ()


@runtime_checkable
class MarksCheck(Check, Protocol):
    """A check that looks for marks of owners: it is given them opened, outside only."""

    def begin(self, subject: Subject, marks: Sequence[SecretMark]) -> Trial:
        """Make what is asked out of the marks' keys; raise Unsupported."""
