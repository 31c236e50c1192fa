"""Words in the documents: few and small, so each process holds them all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from registry.web import contents, manual

MOST = 30  # sections that are shown
MOST_WORDS = 8
LONGEST = 200  # characters of what is looked for
AROUND = 70  # characters on each side of the first word that was found
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below one heading of a document."""

    path: str
    title: str
    id: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that has all words; ``parts`` alternate: words around, words found."""

    section: Section
    parts: tuple[str, ...]


def find(asked: str) -> Sequence[Hit]:
    """Return the sections with all words, or words that begin so, the best first."""
    words = [word.casefold() for word in _WORD.findall(asked[:LONGEST])][:MOST_WORDS]
    if not words:
        return ()
    patterns = [re.compile(rf"(?<!\w){re.escape(word)}", re.IGNORECASE) for word in words]
    ranked = []
    for at, section in enumerate(_sections()):
        worth = _worth(section, patterns)
        if worth:
            ranked.append((-worth, at, section))
    ranked.sort(key=lambda one: one[:2])
    return [Hit(section, _shown(section, patterns)) for _, _, section in ranked[:MOST]]


def _worth(section: Section, patterns: Sequence[re.Pattern[str]]) -> int:
    """Return what a section is worth: words in its titles weigh most; 0 where one is missing."""
    total = 0
    for pattern in patterns:
        worth = 12 * bool(pattern.search(section.title)) * (not section.id)
        worth += 8 * bool(pattern.search(section.heading))
        worth += min(len(pattern.findall(section.text)), 5)
        if not worth:
            return 0
        total += worth
    return total


def _shown(section: Section, patterns: Sequence[re.Pattern[str]]) -> tuple[str, ...]:
    places = [found.start() for p in patterns if (found := p.search(section.text))]
    middle = min(places, default=0)
    first, last = max(middle - AROUND, 0), middle + 2 * AROUND
    said = section.text[first:last]
    said = said if first == 0 else "…" + said.partition(" ")[2]
    said = said if last >= len(section.text) else said.rpartition(" ")[0] + "…"
    anywhere = "|".join(f"{pattern.pattern}\\w*" for pattern in patterns)
    return tuple(re.split(f"({anywhere})", said, flags=re.IGNORECASE))


def _sections() -> Sequence[Section]:
    written = tuple((path, manual.changed(path)) for path in contents.paths())
    return _parted(written)


@lru_cache(maxsize=2)
def _parted(written: tuple[tuple[str, int | None], ...]) -> tuple[Section, ...]:
    return tuple(section for path, when in written if when is not None for section in _of(path))


def _said(part: Token) -> str:
    return " " if part.type in {"softbreak", "hardbreak"} else part.content


def _of(path: str) -> list[Section]:
    """Return the sections of a document, cut where its headings are."""
    title, found = manual.title(path), []
    tokens = MarkdownIt("commonmark").enable("table").parse((manual.ROOT / path).read_text())
    ids = iter(manual.headings(path))
    id_, heading, words = "", "", list[str]()
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            if place == 0:
                continue
            found.append(Section(path, title, id_, heading, " ".join(words)))
            id_, heading, words = next(ids), tokens[place + 1].content.replace("`", ""), []
        elif token.type == "inline":
            if tokens[place - 1].type != "heading_open":
                words.append("".join(map(_said, token.children or ())))
        elif token.type in {"fence", "code_block"}:
            words.append(" ".join(token.content.split()))
    found.append(Section(path, title, id_, heading, " ".join(words)))
    return found
