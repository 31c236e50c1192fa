"""A comparison as text to copy: comma-separated, and Markdown."""

import csv
import io
import re
from collections.abc import Iterable

from registry.web.compared_claims import Cell, Line
from registry.web.comparing import Compared
from registry.web.templatetags.assay import visible

# What a spreadsheet would take for a formula; a text that begins so gets an apostrophe before it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~#])")
_SAYS = ("claimed", "measured", "interval", "n", "verdict", "not compared because")


def as_csv(compared: Compared) -> str:
    """Write a row for each fact and each claim, and for a claim a column for each of its parts."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = [column.asked for column in compared.columns]
    head = [f"{name}: {part}" for name in names for part in _SAYS]
    writer.writerow(map(_plain, ["what", *head]))
    for fact in compared.facts:
        texts = [part for text in fact.texts for part in (text, *[""] * (len(_SAYS) - 1))]
        writer.writerow(map(_plain, [fact.name, *texts]))
    for line in compared.lines:
        parts = [part for cell in line.cells for part in _parts(cell)]
        writer.writerow(map(_plain, [said(line), *parts]))
    return out.getvalue()


def as_markdown(compared: Compared) -> str:
    """Write a table with a column for each model."""
    names = [column.asked for column in compared.columns]
    rows = [["", *names], ["---"] * (len(names) + 1)]
    rows += [[fact.name, *fact.texts] for fact in compared.facts]
    rows += [[said(line), *map(_sentence, line.cells)] for line in compared.lines]
    written = (_row(row) if place != 1 else _joined(row) for place, row in enumerate(rows))
    return "".join(f"{row}\n" for row in written)


def said(line: Line) -> str:
    """Name what a line is about."""
    claim = line.claim
    parts = (
        claim.metric_name or claim.metric,
        f"on {claim.dataset_name or claim.dataset or 'a dataset not named'}",
        claim.config,
        claim.split,
        f"({claim.task})" if claim.task else "",
    )
    return " ".join(part for part in parts if part)


def _parts(cell: Cell | None) -> list[str]:
    if cell is None:
        return [""] * len(_SAYS)
    shown, finding = cell.row.comparison, cell.row.finding
    n = "" if finding is None or finding.n is None else str(finding.n)
    return [shown.claimed, shown.measured, shown.interval, n, cell.row.state.word, cell.greyed]


def _sentence(cell: Cell | None) -> str:
    if cell is None:
        return "–"
    claimed, measured, interval, n, verdict, greyed = _parts(cell)
    words = f"claimed {claimed}"
    if measured:
        words += f", measured {measured}" + (f" ({interval}, n = {n})" if interval else "")
    words += f"; {verdict.lower()}"
    return f"{words} (not compared: {greyed})" if greyed else words


def _row(texts: Iterable[str]) -> str:
    return _joined(_MARKDOWN.sub(r"\\\1", " ".join(visible(text).split())) for text in texts)


def _joined(texts: Iterable[str]) -> str:
    return "| " + " | ".join(texts) + " |"


def _plain(text: str) -> str:
    shown = visible(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
