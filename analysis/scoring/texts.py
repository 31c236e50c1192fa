"""Exact match and F1 of short texts.

SQuAD's are those of the official script of version 2.0, which agree with those of 1.1 wherever
there is a right text: case, punctuation, articles and spaces do not count, and the best of all
right texts does. A sample without a right text asks for no answer.
"""

import re
import string
from collections import Counter
from collections.abc import Mapping

import numpy as np

from analysis.answers import Texts
from analysis.arrays import NumpyArray
from analysis.contract import JSON
from analysis.scoring import arguments
from analysis.scoring.scorer import Make, Mean

_ARTICLE = re.compile(r"\b(a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalised(text: str) -> str:
    """Write a text as SQuAD compares it."""
    bare = text.lower().translate(_NO_PUNCTUATION)
    return " ".join(_ARTICLE.sub(" ", bare).split())


def _overlap(right: str, given: str) -> float:
    wanted, found = normalised(right).split(), normalised(given).split()
    if not wanted or not found:
        return float(wanted == found)
    common = sum((Counter(wanted) & Counter(found)).values())
    return 2 * common / (len(wanted) + len(found))


class Squad(Mean):
    """SQuAD's exact match, or its F1 of the words."""

    def __init__(self, *, is_exact: bool) -> None:
        self.is_exact = is_exact
        self.signature: str = f"squad {'exact' if is_exact else 'f1'}, best of the right texts"

    def rows(self, answers: Texts) -> NumpyArray:
        """The best score over the right texts of each sample."""
        score = _same if self.is_exact else _overlap
        best = []
        for right, given in zip(answers.right, answers.given, strict=True):
            # As in the script: what is nothing but articles and punctuation is no right text.
            wanted = [text for text in right if normalised(text)] or [""]
            best.append(max(score(text, given or "") for text in wanted))
        return np.array(best, np.float64)[:, None]


def _same(right: str, given: str) -> float:
    return float(normalised(right) == normalised(given))


class Verbatim(Mean):
    """The share of samples whose text is one of the right ones, to the letter."""

    signature: str = "verbatim"

    def rows(self, answers: Texts) -> NumpyArray:
        """1 where the text is right, or where there is none and none is asked for."""
        rows = [
            given in right if right else not given
            for right, given in zip(answers.right, answers.given, strict=True)
        ]
        return np.array(rows, np.float64)[:, None]


def _exact(args: Mapping[str, JSON]) -> Squad | Verbatim:
    arguments.only(args, "normalizer")
    how = arguments.word(args, "normalizer", ("squad", "none"), "squad")
    return Squad(is_exact=True) if how == "squad" else Verbatim()


def _f1(args: Mapping[str, JSON]) -> Squad:
    arguments.only(args)
    return Squad(is_exact=False)


SCORERS: Mapping[str, Make] = {"exact_match": _exact, "f1": _f1}
