"""Texts cut into words: where each stands, what a person sees as its letters, and its case.

A word is letters with their marks, and apostrophes between them. What touches a digit or an
underscore, an address, a name with @ and a tag with # are no words here: nobody would read them as
before with a letter changed.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

APOSTROPHES = "'\u2019"
# Scripts of letters. A slip in one of them is read over; one in a syllable or in a sign is not.
_ALPHABETS = frozenset(("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC"))
_JOINERS = "\u200c\u200d"
_ENDS = frozenset(".!?…:;\n")
_CLOSING = frozenset("\"'”’)]»* ")
_LOOKS_BACK = 8  # characters between a word and the end of the sentence before it


class _Kinds(dict[int, str]):
    """Letters a, marks m, joiners j, digits 0, white space, apostrophes; all else is a dot."""

    def __missing__(self, code: int) -> str:
        kind = self[code] = _kind(chr(code))
        return kind


def _kind(char: str) -> str:
    if char.isalpha():
        return "a"
    if char in APOSTROPHES:
        return "'"
    if char in _JOINERS:
        return "j"
    if char.isspace():
        return " "
    if char.isdigit() or char == "_":
        return "0"
    return "m" if unicodedata.category(char).startswith("M") else "."


_KINDS = _Kinds()
_WORD = re.compile(r"a[am]*+(?:['j]a[am]*+)*+")
_LETTER = re.compile(r"a[mj]*|.")
_CHUNK = re.compile(r"\S+")
_ENDLESS_MARKS = re.compile("m{31}")  # as in the stream-safe text format of UAX #15
_TOUCHING = frozenset("0m")  # beside what is then no word


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, and where it begins and ends, in characters."""

    start: int
    end: int
    text: str


def find_words(text: str) -> list[Word]:
    """List the words of a text, in their order; takes time in proportion to its length."""
    words = []
    for chunk in _CHUNK.finditer(text):
        if not is_address(chunk[0]):
            words += _words_in(chunk[0], chunk.start())
    return words


def is_address(chunk: str) -> bool:
    """Say whether something without white space is a name, an address or a tag."""
    return "@" in chunk or "://" in chunk or "www." in chunk.lower() or chunk.startswith("#")


def _words_in(chunk: str, offset: int) -> list[Word]:
    kinds = chunk.translate(_KINDS)
    spans = (found.span() for found in _WORD.finditer(kinds))
    return [
        Word(offset + start, offset + end, chunk[start:end])
        for start, end in spans
        if kinds[start - 1 : start] not in _TOUCHING and kinds[end : end + 1] not in _TOUCHING
    ]


def letters_of(word: str) -> list[str]:
    """Cut a word into what a person sees as its letters: each with its marks."""
    if word.isascii():
        return list(word)
    spans = (found.span() for found in _LETTER.finditer(word.translate(_KINDS)))
    return [word[start:end] for start, end in spans]


@cache
def script(letter: str) -> str:
    """Name the script of a letter, "" where it is not written in letters."""
    name = unicodedata.name(letter[:1], "").split(" ")[0] if letter[:1].isalpha() else ""
    return name if name in _ALPHABETS else ""


def normalized(form: Literal["NFC", "NFD"], text: str) -> str:
    """Compose or decompose a text; one with endless runs of marks is left as it is.

    CPython sorts such a run in quadratic time, and it is no text.
    """
    if not text.isascii() and _ENDLESS_MARKS.search(text.translate(_KINDS)):
        return text
    return unicodedata.normalize(form, text)


def with_case_of(model: str, word: str) -> str | None:
    """Write ``word`` as ``model`` is written: small, Large or LARGE; None where it is mixed."""
    if model == model.lower():
        return word
    if model == model.upper() and len(model) > 1:
        return word.upper()
    if model == model[:1].upper() + model[1:].lower():
        return word[:1].upper() + word[1:]
    return None


def begins_sentence(text: str, start: int) -> bool:
    """Say whether a sentence begins here: behind an end of one, or with the text."""
    place = start - 1
    while place >= 0 and start - place <= _LOOKS_BACK:
        if text[place] in _ENDS:
            return True
        if text[place] not in _CLOSING and not text[place].isspace() and text[place] not in "“‘([«":
            return False
        place -= 1
    return place < 0


def edit_distance(first: str, second: str) -> int:
    """Count the letters to insert, delete, replace or swap with their neighbour, at least.

    The restricted distance of Damerau and Levenshtein: no letter is touched twice.
    """
    a, b = letters_of(first), letters_of(second)
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        older, before, row = before, row, [i] + [0] * len(b)
        for j, other in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                row[j] = min(row[j], older[j - 2] + 1)
    return row[-1]
