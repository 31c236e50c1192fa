"""Keys of a mark that is read from answers: pictures, and what a marked network answers to them."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from analysis.arrays import NumpyArray
from analysis.watermarks.envelope import ANSWERS, FEWEST, MOST, MOST_CLASSES, SALT, KeysError
from analysis.watermarks.keys import (
    About,
    Arrays,
    count_in,
    draws_of,
    framed,
    fresh_salt,
    need,
    vet_pictures,
)
from analysis.watermarks.statistics import Tally


@dataclass(frozen=True, slots=True, eq=False)
class AnswerKeys:
    """Pictures (n, c, h, w) of bytes, and the class ``expected`` (n,) int64 as answer to each.

    Where there is an ``encoding`` (classes,) uint8 of classes as bits, an answer matches when its
    bit does. Controls were made like the others and not embedded. Nothing of it is ever printed.
    """

    scheme: str
    classes: int
    pictures: NumpyArray
    expected: NumpyArray
    is_control: NumpyArray
    encoding: NumpyArray | None
    salt: bytes

    def __post_init__(self) -> None:
        _vet(self)

    def __repr__(self) -> str:
        return f"AnswerKeys({self.scheme}, secret)"

    @classmethod
    def made(
        cls,
        scheme: str,
        classes: int,
        pictures: NumpyArray,
        expected: NumpyArray,
        is_control: NumpyArray,
        encoding: NumpyArray | None = None,
        salt: bytes = b"",
    ) -> Self:
        """Make keys, with a fresh salt where none is given."""
        return cls(scheme, classes, pictures, expected, is_control, encoding, salt or fresh_salt())

    @classmethod
    def read(cls, about: About, salt: bytes, arrays: Arrays) -> Self:
        """Make keys of what was in a file; raise KeysError."""
        need(arrays, ("pictures", "expected", "is_control"), ("encoding",))
        control = arrays["is_control"]
        if control.dtype != np.uint8 or (control.size and control.max() > 1):
            raise KeysError("Each key is a control or not.")
        return cls(
            str(about.get("scheme")), count_in(about, "classes", 0, MOST_CLASSES),
            arrays["pictures"], arrays["expected"], control.astype(bool), arrays.get("encoding"),
            salt,
        )  # fmt: skip

    def to_bytes(self) -> bytes:
        """Write them."""
        arrays: dict[str, Any] = {
            "pictures": self.pictures,
            "expected": self.expected,
            "is_control": self.is_control.astype(np.uint8),
        }
        if self.encoding is not None:
            arrays["encoding"] = self.encoding
        return framed({"classes": self.classes, "scheme": self.scheme}, self.salt, arrays)

    @property
    def images(self) -> NumpyArray:
        """Return the pictures as a network takes them: float32 in [0, 1]."""
        found: NumpyArray = self.pictures.astype(np.float32) / np.float32(255)
        return found

    @property
    def count(self) -> int:
        """Return the number of keys that were embedded."""
        return int((~self.is_control).sum())

    @property
    def chance(self) -> float | None:
        """Return how likely an answer matches that knows nothing of the keys, where it is known.

        The labels of triggers follow from the salt.
        """
        return 1 / self.classes if self.scheme == "triggers" else None

    @property
    def bits(self) -> NumpyArray:
        """Return the signature: a bit a key that was embedded, (count,) uint8."""
        if self.encoding is None:
            raise KeysError("Keys without an encoding of classes hold no bits.")
        found: NumpyArray = self.encoding[self.expected[~self.is_control]]
        return found

    def matched(self, answers: NumpyArray, places: NumpyArray | None = None) -> NumpyArray:
        """Say which answers, classes or -1 for none, are those of the mark: (n,) bool.

        They answer all keys, or those at ``places``.
        """
        expected = self.expected if places is None else self.expected[places]
        if answers.shape != expected.shape:
            raise KeysError("There is one answer a key.")
        is_class = (answers >= 0) & (answers < self.classes)
        said = np.where(is_class, answers, 0)
        if self.encoding is None:
            found = said == expected
        else:
            found = self.encoding[said] == self.encoding[expected]
        matched: NumpyArray = found & is_class
        return matched

    def tally(self, answers: NumpyArray) -> Tally:
        """Count matches of keys and of controls."""
        found, controls = self.matched(answers), self.is_control
        return Tally(
            int(found[~controls].sum()), self.count,
            int(found[controls].sum()), int(controls.sum()),
        )  # fmt: skip

    def bit_errors(self, answers: NumpyArray) -> float:
        """Return the share of keys that are not matched: of bits, the bit error rate."""
        tally = self.tally(answers)
        return 1 - tally.matches / tally.keys


def random_labels(salt: bytes, classes: int, count: int) -> NumpyArray:
    """Return the labels of triggers: drawn by the salt, so that nobody chooses them."""
    return draws_of(salt, "labels").integers(0, classes, count)


def _vet(keys: AnswerKeys) -> None:
    """Raise KeysError unless all of it fits together."""
    if keys.scheme not in ANSWERS:
        raise KeysError(f"There is no scheme of that name; there are {', '.join(ANSWERS)}.")
    if not 2 <= keys.classes <= MOST_CLASSES:
        raise KeysError("A mark of answers takes a task with at least two classes.")
    vet_pictures(keys.pictures)
    n = len(keys.pictures)
    if not keys.expected.shape == keys.is_control.shape == (n,):
        raise KeysError("Each picture has one expected class, and is a control or not.")
    if not FEWEST <= keys.count <= n <= MOST:
        raise KeysError(f"There are between {FEWEST} and {MOST:,} keys.")
    if keys.expected.dtype != np.int64 or not _within(keys.expected, keys.classes):
        raise KeysError("Expected answers are classes of the task.")
    if (keys.scheme == "blackmarks") != (keys.encoding is not None):
        raise KeysError("An encoding of classes belongs to the scheme blackmarks, and to no other.")
    if keys.encoding is not None:
        _vet_encoding(keys.encoding, keys.classes)
    _vet_null(keys)


def _vet_null(keys: AnswerKeys) -> None:
    """Raise KeysError unless it is known how networks without the mark answer."""
    if keys.chance is None and keys.is_control.sum() < FEWEST:
        raise KeysError(f"Keys of this scheme come with at least {FEWEST} controls.")
    if len(keys.salt) != SALT:
        raise KeysError(f"The salt has {SALT} bytes.")
    if keys.scheme == "triggers":
        drawn = random_labels(keys.salt, keys.classes, len(keys.expected))
        if (keys.expected != drawn).any():
            raise KeysError("The labels of triggers are those that follow from their salt.")


def _vet_encoding(code: NumpyArray, classes: int) -> None:
    if code.shape != (classes,) or code.dtype != np.uint8 or set(code.tolist()) != {0, 1}:
        raise KeysError("The encoding gives each class a bit, and both bits occur.")


def _within(classes: NumpyArray, count: int) -> bool:
    return bool((classes >= 0).all() and (classes < count).all())
