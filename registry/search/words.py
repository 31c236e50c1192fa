"""Words out of names, tags and queries: one function for rows and for what people type.

PostgreSQL's own parser has no say: it takes numbers, signs and versions for things that they are
not in a model's name.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

LONGEST = 60  # characters of a word; what is longer is cut
MOST_OF_ROW = 200
MOST_OF_QUERY = 8
SHORTEST_PREFIX = 3  # shorter ones would match a good part of all rows
_BEGINNINGS = (SHORTEST_PREFIX, 5)  # letters
_MARK = "^"  # of a beginning; no word has it

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"\d+|[^\W\d_]+")
# Tags that repeat what a label says already, or that nearly every repo carries.
_SAID_ELSEWHERE = (
    *("license:", "licence:", "dataset:", "language:", "region:", "base_model:", "arxiv:", "doi:"),
)


def fold(text: str) -> str:
    """Take case and accents away: ``Ünï-BERT`` and ``uni-bert`` are one."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order: runs of letters and digits."""
    return [word[:LONGEST] for word in _WORD.findall(fold(text))]


def _spread(text: str) -> set[str]:
    """Return the words, their runs of letters and of digits, and neighbours such as ``qwen-2``."""
    whole = words(text)
    found = set(whole)
    for word in whole:
        if not (word.isalpha() or word.isdigit()):
            found.update(_PART.findall(word))
    for word, following in itertools.pairwise(whole):
        if word.isalpha() and following[0].isdigit():
            found.add((word + following)[:LONGEST])
    return found


@lru_cache(maxsize=20_000)
def _of_tag(tag: str) -> frozenset[str]:
    return frozenset(_spread(tag))


def of_row(name: str, tags: Iterable[str] = (), labels: Iterable[str] = ()) -> list[str]:
    """Return what a row is found by: name with owner, and tags that no label of it says already."""
    found = _spread(name)
    said = set(labels)
    for tag in tags:
        if len(found) >= MOST_OF_ROW:
            break
        if len(tag) > LONGEST or tag in said or tag.startswith(_SAID_ELSEWHERE):
            continue
        found |= _of_tag(tag)
    return sorted(found)[:MOST_OF_ROW]


def of_query(text: str) -> list[str]:
    """Return the words that a row must have, the first few, in order and each once."""
    return list(dict.fromkeys(words(text)))[:MOST_OF_QUERY]


def with_beginnings(found: Sequence[str]) -> list[str]:
    """Add the marked beginnings of words to the words of a row.

    To find all words that begin so, an index collects the rows of each; a beginning that is a
    word of its own is found as quickly as any word.
    """
    begun = {
        _MARK + word[:length] for length in _BEGINNINGS for word in found if len(word) >= length
    }
    return sorted({*found, *begun})


def conditions(wanted: Sequence[str]) -> list[str]:
    """Return tsqueries that must all hold: the words, and the last one's beginning by itself."""
    if not wanted:
        return []
    *whole, last = wanted
    length = max((length for length in _BEGINNINGS if length <= len(last)), default=0)
    if not length:
        return [" & ".join(f"'{word}'" for word in wanted)]
    found = [" & ".join(f"'{word}'" for word in whole)] if whole else []
    found.append(f"'{_MARK}{last[:length]}'")
    return found if len(last) == length else [*found, f"'{last}':*"]


def condition(wanted: Sequence[str]) -> str:
    """Return the same as one tsquery, as a person would write it."""
    if not wanted:
        return ""
    quoted = [f"'{word}'" for word in wanted]
    if len(wanted[-1]) >= SHORTEST_PREFIX:
        quoted[-1] += ":*"
    return " & ".join(quoted)


def any_of(alternatives: Sequence[str]) -> str:
    """Return the tsquery that is content with one of the words."""
    return "(" + " | ".join(f"'{word}'" for word in alternatives) + ")"
