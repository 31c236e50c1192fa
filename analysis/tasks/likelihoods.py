"""What the tasks that ask for the likelihood of texts have in common: columns and reader."""

import re
from collections.abc import Mapping

import numpy as np

from analysis.answers import Answers, Likelihoods
from analysis.contract import JSON, Case, CheckError, Columns, Feature, Part
from analysis.loading.tokenizing import TEXT_CHARACTERS
from analysis.tasks import labels, replies
from analysis.tasks.text_reader import TextReader

_TEXTS = ("text", "page", "content", "document", "sentence", "article", "abstract", "code", "body")
_MOST_TOKENS = 4 * TEXT_CHARACTERS  # a letter has at most four bytes, and a token at least one
_NOISE = -1e-3  # nats below nothing that rounding may cause


def choose_text(features: Mapping[str, Feature]) -> Columns | None:
    """Take the only text, or the one with a usual name; it is what is asked for, too."""
    text = labels.pick(features, ("text",), _TEXTS, "text")
    return Columns((text,), text) if text else None


class Reader(TextReader):
    """Reads the likelihood of each text, and counts its words and bytes out here."""

    answers: type[Answers] | None = Likelihoods

    def __init__(self, case: Case, network: Mapping[str, JSON], *facts: str) -> None:
        super().__init__(case)
        self.evidence = {
            **replies.copy_facts(network, "max_tokens", *facts),
            "failed_samples": 0,
            "cut_samples": 0,
            "tokens": 0,
        }

    def read(self, part: Part) -> Likelihoods:
        """Read two numbers a text; NaN where there is no likelihood."""
        self.begin(part)
        nats = replies.read_array(part, "nats", "f8", 1)
        tokens = replies.read_array(part, "tokens", "i4", 1)
        if len(nats) != len(tokens):
            raise CheckError("The sandbox sent another number of likelihoods than of lengths.")
        texts = [text if isinstance(text, str) else "" for text in self.take(len(nats))]
        if not ((tokens >= 0) & (tokens <= _MOST_TOKENS)).all():
            raise CheckError("The sandbox sent lengths that no text has.")
        if (nats < _NOISE).any() or ((nats > 0) & (tokens == 0)).any():
            raise CheckError("The sandbox sent likelihoods that no text has.")
        self.failed(int((~np.isfinite(nats)).sum()))
        self._count("cut_samples", sum(len(text) > TEXT_CHARACTERS for text in texts))
        self._count("tokens", int(tokens.sum()))
        seen = [text[:TEXT_CHARACTERS] for text in texts]
        return Likelihoods(
            nats=np.where(np.isfinite(nats), nats, np.nan),
            tokens=tokens.astype(np.float64),
            # As lm-eval counts them, whose perplexity over words it is.
            words=np.array([len(re.split(r"\s+", text)) for text in seen], dtype=np.float64),
            utf8=np.array([len(text.encode("utf-8", "replace")) for text in seen], np.float64),
        )

    def _count(self, fact: str, more: int) -> None:
        before = self.evidence[fact]
        self.evidence[fact] = (before if isinstance(before, int) else 0) + more
