"""An attack on text classifiers: a greedy search through the words, the most important ones first.

A light recipe in the manner of DeepWordBug (Gao et al. 2018) and TextFooler (Jin et al. 2020):

1. Ask for the class of the text as it is: the network's own answer is what must change.
2. Leave out each word in turn; the further the margin of the class falls, the more the word counts.
   A text with more words than half of the queries left is searched by blocks of words first.
3. From the most important word on, try what could stand there, all of it at once, and keep what
   takes most of the margin away. The last edit that the budget allows must break the text.
4. Stop at the first change of the class that the network repeats when it is asked again, and take
   back the edits that it does not need; or when the words, the edits or the queries are used up.

The margin is the logit of the class less the largest other. Each word is changed once at most.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil
from typing import Generic, Literal

import numpy as np

from analysis.arrays import NumpyArray
from analysis.perturbations.asking import (
    BATCH,
    NO_CLASS,
    Ask,
    Question,
    Search,
    T,
    classes_of,
    run_searches,
)
from analysis.perturbations.candidates import Candidates, Recipe
from analysis.perturbations.characters import SLIPS
from analysis.perturbations.edits import Edit, apply, leave_out
from analysis.perturbations.splitting import edit_distance

QUERIES = 500
SHARE = 0.2  # of the words, at most
MOST_SLIPS = 30  # letters of a text, as DeepWordBug has it
_CONFIRMATION = 1  # query that is kept back
_WORTH_RANKING = 4  # queries; with fewer, words are tried in their order
_ROUNDING = 1e-9  # of a share of words in floats


class Ended(StrEnum):
    """Why the search in a text ended."""

    BROKEN = "broken"
    WORDS = "words"  # all words were tried, as far as the budget of edits goes
    QUERIES = "queries"
    UNCHANGEABLE = "unchangeable"  # nothing in it can be changed by this recipe
    UNANSWERED = "unanswered"  # the network gives the text itself no class


@dataclass(frozen=True, slots=True)
class Result:
    """What a search found in one text.

    ``text`` is the changed text, or the original where the class did not change; of a pair, the
    text that may be changed. ``before`` and ``after`` are classes, -1 for no answer. ``words``
    counts the words of the original. ``queries`` are the texts that were asked for it.
    """

    id: int
    broken: bool
    text: str
    edits: tuple[Edit, ...]
    words: int
    queries: int
    before: int
    after: int
    ended: Ended

    @property
    def share(self) -> float:
        """Which share of the words was changed."""
        return sum(edit.words for edit in self.edits) / self.words if self.edits else 0.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What one text may cost.

    ``share`` of its words, at least one; ``distance``: letters that are changed altogether, None
    for the recipe's own (30 for slips, any number for words); ``queries``: texts that are asked.
    """

    queries: int = QUERIES
    share: float = SHARE
    distance: int | None = None

    def __post_init__(self) -> None:
        if self.queries < 1 or not 0 < self.share <= 1:
            raise ValueError("a budget has at least one query, and a share between 0 and 1")
        if self.distance is not None and self.distance < 0:
            raise ValueError("a distance is at least 0")


def attack(
    ask: Ask[T],
    texts: Sequence[T],
    ids: Sequence[int],
    *,
    recipe: Recipe = "characters",
    queries: int = QUERIES,
    seed: int,
    share: float = SHARE,
    distance: int | None = None,
    changes: Literal[0, 1] = 0,
    batch: int = BATCH,
) -> list[Result]:
    """Attack each text; the results come in the order of the texts.

    ``ask`` gives (n, classes) logits for any texts, the empty one among them. ``ids`` tell the
    texts apart: what is drawn for one follows from ``seed`` and its id. Of pairs, ``changes`` says
    which of the two texts may be changed. Raises CheckError where ``ask`` gives no logits.
    """
    found = dict(
        attack_each(
            ask,
            texts,
            ids,
            recipe=recipe,
            budget=Budget(queries, share, distance),
            seed=seed,
            changes=changes,
            batch=batch,
        )
    )
    return [found[place] for place in range(len(texts))]


def attack_each(
    ask: Ask[T],
    texts: Sequence[T],
    ids: Sequence[int],
    *,
    recipe: Recipe,
    budget: Budget,
    seed: int,
    changes: Literal[0, 1] = 0,
    batch: int = BATCH,
) -> Iterator[tuple[int, Result]]:
    """Yield (place of the text, result) as searches end: one that was stopped can go on so."""
    if len(texts) != len(ids):
        raise ValueError("there are as many ids as texts")

    if budget.distance is None and recipe == "characters":
        budget = replace(budget, distance=MOST_SLIPS)

    def search(whole: T, text_id: int) -> Search[T, Result]:
        text, put_back = _opened(whole, changes)
        found = Candidates(text, recipe, seed, text_id)
        return _OneText(found, text_id, budget, put_back).run()

    searches = (search(whole, text_id) for whole, text_id in zip(texts, ids, strict=True))
    yield from run_searches(ask, searches, batch)


def _opened(whole: T, changes: int) -> tuple[str, Callable[[str], T]]:
    """Give the text that may be changed, and what puts a changed one into its place."""
    if isinstance(whole, str):
        return whole, lambda text: text
    first, second = whole
    if changes == 0:
        return first, lambda text: (text, second)
    return second, lambda text: (first, text)


class _OneText(Generic[T]):
    """The search in one text."""

    def __init__(
        self, candidates: Candidates, text_id: int, budget: Budget, put_back: Callable[[str], T]
    ) -> None:
        self._candidates, self._text, self._words = candidates, candidates.text, candidates.words
        self._id, self._budget = text_id, budget
        self._put_back: Callable[[str], T] = put_back
        self._queries = 0
        self._class = NO_CLASS
        self._margin = np.inf
        self._edits: list[Edit] = []
        self._words_left = max(1, int(budget.share * len(self._words) + _ROUNDING))
        self._distance_left = np.inf if budget.distance is None else budget.distance

    def run(self) -> Search[T, Result]:
        """Ask until the class has changed or nothing is left to try."""
        answer = yield from self._ask([()])
        self._class = int(classes_of(answer)[0])
        if self._class == NO_CLASS:
            return self._result(Ended.UNANSWERED)
        self._margin = float(self._read(answer)[0][0])
        ended = Ended.UNCHANGEABLE
        for place in (yield from self._ranked(self._candidates.changeable())):
            if self._left() < 1:
                return self._result(Ended.QUERIES)
            edits = self._candidates.of(place)
            ended = Ended.WORDS if edits else ended
            edits = [edit for edit in edits if self._fits(edit)]
            if not edits:
                continue
            left = self._left()
            after = yield from self._try(edits[:left])
            if after != self._class:
                after = yield from self._without_needless(after)
                return self._result(Ended.BROKEN, after)
            if len(edits) > left:
                return self._result(Ended.QUERIES)
        return self._result(ended)

    def _ask(self, changes: Sequence[tuple[Edit, ...]]) -> Search[T, NumpyArray]:
        """Ask about the text with each of these lists of edits."""
        self._queries += len(changes)
        answer = yield Question(
            len(changes), lambda number: self._put_back(apply(self._text, changes[number]))
        )
        return answer

    def _left(self) -> int:
        return self._budget.queries - self._queries - _CONFIRMATION

    def _read(self, logits: NumpyArray) -> tuple[NumpyArray, NumpyArray]:
        """Give the lead of the class in each row, and the class that is there.

        What is no answer does not help the attack.
        """
        classes = classes_of(logits)
        others = logits.copy()
        others[:, self._class] = -np.inf
        with np.errstate(invalid="ignore"):
            margins = logits[:, self._class] - others.max(1)
        return np.where(classes == NO_CLASS, np.inf, margins), classes

    def _fits(self, edit: Edit) -> bool:
        """Say whether the budget allows an edit, and its words are still as they were."""
        taken = range(edit.word, edit.word + edit.words)
        return (
            edit.words <= self._words_left
            and _distance(edit) <= self._distance_left
            and not any(
                other.word in taken or edit.word in range(other.word, other.word + other.words)
                for other in self._edits
            )
        )

    def _try(self, edits: Sequence[Edit]) -> Search[T, int]:
        """Try what may stand for a word; keep the best. Returns the class that is there then."""
        best, margin, after = yield from self._best_of([(*self._edits, edit) for edit in edits])
        words = self._words_left - edits[best].words
        distance = self._distance_left - _distance(edits[best])
        # The last edit that is allowed is kept for one that breaks: another would end the search.
        if after != self._class or (margin < self._margin and words and distance):
            self._margin, self._words_left, self._distance_left = margin, words, distance
            self._edits.append(edits[best])
        return after

    def _best_of(self, changes: Sequence[tuple[Edit, ...]]) -> Search[T, tuple[int, float, int]]:
        """Find which of these lists of edits takes most; give its number, margin and class.

        Another class counts only where the network repeats it.
        """
        margins, found = self._read((yield from self._ask(changes)))
        is_broken = (found != self._class) & (found != NO_CLASS)
        best = int(np.where(is_broken | ~is_broken.any(), margins, np.inf).argmin())
        margin, after = float(margins[best]), self._class
        if is_broken[best]:
            again, classes = self._read((yield from self._ask([changes[best]])))
            margin = float(again[0])
            after = self._class if classes[0] == NO_CLASS else int(classes[0])
        return best, margin, after

    def _without_needless(self, after: int) -> Search[T, int]:
        """Take back edits that the break does not need, as long as queries last.

        The last edit is needed: without it the text was not broken.
        """
        while 1 < len(self._edits) <= self._left():
            fewer = [_without(self._edits, number) for number in range(len(self._edits) - 1)]
            best, _, found = yield from self._best_of(fewer)
            if found == self._class:
                break
            self._edits, after = list(fewer[best]), found
        return after

    def _ranked(self, places: Sequence[int]) -> Search[T, Sequence[int]]:
        """Order words by how much they count, at the cost of half of what is left of the budget."""
        most = self._left() // 2
        if len(places) <= most:
            return (yield from self._by_fall([(place,) for place in places]))
        if most < _WORTH_RANKING:
            return places
        size = ceil(len(places) / (most // 2))
        blocks = [tuple(places[start : start + size]) for start in range(0, len(places), size)]
        ordered: list[int] = yield from self._by_fall(blocks)
        ordered, rest = ordered[: most - len(blocks)], ordered[most - len(blocks) :]
        ranked: list[int] = yield from self._by_fall([(place,) for place in ordered])
        return ranked + rest

    def _by_fall(self, blocks: Sequence[tuple[int, ...]]) -> Search[T, list[int]]:
        """Leave out each block; list the words of those first that take most of the margin."""
        if not blocks:
            return []
        changes = [
            tuple(leave_out(self._text, self._words[place], place) for place in block)
            for block in blocks
        ]
        margins, _ = self._read((yield from self._ask(changes)))
        return [place for number in np.argsort(margins, kind="stable") for place in blocks[number]]

    def _result(self, ended: Ended, after: int | None = None) -> Result:
        is_broken = ended is Ended.BROKEN
        edits = tuple(sorted(self._edits, key=lambda edit: edit.start)) if is_broken else ()
        return Result(
            id=self._id,
            broken=is_broken,
            text=apply(self._text, edits),
            edits=edits,
            words=len(self._words),
            queries=self._queries,
            before=self._class,
            after=self._class if after is None else after,
            ended=ended,
        )


def _without(edits: Sequence[Edit], number: int) -> tuple[Edit, ...]:
    return (*edits[:number], *edits[number + 1 :])


def _distance(edit: Edit) -> int:
    return 1 if edit.kind in SLIPS else edit_distance(edit.before, edit.after)
