"""ROUGE, by rouge-score."""

import re
from collections.abc import Mapping
from typing import Literal

import numpy as np
from rouge_score.rouge_scorer import RougeScorer

from analysis.answers import Texts
from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError, Unsupported
from analysis.scoring import arguments
from analysis.scoring.scorer import Make, Mean

Field = Literal["fmeasure", "precision", "recall"]
_END_OF_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def by_sentences(text: str) -> str:
    """Put each sentence on a line of its own, by its closing sign and the space after it."""
    return "\n".join(_END_OF_SENTENCE.split(text.strip()))


class Rouge(Mean):
    """ROUGE of each sample, the best of all right texts by its F1, with Porter's stemmer or not.

    ``rougeLsum`` is computed line by line, and those who publish it differ in what a line is: the
    text's own (``newline``), or a sentence (``sentence``). Where a claim does not say which, only
    texts of one sentence have a value.
    """

    library = "rouge-score"

    def __init__(self, variant: str, field: Field, sentences: str, *, stems: bool) -> None:
        self.variant = variant
        self.field = field
        self.sentences = sentences
        self._scorer = RougeScorer([variant], use_stemmer=stems)
        self.signature: str = f"{variant} {field} use_stemmer={stems}"
        if variant == "rougeLsum":
            self.signature += f" lines={sentences or 'one'}"

    def rows(self, answers: Texts) -> NumpyArray:
        """Score each sample; raise CheckError where there is no right text."""
        rows = np.zeros((len(answers), 1))
        for number, (right, given) in enumerate(zip(answers.right, answers.given, strict=True)):
            if not right:
                raise CheckError("A sample has no right text to compare with.")
            wanted, found = [self._lines(text) for text in right], self._lines(given or "")
            score = self._scorer.score_multi(wanted, found)[self.variant]
            rows[number] = getattr(score, self.field)
        return rows

    def _lines(self, text: str) -> str:
        if self.variant != "rougeLsum" or self.sentences == "newline":
            return text
        lines = by_sentences(text)
        if not self.sentences and "\n" in lines:
            raise Unsupported(
                "The claim does not say whether ROUGE-Lsum is computed over lines or sentences,"
                " which differ.",
                "metric",
            )
        return lines


def _rouge(variant: str, args: Mapping[str, JSON], field: Field = "fmeasure") -> Rouge:
    arguments.only(args, "use_stemmer", "lines")
    sentences = arguments.word(args, "lines", ("newline", "sentence"))
    stems = "use_stemmer" not in args or arguments.flag(args, "use_stemmer")
    return Rouge(variant, field, sentences, stems=stems)


SCORERS: Mapping[str, Make] = {
    "rouge1": lambda args: _rouge("rouge1", args),
    "rouge2": lambda args: _rouge("rouge2", args),
    "rouge2_precision": lambda args: _rouge("rouge2", args, "precision"),
    "rouge2_recall": lambda args: _rouge("rouge2", args, "recall"),
    "rougel": lambda args: _rouge("rougeL", args),
    "rougelsum": lambda args: _rouge("rougeLsum", args),
}
