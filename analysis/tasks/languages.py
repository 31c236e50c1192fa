"""Languages by their codes, and the direction of a translation that somebody claims."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.contract import JSON, Feature, Subject, Unsupported

# ISO 639-1 and 639-3 of languages that translations are published for, with the English names that
# T5 was taught.
_LANGUAGES = """
af afr Afrikaans, ar ara Arabic, bg bul Bulgarian, bn ben Bengali, ca cat Catalan, cs ces Czech,
da dan Danish, de deu German, el ell Greek, en eng English, es spa Spanish, et est Estonian,
fa fas Persian, fi fin Finnish, fr fra French, ga gle Irish, gu guj Gujarati, he heb Hebrew,
hi hin Hindi, hr hrv Croatian, hu hun Hungarian, id ind Indonesian, is isl Icelandic,
it ita Italian, ja jpn Japanese, ka kat Georgian, kk kaz Kazakh, ko kor Korean, lt lit Lithuanian,
lv lav Latvian, mk mkd Macedonian, mr mar Marathi, ms msa Malay, nl nld Dutch, no nor Norwegian,
pl pol Polish, pt por Portuguese, ro ron Romanian, ru rus Russian, sk slk Slovak, sl slv Slovenian,
sq sqi Albanian, sr srp Serbian, sv swe Swedish, sw swa Swahili, ta tam Tamil, te tel Telugu,
th tha Thai, tl tgl Tagalog, tr tur Turkish, uk ukr Ukrainian, ur urd Urdu, vi vie Vietnamese,
zh zho Chinese, zu zul Zulu
"""
_ROWS = [row.split() for row in _LANGUAGES.split(",")]
_SHORT = {code: row[0] for row in _ROWS for code in row[:2]}
NAMES = {row[0]: row[2] for row in _ROWS}
_PAIR = re.compile(
    r"(?<![a-z])([a-z]{2,3})(?:[-_ ]to[-_ ]|[-_ ]2[-_ ]|[-_> ]+)([a-z]{2,3})(?![a-z])"
)
_REGION = re.compile(r"(?<=[a-z])_([A-Z]{2}|[A-Z][a-z]{3})(?![A-Za-z])")  # en_XX, deu_Latn
_SOURCE_ARGS = ("source_lang", "src_lang", "source_language", "source", "lang_from")
_TARGET_ARGS = ("target_lang", "tgt_lang", "target_language", "target", "lang_to")


@dataclass(frozen=True, slots=True)
class Direction:
    """From which column to which, and where that is said."""

    source: str  # columns
    target: str
    said_by: str  # for people; "" where the claim itself says it


def language(code: str) -> str:
    """Write a code as the shortest one: deu, de_DE and deu_Latn are de; others stay as they are."""
    first = re.split(r"[-_]", code.strip("_<> ").lower())[0]
    return _SHORT.get(first, first)


def find_direction(subject: Subject, features: Mapping[str, Feature]) -> Direction:
    """Find the columns of a translation; raise Unsupported where the direction is unclear."""
    by_language = _columns(features)
    claim = subject.claim
    if len(by_language) < 2 or claim is None:
        raise Unsupported("The dataset has no columns with texts in two languages.", "dataset")
    inside = claim.args.get("dataset")
    args = {**claim.args, **(inside if isinstance(inside, dict) else {})}
    # The config of a dataset names both languages, often in the other order than the network's.
    places = (
        ("the name of the repo", subject.repo.rpartition("/")[2]),
        ("the dataset's config", inside if isinstance(inside, str) else ""),
        ("the dataset's config", claim.config),
        ("the dataset's name", claim.dataset_name),
        ("the dataset's name", claim.dataset),
    )
    said = [
        (_argument(args, _SOURCE_ARGS), _argument(args, _TARGET_ARGS), ""),
        *((*pair, place) for place, text in places for pair in _pairs(text)),
    ]
    for source, target, by in said:
        if source != target and source in by_language and target in by_language:
            return Direction(by_language[source], by_language[target], by)
    raise Unsupported(
        "The claim does not say from which language to which it translates.", "dataset"
    )


def _columns(features: Mapping[str, Feature]) -> dict[str, str]:
    """List the columns of texts by the language that their names say."""
    texts = [name for name, feature in features.items() if feature.kind == "text"]
    inside = [name for name in texts if name.startswith("translation.")]
    bare = [name for name in texts if language(name) in NAMES or name.startswith("sentence_")]
    return {
        language(re.sub(r"^(translation\.|sentence_)", "", name)): name for name in inside or bare
    }


def _argument(args: Mapping[str, JSON], names: Sequence[str]) -> str:
    for name in names:
        found = args.get(name)
        if isinstance(found, str):
            return language(found)
    return ""


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs of codes in a name: ``opus-mt-en-ro``, ``de-en``, ``deu eng devtest``."""
    words = _REGION.sub("", text[:200]).lower()
    start = 0
    while found := _PAIR.search(words, start):
        yield language(found[1]), language(found[2])
        start = found.end(1)  # the second may begin the next pair
