"""One mark on trial: what is asked for it, what was answered, and what that proves."""

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import JSON
from analysis.marks import SecretMark
from analysis.tasks import replies
from analysis.watermarks.answer_keys import AnswerKeys
from analysis.watermarks.envelope import MOST_CLASSES, KeysError
from analysis.watermarks.keys import draws_of
from analysis.watermarks.reading import Keys, keys_from
from analysis.watermarks.statistics import (
    LEAST_NETWORKS,
    Null,
    Ownership,
    Tally,
    by_controls_of,
    chance_tail,
    ownership,
)
from analysis.watermarks.texts.keys import LARGEST_VOCABULARY, TextKeys
from analysis.watermarks.weight_keys import WeightKeys

_OTHER_LENGTH = "The network has no layer of the length that was marked."
_HIDDEN = "The network does not show what enters its last layer."
FUTILE = 0.25  # p-value of the first round above which a mark is given up


def suspect_of(mark: SecretMark, *, writes: bool) -> "Suspect":
    """Open a mark for a network that ``writes`` texts, or classifies pictures; raises KeysError."""
    keys = keys_from(mark.keys)
    if isinstance(keys, TextKeys) != writes:
        what = "write texts" if isinstance(keys, TextKeys) else "classify pictures"
        raise KeysError(f"The keys are for networks that {what}.")
    if isinstance(keys, TextKeys):
        return TextSuspect(mark, keys)
    return AnswerSuspect(mark, keys) if isinstance(keys, AnswerKeys) else WeightSuspect(mark, keys)


class Suspect:
    """A mark that a network may carry. ``problem`` says why it cannot be asked for it."""

    wants_answers = False  # to its pictures; else what enters the last layer is wanted
    wants_weights = False

    def __init__(self, mark: SecretMark, keys: Keys) -> None:
        self.mark = mark
        self.problem = ""
        self._keys = keys
        self._asked = 0

    @property
    def pictures(self) -> NumpyArray:
        """Return all pictures of the mark, (n, c, h, w) of bytes; n may be 0."""
        found = None if isinstance(self._keys, TextKeys) else self._keys.pictures
        return np.zeros((0, 1, 1, 1), np.uint8) if found is None else found

    def next(self, most: int | None) -> list[int]:
        """Return which pictures to ask next, until ``most`` of the mark have been asked."""
        chosen: list[int] = self._order()[self._asked : most].tolist()
        self._asked += len(chosen)
        return chosen

    def _order(self) -> NumpyArray:
        return np.arange(len(self.pictures))

    def fit(self, network: Mapping[str, JSON]) -> None:
        """Find out from what the network says of itself whether the mark can be asked."""

    def hear_answer(self, at: int, answer: int) -> None:
        """Take the class that the network answers a picture by."""

    def hear_vectors(self, vectors: Mapping[str, NumpyArray]) -> None:
        """Take mean weights by layer, or a mean activation."""

    def hear_texts(self, texts: Sequence[NumpyArray]) -> None:
        """Take what the network wrote, by itself: token ids, (n,) each."""

    def is_futile(self) -> bool:
        """Say whether the answers so far leave no hope."""
        return False

    def tally(self) -> Tally | None:
        """Count the matches; None where nothing was heard."""
        raise NotImplementedError

    def judged(self, tried: int) -> Ownership:
        """Say what it proves, where so many marks were tried; nothing heard proves nothing."""
        tally = self.tally()
        if tally is None:
            return Ownership(1.0, None, None, None, tried)
        others = [Tally(*each) for each in self.mark.others]
        alike = tuple(each for each in others if bool(each.controls) == bool(tally.controls))
        null = Null(alike) if len(alike) >= LEAST_NETWORKS else None
        return ownership(tally, null=null, chance=self._keys.chance, tried=tried)


class AnswerSuspect(Suspect):
    """A mark that is read from answers."""

    wants_answers = True

    def __init__(self, mark: SecretMark, keys: AnswerKeys) -> None:
        super().__init__(mark, keys)
        self.keys = keys
        self._places: list[int] = []
        self._answers: list[int] = []

    def _order(self) -> NumpyArray:
        """Order keys at random, so that both kinds have been asked in equal shares at any time."""
        controls = self.keys.is_control
        drawn = draws_of(self.keys.salt, "order").permutation(len(controls))
        share = np.empty(len(drawn))
        for kind in (controls[drawn], ~controls[drawn]):
            share[kind] = np.arange(kind.sum()) / max(kind.sum(), 1)
        found: NumpyArray = drawn[np.argsort(share, kind="stable")]
        return found

    def fit(self, network: Mapping[str, JSON]) -> None:
        """Answers can be compared where there are as many classes."""
        classes = replies.read_count(network, "classes", 2, MOST_CLASSES)
        if classes != self.keys.classes:
            self.problem = (
                f"The keys are for a network of {self.keys.classes:,} classes, and this one has"
                f" {classes:,}."
            )

    def hear_answer(self, at: int, answer: int) -> None:
        """Take the answer to a key."""
        self._places.append(at)
        self._answers.append(answer)

    def tally(self) -> Tally | None:
        """Count the matches of what was asked."""
        places = np.array(self._places, np.int64)
        matched = self.keys.matched(np.array(self._answers, np.int64), places)
        controls = self.keys.is_control[places]
        if controls.all():
            return None
        return Tally(
            int(matched[~controls].sum()), int((~controls).sum()),
            int(matched[controls].sum()), int(controls.sum()),
        )  # fmt: skip

    def is_futile(self) -> bool:
        """Say whether so few matches are nothing unusual."""
        tally = self.tally()
        if tally is None:
            return True
        chance = self.keys.chance
        if tally.controls and by_controls_of(tally) > FUTILE:
            return True
        return chance is not None and chance_tail(tally.matches, tally.keys, chance) > FUTILE

    def judged(self, tried: int) -> Ownership:
        """Say what the matches prove; of a mark that was given up, nothing."""
        if len(self._places) < len(self.keys.expected):
            return Ownership(1.0, None, None, None, tried)
        return super().judged(tried)


class WeightSuspect(Suspect):
    """A mark that lies in weights, or in what enters the last layer."""

    def __init__(self, mark: SecretMark, keys: WeightKeys) -> None:
        super().__init__(mark, keys)
        self.keys = keys
        self.wants_weights = keys.pictures is None
        self._tally: Tally | None = None
        self._layers = 1  # that the bits were looked for in

    def next(self, most: int | None) -> list[int]:
        """Return all pictures at once, where there are some: their mean counts."""
        return super().next(None)

    def hear_vectors(self, vectors: Mapping[str, NumpyArray]) -> None:
        """Read the bits from the layer that was marked, or from all that could be it."""
        fitting = {name: one for name, one in vectors.items() if one.shape == (self.keys.length,)}
        if self.keys.layer in fitting:
            fitting = {self.keys.layer: fitting[self.keys.layer]}
        if not fitting:
            shows = self.wants_weights or any(one.size for one in vectors.values())
            self.problem = _OTHER_LENGTH if shows else _HIDDEN
            return
        self._layers = len(fitting)
        tallies = [self.keys.tally(vector) for vector in fitting.values()]
        self._tally = max(tallies, key=lambda tally: tally.matches)

    def tally(self) -> Tally | None:
        """Return the bits that are right."""
        return self._tally

    def judged(self, tried: int) -> Ownership:
        """Say what the bits prove, corrected for the layers that were looked at."""
        return super().judged(tried * self._layers)


class TextSuspect(Suspect):
    """A mark that is read from what a language model writes."""

    def __init__(self, mark: SecretMark, keys: TextKeys) -> None:
        super().__init__(mark, keys)
        self.keys = keys
        self._tally: Tally | None = None
        self._vocabulary = 0

    def fit(self, network: Mapping[str, JSON]) -> None:
        """Note the number of tokens, which the keys must know."""
        self._vocabulary = replies.read_count(network, "vocabulary", 2, LARGEST_VOCABULARY)

    def hear_texts(self, texts: Sequence[NumpyArray]) -> None:
        """Count the tokens that the keys favour."""
        try:
            self._tally = self.keys.tally(texts, self._vocabulary)
        except KeysError as error:
            self.problem = str(error)

    def tally(self) -> Tally | None:
        """Return the tokens that match."""
        return self._tally
