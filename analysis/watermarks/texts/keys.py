"""Keys of a mark that a language model leaves in what it writes.

They are the settings with which the texts were written. Who tries many keys on texts of the same
language, and keeps the best, gets smaller p-values than are due (docs/checks/watermark-texts.md).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from analysis.arrays import NumpyArray
from analysis.watermarks.envelope import FEWEST, MOST, SALT, TEXTS, KeysError
from analysis.watermarks.keys import About, Arrays, count_in, framed, fresh_salt, need
from analysis.watermarks.statistics import Tally
from analysis.watermarks.texts import greenlist, synthid
from analysis.watermarks.texts.declared import KINDS, GreenList, SynthId, TextMark

LARGEST_VOCABULARY = 5_000_000
MOST_TOKENS = 1 << 20  # of all texts together
_USUAL = 64
_SMALLEST_TABLE = 1 << 10


@dataclass(frozen=True, slots=True, eq=False)
class TextKeys:
    """The settings ``mark`` for a network of ``vocabulary`` tokens.

    ``count`` is how many tokens that count texts must have, so that they are judged at all.
    """

    mark: TextMark
    vocabulary: int
    count: int
    salt: bytes

    def __post_init__(self) -> None:
        _vet(self)

    def __repr__(self) -> str:
        return f"TextKeys({self.scheme}, secret)"

    @classmethod
    def made(
        cls, mark: TextMark, vocabulary: int, count: int = _USUAL, *, salt: bytes = b""
    ) -> Self:
        """Make keys, with a fresh salt where none is given."""
        return cls(mark, vocabulary, count, salt or fresh_salt())

    @classmethod
    def read(cls, about: About, salt: bytes, arrays: Arrays) -> Self:
        """Make keys of what was in a file; raise KeysError."""
        need(arrays, ())
        scheme, said = about.get("scheme"), about.get("mark")
        if scheme not in TEXTS:
            raise KeysError(f"There is no scheme of that name; there are {', '.join(TEXTS)}.")
        if not isinstance(said, dict):
            raise KeysError("The file of keys does not hold the settings of a watermark.")
        return cls(
            KINDS[scheme].read(said), count_in(about, "vocabulary", 2, LARGEST_VOCABULARY),
            count_in(about, "count", FEWEST, MOST), salt,
        )  # fmt: skip

    def to_bytes(self) -> bytes:
        """Write them."""
        about: dict[str, Any] = {
            "scheme": self.scheme,
            "mark": asdict(self.mark),
            "vocabulary": self.vocabulary,
            "count": self.count,
        }
        return framed(about, self.salt, {})

    @property
    def scheme(self) -> str:
        """Return the name of the scheme."""
        return "greenlist" if isinstance(self.mark, GreenList) else "synthid"

    @property
    def chance(self) -> float:
        """Return how likely a match is in a text that was written without the keys."""
        if isinstance(self.mark, GreenList):
            return greenlist.greens(self.mark, self.vocabulary) / self.vocabulary
        return float(synthid.table_of(self.mark).mean())

    def tally(self, texts: Sequence[NumpyArray], vocabulary: int | None = None) -> Tally:
        """Count the matches in token ids, (n,) each, of texts without their prompts.

        ``vocabulary`` is that of the network that wrote them, where one did. Raises KeysError
        where nothing can be said.
        """
        if vocabulary is not None and vocabulary != self.vocabulary:
            raise KeysError("The keys are for a network with another number of tokens.")
        ids = [_vetted(text, self.vocabulary) for text in texts]
        if sum(map(len, ids)) > MOST_TOKENS:
            raise KeysError(f"The texts have at most {MOST_TOKENS:,} tokens together.")
        if isinstance(self.mark, GreenList):
            coins = greenlist.coins(ids, self.mark)
            self._need(len(coins))
            return greenlist.count(coins, self.mark, self.vocabulary)
        cells = synthid.cells(ids, self.mark)
        self._need(len(cells))
        return synthid.count(cells, synthid.table_of(self.mark))

    def _need(self, counted: int) -> None:
        if counted < self.count:
            raise KeysError(
                f"The texts are too short: {counted:,} of their tokens count, and the keys ask for "
                f"{self.count:,}. Repeated pieces count once."
            )


def _vet(keys: TextKeys) -> None:
    """Raise KeysError unless all of it fits together."""
    if not FEWEST <= keys.count <= MOST:
        raise KeysError(f"Between {FEWEST} and {MOST:,} tokens are asked for.")
    if not 2 <= keys.vocabulary <= LARGEST_VOCABULARY:
        raise KeysError(f"A vocabulary has between 2 and {LARGEST_VOCABULARY:,} tokens.")
    if len(keys.salt) != SALT:
        raise KeysError(f"The salt has {SALT} bytes.")
    if keys.mark.is_public:
        raise KeysError("These settings are those of the documentation, which everybody has.")
    if isinstance(keys.mark, GreenList):
        _vet_green_list(keys.mark, keys.vocabulary)
    else:
        _vet_synthid(keys.mark, keys.count)


def _vet_green_list(mark: GreenList, vocabulary: int) -> None:
    if not greenlist.greens(mark, vocabulary):
        raise KeysError("With this share of green tokens, no token of the vocabulary is green.")
    if not greenlist.is_varied(mark):
        raise KeysError("With this hashing_key the green list is the same after many tokens.")


def _vet_synthid(mark: SynthId, count: int) -> None:
    if mark.sampling_table_size < _SMALLEST_TABLE:
        raise KeysError(f"The sampling table has at least {_SMALLEST_TABLE:,} cells.")
    if count > synthid.most(mark):
        raise KeysError("The sampling table is too small for so many keys and tokens.")
    if mark.debug_mode:
        raise KeysError("Texts in debug mode are written by no network.")


def _vetted(text: NumpyArray, vocabulary: int) -> NumpyArray:
    if text.ndim != 1 or not np.issubdtype(text.dtype, np.integer):
        raise KeysError("A text is a row of token ids.")
    if len(text) and not 0 <= int(text.min()) <= int(text.max()) < vocabulary:
        raise KeysError("A text has tokens that are not in the vocabulary.")
    return text.astype(np.int64)
