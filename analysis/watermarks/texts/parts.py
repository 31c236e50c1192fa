"""Texts as token ids on their way out of the sandbox, and how many of them are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import NumpyArray, pack, unpack
from analysis.contract import CheckError, Part

PART = "texts"
MOST_TEXTS = 1_000
MOST_TOKENS = 2_048  # of one text


@dataclass(frozen=True, slots=True)
class Writing:
    """How much is written: ``texts`` to each prompt, of ``tokens`` at most.

    ``as_declared``: with the watermark that the repo declares. Without it, a mark that is found is
    in the weights.
    """

    texts: int = 8
    tokens: int = 256
    as_declared: bool = True

    def __post_init__(self) -> None:
        if not (1 <= self.texts <= MOST_TEXTS and 1 <= self.tokens <= MOST_TOKENS):
            raise ValueError("So much cannot be written.")


def part_of(texts: Sequence[NumpyArray], row: int) -> Part:
    """Pack the texts to one prompt, (n,) int32 each."""
    arrays = {
        "ids": pack(np.concatenate([np.zeros(0, np.int32), *texts])),
        "lengths": pack(np.array([len(text) for text in texts], np.int32)),
    }
    return Part(PART, {"start": row, "rows": 1}, arrays)


def texts_of(part: Part) -> list[NumpyArray]:
    """Read token ids, (n,) int64 a text; raise CheckError where they make no sense."""
    if not {"ids", "lengths"} <= part.arrays.keys():
        raise CheckError("The texts did not come as token ids.")
    ids, lengths = unpack(part.arrays["ids"]), unpack(part.arrays["lengths"])
    if not (ids.ndim == lengths.ndim == 1 and ids.dtype == lengths.dtype == np.int32):
        raise CheckError("The texts did not come as token ids.")
    if len(lengths) > MOST_TEXTS or (len(lengths) and not _fit(lengths)):
        raise CheckError("The texts are more or longer than was asked for.")
    if int(lengths.sum(dtype=np.int64)) != len(ids):
        raise CheckError("The texts are not as long as they say.")
    ends = np.cumsum(lengths.astype(np.int64))
    return list(np.split(ids.astype(np.int64), ends[:-1])) if len(lengths) else []


def _fit(lengths: NumpyArray) -> bool:
    return 0 <= int(lengths.min()) <= int(lengths.max()) <= MOST_TOKENS
