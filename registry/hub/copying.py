"""Rows → the text that PostgreSQL's COPY reads.

Written by hand because a page has ten thousand rows, and the driver takes each of their cells on
its own. Everything is clean here already; only what COPY itself gives a meaning is escaped.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from analysis.text import clean_parsed_json
from registry.hub.records import Read, RepoRow, RevisionRow

Row = tuple[Any, ...]
Revisions = Sequence[tuple[int, RevisionRow]]

_NULL = "\\N"
_SPECIAL = re.compile(r"[\\\n\t\r]")
_IN_ARRAY = re.compile(r'[\\"]')

_REPO_FIELDS = tuple(RepoRow.__dataclass_fields__)
_REPO_VALUES = attrgetter(*_REPO_FIELDS)
_REVISION_FIELDS = (
    *("sha", "config", "architecture", "parameters", "has_tree", "has_claims", "is_listed"),
    "security",
)
_REVISION_VALUES = attrgetter(*_REVISION_FIELDS)
_CLAIM_FIELDS = (
    *("key", "source", "file", "path", "line", "raw", "task", "dataset", "dataset_name"),
    *("config", "split", "dataset_revision", "metric", "metric_name", "value_text", "value"),
    *("args", "problem"),
)
COLUMNS = {
    "incoming_repo": ("n", *_REPO_FIELDS),
    "incoming_revision": ("n", *_REVISION_FIELDS),
    "incoming_card": ("n", "text", "front_matter", "has_front_matter", "problem"),
    "incoming_file": ("n", "path", "size", "git_oid", "sha256", "security"),
    "incoming_claim": ("n", "position", *_CLAIM_FIELDS),
    "incoming_edge": ("n", "parent_name", "relation"),
}


def tables(reads: Sequence[Read]) -> Iterator[tuple[str, str]]:
    """Yield (temporary table, its rows as text); ``n`` is the position in the batch."""
    rows = [(n, read.row) for n, read in enumerate(reads) if read.row is not None]
    revisions = [(n, read.revision) for n, read in enumerate(reads) if read.revision is not None]
    yield "incoming_repo", text((n, *_REPO_VALUES(row)) for n, row in rows)
    yield "incoming_revision", text((n, *_REVISION_VALUES(row)) for n, row in revisions)
    yield "incoming_card", text(_cards(revisions))
    yield "incoming_file", text(_files(revisions)) + "".join(_paths(revisions))
    yield "incoming_claim", text(_claims(revisions))
    yield (
        "incoming_edge",
        text((n, edge.parent_name, edge.relation) for n, row in revisions for edge in row.edges),
    )


def text(rows: Iterable[Row]) -> str:
    """Write rows in COPY's text format."""
    cell = _CELLS
    lines = ["\t".join([cell[type(value)](value) for value in row]) for row in rows]
    return "\n".join(lines) + "\n" if lines else ""


def _escaped(value: str) -> str:
    if _SPECIAL.search(value) is None:
        return value
    value = value.replace("\\", "\\\\").replace("\n", "\\n")
    return value.replace("\t", "\\t").replace("\r", "\\r")


def _array(values: Sequence[str]) -> str:
    quoted = [f'"{_IN_ARRAY.sub(_with_backslash, value)}"' for value in values]
    return _escaped(f"{{{','.join(quoted)}}}")


def _with_backslash(found: re.Match[str]) -> str:
    return "\\" + found[0]


_CELLS: dict[type, Callable[[Any], str]] = {
    str: _escaped,
    int: str,
    float: repr,
    bool: lambda value: "t" if value else "f",
    type(None): lambda _: _NULL,
    datetime: datetime.isoformat,
    list: _array,
}


def _cards(revisions: Revisions) -> Iterator[Row]:
    for n, revision in revisions:
        card = revision.card
        if card is not None:
            yield n, card.text, card.front_matter, card.has_front_matter, card.problem


def _files(revisions: Revisions) -> Iterator[Row]:
    for n, revision in revisions:
        for file in revision.files:
            security = None if file.security is None else clean_parsed_json(file.security)
            yield n, file.path, file.size, file.oid, file.sha256, security


def _paths(revisions: Revisions) -> Iterator[str]:
    """Write files of which only the name is known: those names have nothing to be escaped."""
    for n, revision in revisions:
        if revision.paths:
            end = "\t0\t\t\t\\N\n"
            yield f"{n}\t" + f"{end}{n}\t".join(revision.paths) + end


def _claims(revisions: Revisions) -> Iterator[Row]:
    for n, revision in revisions:
        for position, claim in enumerate(revision.claims):
            yield (n, position, *(claim[name] for name in _CLAIM_FIELDS))
