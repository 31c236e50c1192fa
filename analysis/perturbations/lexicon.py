"""The lexicon that ships: groups of English words, with the forms in which they stand in texts.

``synonyms.txt`` beside this file says how it is written. A form that belongs to groups of several
kinds (a noun that is also a verb) is replaced only by what stands in all of them, so that no part
of speech has to be guessed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_VOWELS = "aeiou"
_DOUBLED = re.compile(r"(?:[^aeiou]|qu)*[aeiou][bdgklmnprt]")  # plan, stop, quit: of one syllable
_HISSING = ("s", "x", "z", "ch", "sh")
PAST, PARTICIPLE = 2, 3  # places of a verb's forms
_FORMS_OF_A_NOUN = (0, 1)  # of a verb: the base and -s


@dataclass(frozen=True, slots=True)
class Entry:
    """A word of a group, in each of its forms; ``spared`` are those that are not replaced."""

    forms: tuple[str, ...]
    spared: frozenset[int]


@dataclass(frozen=True, slots=True)
class Group:
    """Words that can stand for each other."""

    kind: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """``replacements``: form → place of a form in its group → what may stand there instead.

    ``words`` are all forms, and those that typing errors must not make.
    """

    groups: tuple[Group, ...]
    replacements: Mapping[str, Mapping[int, tuple[str, ...]]]
    words: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """Read the lexicon, once in a process; raises ValueError on a line that is none."""
    groups, known = [], set[str]()
    for line in Path(__file__).with_name("synonyms.txt").read_text().splitlines():
        kind, _, words = line.partition(":")
        if not line or line.startswith("#"):
            continue
        if kind == "known":
            known.update(words.split())
        else:
            groups.append(_group(kind, words.split()))
    forms = {form for group in groups for entry in group.entries for form in entry.forms}
    return Lexicon(tuple(groups), _replacements(groups), frozenset(forms | known))


def _group(kind: str, words: Sequence[str]) -> Group:
    if kind not in _INFLECTED:
        raise ValueError(f"the lexicon has groups of an unknown kind: {kind!r}")
    return Group(kind, tuple(_entry(kind, word) for word in words))


def _entry(kind: str, word: str) -> Entry:
    is_spared, is_noun = word.startswith("+"), "~" in word
    base, *irregular = word.removeprefix("+").replace("~", "").split(":")
    forms = _INFLECTED[kind](base.rstrip("!"), irregular, base.endswith("!"))
    spared = range(len(forms)) if is_spared else _FORMS_OF_A_NOUN if is_noun else ()
    return Entry(forms, frozenset(spared))


def _replacements(groups: Sequence[Group]) -> dict[str, dict[int, tuple[str, ...]]]:
    found: dict[str, dict[tuple[str, int], list[str]]] = {}
    for group in groups:
        for form, place, others in _places(group):
            found.setdefault(form, {}).setdefault((group.kind, place), []).extend(others)
    return {form: agreed for form, by_place in found.items() if (agreed := _agreed(form, by_place))}


def _places(group: Group) -> Iterator[tuple[str, int, list[str]]]:
    """Yield (form, its place, what may replace it) for all forms that are not spared."""
    for entry in group.entries:
        for place, form in enumerate(entry.forms):
            others = [other.forms[place] for other in group.entries if other.forms[place] != form]
            if others and place not in entry.spared:
                yield form, place, others


def _agreed(
    form: str, by_place: Mapping[tuple[str, int], Sequence[str]]
) -> dict[int, tuple[str, ...]]:
    """Keep what all kinds of groups agree on; a past and a participle are told apart later."""
    kinds = {kind for kind, _ in by_place}
    if "verb" in kinds and "adjective" in kinds and form.endswith(("ed", "ing")):
        # Such an adjective was made of a verb, as its replacements are: "it is annoying (us)".
        by_place = {key: words for key, words in by_place.items() if key[0] == "adjective"}
        kinds = {"adjective"}
    if len(kinds) == 1:
        return {place: tuple(dict.fromkeys(words)) for (_, place), words in by_place.items()}
    sets = [set(words) for words in by_place.values()]
    shared = set.intersection(*sets)
    first = next(iter(by_place.values()))
    return {0: tuple(word for word in first if word in shared)} if shared else {}


def _fixed(base: str, irregular: Sequence[str], doubled: bool) -> tuple[str, ...]:
    return (base,)


def _noun(base: str, irregular: Sequence[str], doubled: bool) -> tuple[str, ...]:
    return base, irregular[0] if irregular else _with_s(base)


def _compared(base: str, irregular: Sequence[str], doubled: bool) -> tuple[str, ...]:
    stem = _stem(base, is_doubled=bool(_DOUBLED.fullmatch(base)))
    return base, f"{stem}er", f"{stem}est"


def _verb(base: str, irregular: Sequence[str], doubled: bool) -> tuple[str, ...]:
    is_doubled = doubled or bool(_DOUBLED.fullmatch(base))
    past = irregular[0] if irregular else f"{_stem(base, is_doubled=is_doubled)}ed"
    participle = irregular[-1] if irregular else past
    if base.endswith("ie"):
        ing = f"{base[:-2]}ying"
    elif base.endswith("e") and not base.endswith(("ee", "oe")):
        ing = f"{base[:-1]}ing"
    else:
        ing = f"{base}{base[-1] if is_doubled else ''}ing"
    return base, _with_s(base), past, participle, ing


_INFLECTED = {
    "adjective": _fixed,
    "adverb": _fixed,
    "mass": _fixed,
    "compared": _compared,
    "noun": _noun,
    "verb": _verb,
}


def _with_s(base: str) -> str:
    if base.endswith("y") and base[-2] not in _VOWELS:
        return f"{base[:-1]}ies"
    return base + ("es" if base.endswith(_HISSING) else "s")


def _stem(base: str, *, is_doubled: bool) -> str:
    """Give what -ed, -er and -est are put to, less their e."""
    if base.endswith("e"):
        return base[:-1]
    if base.endswith("y") and base[-2] not in _VOWELS:
        return f"{base[:-1]}i"
    return base + base[-1] if is_doubled else base
