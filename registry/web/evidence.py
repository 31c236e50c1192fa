"""Evidence laid out for reading: sections of facts and tables out of stored JSON.

The structure is written by workers and its measure by checks, which others may add: whatever is
in it is shown, known or not, up to a bound. What is left out stands in the JSON.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.web.templatetags.assay import bytes_shown

MOST_FACTS = 120  # of a section
MOST_ROWS = 200  # of a table
LONGEST = 600  # characters of a value
DEEPEST = 6

TITLES = {
    "measure": "How it was measured",
    "data": "Data",
    "sandbox": "Sandbox and machine",
    "asked": "Asked with",
    "options": "Options",
}
# Shown elsewhere on the page, in a form of their own.
ELSEWHERE = frozenset({"subject", "claim", "check"})
_APART = frozenset({"assumptions"})
DRAWN = frozenset({"curves", "bars", "facts"})  # of the measure
# jsonb keeps no order of its own: what a reader looks for first stands first, the rest by name.
_FIRST = (
    "task", "metric", "stated_as", "stated", "conversion", "tolerance", "tolerance_reason",
    "dataset", "config", "split", "revision", "fingerprint", "rows_of_split", "rows_used",
    "population", "is_full_split", "order", "level", "device", "wall_s", "peak_memory_bytes",
)  # fmt: skip
_LABELS = {
    "n": "Samples",
    "dtype": "Number format",
    "sha": "Commit",
    "sha256": "SHA-256",
    "assay": "Version of Assay",
    "schema": "Version of this record",
    "cuda": "CUDA",
    "cpu": "CPU",
    "gpu": "GPU",
    "id": "Id",
    "wall_s": "Wall time",
    "cpu_s": "CPU time",
    "start_s": "Start of the sandbox",
    "level": "Isolation",
    "exit": "Exit status",
    "forbidden": "Forbidden calls",
    "stated_as": "Stated as",
    "stated": "Stated, as a number",
    "tolerance_reason": "Why this tolerance",
    "population": "Samples there are",
    "is_full_split": "Whole split",
    "rows_of_split": "Rows of the split",
}
_UNITS = {"_s": " s", "_ms": " ms"}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of the same kind, with a title."""

    title: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    left_out: int


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the evidence."""

    title: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def laid_out(evidence: Mapping[str, Any]) -> list[Section]:
    """Return the sections of a finding's evidence, the known ones first."""
    sections = []
    loose = {key: value for key, value in evidence.items() if not _is_container(value)}
    for key in [*TITLES, *(key for key in evidence if key not in TITLES)]:
        value = evidence.get(key)
        if key == "measure" and isinstance(value, Mapping):
            value = {name: one for name, one in value.items() if name not in DRAWN}
        if key in ELSEWHERE or key in loose or not value:
            continue
        section = Section(TITLES.get(key) or label(key))
        _fill(section, value, (), 0)
        sections.append(section)
    if loose:
        section = Section("Record")
        _fill(section, loose, (), 0)
        sections.append(section)
    return sections


def assumptions(evidence: Mapping[str, Any]) -> list[str]:
    """Return what was assumed where the claim or the data left something open."""
    found: list[str] = []
    for part in ("measure", "data"):
        section = evidence.get(part)
        said = section.get("assumptions") if isinstance(section, dict) else None
        if isinstance(said, list):
            found += [written("", one) for one in said[:MOST_ROWS]]
    return list(dict.fromkeys(found))


def _rank(key: str) -> tuple[int, str]:
    return (_FIRST.index(key) if key in _FIRST else len(_FIRST), key)


def files_read(evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the files that the run read, with size and sha256, as far as they were stored well."""
    subject = evidence.get("subject")
    files = subject.get("files") if isinstance(subject, dict) else None
    if not isinstance(files, list):
        return []
    return [file for file in files[:MOST_ROWS] if isinstance(file, dict) and file.get("path")]


def label(key: str) -> str:
    """Write a key of JSON as words: ``peak_memory_bytes`` as ``Peak memory``."""
    if key in _LABELS:
        return _LABELS[key]
    for ending in ("_bytes", *_UNITS):
        key = key.removesuffix(ending)
    words = key.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:80] if words else "–"


def written(key: str, value: Any) -> str:
    """Write one value of JSON with the unit that its key names."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if key.endswith("_bytes") or key == "size":
            return bytes_shown(int(value))
        unit = next((unit for ending, unit in _UNITS.items() if key.endswith(ending)), "")
        digits = 0 if abs(value) >= 100 else 2
        number = f"{value:,}" if isinstance(value, int) else f"{value:.6g}"
        if unit and isinstance(value, float):
            number = f"{value:,.{digits}f}"
        return (str(value) if key.endswith("seed") else number) + unit
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _is_container(value: Any) -> bool:
    return isinstance(value, Mapping | list)


def _fill(section: Section, value: Any, names: tuple[str, ...], depth: int) -> None:
    """Add what a value holds to the section: tables for lists of objects, facts for the rest."""
    if len(section.facts) >= MOST_FACTS:
        return
    title = " · ".join(label(name) for name in names) or section.title
    if depth > DEEPEST:
        section.facts.append((title, "… in the JSON"))
    elif isinstance(value, Mapping):
        for key in sorted(value, key=_rank):
            if key not in _APART:
                _fill(section, value[key], (*names, str(key)), depth + 1)
    elif isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
        section.tables.append(_table(title, value))
    elif isinstance(value, list):
        section.facts.append((title, ", ".join(_texts(names[-1] if names else "", value)) or "–"))
    else:
        section.facts.append((title, written(names[-1] if names else "", value)))


def _texts(key: str, values: Sequence[Any]) -> Iterator[str]:
    for number, value in enumerate(values):
        if number == MOST_ROWS:
            yield "…"
            return
        yield written(key, value)


def _table(title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    keys = list(dict.fromkeys(str(key) for row in rows[:MOST_ROWS] for key in row))[:12]
    return Table(
        title,
        tuple(label(key) for key in keys),
        [tuple(written(key, row.get(key)) for key in keys) for row in rows[:MOST_ROWS]],
        max(0, len(rows) - MOST_ROWS),
    )
