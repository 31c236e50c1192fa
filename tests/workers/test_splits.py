"""Splits as they are kept: columns inside of others become columns, lists say of what."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from datasets import ClassLabel, Features, List, Translation, Value
from PIL import Image as Picture

from registry import blobs
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


def test_pictures_that_lie_beside_the_table_are_kept(tmp_path: Path):
    """A folder of pictures names only their paths, which are gone when the reader has ended."""
    content: dict[str, bytes] = {}
    for name in ("cat", "dog"):
        place = tmp_path / "data" / "test" / name / "0.png"
        place.parent.mkdir(parents=True)
        Picture.new("L", (4, 4), len(content)).save(place)
        content[name] = place.read_bytes()
    asked = {"dataset": str(tmp_path / "data"), "config": "", "split": "test", "revision": ""}
    splits._read(asked, tmp_path / "split")
    with pa.ipc.open_file(str(tmp_path / "split" / "rows.arrow")) as file:
        rows = file.read_all().to_pylist()
    assert [row["image"]["bytes"] for row in rows] == list(content.values())
    known = json.loads((tmp_path / "split" / "split.json").read_text())
    assert known["sha256"] == blobs.digest(tmp_path / "split" / "rows.arrow")
    assert known["reader"].keys() == {"datasets", "pyarrow"}


@pytest.mark.parametrize(
    ("asked", "there", "taken"),
    [
        ("test", ["train", "test"], "test"), ("dev", ["train", "dev"], "dev"),
        ("dev", ["train", "validation"], "validation"), ("Val", ["valid", "test"], "valid"),
        ("testing", ["test"], "test"),
    ],
)  # fmt: skip
def test_a_split_may_be_spelt_otherwise(asked: str, there: list[str], taken: str):
    notes: list[str] = []
    assert splits._split({"dataset": "d", "split": asked}, there, notes) == taken
    assert bool(notes) is (asked != taken)


@pytest.mark.parametrize(
    ("asked", "there"),
    [("dev", ["test"]), ("dev", ["val", "valid"]), ("test2", ["test"]), ("eval", ["validation"])],
)
def test_a_split_that_could_be_two_or_none_is_missing(asked: str, there: list[str]):
    with pytest.raises(splits._Missing) as caught:
        splits._split({"dataset": "d", "split": asked}, there, [])
    assert caught.value.piece == "split"
