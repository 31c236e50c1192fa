"""Code in documents as HTML: its parts are marked by classes, for the stylesheet to colour."""

import html
from collections.abc import Iterator
from functools import cache
from typing import Any

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Literal, Name, Number, String
from pygments.util import ClassNotFound

# One letter a kind, as Pygments itself begins its classes; what is not here has no colour.
_KINDS: tuple[tuple[Any, str], ...] = (
    (Comment, "c"),
    (Keyword, "k"),
    (Name.Tag, "k"),
    (Name.Function, "n"),
    (Name.Class, "n"),
    (Name.Decorator, "n"),
    (Generic.Prompt, "g"),
    (Generic.Output, "o"),
    (String, "s"),
    (Number, "m"),
    (Literal.Date, "m"),
)
COPIED = {"sh", "python", "json", "js", "markdown", "toml"}
# What stands behind it in the first line of a block says why no test runs it.
NO_RUN = "no-run:"


def language(info: str) -> str:
    """Return the language out of the first line of a block; "text" where none is named."""
    return (info.split() or ["text"])[0]


def reason(info: str) -> str:
    """Return why a block is not run; "" where it is."""
    return info.partition(NO_RUN)[2].strip()


def coloured(code: str, named: str) -> str:
    """Return code as HTML."""
    lexer = _lexer(named)
    if lexer is None:
        return html.escape(code)
    return "".join(_parts(lexer, code))


def _parts(lexer: Lexer, code: str) -> Iterator[str]:
    for token, text in lexer.get_tokens(code):
        kind = next((letter for of, letter in _KINDS if token in of), "")
        said, end = html.escape(text.rstrip("\n")), "\n" * (len(text) - len(text.rstrip("\n")))
        yield (f'<span class="{kind}">{said}</span>' if kind and said else said) + end


@cache
def _lexer(named: str) -> Lexer | None:
    if named == "text":
        return None
    try:
        return get_lexer_by_name(named, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
