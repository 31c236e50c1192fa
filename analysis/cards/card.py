"""A model card as text → its front matter and its body. Bad cards are the normal case."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from analysis.cards import plain_yaml
from analysis.contract import JSON
from analysis.text import clean_text, replace_forbidden

FRONT_LIMIT = 1 << 20  # characters; the largest real one (MTEB results) has 0.6 million
BODY_LIMIT = 256 << 10

# The Hub takes blank lines before the first ---: of 32 such cards of 2022 that declare a licence,
# its own answer has the licence of all 32. It does not take ---- or text before it.
_OPENING = re.compile(r"\ufeff?\s*---[ \t]*\n")
# It wants a line between the two ---, and so reads a second --- right after the first as the start
# of the YAML (of 2 such cards of 2022 its answer has all attributes).
_CLOSING = re.compile(r"\n---[ \t]*(?:\n|\Z)")
_EMPTY = re.compile(r"---[ \t]*(?:\n|\Z)")
_FLATTENED = re.compile(r"\ufeff?\s*---[ \t]+[A-Za-z][\w-]*:")
_HUB_ERRORS = frozenset(
    ("Entry not found", "Repository not found", "Invalid username or password.", "Not Found")
)
_ERROR_TEXT_LIMIT = 300
# Line separators for YAML only; read as spaces, so that line numbers are those of the file.
_ODD_SEPARATORS = str.maketrans(dict.fromkeys("\x85\u2028\u2029", " "))


@dataclass(frozen=True, slots=True)
class Card:
    """A model card, read softly.

    ``front`` is the front matter as plain data (empty where there is none or it cannot be read),
    ``body`` the Markdown after it, starting in line ``body_line`` (from 1) of the file.
    ``problem`` is one sentence on what is wrong, empty when nothing is. ``written`` and ``lines``
    are those of plain_yaml.Document, with lines counted from 1 in the file; ``front_source`` has
    the lines of the front matter, the first of which is line ``front_line``.
    """

    front: Mapping[str, JSON]
    body: str
    problem: str = ""
    body_line: int = 1
    front_line: int = 1
    front_source: tuple[str, ...] = ()
    written: Mapping[plain_yaml.Path, str] = field(default_factory=dict)
    lines: Mapping[plain_yaml.Path, tuple[int, int]] = field(default_factory=dict)


def is_error_text(text: str) -> bool:
    """Say whether this is a hub's error message that a careless crawler stored as a card."""
    stripped = text[: _ERROR_TEXT_LIMIT + 1].strip()
    if len(stripped) > _ERROR_TEXT_LIMIT or "\n" in stripped:
        return False
    return stripped.startswith("Error: ") or stripped in _HUB_ERRORS


def read_card(text: str) -> Card:
    """Split a card and read its front matter. Never raises on bad text; takes bounded time.

    New lines are normalised, NUL and other controls replaced. A front matter of more than 1 Mi
    characters is not read; a body is cut after 256 Ki characters; ``problem`` says so.
    """
    limit = FRONT_LIMIT + BODY_LIMIT
    is_cut = len(text) > limit
    text = replace_forbidden(text[:limit].replace("\r\n", "\n").replace("\r", "\n"))
    opening = _OPENING.match(text)
    if opening is None:
        problem = (
            "The line breaks of this card are lost, so its front matter cannot be read."
            if _FLATTENED.match(text)
            else ""
        )
        return _with_body({}, text, 1, problem, is_cut)
    empty = _EMPTY.match(text, opening.end())
    closing = _CLOSING.search(text, opening.end())
    front_line = 1 + text.count("\n", 0, opening.end())
    if closing is not None and closing.start() - opening.end() <= FRONT_LIMIT:
        front = text[opening.end() : closing.start()]
        body_line = front_line + front.count("\n") + 2
        card = _with_body({}, text[closing.end() :], body_line, "", is_cut)
        card = _read_front(front, front_line, card)
        if card.front or empty is None:
            return card
    if empty is not None:
        return _with_body({}, text[empty.end() :], front_line + 1, "", is_cut)
    problem = (
        "The front matter is opened by --- but never closed."
        if closing is None and not is_cut
        else f"The front matter is longer than {FRONT_LIMIT:,} characters and was not read."
    )
    return _with_body({}, text, 1, problem, is_cut)


def _with_body(front: Mapping[str, JSON], body: str, line: int, problem: str, is_cut: bool) -> Card:
    if is_cut or len(body) > BODY_LIMIT:
        problem = problem or f"Only the first {BODY_LIMIT:,} characters of the text were read."
    return Card(front=front, body=body[:BODY_LIMIT], body_line=line, problem=problem)


def _read_front(front: str, front_line: int, card: Card) -> Card:
    """Add the front matter to a card that has its body."""
    data: Mapping[str, JSON] = {}
    document = plain_yaml.Document(None, {}, {}, ())
    problem = ""
    try:
        document = plain_yaml.load(front.translate(_ODD_SEPARATORS))
    except plain_yaml.NotPlainYAML as error:
        where = "" if error.line is None else f" (line {error.line + front_line})"
        problem = f"The front matter cannot be read{where}. {error}"
    else:
        if isinstance(document.data, dict):
            data = document.data
        elif document.data is not None:
            found = "a list" if isinstance(document.data, list) else "a single value"
            problem = f"The front matter must consist of names with values, but it is {found}."
    if document.repeated and not problem:
        key = clean_text(document.repeated[0], 80)
        problem = f"The front matter gives “{key}” more than once; the last one counts."
    return Card(
        front=data,
        body=card.body,
        problem=problem or card.problem,
        body_line=card.body_line,
        front_line=front_line,
        front_source=tuple(front.split("\n")),
        written=document.written,
        lines={
            path: (first + front_line, last + front_line)
            for path, (first, last) in document.lines.items()
        },
    )
