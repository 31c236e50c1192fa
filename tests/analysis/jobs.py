"""Jobs of any task for tests."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from analysis.arrays import NumpyArray, pack, unpack
from analysis.contract import Job, Part


def make(
    folder: Path, snapshot: Path, task: str, columns: Mapping[str, Sequence[Any]], **options: Any
) -> Job:
    """Write the columns as the inputs of a job; all of them are asked, in their order."""
    table = pa.table(dict(columns))
    path = folder / "inputs.arrow"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=7)
    fields: dict[str, Any] = {
        "check": "claim",
        "snapshot": snapshot,
        "inputs": path,
        "rows": table.num_rows,
        "columns": tuple(columns),
        "device": "cpu",
        "seed": 7,
        "options": {"task": task},
    }
    return Job(**{**fields, **options})


def with_tables(
    folder: Path,
    snapshot: Path,
    task: str,
    rows: Sequence[Sequence[Any]],
    tables: Mapping[str, Sequence[Sequence[Any]]],
    **options: Any,
) -> Job:
    """Write a job whose tables stand before its rows; short rows are filled up with nothing."""
    every = [row for table in (*tables.values(), rows) for row in table]
    width = max(map(len, every))
    columns = {
        f"input_{place}": [row[place] if place < len(row) else None for row in every]
        for place in range(width)
    }
    lengths = tuple((name, len(table)) for name, table in tables.items())
    return make(folder, snapshot, task, columns, rows=len(rows), tables=lengths, **options)


def joined(parts: Iterable[Part], name: str) -> NumpyArray:
    """Put the arrays of a name together, over all predictions."""
    return np.concatenate([unpack(part.arrays[name]) for part in parts if name in part.arrays])


def predictions(start: int = 0, **arrays: Any) -> Part:
    """Forge a part of predictions."""
    return Part(
        "predictions",
        {"start": start},
        {name: pack(np.asarray(values)) for name, values in arrays.items()},
    )
