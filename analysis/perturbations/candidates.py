"""What may stand for each word of a text, by a recipe: slips of the finger, other words, both."""

from typing import Literal, get_args

from analysis.perturbations import characters, words
from analysis.perturbations.dice import Dice
from analysis.perturbations.edits import Edit
from analysis.perturbations.splitting import find_words

Recipe = Literal["characters", "words", "both"]
RECIPES: tuple[Recipe, ...] = get_args(Recipe)


class Candidates:
    """Makes the edits of the words of one text; what is drawn follows from seed, id and word."""

    def __init__(self, text: str, recipe: Recipe, seed: int, text_id: int) -> None:
        if recipe not in RECIPES:
            raise ValueError(f"there is no recipe {recipe!r}: {', '.join(RECIPES)}")
        self.text = text
        self.words = find_words(text)
        self._seed, self._id = seed, text_id
        self._slips = recipe != "words"
        self._replaces = recipe != "characters" and words.is_english(self.words)

    def changeable(self) -> list[int]:
        """List the numbers of the words for which something may stand."""
        return [place for place in range(len(self.words)) if self._can_change(place)]

    def _can_change(self, place: int) -> bool:
        if self._slips and characters.can_slip(self.words[place].text):
            return True
        return self._replaces and bool(words.replacements(self.text, self.words, place))

    def of(self, place: int) -> list[Edit]:
        """Make the edits of a word, each another text."""
        word = self.words[place]
        edits: list[Edit] = []
        if self._replaces:
            edits += words.replacements(self.text, self.words, place)
        if self._slips:
            dice = Dice(self._seed, self._id, place)
            edits += [
                Edit(kind, word.start, word.text, slip, place)
                for kind, slip in characters.slips(word.text, dice)
            ]
        return edits
