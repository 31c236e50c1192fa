"""Result tables in the text of a card → claims.

Two forms are read: metrics as columns (``| Dataset | Accuracy | F1 |``), and metrics as rows
(``| Metric | Value |``). A name counts as a metric only where the registry knows it. Not read:
logs of a training (a row an epoch or step), tables whose rows or columns are other networks, and
tables without a known metric. What a row is about stays unknown unless its label says it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from analysis.cards.markdown import Line, Row, Table, tables
from analysis.cards.names import NamedData, bare_label, find_data
from analysis.cards.reading import RAW_LIMIT, VALUE_LIMIT, Problem, Reading, short
from analysis.contract import Claim, ClaimSource, Place
from analysis.metrics import Label, read_label
from analysis.numerals import read_numeral
from analysis.text import clean_text

CLAIM_LIMIT = 1_000  # of all tables of a card

_LOG_WORDS = frozenset(("epoch", "epochs", "step", "steps", "iteration", "iterations", "iter"))
_TRAINING_LOSS = frozenset(("training loss", "train loss"))
_MODEL_WORDS = frozenset(
    ("model", "models", "method", "methods", "system", "systems", "architecture", "checkpoint",
     "approach", "baseline", "network", "backbone", "encoder", "student", "base", "weights")
)  # fmt: skip
_DATA_WORDS = frozenset(
    ("dataset", "datasets", "data", "testset", "corpus", "corpora", "benchmark", "task", "tasks")
)
_METRIC_WORDS = frozenset(("metric", "metrics", "measure", "measures"))
_VALUE_WORDS = frozenset(("value", "values", "score", "scores", "result", "results"))
_SPLITS = {
    "test": "test", "test set": "test", "testing": "test", "dev": "validation",
    "dev set": "validation", "val": "validation", "valid": "validation", "train": "train",
    "validation": "validation", "validation set": "validation", "train set": "train",
    "training": "train", "training set": "train",
}  # fmt: skip
_SPLIT_WORDS = frozenset(("split", "set", "subset"))
_OWN_WORDS = re.compile(r"\b(?:this model|this checkpoint|our model|ours)\b")
_HUB_LINK = re.compile(r"huggingface\.co/(?!datasets/|spaces/)(?:[\w.-]+/)?([\w.-]+)")
_ROWS_LOOKED_AT = 50
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_STARTS_LIKE_NUMBER = re.compile(r"[\s*_`~≈$%<]*[-+−]?[.,]?[0-9]")


@dataclass(frozen=True, slots=True)
class _About:
    """What a row or a column says of its values, beside the metric."""

    data: NamedData | None = None
    data_label: str = ""
    split: str = ""
    label: str = ""  # what is not understood


def read_tables(lines: list[Line], file: str, names: frozenset[str]) -> Reading:
    """Read the claims of all tables; ``names`` are those that the card's own network goes by."""
    claims: list[Claim] = []
    problems: list[Problem] = []
    for table in tables(lines):
        for claim in _table_claims(table, file, names):
            if len(claims) >= CLAIM_LIMIT:
                sentence = f"Only the first {CLAIM_LIMIT:,} values of the tables were read."
                problems.append(Problem(claim.place, sentence))
                return Reading(tuple(claims), tuple(problems))
            claims.append(claim)
            if claim.problem:
                problems.append(Problem(claim.place, claim.problem))
    return Reading(tuple(claims), tuple(problems))


def _table_claims(table: Table, file: str, names: frozenset[str]) -> Iterator[Claim]:
    words = [_plain(cell) for cell in table.header]
    if _is_training_log(words):
        return iter(())
    if words[0] in _METRIC_WORDS:
        return _by_rows(table, words, file)
    return _by_columns(table, words, file, names)


def _is_training_log(words: list[str]) -> bool:
    return any(word in _LOG_WORDS or word in _TRAINING_LOSS for word in words)


def _by_rows(table: Table, words: list[str], file: str) -> Iterator[Claim]:
    """Read a table whose first column names metrics."""
    columns = {
        index: about
        for index, word in enumerate(words)
        if index > 0 and (about := _value_column(word, table.header[index])) is not None
    }
    for row in table.rows:
        label = read_label(bare_label(row.cells[0]))
        if label is None:
            continue
        for index, about in columns.items():
            claim = _claim(row, row.cells[index], bare_label(row.cells[0]), label, about, file)
            if claim is not None:
                yield claim


def _value_column(word: str, cell: str) -> _About | None:
    """Say what a column beside metric names is about; None for what is not this network's."""
    if word in _VALUE_WORDS:
        return _About()
    if word in _SPLITS:
        return _About(split=_SPLITS[word])
    data = find_data(cell)
    return _About(data=data, data_label=bare_label(cell)) if data else None


def _by_columns(
    table: Table, words: list[str], file: str, names: frozenset[str]
) -> Iterator[Claim]:
    """Read a table with metrics in its header."""
    columns = {
        index: found
        for index, cell in enumerate(table.header)
        if (found := _metric_column(bare_label(cell))) is not None
    }
    if not columns:
        return
    model_columns = _model_columns(table, words)
    is_report = "support" in words
    for row in table.rows:
        if model_columns and not _is_own(row, model_columns, len(table.rows), names):
            continue
        about = _about_row(row, words, columns.keys() | set(model_columns))
        for index, (name, label, column_about) in columns.items():
            if is_report:
                label, name, row_about = _report_cell(label, name, about)
            else:
                row_about = about
            claim = _claim(
                row, row.cells[index], name, label, _combine(row_about, column_about), file
            )
            if claim is not None:
                yield claim


def _metric_column(cell: str) -> tuple[str, Label, _About] | None:
    """Read a header such as ``Test WER``, ``ImageNet top-1 accuracy`` or ``SST-2 (Acc)``.

    Gives the name of the metric without that of the dataset, and what both say.
    """
    label = read_label(cell)
    if label is not None:
        data = find_data(label.qualifier)
        return cell, label, _About(data, label.qualifier if data else "", label.split)
    words = cell.split()
    for count in range(1, min(4, len(words))):
        first, rest = " ".join(words[:count]), " ".join(words[count:])
        data = find_data(first)
        label = read_label(rest) if data else None
        if label is not None:
            return rest, label, _About(data, first, label.split)
    return None


def _model_columns(table: Table, words: list[str]) -> list[int]:
    """Name the columns that say which network a row is about: by header, or by links to repos."""
    linked = {
        index
        for row in table.rows[:_ROWS_LOOKED_AT]
        for index, cell in enumerate(row.cells)
        if _HUB_LINK.search(cell)
    }
    named = {index for index, word in enumerate(words) if _MODEL_WORDS & set(word.split())}
    return sorted(named | linked)


def _is_own(row: Row, columns: list[int], rows: int, names: frozenset[str]) -> bool:
    """Say whether a row of a table of networks is about the card's own."""
    if rows == 1:
        return True
    for index in columns:
        label = bare_label(row.cells[index]).lower()
        link = _HUB_LINK.search(row.cells[index])
        if _OWN_WORDS.search(label) or _plain(label.rsplit("/", 1)[-1]) in names:
            return True
        if link and _plain(link[1]) in names:
            return True
    return False


def _about_row(row: Row, words: list[str], skipped: set[int]) -> _About:
    """Put together what the cells that are no values say."""
    about = _About()
    for index, word in enumerate(words):
        cell = bare_label(row.cells[index])
        if index in skipped or not cell:
            continue
        split = _SPLITS.get(_plain(cell), "")
        data = find_data(cell)
        if data is not None:
            about = _combine(about, _About(data=data, data_label=cell))
        elif split:
            about = _combine(about, _About(split=split))
        elif set(word.split()) & _DATA_WORDS and not about.data_label:
            about = replace(about, data_label=cell)
        elif index == 0 or word in _SPLIT_WORDS:
            about = replace(about, label=f"{about.label} {cell}".strip())
    return about


def _combine(first: _About, second: _About) -> _About:
    return _About(
        second.data or first.data,
        second.data_label or first.data_label,
        second.split or first.split,
        first.label or second.label,
    )


def _report_cell(label: Label, name: str, about: _About) -> tuple[Label, str, _About]:
    """Read a cell of scikit-learn's classification report, where rows name the average."""
    row = _plain(about.label)
    if row == "accuracy":
        return (read_label("accuracy") or label), "accuracy", replace(about, label="")
    averaged = read_label(f"{row.removesuffix(' avg')} {name}") if row.endswith(" avg") else None
    if averaged is not None:
        return averaged, f"{row} {name}", replace(about, label="")
    return label, name, about


def _claim(row: Row, cell: str, name: str, label: Label, about: _About, file: str) -> Claim | None:
    """Make a claim of a cell; None where nothing is stated in it."""
    if not _STARTS_LIKE_NUMBER.match(cell):
        return None
    written = bare_label(cell)
    numeral = read_numeral(written)
    problem = "" if numeral else f"The value “{written[:60]}” is not one finite number."
    data = about.data or NamedData("")
    return Claim(
        source=ClaimSource.TABLE,
        place=Place(file, "", row.line.number),
        raw=clean_text(row.line.text[:RAW_LIMIT].strip(), RAW_LIMIT),
        metric=short(name),
        value_text=clean_text(written, VALUE_LIMIT),
        value=float(numeral.value) if numeral else None,
        task=data.task,
        dataset=data.dataset,
        dataset_name=short(about.data_label),
        config=data.config,
        split=about.split or label.split or data.split,
        args={**label.args, **({"row": short(about.label)} if about.label else {})},
        problem=problem,
    )


def _plain(cell: str) -> str:
    """Write a header or a label in lower case, its words parted by single spaces."""
    return " ".join(_NOT_WORD.sub(" ", bare_label(cell).lower()).split())
