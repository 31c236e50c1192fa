"""Errors of words and characters, by jiwer."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jiwer
import numpy as np
from jiwer import transforms

from analysis.answers import Texts
from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError
from analysis.scoring import arguments
from analysis.scoring.forms import Ratio, Sums
from analysis.scoring.scorer import Make, Scorer

_SPACES = (transforms.RemoveMultipleSpaces(), transforms.Strip())
_LOWER = (transforms.ToLowerCase(),)
# What is done to both texts before they are compared; "none" is jiwer's default.
NORMALIZERS: Mapping[str, tuple[Any, ...]] = {
    "none": (),
    "lower": _LOWER,
    "lower_no_punctuation": (*_LOWER, transforms.RemovePunctuation()),  # type: ignore[no-untyped-call]
    "standardize": (
        *_LOWER,
        transforms.ExpandCommonEnglishContractions(),
        transforms.RemoveKaldiNonWords(),
        transforms.RemoveWhiteSpace(replace_by_space=True),
    ),
}
Counts = jiwer.WordOutput | jiwer.CharacterOutput


class Compared:
    """Compares each sample's text with the only right one, by words or by characters."""

    def __init__(self, normalizer: str, *, by_words: bool) -> None:
        steps = NORMALIZERS[normalizer]
        self._compare: Callable[..., Any]
        last: tuple[Any, ...]
        if by_words:
            self._compare = jiwer.process_words
            last = (*_SPACES, transforms.ReduceToListOfListOfWords())
        else:
            self._compare = jiwer.process_characters
            last = (transforms.Strip(), transforms.ReduceToListOfListOfChars())
        self._transform = transforms.Compose([*steps, *last])
        self.signature = f"jiwer.{self._compare.__name__} normalizer={normalizer}"

    def __call__(self, answers: Texts) -> Iterator[Counts]:
        """Yield the counts of each sample; raise CheckError unless one text is right."""
        for right, given in zip(answers.right, answers.given, strict=True):
            if len(right) != 1:
                raise CheckError("An error rate needs exactly one right text for each sample.")
            yield self._compare(right[0], given or "", self._transform, self._transform)


class ErrorRate(Ratio):
    """Words or characters that are wrong, over those that are right (or all that are aligned)."""

    library = "jiwer"
    bounds: tuple[float, float] = (0.0, float("inf"))

    def __init__(self, compared: Compared, *, over_all: bool = False) -> None:
        self._compared = compared
        self._over_all = over_all
        self.signature: str = compared.signature + (" match error rate" if over_all else "")

    def rows(self, answers: Texts) -> NumpyArray:
        """Errors of each sample, and what they are divided by."""
        rows = np.zeros((len(answers), 2))
        for number, counts in enumerate(self._compared(answers)):
            changed = counts.substitutions + counts.deletions
            whole = counts.hits + changed + (counts.insertions if self._over_all else 0)
            rows[number] = changed + counts.insertions, whole
        return rows


class Information(Sums):
    """The share of the words' information that is preserved, or lost (Morris et al., 2004)."""

    library = "jiwer"

    def __init__(self, compared: Compared, *, is_lost: bool) -> None:
        self._compared = compared
        self._is_lost = is_lost
        self.signature: str = f"{compared.signature} information {'lost' if is_lost else 'kept'}"

    def rows(self, answers: Texts) -> NumpyArray:
        """Hits, right words and given words of each sample."""
        rows = np.zeros((len(answers), 3))
        for number, counts in enumerate(self._compared(answers)):
            kept = counts.hits + counts.substitutions
            rows[number] = counts.hits, kept + counts.deletions, kept + counts.insertions
        return rows

    def values(self, sums: NumpyArray) -> NumpyArray:
        """Hits among the right times hits among the given; all is kept where both are empty."""
        hits, right, given = sums.T
        product = right * given
        kept: NumpyArray = np.divide(
            hits * hits, product, out=(right == given) * 1.0, where=product > 0
        )
        return 1 - kept if self._is_lost else kept


def _compared(args: Mapping[str, JSON], *, by_words: bool) -> Compared:
    arguments.only(args, "normalizer")
    how = arguments.word(args, "normalizer", tuple(NORMALIZERS), "none")
    return Compared(how, by_words=by_words)


def _words(args: Mapping[str, JSON]) -> Compared:
    return _compared(args, by_words=True)


def _characters(args: Mapping[str, JSON]) -> Scorer:
    return ErrorRate(_compared(args, by_words=False))


SCORERS: Mapping[str, Make] = {
    "wer": lambda args: ErrorRate(_words(args)),
    "cer": _characters,
    "mer": lambda args: ErrorRate(_words(args), over_all=True),
    "wil": lambda args: Information(_words(args), is_lost=True),
    "wip": lambda args: Information(_words(args), is_lost=False),
}
