"""How answers look. What a server says is text and nothing else: no markup, no control characters.

Answers go to stdout, sentences about them and progress to stderr. Colours and bars appear on
terminals only, and ``NO_COLOR`` switches the former off; rich sees to both.
"""

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

Row = dict[str, Any]
LONGEST = 300  # characters of a name; a name may have ten thousand
WIDTH_OF_A_PIPE = 160
# Categories of letters that steer a terminal or the direction of text instead of being seen.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# word -> icon, style, words. The words are those of the pages.
STATES = {
    "confirmed": ("✓", "green", "Confirmed"),
    "overstated": ("↓", "red", "Overstated"),
    "understated": ("↑", "cyan", "Understated"),
    "inconclusive": ("~", "yellow", "Inconclusive"),
    "pass": ("✓", "green", "Pass"),
    "warn": ("!", "yellow", "Warn"),
    "fail": ("✗", "red", "Fail"),
    "measured": ("≡", "blue", "Measured"),
    "unsupported": ("⊘", "dim", "Not measurable"),
    "dead": ("⚡", "dim", "Could not be checked"),
    "cancelled": ("■", "dim", "Cancelled"),
    "queued": ("…", "dim", "Queued"),
    "running": ("▸", "blue", "Running"),
    "": ("·", "dim", "Not measured"),
}
ENDED = frozenset({"done", "unsupported", "dead", "cancelled"})


def clean(value: object, limit: int = LONGEST) -> str:
    """Return text for one line of a terminal; what would steer it is shown as its number."""
    text = "" if value is None else str(value)
    shown = "".join(
        " " if letter in "\n\t\r" else f"<U+{ord(letter):04X}>" if _is_unseen(letter) else letter
        for letter in text[: limit + 1]
    )
    return shown[:limit] + "…" if len(shown) > limit else shown


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in _UNSEEN


def console(*, stderr: bool = False) -> Console:
    """Return a console that takes no markup from anybody."""
    made = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = WIDTH_OF_A_PIPE
    return made


def say(text: object, style: str = "") -> None:
    """Print a line of the answer."""
    console().print(Text(clean(text, 4000), style=style), soft_wrap=True)


def tell(sentence: object, style: str = "") -> None:
    """Print a sentence for people; scripts that read the answer do not see it."""
    console(stderr=True).print(Text(clean(sentence, 4000), style=style), soft_wrap=True)


def answer_json(data: object) -> None:
    """Print an answer for programs; in ASCII, so that nothing in it steers a terminal either."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=True) + "\n")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Print a table. A cell is a Text, or something to be cleaned; heads with ``#`` are numbers."""
    made = Table(title=Text(clean(title), style="bold") if title else None, title_justify="left")
    for head in heads:
        is_number = head.startswith("#")
        made.add_column(head.lstrip("#"), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        made.add_row(*(one if isinstance(one, Text) else Text(clean(one)) for one in row))
    console().print(made)


def state(word: str) -> Text:
    """Return a verdict or a state of a run: icon, word and colour."""
    icon, style, words = STATES.get(word, ("?", "dim", clean(word.capitalize(), 40)))
    return Text(f"{icon} {words}", style=style)


def number(value: object) -> str:
    """Return a count with its thousands parted."""
    return f"{value:,}" if isinstance(value, int) else ""


def measured(estimate: Row | None) -> str:
    """Return an estimate with its interval, in the metric's own scale."""
    if not estimate or estimate.get("value") is None:
        return ""
    value, low, high = (estimate.get(name) for name in ("value", "low", "high"))
    span = f" [{low:.4g}, {high:.4g}]" if low is not None and high is not None else ""
    return f"{value:.4g}{span}"


def size(count: object) -> str:
    """Return a number of bytes as people say it."""
    left = float(count) if isinstance(count, int | float) else 0.0
    for unit in ("B", "kB", "MB", "GB"):
        if left < 1000:
            return f"{left:.0f} {unit}" if unit == "B" else f"{left:.1f} {unit}"
        left /= 1000
    return f"{left:.1f} TB"


def day(moment: object) -> str:
    """Return the minute of a time, in UTC as the server says it."""
    try:
        return datetime.fromisoformat(str(moment)).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return ""


def bytes_progress() -> Progress:
    """Return a bar for bytes; nothing is drawn where there is no terminal."""
    there = console(stderr=True)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=there,
        disable=not there.is_terminal,
    )


def steps_progress() -> Progress:
    """Return a bar for the steps of runs."""
    there = console(stderr=True)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[at]}", markup=False),
        console=there,
        disable=not there.is_terminal,
    )
