"""Changes of a text, word by word, and where they stand."""

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.perturbations.splitting import Word


@dataclass(frozen=True, slots=True)
class Edit:
    """What takes the place of one word or of several neighbours.

    ``start`` is where ``before`` begins in the original text, in characters; ``word`` is the
    number of its first word there, from 0, and ``words`` how many it covers.
    """

    kind: str
    start: int
    before: str
    after: str
    word: int
    words: int = 1

    @property
    def end(self) -> int:
        """Where ``before`` ends in the original text."""
        return self.start + len(self.before)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Make the edits of a text; they must not overlap."""
    pieces, done = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [text[done : edit.start], edit.after]
        done = edit.end
    return "".join([*pieces, text[done:]])


def leave_out(text: str, word: Word, number: int) -> Edit:
    """Leave out a word, with one space beside it."""
    end = word.end
    if text[end : end + 1].isspace():
        end += 1
    return Edit("left out", word.start, text[word.start : end], "", number)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a text around an edit, to show to people; what was cut off ends with "…"."""

    left: str
    before: str
    after: str
    right: str


def excerpts(text: str, edits: Iterable[Edit], *, around: int = 40) -> list[Excerpt]:
    """Cut out what stands around each edit: ``around`` characters of the original beside it."""
    found = []
    for edit in sorted(edits, key=lambda edit: edit.start):
        start, end = max(0, edit.start - around), edit.end + around
        left = ("…" if start else "") + text[start : edit.start]
        right = text[edit.end : end] + ("…" if end < len(text) else "")
        found.append(Excerpt(left, edit.before, edit.after, right))
    return found
