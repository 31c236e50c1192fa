"""Texts as they cross the wall, and what readers of answers about texts have in common."""

import json
from collections.abc import Iterator, Sequence

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError, Part
from analysis.tasks import replies
from analysis.text import replace_forbidden

ANSWER_CHARACTERS = 20_000
_PART_BYTES = 500_000  # of texts as JSON; the wall takes a million


def pieces(texts: Sequence[str | None]) -> Iterator[tuple[int, list[JSON]]]:
    """Cut texts into lists that a part can hold; yield (place of the first, texts), bounded."""
    start, piece, size = 0, list[JSON](), 0
    for place, text in enumerate(texts):
        cut = None if text is None else _clean(text)
        more = len(json.dumps(cut))
        if piece and size + more > _PART_BYTES:
            yield start, piece
            start, piece, size = place, [], 0
        piece.append(cut)
        size += more
    if piece:
        yield start, piece


class TextReader(replies.RowReader):
    """Counts the samples without an answer; a network that answers none has no verdict."""

    def failed(self, count: int) -> None:
        """Count samples without an answer; raise CheckError where all were, so far."""
        before = self.evidence.get("failed_samples")
        total = (before if isinstance(before, int) else 0) + count
        self.evidence["failed_samples"] = total
        if total == self.rows:
            raise CheckError(f"The network gave no answer to any of the first {total:,} samples.")


def read_logits(part: Part, name: str, columns: int) -> tuple[NumpyArray, NumpyArray]:
    """Take (n, columns) numbers of a part as float64, and which rows are no answer.

    A row is none where a number is NaN, or where the largest is infinite.
    """
    found = replies.read_array(part, name, "f4", 2)
    if found.shape[1] != columns:
        raise CheckError(f"The sandbox sent {found.shape[1]:,} numbers a sample, not {columns:,}.")
    logits = found.astype(np.float64)
    is_missing = np.isnan(logits).any(1) | ~np.isfinite(logits.max(1, initial=-np.inf))
    return logits, is_missing


def read_texts(part: Part, name: str) -> list[str | None]:
    """Take a list of texts of a part, cut and without controls; None is no answer."""
    found = part.values.get(name)
    if not isinstance(found, list) or not all(text is None or type(text) is str for text in found):
        raise CheckError(f"The sandbox sent no list of texts {name!a}.")
    return [None if text is None else _clean(str(text)) for text in found]


def read_right_texts(target: JSON) -> list[str]:
    """List what would be right, each once and as ``read_texts`` would give it."""
    found = target if isinstance(target, list) else [target]
    texts = [_clean(text) for text in found if isinstance(text, str)]
    return list(dict.fromkeys(texts))


def _clean(text: str) -> str:
    # Not ``clean_text``: composing letters would make texts equal that a metric tells apart.
    return replace_forbidden(text[:ANSWER_CHARACTERS])


def softmax(logits: NumpyArray) -> NumpyArray:
    """Turn rows of finite logits into probabilities."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    probabilities: NumpyArray = powers / powers.sum(1, keepdims=True)
    return probabilities
