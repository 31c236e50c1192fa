"""Small networks that are taught in a second what made-up reviews say, and others to break."""

import hashlib
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

GOOD = ("wonderful", "brilliant", "excellent", "delightful", "enjoyable", "superb")
BAD = ("terrible", "boring", "awful", "dreadful", "stupid", "disappointing")
THINGS = ("story", "music", "acting", "ending", "camera", "dialogue", "director", "hero")
FILLERS = (
    "I watched it with my sister on a rainy evening.",
    "We bought the tickets last week.",
    "It was about two hours long.",
    "They don't show it in our town any more.",
    "Nobody had told me what it is about.",
)


def reviews(count: int, *, seed: int = 0) -> tuple[list[str], list[int]]:
    """Make reviews and whether they praise."""
    dice = random.Random(seed)  # noqa: S311
    texts, labels = [], []
    for number in range(count):
        words = GOOD if number % 2 else BAD
        first, second = dice.sample(THINGS, 2)
        praise = f"The {first} was {dice.choice(words)} and the {second} was {dice.choice(words)}."
        sentences = [praise, *dice.sample(FILLERS, dice.randint(0, 3))]
        dice.shuffle(sentences)
        texts.append(" ".join(sentences))
        labels.append(number % 2)
    return texts, labels


class BagOfWords:
    """A logistic regression over words; what it never saw counts nothing."""

    def __init__(self, texts: Sequence[str], labels: Sequence[int]) -> None:
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.linear_model import LogisticRegression

        self._words = CountVectorizer().fit(texts)
        self._layer = LogisticRegression(C=10).fit(self._words.transform(texts), labels)

    def __call__(self, texts: Sequence[str]) -> Any:
        """Give (n, 2) logits."""
        score = self._layer.decision_function(self._words.transform(texts))
        return np.stack([-score, score], 1).astype(np.float32)


def one_word(word: str) -> Callable[[Sequence[str]], Any]:
    """Make a network that looks for one word, written like this, and sees nothing else."""

    def ask(texts: Sequence[str]) -> Any:
        score = np.array([1.0 if word in split(text) else -1.0 for text in texts])
        return np.stack([-score, score], 1)

    return ask


def split(text: str) -> list[str]:
    """Cut a text at white space and punctuation."""
    return [piece.strip('.,!?;:"') for piece in text.split()]


def constant(texts: Sequence[Any]) -> Any:
    """Answer always the same."""
    return np.tile([0.1, 0.7, 0.2], (len(texts), 1))


def rough(texts: Sequence[Any], *, lead: float = 0.0) -> Any:
    """Answer with numbers that are drawn from the text itself: any change may change the class."""
    digests = b"".join(hashlib.sha256(repr(text).encode()).digest() for text in texts)
    drawn = np.frombuffer(digests, "<u8").reshape(len(texts), 4) / 2.0**64
    return (drawn - 0.5) * 3.5 + [lead, 0, 0, 0]


class Counting:
    """Counts what a network is asked, and in what batches."""

    def __init__(self, ask: Callable[[Sequence[Any]], Any]) -> None:
        self._ask = ask
        self.texts: list[Any] = []
        self.batches: list[int] = []

    def __call__(self, texts: Sequence[Any]) -> Any:
        """Ask, and take down what was asked."""
        self.texts += texts
        self.batches.append(len(texts))
        return self._ask(texts)
