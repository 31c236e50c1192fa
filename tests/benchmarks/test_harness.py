"""The table of promises: found by name, one JSON object a row, honest about spread."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import harness
from benchmarks.harness import Row, Samples, promises, table

KEYS = {"promise", "row", "ours", "reference", "unit", "ratio", "target", "holds", "n", "spread"}
ROW = Row("P3", "warm start", 0.1, 5.0, "s", 0.02, "<= 0.5 s", True, 30, 0.01)


def test_a_row_is_one_json_object_with_the_machine_beside_it():
    raw = json.loads(json.dumps(ROW.to_json()))
    assert set(raw) == KEYS | {"details", "machine"}
    assert raw["machine"]["cores"] >= 1
    assert raw["machine"]["python"].startswith("3.")


def test_the_table_says_no_loudly():
    broken = Row("P3", "warm start", 1.0, 5.0, "s", 0.2, "<= 0.5 s", False, 30, 0.01)
    lines = table([ROW, broken]).splitlines()
    assert len(lines) == 3
    assert " yes " in lines[1]
    assert " NO " in lines[2]


@pytest.mark.parametrize(
    ("values", "median", "spread"),
    [((3.0,), 3.0, 0.0), ((1.0, 2.0, 3.0, 4.0, 5.0), 3.0, 1.5), ((2.0, 2.0, 2.0, 9.0), 2.0, 2.625)],
)
def test_median_and_spread(values, median, spread):
    assert Samples(values).median == median
    assert Samples(values).spread == spread


def test_every_benchmark_is_found_by_its_name():
    files = Path(harness.__file__).parent.glob("p[0-9]*_*.py")
    found = [module for modules in promises().values() for module in modules]
    assert sorted(found) == sorted(f"benchmarks.{file.stem}" for file in files)
    assert "benchmarks.p3_warm_start" in promises()["P3"]


def test_an_unknown_promise_is_said():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "P99"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "nothing measures P99" in done.stderr
