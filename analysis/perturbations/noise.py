"""Texts with random slips or other words: what happens without a search for the worst."""

from collections.abc import Callable, Sequence

from analysis.perturbations.asking import BATCH, Ask, T
from analysis.perturbations.candidates import Candidates, Recipe
from analysis.perturbations.dice import Dice
from analysis.perturbations.edits import Edit, apply
from analysis.perturbations.invariance import Answers, Change, Which, compare

SHARES = (0.05, 0.1, 0.2, 0.4)
_TITLES = {"characters": "slips", "words": "other words", "both": "slips and other words"}


def noisy(text: str, text_id: int, *, recipe: Recipe, share: float, seed: int) -> str:
    """Change a share of the words of a text at random, at least one where one can be changed."""
    candidates = Candidates(text, recipe, seed, text_id)
    most = max(1, round(share * len(candidates.words)))
    dice = Dice(seed, text_id, "words")
    places = candidates.changeable()
    edits: list[Edit] = []
    done = 0
    for place in dice.some(places, len(places)):
        found = _draw(candidates, place, seed, text_id)
        if found and done + found.words <= most and not _touches(found, edits):
            edits.append(found)
            done += found.words
        if done >= most:
            break
    return apply(text, edits)


def _draw(candidates: Candidates, place: int, seed: int, text_id: int) -> Edit | None:
    """Draw one of the edits of a word."""
    edits = candidates.of(place)
    return Dice(seed, text_id, "edit", place).some(edits, 1)[0] if edits else None


def _touches(edit: Edit, others: Sequence[Edit]) -> bool:
    return any(edit.start < other.end and other.start < edit.end for other in others)


def check_noise(
    ask: Ask[T],
    texts: Sequence[T],
    ids: Sequence[int],
    *,
    recipe: Recipe = "characters",
    shares: Sequence[float] = SHARES,
    seed: int,
    which: Which = None,
    batch: int = BATCH,
) -> list[Answers]:
    """Ask about each text as it is and with random changes of these shares of its words.

    Raises CheckError where ``ask`` gives no logits.
    """

    def maker(text_id: int, share: float) -> Callable[[str], str]:
        return lambda text: noisy(text, text_id, recipe=recipe, share=share, seed=seed)

    def change(share: float) -> Change:
        title = f"{_TITLES[recipe]} in {share:.0%} of the words"
        return Change(f"{recipe}_{share:g}", title, str, keeps_meaning=True)

    makers = {change(share): [maker(text_id, share) for text_id in ids] for share in shares}
    return compare(ask, texts, makers, which=which, batch=batch)
