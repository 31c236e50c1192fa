"""Rows → the text that PostgreSQL's COPY reads.

Written by hand because a page has ten thousand rows, and the driver takes each of their cells on
its own. Everything is clean here already; only what COPY itself gives a meaning is escaped.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

from analysis.text import clean_parsed_json
from registry.hub.answers import TreeEntry
from registry.hub.records import CardRow, Read, RepoRow, RevisionRow

Row = tuple[Any, ...]
Revisions = Sequence[tuple[int, RevisionRow]]

NULL = "\\N"
_IN_ARRAY = re.compile(r'[\\"]')

_REPO_FIELDS = tuple(RepoRow.__dataclass_fields__)
_REPO_VALUES = attrgetter(*_REPO_FIELDS)
_REVISION_FIELDS = (
    *("sha", "config", "architecture", "parameters", "has_tree", "has_claims", "is_listed"),
    "security",
)
_REVISION_VALUES = attrgetter(*_REVISION_FIELDS)
CLAIM_FIELDS = (
    *("key", "source", "file", "path", "line", "raw", "task", "dataset", "dataset_name"),
    *("config", "split", "dataset_revision", "metric", "metric_name", "value_text", "value"),
    *("args", "problem"),
)
CARD_FIELDS = ("text", "front_matter", "has_front_matter", "problem")
FILE_FIELDS = ("path", "size", "git_oid", "sha256", "security")
COLUMNS = {
    "incoming_repo": ("n", *_REPO_FIELDS),
    "incoming_revision": ("n", *_REVISION_FIELDS),
    "incoming_card": ("n", *CARD_FIELDS),
    "incoming_file": ("n", *FILE_FIELDS),
    "incoming_claim": ("n", "position", *CLAIM_FIELDS),
    "incoming_edge": ("n", "parent_name", "relation"),
}


def tables(reads: Sequence[Read]) -> Iterator[tuple[str, str]]:
    """Yield (temporary table, its rows as text); ``n`` is the position in the batch."""
    rows = [(n, read.row) for n, read in enumerate(reads) if read.row is not None]
    revisions = [(n, read.revision) for n, read in enumerate(reads) if read.revision is not None]
    yield "incoming_repo", text((n, *_REPO_VALUES(row)) for n, row in rows)
    yield "incoming_revision", text((n, *_REVISION_VALUES(row)) for n, row in revisions)
    yield (
        "incoming_card",
        text((n, *card_cells(row.card)) for n, row in revisions if row.card is not None),
    )
    yield (
        "incoming_file",
        text((n, *file_cells(file)) for n, row in revisions for file in row.files)
        + "".join([path_lines(n, row.paths) for n, row in revisions if row.paths]),
    )
    yield (
        "incoming_claim",
        text(
            (n, position, *claim_cells(claim))
            for n, row in revisions
            for position, claim in enumerate(row.claims)
        ),
    )
    yield (
        "incoming_edge",
        text((n, edge.parent_name, edge.relation) for n, row in revisions for edge in row.edges),
    )


def text(rows: Iterable[Row]) -> str:
    """Write rows in COPY's text format."""
    return "".join([f"{cells(row)}\n" for row in rows])


def cells(values: Row) -> str:
    """Write one row, without the end of its line."""
    kinds = _CELLS
    return "\t".join([kinds[type(value)](value) for value in values])


claim_cells: Callable[[Mapping[str, Any]], Row] = itemgetter(*CLAIM_FIELDS)


def card_cells(card: CardRow) -> Row:
    """Return what ``CARD_FIELDS`` names."""
    return card.text, card.front_matter, card.has_front_matter, card.problem


def file_cells(file: TreeEntry) -> Row:
    """Return what ``FILE_FIELDS`` names."""
    security = None if file.security is None else clean_parsed_json(file.security)
    return file.path, file.size, file.oid, file.sha256, security


def path_lines(number: int, paths: Sequence[str]) -> str:
    """Write files of which only the name is known: those names have nothing to be escaped."""
    end = "\t0\t\t\t\\N\n"
    return f"{number}\t" + f"{end}{number}\t".join(paths) + end


def _escaped(value: str) -> str:
    # Four looks for one character each cost a tenth of a pattern's walk through a long text.
    if not ("\\" in value or "\n" in value or "\t" in value or "\r" in value):
        return value
    value = value.replace("\\", "\\\\").replace("\n", "\\n")
    return value.replace("\t", "\\t").replace("\r", "\\r")


def _array(values: Sequence[str]) -> str:
    if not values:
        return "{}"
    joined = "".join(values)
    if '"' in joined or "\\" in joined:
        values = [_IN_ARRAY.sub(_with_backslash, value) for value in values]
    inside = '","'.join(values)
    return _escaped(f'{{"{inside}"}}')


def _with_backslash(found: re.Match[str]) -> str:
    return "\\" + found[0]


_CELLS: dict[type, Callable[[Any], str]] = {
    str: _escaped,
    int: str,
    float: repr,
    bool: lambda value: "t" if value else "f",
    type(None): lambda _: NULL,
    datetime: datetime.isoformat,
    list: _array,
}
