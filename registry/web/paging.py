"""Pages of a list that is made as a whole: where one begins, and where those around it do."""

from dataclasses import dataclass

_MOST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Stretch:
    """A page of a list of ``number`` rows; ``start`` counts from 0, what addresses name from 1."""

    start: int
    size: int
    number: int

    @property
    def end(self) -> int:
        """Return behind which row the page ends."""
        return min(self.start + self.size, self.number)

    @property
    def before(self) -> int:
        """Return where the page before it begins, from 1; 0 where there is none."""
        return max(self.start - self.size, 0) + 1 if self.start else 0

    @property
    def after(self) -> int:
        """Return where the page after it begins, from 1; 0 where there is none."""
        return self.end + 1 if self.end < self.number else 0


def stretch(asked: str, size: int, number: int) -> Stretch:
    """Return the page with the row that an address names; the first for what is no row."""
    if not (asked.isascii() and asked.isdigit() and len(asked) <= _MOST_DIGITS):
        return Stretch(0, size, number)
    start = (int(asked) - 1) // size * size
    return Stretch(start if 0 <= start < number else 0, size, number)
