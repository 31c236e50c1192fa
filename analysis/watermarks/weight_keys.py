"""Keys of a mark that lies in numbers of the network itself: in its weights or its activations.

A secret projection of a vector gives bits by their signs. Projection and bits follow from the salt,
so that nobody can choose them to fit a network: of one that was made without the salt each bit is
right with a chance of one half, independently, whatever its numbers are.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from analysis.arrays import NumpyArray
from analysis.watermarks.envelope import FEWEST, MOST, NUMBERS, SALT, KeysError
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

_MOST_LENGTH = 1 << 20
_MOST_PROJECTED = 1 << 26  # numbers of a projection
_MOST_NAME = 200


@dataclass(frozen=True, slots=True, eq=False)
class WeightKeys:
    """A projection of a vector of ``length`` numbers to ``count`` bits.

    Of "uchida" the vector is the mean of a layer's weights over its outputs, and ``layer`` its name
    in the network that was marked. Of "deepsigns" it is the mean of what enters the last layer over
    the ``pictures`` (n, c, h, w) of bytes.
    """

    scheme: str
    length: int
    count: int
    salt: bytes
    layer: str = ""
    pictures: NumpyArray | None = None

    def __post_init__(self) -> None:
        _vet(self)

    def __repr__(self) -> str:
        return f"WeightKeys({self.scheme}, secret)"

    @classmethod
    def made(
        cls,
        scheme: str,
        length: int,
        count: int,
        *,
        layer: str = "",
        pictures: NumpyArray | None = None,
        salt: bytes = b"",
    ) -> Self:
        """Make keys, with a fresh salt where none is given."""
        return cls(scheme, length, count, salt or fresh_salt(), layer, pictures)

    @classmethod
    def read(cls, about: About, salt: bytes, arrays: Arrays) -> Self:
        """Make keys of what was in a file; raise KeysError."""
        need(arrays, (), ("pictures",))
        return cls(
            str(about.get("scheme")), count_in(about, "length", 1, _MOST_LENGTH),
            count_in(about, "count", FEWEST, MOST), salt, str(about.get("layer", "")),
            arrays.get("pictures"),
        )  # fmt: skip

    def to_bytes(self) -> bytes:
        """Write them."""
        about: dict[str, Any] = {
            "scheme": self.scheme,
            "length": self.length,
            "count": self.count,
            "layer": self.layer,
        }
        arrays = {} if self.pictures is None else {"pictures": self.pictures}
        return framed(about, self.salt, arrays)

    @property
    def images(self) -> NumpyArray:
        """Return the pictures as a network takes them: float32 in [0, 1]."""
        if self.pictures is None:
            raise KeysError("Keys of this scheme hold no pictures.")
        found: NumpyArray = self.pictures.astype(np.float32) / np.float32(255)
        return found

    @property
    def chance(self) -> float:
        """Return how likely a bit is right in a network that knows nothing of the keys."""
        return 0.5

    @property
    def bits(self) -> NumpyArray:
        """Return the signature: (count,) uint8."""
        return draws_of(self.salt, "bits").integers(0, 2, self.count, dtype=np.uint8)

    def projection(self) -> NumpyArray:
        """Return the matrix that makes bits of a vector: (length, count) float64."""
        return draws_of(self.salt, "projection").standard_normal((self.length, self.count))

    def matched(self, vector: NumpyArray) -> NumpyArray:
        """Say which bits a vector (length,) has right: (count,) bool. No number is no match."""
        if vector.shape != (self.length,):
            raise KeysError("The vector has another length than that which was marked.")
        is_sound = bool(np.isfinite(vector).all()) and bool(vector.any())
        if not is_sound:
            return np.zeros(self.count, bool)
        found: NumpyArray = (vector.astype(np.float64) @ self.projection() > 0) == self.bits
        return found

    def tally(self, vector: NumpyArray) -> Tally:
        """Count the bits that are right."""
        return Tally(int(self.matched(vector).sum()), self.count)


def _vet(keys: WeightKeys) -> None:
    """Raise KeysError unless all of it fits together."""
    if keys.scheme not in NUMBERS:
        raise KeysError(f"There is no scheme of that name; there are {', '.join(NUMBERS)}.")
    if not FEWEST <= keys.count <= MOST:
        raise KeysError(f"There are between {FEWEST} and {MOST:,} bits.")
    if not keys.count <= keys.length <= _MOST_LENGTH:
        raise KeysError("A layer holds at most as many bits as its vector has numbers.")
    if keys.length * keys.count > _MOST_PROJECTED:
        raise KeysError("The projection of these keys is too large.")
    if len(keys.layer) > _MOST_NAME or not keys.layer.isprintable():
        raise KeysError(f"The name of a layer has at most {_MOST_NAME} characters.")
    if (keys.scheme == "deepsigns") != (keys.pictures is not None):
        raise KeysError("Pictures belong to the scheme deepsigns, and not to uchida.")
    if keys.pictures is not None:
        vet_pictures(keys.pictures)
        if not len(keys.pictures):
            raise KeysError("There is at least one picture.")
    if len(keys.salt) != SALT:
        raise KeysError(f"The salt has {SALT} bytes.")
