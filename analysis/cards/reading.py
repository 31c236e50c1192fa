"""What reading a file for claims gives: the claims, and what could not be read."""

from dataclasses import dataclass

from analysis.contract import Claim, Place
from analysis.text import clean_text

RAW_LIMIT = 500
NAME_LIMIT = 300
VALUE_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that could not be read, in one sentence for people."""

    place: Place
    sentence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The claims of a file, in the order in which they stand there, and its problems."""

    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()


def short(text: object, limit: int = NAME_LIMIT) -> str:
    """Clean a name from a card and cut it to what a column holds."""
    return clean_text(text, limit).strip() if isinstance(text, str) else ""
