"""BLEU, chrF and TER, by sacrebleu: its counts of each sample, its score of their sums."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from analysis.answers import Texts
from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError
from analysis.scoring import arguments
from analysis.scoring.forms import Ratio, Sums
from analysis.scoring.scorer import Make

# Those that need neither a download nor a dictionary.
TOKENIZERS = ("13a", "intl", "zh", "char", "none")


def counts(metric: Any, answers: Texts) -> NumpyArray:
    """Let sacrebleu count each sample; raise CheckError where there is no right text."""
    bare = sum(not right for right in answers.right)
    if bare:
        raise CheckError(f"{bare:,} of the samples have no right text to compare with.")
    most = max(map(len, answers.right), default=0)
    # One stream a reference, with None where a sample has fewer.
    streams = [
        [right[number] if number < len(right) else None for right in answers.right]
        for number in range(most)
    ]
    given = [text or "" for text in answers.given]
    known = getattr(metric, "num_refs", None)
    rows = metric._extract_corpus_statistics(given, streams)
    if known not in (None, metric.num_refs):
        metric.num_refs = -1  # its own sign of "varies"
    return np.array(rows, np.float64)


class Sacrebleu(Sums):
    """BLEU or chrF of a corpus, in 0 to 1."""

    library = "sacrebleu"

    def __init__(self, metric: BLEU | CHRF) -> None:
        self.metric: Any = metric
        self.signature: str = ""

    def rows(self, answers: Texts) -> NumpyArray:
        """Count each sample; raise CheckError where there is no right text."""
        rows = counts(self.metric, answers)
        self.signature = str(self.metric.get_signature())
        return rows

    def values(self, sums: NumpyArray) -> NumpyArray:
        """Let sacrebleu compute the score of each row of sums."""
        score = self.metric._compute_score_from_stats
        return np.array([score(row).score / 100 for row in sums.tolist()])


class EditRate(Ratio):
    """The translation edit rate: edits and moves of words over the length of what is right."""

    library = "sacrebleu"
    bounds: tuple[float, float] = (0.0, float("inf"))

    def __init__(self, metric: TER) -> None:
        self.metric: Any = metric
        self.signature: str = ""

    def rows(self, answers: Texts) -> NumpyArray:
        """Edits and length of each sample; raise CheckError where there is no right text."""
        rows = counts(self.metric, answers)
        self.signature = str(self.metric.get_signature())
        return rows

    def values(self, sums: NumpyArray) -> NumpyArray:
        """Divide; where all that is right is empty, 1 for any edit, as in sacrebleu."""
        empty = (sums[:, 0] > 0).astype(np.float64)
        return np.where(sums[:, 1] > 0, super().values(sums), empty)


def _bleu(args: Mapping[str, JSON]) -> Sacrebleu:
    arguments.only(args, "lowercase", "tokenize")
    tokenize = arguments.word(args, "tokenize", TOKENIZERS, "13a")
    return Sacrebleu(
        BLEU(lowercase=arguments.flag(args, "lowercase"), tokenize=tokenize, force=True)
    )


def _chrf(words: int, args: Mapping[str, JSON]) -> Sacrebleu:
    arguments.only(args, "lowercase")
    return Sacrebleu(CHRF(word_order=words, lowercase=arguments.flag(args, "lowercase")))


def _ter(args: Mapping[str, JSON]) -> EditRate:
    arguments.only(args, "case_sensitive", "normalized")
    return EditRate(
        TER(
            case_sensitive=arguments.flag(args, "case_sensitive"),
            normalized=arguments.flag(args, "normalized"),
        )
    )


SCORERS: Mapping[str, Make] = {
    "bleu": _bleu,
    "chrf": lambda args: _chrf(0, args),
    "chrf_plus_plus": lambda args: _chrf(2, args),
    "ter": _ter,
}
