"""A card's Markdown and HTML → HTML that may stand in a page of ours.

Whatever an author writes, what comes out holds no script, style, form, picture or frame, none of
our classes, no id that is not prefixed, no heading above the third level, and only links to http,
https and mail. What is stored comes straight out of the sanitiser (nh3, an allow-list): everything
that is done to the text is done before its last pass.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from registry.cards.rewriting import rewritten

VERSION = 1  # goes up when the same card may be rendered otherwise
MOST_TEXT = 60_000  # characters
MOST_HTML = 400_000
MOST_LINE = 4_000  # characters; a longer line is nobody's prose
MOST_CODE = 20_000  # characters of a block that are coloured
ID_PREFIX = "card-"
_CLASS_PREFIX = "hl-"
_CLASSES = {_CLASS_PREFIX + short for short in STANDARD_TYPES.values() if short}
_TAG_NAMES = """
    a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em h1 h2 h3
    h4 h5 h6 hr i ins kbd li ol p pre q s samp small span strong sub summary sup table tbody td
    tfoot th thead tr tt u ul var
"""
_TAGS = set(_TAG_NAMES.split())
_ATTRIBUTES = {
    "*": {"id", "title", "lang"},
    "a": {"href"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "details": {"open"},
}
_SCHEMES = {"http", "https", "mailto"}
_REL = "nofollow ugc noopener"
# Characters that turn text round, or that no page should hold.
_TURNING = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A claim that was read from a line of the card, counted from 1, and its value as written."""

    claim: int
    line: int
    value: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A card as HTML, with sentences about what was cut, and the claims that are marked in it."""

    html: str
    notes: tuple[str, ...]
    marked: tuple[int, ...]


def render(text: str, *, base: str, marks: Sequence[Mark] = ()) -> Rendered:
    """Return a card as safe HTML; ``base`` is where its relative links lead."""
    shown, notes = _bounded(text)
    parser = _parser()
    nonce = secrets.token_hex(12)  # no author knows it, so none can write a mark
    tokens = parser.parse(shown)
    marked = _mark(tokens, marks, nonce)
    raw = parser.renderer.render(tokens, parser.options, {})
    if len(raw) > MOST_HTML:
        raw = raw[:MOST_HTML]
        notes.append(f"It is long when it is laid out; the first {MOST_HTML:,} characters of that.")
    html, pictures = rewritten(_clean(raw, own=False), base=base, prefix=ID_PREFIX)
    if pictures:
        notes.append(
            f"{pictures:,} {'picture is a link' if pictures == 1 else 'pictures are links'} here:"
            " nothing is loaded from elsewhere."
        )
    html = _TURNING.sub(lambda found: f"[U+{ord(found[0]):04X}]", html)
    for claim in marked:
        link = f'</mark> <a href="claims?at={claim}#claim-{claim}">claim {claim}</a>'
        html = html.replace(f"{nonce}o{claim}e", "<mark>").replace(f"{nonce}c{claim}e", link)
    html = html.replace(nonce, "")
    return Rendered(_clean(html, own=True), tuple(notes), tuple(marked))


def _bounded(text: str) -> tuple[str, list[str]]:
    """Cut what is too long to lay out, and say so."""
    notes = []
    if len(text) > MOST_TEXT:
        notes.append(f"The first {MOST_TEXT:,} of {len(text):,} characters are shown.")
        text = text[:MOST_TEXT]
    lines = text.split("\n")
    if any(len(line) > MOST_LINE for line in lines):
        notes.append(f"Of lines with more than {MOST_LINE:,} characters the rest is left out.")
        text = "\n".join(line[:MOST_LINE] for line in lines)
    return text, notes


def _parser() -> MarkdownIt:
    options = {"html": True, "linkify": False, "highlight": _coloured, "maxNesting": 20}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    return parser.use(front_matter_plugin).use(footnote_plugin)


def _coloured(code: str, language: str, _: str) -> str:
    """Return code in colours, "" to leave it as it is."""
    if not language or len(code) > MOST_CODE:
        return ""
    try:
        lexer = get_lexer_by_name(language[:40].lower())
    except ClassNotFound:
        return ""
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True, classprefix=_CLASS_PREFIX)))


def _clean(html: str, *, own: bool) -> str:
    """Sanitise; ``own``: for the last time, with marks of our own and without pictures."""
    return nh3.clean(
        html,
        tags=_TAGS | ({"mark"} if own else {"img"}),
        clean_content_tags={"script", "style", "template", "noscript", "title", "textarea"},
        attributes=_ATTRIBUTES if own else _ATTRIBUTES | {"img": {"src", "alt"}},
        allowed_classes={"span": _CLASSES},
        url_schemes=_SCHEMES,
        link_rel=_REL if own else None,
        id_prefix=ID_PREFIX if own else None,
        strip_comments=True,
    )


# -- claims that were read from the card


def _mark(tokens: Sequence[Token], marks: Sequence[Mark], nonce: str) -> list[int]:
    """Put a sign around what each claim was read from; return the claims for which it was found."""
    by_line: dict[int, list[tuple[Token, int]]] = {}
    row: list[int] | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = token.map
        elif token.type == "tr_close":
            row = None
        elif token.type == "inline":
            first, last = row or token.map or [0, 0]
            for line in range(first, min(last, first + 200)):
                by_line.setdefault(line + 1, []).append((token, line - first))
    found = []
    for mark in marks:
        for token, below in by_line.get(mark.line, []):
            if _marked_in(token, below, mark, nonce):
                found.append(mark.claim)
                break
    return found


def _marked_in(inline: Token, below: int, mark: Mark, nonce: str) -> bool:
    """Mark the value of a claim in one piece of text; ``below`` counts line breaks before it."""
    value, line = mark.value.strip(), 0
    for child in inline.children or []:
        if child.type in {"softbreak", "hardbreak"}:
            line += 1
        if line > below:
            return False
        if line == below and value and child.type in {"text", "code_inline"}:
            found = re.search(rf"(?<![\w.,]){re.escape(value)}(?![\w]|[.,]\d)", child.content)
            if found is None:
                continue
            start, end = f"{nonce}o{mark.claim}e", f"{nonce}c{mark.claim}e"
            child.content = (
                f"{child.content[: found.start()]}{start}{found[0]}{end}"
                f"{child.content[found.end() :]}"
            )
            return True
    return False
