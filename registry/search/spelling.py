"""Misspelt words, and parts of words: matched against the words that occur.

Each process keeps the vocabulary of the last count: some 60,000 words, 10 MB. A word is compared
with those of about its length only, which takes a few milliseconds.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from rapidfuzz import process
from rapidfuzz.distance import OSA

from registry.models import SearchCount, SearchWord
from registry.search.question import Question

SHORTEST = 3  # shorter words are near to everything
ALTERNATIVES = 20
_FAR_COMMONER = 50  # a word that occurs is doubted only where its neighbour is so much commoner


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    counted_at: datetime
    numbers: dict[str, int]
    words: list[str]  # the commonest first


_loaded: dict[str, _Vocabulary] = {}


def _vocabulary(state: SearchCount) -> _Vocabulary:
    known = _loaded.get("last")
    if known is None or known.counted_at != state.counted_at:
        numbers = dict(SearchWord.objects.order_by("-n", "word").values_list("word", "n"))
        known = _loaded["last"] = _Vocabulary(state.counted_at, numbers, list(numbers))
    return known


def containing(part: str, state: SearchCount) -> list[str]:
    """Return the commonest words that have ``part`` in them."""
    if len(part) < SHORTEST:
        return []
    found = []
    for word in _vocabulary(state).words:
        if part in word:
            found.append(word)
            if len(found) == ALTERNATIVES:
                break
    return found


def nearest(word: str, state: SearchCount) -> str:
    """Return the word that is perhaps meant; empty where none is near, or it is right."""
    if len(word) < SHORTEST or word.isdigit():
        return ""
    known = _vocabulary(state)
    cutoff = 1 if len(word) < 5 else 2
    near = process.extract(word, known.words, scorer=OSA.distance, score_cutoff=cutoff, limit=50)
    found = [(distance, -known.numbers[other], other) for other, distance, _ in near if distance]
    if not found:
        return ""
    _, negative, best = min(found)
    return best if -negative > _FAR_COMMONER * known.numbers.get(word, 0) else ""


def corrected(question: Question, state: SearchCount) -> Question | None:
    """Return the question with its misspelt words put right; None where there is none."""
    spelt = [nearest(word, state) or word for word in question.words]
    if spelt == question.words:
        return None
    return replace(question, text=" ".join(spelt))
