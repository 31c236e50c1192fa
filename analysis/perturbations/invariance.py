"""Changes of a text that must not change its class: case, punctuation, white space, signs, numbers.

A change that a text has nothing for (no quotes, no accents) does not count for that text. Where a
change may change what the text means (a question without its mark, an accent that tells two words
apart), ``keeps_meaning`` is False, and another answer is not by itself a fault.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.arrays import NumpyArray
from analysis.perturbations.asking import BATCH, Ask, T, ask_all, classes_of
from analysis.perturbations.splitting import find_words, is_address, normalized, script
from analysis.perturbations.words import is_english

Which = Literal[0, 1] | None  # of a pair: the text that is changed, None for both


@dataclass(frozen=True, slots=True)
class Change:
    """A way to change a text; ``make`` gives the text itself where there is nothing to change."""

    name: str
    title: str
    make: Callable[[str], str]
    keeps_meaning: bool = True


@dataclass(frozen=True, slots=True)
class Answers:
    """What a network answered to the texts that a change applies to.

    ``applies``: (n,) bool, of all texts. ``before`` and ``after``: (n,) classes, -1 for no answer;
    where the change does not apply they are the same.
    """

    name: str
    title: str
    keeps_meaning: bool
    applies: NumpyArray
    before: NumpyArray
    after: NumpyArray


_CLOSING = "\"'”’)]"
_MARKS = ".!?…"
_SPACE = re.compile(r"(?<=\S) (?=\S)")
_OPENING = re.compile(r"(^|[\s(\[—–-])([\"'])")
_CHUNK = re.compile(r"\S+")
_DASH = re.compile(r" ?[—–] ?")
_SIGNS = re.compile(r"(\w?)([^\w\s]+)(?=(\w?))")
_KEPT_SIGNS = frozenset("'\u2019-/%&@#*")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_BARE = re.compile(r"(?<![\d.,/:\w-])\d{4,15}(?![\d/:\w-]|[.,]\d)")
_SMALL = re.compile(r"(?<![\d.,/:\w$€£#+-])(?:1[0-2]|[0-9])(?![\d/:\w%°-]|[.,]\d)")
_YEARS = range(1000, 2200)  # what may be one is not cut into thousands
_NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip
# English words that are written with and without their accents.
_UNACCENTED = """
    café cafés naïve cliché clichés clichéd façade façades fiancé fiancée décor débris début débuts
    déjà élite entrée entrées matinée mêlée protégé protégés première rôle rôles séance soirée crème
    brûlée fête ménage touché jalapeño über
"""
_BORROWED = frozenset(_UNACCENTED.split())


def _titled(text: str) -> str:
    """Begin each word with a capital; what stands behind an apostrophe is no word."""
    pieces, done = [], 0
    for word in find_words(text):
        pieces += [text[done : word.start], word.text[:1].upper(), word.text[1:].lower()]
        done = word.end
    return "".join([*pieces, text[done:]])


def _without_stop(text: str) -> str:
    """Take away one full stop at the end, also inside of a quote or bracket."""
    bare, tail = _bare_end(text)
    is_stop = bare.endswith(".") and not bare.endswith("..")
    return bare[:-1] + tail if is_stop else text


def _without_end(text: str) -> str:
    bare, tail = _bare_end(text)
    return bare.rstrip(_MARKS) + tail


def _bare_end(text: str) -> tuple[str, str]:
    """Cut off white space, and quotes and brackets that close, at the end."""
    bare = text.rstrip().rstrip(_CLOSING)
    return bare, text[len(bare) :]


def _without_punctuation(text: str) -> str:
    """Take out what stands between words; what belongs to a word, a number or an address stays."""
    return _CHUNK.sub(_without_signs, _DASH.sub(" ", text))


def _without_signs(found: re.Match[str]) -> str:
    return found[0] if is_address(found[0]) else _SIGNS.sub(_between, found[0])


def _between(found: re.Match[str]) -> str:
    """Give what is left of signs and of what stands before them."""
    before, signs, after = found.groups()
    kept = "".join(sign for sign in signs if not _is_punctuation(sign))
    if before and after and not kept:
        is_one = signs == "." or (before.isdigit() and after.isdigit())  # "e.g.", 3.5, 10:30
        return found[0] if is_one else f"{before} "  # "wait...what"
    return before + kept


def _is_punctuation(sign: str) -> bool:
    return unicodedata.category(sign).startswith("P") and sign not in _KEPT_SIGNS


def _with_stop(text: str) -> str:
    """End with a full stop where the text ends with a letter of an alphabet or a digit."""
    bare = text.rstrip()
    is_open = bool(script(bare[-1:])) or bare[-1:].isdecimal()
    return f"{bare}.{text[len(bare) :]}" if is_open else text


def _middle_space(text: str, other: str) -> str:
    """Put something in the place of the space that is nearest to the middle."""
    places = [found.start() for found in _SPACE.finditer(text)]
    if not places:
        return text
    place = min(places, key=lambda place: abs(2 * place - len(text)))
    return text[:place] + other + text[place + 1 :]


def _curly(text: str) -> str:
    """Write straight quotes and apostrophes as a printer sets them."""

    def opened(found: re.Match[str]) -> str:
        return found[1] + ("“" if found[2] == '"' else "‘")

    return _OPENING.sub(opened, text).replace('"', "”").replace("'", "’")


_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'"})


def _bare_letters(text: str) -> str:
    """Take the accents off Latin letters; the marks of other scripts are letters there."""
    pieces: list[str] = []
    is_latin = False
    for char in normalized("NFD", text):
        if unicodedata.combining(char):
            if not is_latin:
                pieces.append(char)
            continue
        is_latin = unicodedata.name(char, "").startswith("LATIN")
        pieces.append(char)
    return normalized("NFC", "".join(pieces))


def _without_borrowed_accents(text: str) -> str:
    """Take the accents off those words that English writes without them as well."""
    pieces, done = [], 0
    for word in find_words(text):
        if normalized("NFC", word.text.lower()) in _BORROWED:
            pieces += [text[done : word.start], _bare_letters(word.text)]
            done = word.end
    return "".join([*pieces, text[done:]])


def _regrouped(text: str) -> str:
    """Write 1,000,000 as 1000000, or the other way round, in English."""
    if not is_english(find_words(text)):
        return text
    joined = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), text)
    if joined != text:
        return joined
    return _BARE.sub(lambda found: _grouped(found[0]), text)


def _grouped(digits: str) -> str:
    is_number = digits.isascii() and digits[0] != "0" and int(digits) not in _YEARS
    return f"{int(digits):,}" if is_number else digits


def _spelled(text: str) -> str:
    """Write whole numbers up to twelve as words, in English."""
    if not is_english(find_words(text)):
        return text
    return _SMALL.sub(lambda found: _NUMBERS[int(found[0])], text)


CHANGES: tuple[Change, ...] = (
    Change("lower", "all letters small", str.lower),
    Change("upper", "all letters large", str.upper),
    Change("title", "a capital at each word", _titled),
    Change("no_full_stop", "without the full stop at the end", _without_stop),
    Change("full_stop", "with a full stop at the end", _with_stop),
    Change("no_end_mark", "without . ! ? at the end", _without_end, keeps_meaning=False),
    Change(
        "no_punctuation",
        "without punctuation",
        _without_punctuation,
        keeps_meaning=False,
    ),
    Change("double_spaces", "two spaces between words", lambda t: _SPACE.sub("  ", t)),
    Change("leading_space", "a space before the text", lambda t: f" {t}" if t else t),
    Change("trailing_space", "a space behind the text", lambda t: f"{t} " if t else t),
    Change("new_line", "a new line in the middle", lambda t: _middle_space(t, "\n")),
    Change("tab", "a tab in the middle", lambda t: _middle_space(t, "\t")),
    Change("no_break_spaces", "spaces that break no line", lambda t: _SPACE.sub("\u00a0", t)),
    Change("curly_quotes", "quotes and apostrophes as printers set them", _curly),
    Change("straight_quotes", "quotes and apostrophes as typed", lambda t: t.translate(_STRAIGHT)),
    Change("decomposed", "accents as signs of their own", lambda t: normalized("NFD", t)),
    Change("borrowed_accents", "English words without accents", _without_borrowed_accents),
    Change("no_accents", "without any accents", _bare_letters, keeps_meaning=False),
    Change("thousands", "1,000 as 1000, or the other way round", _regrouped),
    Change("number_words", "numbers up to twelve as words", _spelled),
)


def check_invariance(
    ask: Ask[T],
    texts: Sequence[T],
    *,
    changes: Sequence[Change] = CHANGES,
    which: Which = None,
    batch: int = BATCH,
) -> list[Answers]:
    """Ask about each text as it is and with each change that applies to it.

    Raises CheckError where ``ask`` gives no logits.
    """
    makers = {change: [change.make] * len(texts) for change in changes}
    return compare(ask, texts, makers, which=which, batch=batch)


def compare(
    ask: Ask[T],
    texts: Sequence[T],
    makers: Mapping[Change, Sequence[Callable[[str], str]]],
    *,
    which: Which = None,
    batch: int = BATCH,
) -> list[Answers]:
    """Ask about texts as they are and as ``makers``, one for each text, change them."""
    before = classes_of(ask_all(ask, texts, batch))
    asked: list[tuple[int, int]] = []

    def changed() -> Iterator[T]:
        for number, of_texts in enumerate(makers.values()):
            for place, (whole, make) in enumerate(zip(texts, of_texts, strict=True)):
                other = with_change(whole, make, which)
                if other != whole:
                    asked.append((number, place))
                    yield other

    found = classes_of(ask_all(ask, changed(), batch))
    applies = np.zeros((len(makers), len(texts)), dtype=bool)
    after = np.tile(before, (len(makers), 1))
    for (number, place), answer in zip(asked, found, strict=True):
        applies[number, place], after[number, place] = True, answer
    return [
        Answers(change.name, change.title, change.keeps_meaning, of_texts, before, answers)
        for change, of_texts, answers in zip(makers, applies, after, strict=True)
    ]


def with_change(whole: T, make: Callable[[str], str], which: Which) -> T:
    """Change a text, or one or both texts of a pair."""
    if isinstance(whole, str):
        return make(whole)
    first, second = whole
    return (first if which == 1 else make(first), second if which == 0 else make(second))
