"""Slips of the finger: one letter of a word changed so that a person still reads the word.

First and last letter stay where they are, because readers go by them; only a look-alike may stand
anywhere. Words of up to three letters are changed by look-alikes alone. Keyboard: QWERTY. A slip
that makes another word of the lexicon is none: the reader would read that one.
"""

from collections.abc import Callable

from analysis.perturbations.dice import Dice
from analysis.perturbations.lexicon import lexicon
from analysis.perturbations.splitting import letters_of, script

SHORTEST = 4  # letters of a word that is changed inside
SHORTEST_LOOK_ALIKE = 3
LONGEST = 40  # what is longer is no word that anybody reads
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# Digits and signs that people write for letters, then letters of other alphabets (Cyrillic) that
# look the same in most fonts.
_LOOK_ALIKES = {
    "a": "@\u0430", "c": "\u0441", "e": "3\u0435", "i": "1\u0456", "j": "\u0458", "l": "1",
    "o": "0\u043e", "p": "\u0440", "s": "$\u0455", "x": "\u0445", "y": "\u0443",
    "A": "4\u0410", "B": "8\u0412", "C": "\u0421", "E": "3\u0415", "H": "\u041d", "I": "1\u0406",
    "K": "\u041a", "M": "\u041c", "O": "0\u041e", "P": "\u0420", "S": "$\u0405", "T": "\u0422",
    "X": "\u0425",
}  # fmt: skip


def _keyboard() -> dict[str, str]:
    """List the keys beside each letter; each row stands half a key further right."""
    keys = {(row, place): key for row, line in enumerate(_ROWS) for place, key in enumerate(line)}
    beside = ((0, -1), (0, 1), (-1, 0), (-1, 1), (1, -1), (1, 0))
    return {
        key: "".join(keys.get((row + down, place + right), "") for down, right in beside)
        for (row, place), key in keys.items()
    }


KEYBOARD = _keyboard()


def swaps(letters: list[str]) -> list[str]:
    """Swap two neighbours inside of a word."""
    return [
        "".join([*letters[:place], letters[place + 1], letters[place], *letters[place + 2 :]])
        for place in range(1, len(letters) - 2)
        if letters[place] != letters[place + 1] and _are_inner(letters[place : place + 2])
    ]


def deletions(letters: list[str]) -> list[str]:
    """Leave out a letter inside of a word."""
    return [
        "".join([*letters[:place], *letters[place + 1 :]])
        for place in range(1, len(letters) - 1)
        if _are_inner(letters[place : place + 1])
    ]


def insertions(letters: list[str]) -> list[str]:
    """Strike a letter twice, or a key beside it as well."""
    return [
        "".join([*letters[: place + 1], more, *letters[place + 1 :]])
        for place in range(1, len(letters) - 1)
        if _are_inner(letters[place : place + 1])
        for more in (letters[place], *_beside(letters[place]))
    ]


def misses(letters: list[str]) -> list[str]:
    """Strike a key beside the right one."""
    return [
        "".join([*letters[:place], other, *letters[place + 1 :]])
        for place in range(1, len(letters) - 1)
        for other in _beside(letters[place])
    ]


def look_alikes(letters: list[str]) -> list[str]:
    """Write a sign that looks like the letter."""
    return [
        "".join([*letters[:place], other, *letters[place + 1 :]])
        for place, letter in enumerate(letters)
        for other in _LOOK_ALIKES.get(letter, "")
    ]


SLIPS: dict[str, Callable[[list[str]], list[str]]] = {
    "swap": swaps,
    "deletion": deletions,
    "insertion": insertions,
    "keyboard": misses,
    "look-alike": look_alikes,
}


def _are_inner(letters: list[str]) -> bool:
    return all(script(letter) for letter in letters)


def _beside(letter: str) -> str:
    keys = KEYBOARD.get(letter.lower(), "")
    return keys if letter.islower() else keys.upper()


def can_slip(word: str) -> bool:
    """Say whether there is any slip of this word."""
    if not SHORTEST_LOOK_ALIKE <= len(word) <= LONGEST:
        return False
    letters = letters_of(word)
    if len(letters) >= SHORTEST and any(script(letter) for letter in letters[1:-1]):
        return True
    return any(letter in _LOOK_ALIKES for letter in letters)


def slips(word: str, dice: Dice, each: int = 2) -> list[tuple[str, str]]:
    """Draw up to ``each`` slips of each kind: pairs of (kind, what stands there then)."""
    if not can_slip(word):
        return []
    letters, words = letters_of(word), lexicon().words
    found: dict[str, str] = {}  # slip → kind
    for kind, make in SLIPS.items():
        if len(letters) < SHORTEST and kind != "look-alike":
            continue
        made = dict.fromkeys(make(letters))
        fitting = [slip for slip in made if slip != word and slip.lower() not in words]
        for slip in dice.some([slip for slip in fitting if slip not in found], each):
            found[slip] = kind
    return [(kind, slip) for slip, kind in found.items()]
