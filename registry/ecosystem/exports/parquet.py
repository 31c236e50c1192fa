"""Rows of a server-side cursor → Parquet files, a row group at a time. Needs pyarrow."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection

from registry.ecosystem.exports.tables import Column, Table

GROUP_ROWS = 50_000
GROUP_BYTES = 8 << 20  # of text; whichever comes first ends a row group
PART_ROWS = 10_000_000
PART_BYTES = 2 << 30

_TYPES = {
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "text": pa.string(),
    "json": pa.string(),
    "time": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
    "texts": pa.list_(pa.string()),
    "ints": pa.list_(pa.int64()),
    "floats": pa.list_(pa.float64()),
}
_LONG = ("text", "json")


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written, synced to the disk."""

    file: str
    rows: int
    size: int
    sha256: str


class HashedFile(RawIOBase):
    """A new file whose SHA-256 is known when it is closed; closing waits for the disk."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("xb")
        self._digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        """Say that it is."""
        return True

    def write(self, data: Any) -> int:
        """Write all of it."""
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    def tell(self) -> int:
        """Return how much was written."""
        return self.size

    def close(self) -> None:
        """Close it when everything is on the disk."""
        if not self.closed:
            super().close()
            with self._file:  # closed also where the disk is full
                self._file.flush()
                os.fsync(self._file.fileno())

    @property
    def sha256(self) -> str:
        """Return the digest of what was written."""
        return self._digest.hexdigest()


def schema_of(table: Table) -> pa.Schema:
    """Return the Arrow schema of a table; each column may be null."""
    about = {"table": table.name, "about": table.about}
    return pa.schema([(one.name, _TYPES[one.kind]) for one in table.columns], metadata=about)


def write(table: Table, folder: Path) -> list[Written]:
    """Write a table into a folder; return its files, one at least. Inside a transaction only."""
    schema = schema_of(table)
    done: list[Written] = []
    groups = _groups(table)
    more = next(groups, None)
    while more is not None or not done:
        name = f"{table.name}-{len(done):04d}.parquet"
        target = HashedFile(folder / name)
        rows = weight = 0
        with target, pq.ParquetWriter(target, schema, compression="zstd") as writer:
            while more is not None and rows < PART_ROWS and weight < PART_BYTES:
                rows, weight = rows + len(more[0][0]), weight + more[1]
                writer.write_table(_table(table.columns, more[0], schema))
                more = None  # one group in memory at a time
                more = next(groups, None)
        done.append(Written(name, rows, target.size, target.sha256))
    return done


def _table(columns: Sequence[Column], values: list[list[Any]], schema: pa.Schema) -> pa.Table:
    arrays = [
        pa.array(found, type=_TYPES[one.kind]) for one, found in zip(columns, values, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _groups(table: Table) -> Iterator[tuple[list[list[Any]], int]]:
    """Give the columns of one row group after the other, with the characters in them."""
    long = [n for n, column in enumerate(table.columns) if column.kind in _LONG]
    values: list[list[Any]] = [[] for _ in table.columns]
    size = 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(table.sql)
        while rows := cursor.fetchmany(table.fetch):
            for found, column in zip(zip(*rows, strict=True), values, strict=True):
                column.extend(found)
            size += sum(len(row[n]) for row in rows for n in long if row[n] is not None)
            if len(values[0]) >= GROUP_ROWS or size >= GROUP_BYTES:
                group, values = values, [[] for _ in table.columns]
                yield group, size
                del group
                size = 0
    if values[0]:
        yield values, size
