"""A sample of a split, cut into its two halves: inputs for the sandbox, targets for the judge.

What goes in says no more than what must be answered: rows in a drawn order, columns by their
place, pictures and sounds without the path that they had, and none of the file's metadata, where
`datasets` keeps the names of classes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.contract import JSON, Columns
from workers.samples import Split

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Order = np.ndarray[Any, np.dtype[np.int64]]

_CHUNK = 1024  # rows that are in memory at once
_FILE = {"bytes", "path"}  # how `datasets` stores a picture or a sound


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows of a run in their order. ``targets`` never leave this process."""

    split: Split
    columns: Columns
    order: "Order"
    targets: list[JSON]

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.targets)

    @property
    def names(self) -> tuple[str, ...]:
        """What the input columns are called inside: their place, unless names mean something."""
        inputs = self.columns.inputs
        if self.columns.are_named:
            return inputs
        return tuple(f"input_{place}" for place in range(len(inputs)))

    def write(self, path: Path, start: int = 0) -> Path:
        """Write the inputs from row ``start`` on as an Arrow file; return its path."""
        import pyarrow as pa

        schema: pa.Schema | None = None
        with pa.OSFile(str(path), "wb") as sink:
            out = None
            for rows in _rows(self.split, self.columns.inputs, self.order[start:]):
                if out is None:
                    types = [column.type for column in rows]
                    fields = [pa.field(*one) for one in zip(self.names, types, strict=True)]
                    schema = pa.schema(fields)
                    out = pa.ipc.new_file(sink, schema)
                out.write_batch(pa.RecordBatch.from_arrays(rows, schema=schema))
            if out is not None:
                out.close()
        return path


def draw(split: Split, columns: Columns, *, seed: int, limit: int | None) -> Sample:
    """Draw rows without replacement in the order of the seed; ``limit`` None takes them all."""
    import numpy as np

    order = np.random.Generator(np.random.PCG64(seed)).permutation(split.rows)[:limit]
    targets: list[JSON] = []
    for (column,) in _rows(split, (columns.target,), order):
        targets += column.to_pylist()
    return Sample(split, columns, order, targets)


def _rows(split: Split, names: tuple[str, ...], order: "Order") -> Iterator[list["pa.Array"]]:
    """Yield the columns of a chunk of rows at a time, so that memory stays flat.

    Each batch of the file is asked for its own rows: taking from all of it at once would copy it.
    """
    import numpy as np
    import pyarrow as pa

    with pa.memory_map(str(split.folder / "rows.arrow")) as source:
        table = pa.ipc.open_file(source).read_all().select(list(dict.fromkeys(names)))
        batches = table.to_batches()
        ends = np.cumsum([len(batch) for batch in batches])
        # An empty sample has columns, too.
        for start in range(0, max(1, len(order)), _CHUNK):
            wanted = np.sort(order[start : start + _CHUNK])
            back = np.argsort(np.argsort(order[start : start + _CHUNK]))
            places = np.searchsorted(ends, wanted, side="right")
            taken = []
            for place in np.unique(places):
                first = ends[place] - len(batches[place])
                taken.append(batches[place].take(pa.array(wanted[places == place] - first)))
            found = pa.Table.from_batches(taken, schema=table.schema).combine_chunks()
            chosen = found.take(pa.array(back)).combine_chunks()
            yield [_bare(_one(chosen.column(name))) for name in names]


def _one(column: "pa.ChunkedArray") -> "pa.Array":
    import pyarrow as pa

    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _bare(values: "pa.Array") -> "pa.Array":
    """Leave out the paths of pictures and sounds, at any depth, and metadata of inner fields."""
    import pyarrow as pa

    kind = values.type
    if pa.types.is_struct(kind):
        fields = [kind.field(place) for place in range(kind.num_fields)]
        is_file = {field.name for field in fields} == _FILE
        inner = [
            pa.nulls(len(values), field.type)
            if is_file and field.name == "path"
            else _bare(values.field(place))
            for place, field in enumerate(fields)
        ]
        named = [pa.field(field.name, one.type) for field, one in zip(fields, inner, strict=True)]
        return pa.StructArray.from_arrays(inner, fields=named, mask=values.is_null())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        made = type(values)
        return made.from_arrays(values.offsets, _bare(values.values), mask=values.is_null())
    return values
