"""Splits as they are kept: columns inside of others become columns, lists say of what."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from datasets import ClassLabel, Features, List, Translation, Value

from workers import splits

FEATURES = Features(
    {
        "tokens": List(Value("string")),
        "tags": List(ClassLabel(names=["O", "B"])),
        "box": List(List(Value("float32"))),
        "translation": Translation(["de", "en"]),
        "answers": {"text": List(Value("string")), "more": {"start": Value("int32")}},
    }
)
ROW = {
    "tokens": ["a"], "tags": [1], "box": [[0.5]],
    "translation": {"de": "ja", "en": "yes"},
    "answers": {"text": ["x", "y"], "more": {"start": 3}},
}  # fmt: skip


def test_columns_inside_of_others_have_both_names():
    flat = splits._flat(FEATURES)
    assert list(flat) == [
        "tokens", "tags", "box", "translation.de", "translation.en", "answers.text",
        "answers.more.start",
    ]  # fmt: skip
    table = pa.Table.from_pylist([ROW], schema=FEATURES.arrow_schema)
    (row,) = splits._flat_table(table, set(flat)).to_pylist()
    assert row["translation.en"] == "yes"
    assert row["answers.text"] == ["x", "y"]
    assert row["answers.more.start"] == 3
    assert set(row) == set(flat)


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("tokens", "texts"), ("tags", "labels"), ("box", "other"), ("translation.de", "text"),
        ("answers.text", "texts"), ("answers.more.start", "number"),
    ],
)  # fmt: skip
def test_lists_say_what_they_are_of(column: str, kind: str):
    found = splits._feature(splits._flat(FEATURES)[column])
    assert found["kind"] == kind
    assert found["names"] == (["O", "B"] if kind == "labels" else [])


def test_a_split_of_nested_columns_is_read(tmp_path: Path):
    """The whole way, from a folder of JSON lines to the rows on disk."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "test.jsonl").write_text(json.dumps({"id": 1, "pair": {"a": "x", "b": [1, 2]}}))
    splits._read(
        {"dataset": str(data), "config": "", "split": "test", "revision": ""}, tmp_path / "split"
    )
    known = json.loads((tmp_path / "split" / "split.json").read_text())
    kinds = {name: feature["kind"] for name, feature in known["features"].items()}
    assert kinds == {"id": "number", "pair.a": "text", "pair.b": "numbers"}
    with pa.ipc.open_file(str(tmp_path / "split" / "rows.arrow")) as file:
        assert file.read_all().to_pylist() == [{"id": 1, "pair.a": "x", "pair.b": [1, 2]}]
