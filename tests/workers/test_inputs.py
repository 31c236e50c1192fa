"""What goes into the sandbox: the drawn rows, and nothing that says more than they do."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from analysis.contract import Columns, DataRequest, Feature
from workers import inputs
from workers.samples import Split

ROWS = 3_000
PICTURE = pa.struct(
    [pa.field("bytes", pa.binary(), metadata={"class": "cat"}), ("path", pa.string())]
)


def split_of(folder, columns, kinds):
    table = pa.table(columns).replace_schema_metadata(
        {"huggingface": json.dumps({"names": ["cat"]})}
    )
    with (
        pa.OSFile(str(folder / "rows.arrow"), "wb") as sink,
        pa.ipc.new_file(sink, table.schema) as out,
    ):
        out.write_table(table, max_chunksize=100)
    features = {name: Feature(kind) for name, kind in kinds.items()}
    request = DataRequest("cats/and-dogs", "default", "test", "5" * 40)
    return Split(folder, request, table.num_rows, "f", "0" * 64, {}, features, ())


@pytest.fixture
def split(tmp_path):
    pictures: list[Any] = [{"bytes": b"%d" % n, "path": f"cat/{n}.png"} for n in range(ROWS)]
    pictures[7] = None
    lists = [[{"bytes": b"x", "path": "dog/1.png"}, None], None, []] * (ROWS // 3)
    columns = {
        "image": pa.array(pictures, PICTURE),
        "is_this_a_cat": pa.array([f"text {n}" for n in range(ROWS)]),
        "pages": pa.array(lists, pa.list_(PICTURE)),
        "label": pa.array(range(ROWS)),
    }
    return split_of(
        tmp_path,
        columns,
        {"image": "image", "is_this_a_cat": "text", "pages": "other", "label": "number"},
    )


def read(path):
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


ALL = Columns(("image", "is_this_a_cat", "pages"), "label")


def test_it_works(split, tmp_path):
    sample = inputs.draw(split, ALL, seed=3, limit=None)
    assert sorted(map(str, sample.targets)) == sorted(map(str, range(ROWS)))
    assert sample.targets != list(range(ROWS))
    rows = read(sample.write(tmp_path / "inputs.arrow")).to_pylist()
    assert [row["input_1"] for row in rows] == [f"text {n}" for n in sample.targets]
    for row, number in zip(rows, sample.targets, strict=True):
        assert row["input_0"] == (
            None if number == 7 else {"bytes": str(number).encode(), "path": None}
        )


def test_the_order_is_that_of_numpy_and_its_beginning_does_not_depend_on_the_limit(split):
    order = np.random.Generator(np.random.PCG64(3)).permutation(ROWS)
    assert inputs.draw(split, ALL, seed=3, limit=10).targets == order[:10].tolist()
    assert inputs.draw(split, ALL, seed=4, limit=10).targets != order[:10].tolist()


@pytest.mark.parametrize("start", [0, 1, 1023, 1024, 2_999])
def test_the_rest_of_a_sample_is_written_from_any_row(split, tmp_path, start):
    sample = inputs.draw(split, ALL, seed=3, limit=None)
    rest = read(sample.write(tmp_path / "rest.arrow", start))
    assert rest.column("input_1").to_pylist() == [f"text {n}" for n in sample.targets[start:]]


def test_the_file_says_nothing_but_the_rows(split, tmp_path):
    path = inputs.draw(split, ALL, seed=3, limit=None).write(tmp_path / "inputs.arrow")
    content = path.read_bytes()
    for word in (b"cat", b"dog", b"png", b"huggingface", b"label", b"image", b"default"):
        assert word not in content, word
    assert read(path).column("input_2").to_pylist().count(None) == ROWS // 3


def test_columns_of_a_table_keep_their_names(split, tmp_path):
    columns = Columns(("is_this_a_cat",), "label", are_named=True)
    sample = inputs.draw(split, columns, seed=3, limit=2)
    assert sample.names == ("is_this_a_cat",)
    assert read(sample.write(tmp_path / "inputs.arrow")).column_names == ["is_this_a_cat"]
