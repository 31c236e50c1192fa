"""Documents of this project as pages: Markdown from docs/, made safe, with a table of contents."""

import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import count
from pathlib import Path
from typing import Any

import nh3
from django.conf import settings
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

from registry.web import code_blocks

ROOT = Path(settings.BASE_DIR) / "docs"
_TAGS = {
    *("a", "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "br", "div"),
    *("table", "thead", "tbody", "tr", "th", "td", "code", "wbr", "pre", "em", "strong", "span"),
}
_ATTRIBUTES = {
    "a": {"href", "class"},
    "span": {"class"},
    "th": {"scope"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
    "div": {"class", "tabindex", "role", "aria-label"},
    "pre": {"tabindex", "class"},
    "ol": {"start"},
}
_DOCUMENT = re.compile(r"[a-z0-9][a-z0-9/-]{0,99}\.md")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the second level, as a line of the table of contents."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document as a page shows it; ``html`` is safe, its headings begin at the second level."""

    title: str
    html: str
    toc: tuple[Heading, ...]


def render(
    path: str, address: Callable[[str], str] | None = None, *, is_file: bool = False
) -> Document | None:
    """Return a document of docs/ by its path below it, None where there is none.

    ``address`` gives the address of another document by its path; without it links between
    documents become plain text. ``is_file``: what only a server has is left out.
    """
    written = changed(path)
    return None if written is None else _rendered(path, written, address, is_file)


def changed(path: str) -> int | None:
    """Return when a document was written, in nanoseconds; None where there is none."""
    if _DOCUMENT.fullmatch(path) is None:
        return None
    file = ROOT / path
    return file.stat().st_mtime_ns if file.is_file() else None


def title(path: str) -> str:
    """Return the title of a document; "" where there is none."""
    written = changed(path)
    return "" if written is None else _title(path, written)


@lru_cache(maxsize=128)
def _title(path: str, _: int) -> str:
    first = (ROOT / path).read_text().partition("\n")[0]
    return first.removeprefix("# ").replace("`", "")


@lru_cache(maxsize=256)
def _rendered(path: str, _: int, address: Callable[[str], str] | None, is_file: bool) -> Document:
    tokens = _parser().parse((ROOT / path).read_text())
    title, toc = _headings(tokens)
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                href = linked(path, str(child.attrGet("href")), address)
                child.attrSet("href", "" if is_file and href.startswith("/") else href)
    html = str(_parser().renderer.render(tokens, _parser().options, {}))
    safe = nh3.clean(_with_tables(html), tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None)
    safe = safe.replace('<a href="">', "<a>")
    return Document(title, safe if is_file else _with_buttons(safe), toc)


def _with_buttons(html: str) -> str:
    """Give each block that is worth copying a button, which scripts show."""
    number = count(1)

    def block(found: re.Match[str]) -> str:
        id_ = f"code-block-{next(number)}"
        button = f'<button class="button copy" type="button" data-copies="{id_}">Copy</button>'
        return f'<div class="code">{button}<pre id="{id_}" tabindex="0">{found[1]}</pre></div>'

    return re.sub(r'<pre tabindex="0" class="copied">(.*?)</pre>', block, html, flags=re.DOTALL)


def _fence(self: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """Write a block of code; what stands behind its language is for whoever runs it."""
    named = code_blocks.language(tokens[at].info)
    copied = ' class="copied"' if named in code_blocks.COPIED else ""
    code = code_blocks.coloured(tokens[at].content, named)
    return f'<pre tabindex="0"{copied}><code>{code}</code></pre>\n'


def _with_tables(html: str) -> str:
    """Give each table a region to scroll in, with a name of its own, and its headers a scope."""
    number = count(1)
    html = re.sub(
        "<table>",
        lambda _: (
            '<div class="scrolls" tabindex="0" role="region"'
            f' aria-label="Table {next(number)}"><table>'
        ),
        html,
    )
    html = html.replace("</table>", "</table></div>").replace("<th></th>", "<td></td>")
    return html.replace("<th>", '<th scope="col">')


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_inline", _code)
    return parser


def _code(_renderer: object, tokens: list[Token], place: int, *_: object) -> str:
    """Write code in a line; an address in a narrow table breaks behind a slash, not in a word."""
    return f"<code>{escape(tokens[place].content).replace('/', '/<wbr>')}</code>"


def _headings(tokens: list[Token]) -> tuple[str, tuple[Heading, ...]]:
    """Take the title out, move the other headings so that they follow it, give them ids."""
    title, toc, used = "", [], set[str]()
    for place, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        words = tokens[place + 1].content
        if token.tag == "h1" and not title:
            title = words
            tokens[place + 1].children = []
            token.hidden = tokens[place + 2].hidden = True
            continue
        id_ = _unused(slugify(words) or "part", used)
        token.attrSet("id", id_)
        level = max(int(token.tag[1]), 2)
        token.tag = tokens[place + 2].tag = f"h{level}"
        _lead_to_itself(tokens[place + 1], id_)
        if level == 2:
            toc.append(Heading(id_, words.replace("`", "")))
    return title, tuple(toc)


def _lead_to_itself(inline: Token, id_: str) -> None:
    """Make the words of a heading a link to it, for readers who want its address."""
    children = inline.children or []
    if not any(child.type == "link_open" for child in children):
        start = Token("link_open", "a", 1, attrs={"href": f"#{id_}", "class": "anchor"})
        inline.children = [start, *children, Token("link_close", "a", -1)]


def _unused(id_: str, used: set[str]) -> str:
    number, found = 1, id_
    while found in used:
        number += 1
        found = f"{id_}-{number}"
    used.add(found)
    return found


def linked(path: str, href: str, address: Callable[[str], str] | None) -> str:
    """Return where a link of the document at ``path`` leads: "" where a page cannot follow it.

    The one place that knows: headings of the same page, documents of docs/, other sites. What leads
    out of docs/, into the source, has no address here.
    """
    if href.startswith(("#", "https://", "http://", "/")):
        return href
    target, _, part = href.partition("#")
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if address is None or _DOCUMENT.fullmatch(found) is None or not (ROOT / found).is_file():
        return ""
    there = address(found)
    return f"{there}#{part}" if part and there else there


def contents(document: Document) -> Sequence[Heading]:
    """Return the table of contents where it is worth one."""
    return document.toc if len(document.toc) > 2 else ()


def headings(path: str) -> list[str]:
    """Return the ids of all headings of a document below its title, in their order."""
    found = render(path)
    return re.findall(r'<h[2-6] id="([^"]+)"', found.html) if found else []
