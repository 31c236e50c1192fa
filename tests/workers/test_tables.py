"""Samples with other splits before them."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from analysis.contract import Columns
from workers import inputs
from workers.inputs import Table
from workers.samples import Split


def write(folder: Path, columns: dict[str, Any]) -> Split:
    folder.mkdir()
    table = pa.table(columns)
    path = str(folder / "rows.arrow")
    with pa.OSFile(path, "wb") as sink, pa.ipc.new_file(sink, table.schema) as out:
        out.write_table(table)
    asked = {"dataset": "org/set", "config": "default", "split": "test", "revision": "0" * 40}
    described = {"request": asked, "rows": table.num_rows, "fingerprint": "f", "features": {}}
    described |= {"assumptions": [], "sha256": "0" * 64, "reader": {}}
    (folder / "split.json").write_text(json.dumps(described))
    return Split.load(folder)


def read(path: Path) -> list[tuple[Any, ...]]:
    with pa.memory_map(str(path)) as source:
        columns = pa.ipc.open_file(source).read_all().to_pydict().values()
    return list(zip(*columns, strict=True))


def sample(split: Split, columns: Columns, *, folder: Path, **options: Any) -> Any:
    """Draw a sample and write its inputs."""
    found = inputs.draw(split, columns, **options)
    return SimpleNamespace(sample=found, inputs=found.write(folder / "inputs.arrow"))


@pytest.fixture
def queries(tmp_path: Path) -> Split:
    return write(tmp_path / "q", {"_id": ["q1", "q2", "q3", "q4"], "text": ["a", "b", "c", "d"]})


@pytest.fixture
def corpus(tmp_path: Path) -> Split:
    columns = {"_id": ["x", "y", "z"], "title": ["X", "Y", None], "text": ["1", "2", "3"]}
    return write(tmp_path / "c", columns)


@pytest.fixture
def qrels(tmp_path: Path) -> Split:
    columns = {"query-id": ["q2", "q4", "q2"], "corpus-id": ["x", "y", "z"], "score": [1, 2, 0]}
    return write(tmp_path / "j", columns)


def drawn(folder: Path, queries: Split, corpus: Split, qrels: Split, **options: Any) -> Any:
    tables = (
        Table("corpus", corpus, Columns(("text", "title"), "_id")),
        Table("qrels", qrels, Columns((), "query-id", beside=("corpus-id", "score"))),
    )
    columns = Columns(("text",), "_id", among="qrels")
    asked = {"seed": 3, "limit": None, **options}
    return sample(queries, columns, folder=folder, tables=tables, **asked)


def test_tables_come_before_the_rows(tmp_path: Path, queries: Split, corpus: Split, qrels: Split):
    found = drawn(tmp_path, queries, corpus, qrels)
    rows = read(found.inputs)
    ids = found.sample.beside["corpus"]
    documents = {"x": ("1", "X"), "y": ("2", "Y"), "z": ("3", None)}
    assert sorted(ids) == ["x", "y", "z"]
    assert rows[:3] == [documents[each] for each in ids]
    texts = {"q2": ("b", None), "q4": ("d", None)}
    assert rows[3:] == [texts[each] for each in found.sample.targets]
    assert found.sample.lengths == (("corpus", 3),)
    assert (found.sample.rows, found.sample.population, len(found.sample.names)) == (2, 2, 2)


def test_judgements_and_ids_stay_outside(
    tmp_path: Path, queries: Split, corpus: Split, qrels: Split
):
    found = drawn(tmp_path, queries, corpus, qrels)
    assert sorted(found.sample.beside["qrels"]) == [["q2", "x", 1], ["q2", "z", 0], ["q4", "y", 2]]
    content = found.inputs.read_bytes()
    assert not any(name in content for name in (b"q2", b"q4", b"_id", b"corpus-id"))


def test_a_limit_counts_rows_and_not_tables(
    tmp_path: Path, queries: Split, corpus: Split, qrels: Split
):
    found = drawn(tmp_path, queries, corpus, qrels, limit=1)
    assert (found.sample.rows, found.sample.population, len(read(found.inputs))) == (1, 2, 4)


def test_orders_follow_the_seed(tmp_path: Path, queries: Split, corpus: Split, qrels: Split):
    orders = {
        tuple(drawn(tmp_path, queries, corpus, qrels, seed=seed).sample.beside["corpus"])
        for seed in range(20)
    }
    assert len(orders) > 2


def test_of_a_table_at_most_so_many_rows_are_drawn(tmp_path: Path, queries: Split):
    labelled = write(tmp_path / "t", {"text": list("abcdefgh"), "label": list(range(8))})
    table = Table("train", labelled, Columns(("text",), "label"), most=5)
    columns = Columns(("text",), "_id")
    found = sample(queries, columns, seed=1, limit=None, folder=tmp_path, tables=[table])
    assert found.sample.lengths == (("train", 5),)
    assert [text for (text,) in read(found.inputs)[:5]] == [
        "abcdefgh"[label] for label in found.sample.beside["train"]
    ]


def test_columns_beside_the_target_make_lists(tmp_path: Path):
    split = write(tmp_path / "s", {"x": [1, 2], "label": [[0], [1]], "box": [[5], [6]]})
    columns = Columns(("x",), "label", beside=("box",))
    found = sample(split, columns, seed=0, limit=None, folder=tmp_path)
    assert sorted(found.sample.targets) == [[[0], [5]], [[1], [6]]]
    assert read(found.inputs) == [(row[0][0] + 1,) for row in found.sample.targets]
