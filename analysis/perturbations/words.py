"""Words that stand for others: synonyms out of the lexicon that ships, and contractions. English.

Case and punctuation stay, and so does what the words around ask for: "an error" becomes no "an
mistake", "has begun" becomes no "has began". A capital inside a sentence marks a name, which is
left alone.
"""

import re
from collections.abc import Mapping, Sequence

from analysis.perturbations.edits import Edit
from analysis.perturbations.lexicon import PARTICIPLE, PAST, lexicon
from analysis.perturbations.splitting import APOSTROPHES, Word, begins_sentence, with_case_of

_POSSESSIVE = tuple(f"{mark}s" for mark in APOSTROPHES)
# Before a participle, with at most one word between: "has already begun".
_BEFORE_PARTICIPLES = """
    have has had having haven't hasn't hadn't i've you've we've they've he's she's it's
    be am is are was were been being isn't aren't wasn't weren't get gets got gotten
"""
_AUXILIARIES = frozenset(_BEFORE_PARTICIPLES.split())
_SUBJECTS = frozenset(("i", "you", "he", "she", "it", "we", "they", "there", "this", "that"))
_OPEN_SOUND = re.compile(r"(?:[aio]|e(?!u)|u(?!ni[tvqfo]|s[eu]|ti))|hono|honest|hour|heir")
# Words that nearly every English text has, and texts in other languages hardly.
_ENGLISH = frozenset(
    "the and that with this for have you they it i he she not but are was of to my what".split()  # noqa: SIM905
)
_ENOUGH_WORDS = 8  # fewer do not say in what language they are
_ENGLISH_SHARE = 1 / 15

_NOT = "do does did is are was were have has had could would should must need".split()  # noqa: SIM905
_PRONOUNS = ("i", "you", "we", "they", "he", "she", "it", "that", "there", "who")
_TAILS = {"am": "'m", "are": "'re", "have": "'ve", "will": "'ll", "is": "'s"}
_OF_TAIL = {
    "am": ["i"],
    "are": ["you", "we", "they"],
    "have": ["i", "you", "we", "they"],
    "will": _PRONOUNS,
    "is": ["he", "she", "it", "that", "there"],
}


def _contractions() -> tuple[Mapping[tuple[str, str], str], Mapping[str, str]]:
    """Give (two words → one) and (one word → two); "it's" may be "it has": not put back."""
    shorter = {(verb, "not"): f"{verb}n't" for verb in _NOT}
    shorter[("will", "not")] = "won't"
    shorter[("can", "not")] = "can't"
    longer = {short: " ".join(pair) for pair, short in shorter.items()}
    for verb, pronouns in _OF_TAIL.items():
        for pronoun in pronouns:
            shorter[(pronoun, verb)] = f"{pronoun}{_TAILS[verb]}"
            if verb != "is":
                longer[f"{pronoun}{_TAILS[verb]}"] = f"{pronoun} {verb}"
    longer["can't"] = "cannot"
    return shorter, longer


_SHORTER, _LONGER = _contractions()
_HAS_PARTICIPLE = ("ed", "en", "got", "had", "seen", "never", "always", "just")


def is_english(words: Sequence[Word]) -> bool:
    """Say whether a text may be English; few words get the benefit of the doubt."""
    if len(words) < _ENOUGH_WORDS:
        return True
    known = sum(word.text.lower() in _ENGLISH for word in words)
    return known >= _ENGLISH_SHARE * len(words)


def replacements(text: str, words: Sequence[Word], place: int) -> list[Edit]:
    """List what may stand for the word at ``place``, of a text that is English."""
    return [*_synonyms(text, words, place), *_contraction(text, words, place)]


def _synonyms(text: str, words: Sequence[Word], place: int) -> list[Edit]:
    word = words[place]
    stem, tail = word.text, ""
    if stem.endswith(_POSSESSIVE):
        stem, tail = stem[:-2], stem[-2:]
    by_form = lexicon().replacements.get(stem.lower())
    if by_form is None or _is_name(text, word):
        return []
    article = words[place - 1].text.lower() if place else ""
    edits = []
    for other in _of_form(by_form, words, place):
        if article in ("a", "an") and _sounds_open(other) != (article == "an"):
            continue
        written = with_case_of(stem, other)
        if written is not None:
            edits.append(Edit("synonym", word.start, word.text, written + tail, place))
    return edits


def _is_name(text: str, word: Word) -> bool:
    """Say whether a capital shows a name; where whole words are large it shows nothing."""
    if not word.text[0].isupper() or (word.text.isupper() and len(word.text) > 1):
        return False
    return not begins_sentence(text, word.start)


def _of_form(
    by_form: Mapping[int, Sequence[str]], words: Sequence[Word], place: int
) -> Sequence[str]:
    if PAST in by_form and PARTICIPLE in by_form:
        before = {
            word.text.lower().replace("\u2019", "'") for word in words[max(0, place - 2) : place]
        }
        return by_form[PARTICIPLE if before & _AUXILIARIES else PAST]
    first, *others = by_form.values()
    return [word for word in first if all(word in other for other in others)]


def _sounds_open(word: str) -> bool:
    """Say whether a word asks for "an"."""
    return _OPEN_SOUND.match(word.lower()) is not None


def _contraction(text: str, words: Sequence[Word], place: int) -> list[Edit]:
    word = words[place]
    after = words[place + 1] if place + 1 < len(words) else None
    plain = word.text.lower().replace("\u2019", "'")
    if plain == "cannot":
        return _edit(text, word, word, "can't", place, 1)
    if plain in _LONGER and not _is_question(text, word, after):
        return _edit(text, word, word, _LONGER[plain], place, 1)
    if after is None or text[word.end : after.start] != " ":
        return []
    second = after.text.lower()
    short = _SHORTER.get((plain, second))
    if short is None or (second != "not" and not _goes_on(text, words, place + 1)):
        return []
    return _edit(text, word, after, short, place, 2)


def _is_question(text: str, word: Word, after: Word | None) -> bool:
    """Say whether the verb stands first: from "don't you" no "do not you" is made."""
    if not word.text.lower().endswith(("n't", "n\u2019t")):
        return False
    is_turned = after is not None and after.text.lower() in _SUBJECTS
    is_first = begins_sentence(text, word.start) and word.text.lower()[:3] != "don"
    return is_turned or is_first


def _goes_on(text: str, words: Sequence[Word], place: int) -> bool:
    """Say whether a word follows at once: "that is what it is." has one "that's" only.

    "Have" becomes "'ve" only before what looks like a participle.
    """
    if place + 1 >= len(words) or text[words[place].end : words[place + 1].start] != " ":
        return False
    is_have = words[place].text.lower() == "have"
    return not is_have or words[place + 1].text.lower().endswith(_HAS_PARTICIPLE)


def _edit(text: str, first: Word, last: Word, other: str, place: int, count: int) -> list[Edit]:
    before = text[first.start : last.end]
    if any(mark in text for mark in "\u2019\u201c\u201d"):  # set as printers do
        other = other.replace("'", "\u2019")
    written = with_case_of(before, other)
    if written is None:
        return []
    return [Edit("contraction", first.start, before, written, place, count)]
