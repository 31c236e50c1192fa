"""A sample of a split, cut into its two halves: inputs for the sandbox, targets for the judge.

What goes in says no more than what must be answered: rows in a drawn order, columns by their
place, pictures and sounds without the path that they had, and none of the file's metadata, where
`datasets` keeps the names of classes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
class Table:
    """Another split that a check asked for, with the columns that it reads of it."""

    name: str
    split: Split
    columns: Columns
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Rows of another split, which stand before those of the sample."""

    name: str
    split: Split
    columns: Columns
    order: "Order"
    targets: list[JSON]


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows of a run in their order. ``targets`` never leave this process.

    ``population`` is how many rows of the split count at all; ``tables`` are the rows of other
    splits that the check asked for.
    """

    split: Split
    columns: Columns
    order: "Order"
    targets: list[JSON]
    population: int
    tables: tuple[Drawn, ...] = ()

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.targets)

    @property
    def names(self) -> tuple[str, ...]:
        """What the input columns are called inside: their place, unless names mean something.

        As many as the widest of the tables has: the first column of each stands above the first.
        """
        inputs = self.columns.inputs
        width = max(len(inputs), *(len(table.columns.inputs) for table in self.tables), 0)
        by_place = tuple(f"input_{place}" for place in range(width))
        return (*inputs, *by_place[len(inputs) :]) if self.columns.are_named else by_place

    @property
    def lengths(self) -> tuple[tuple[str, int], ...]:
        """Names and lengths of the tables that stand before the rows."""
        return tuple(
            (table.name, len(table.order)) for table in self.tables if table.columns.inputs
        )

    @property
    def beside(self) -> dict[str, list[JSON]]:
        """The targets of all tables."""
        return {table.name: table.targets for table in self.tables}

    def write(self, path: Path, start: int = 0) -> Path:
        """Write the tables, and the inputs from row ``start`` on, as an Arrow file."""
        import pyarrow as pa

        sources = [(table.split, table.columns.inputs, table.order) for table in self.tables]
        sources = [source for source in sources if source[1]]
        sources.append((self.split, self.columns.inputs, self.order[start:]))
        schema = pa.unify_schemas(
            [self._schema(*source) for source in sources], promote_options="permissive"
        )
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as out:
            for source in sources:
                for rows in _rows(*source):
                    wide = [
                        rows[place].cast(field.type)
                        if place < len(rows)
                        else pa.nulls(len(rows[0]), field.type)
                        for place, field in enumerate(schema)
                    ]
                    out.write_batch(pa.RecordBatch.from_arrays(wide, schema=schema))
        return path

    def _schema(self, split: Split, names: tuple[str, ...], order: "Order") -> "pa.Schema":
        import pyarrow as pa

        rows = next(_rows(split, names, order[:0]))
        fields = [
            pa.field(*one) for one in zip(self.names, [row.type for row in rows], strict=False)
        ]
        return pa.schema(fields)


def draw(
    split: Split,
    columns: Columns,
    *,
    seed: int,
    limit: int | None,
    tables: Sequence[Table] = (),
) -> Sample:
    """Draw rows without replacement in the order of the seed; ``limit`` None takes them all.

    Of ``tables`` at most so many rows as each wants. Where the columns are ``among`` a table, only
    rows count whose target is one of that table's.
    """
    drawn = tuple(_drawn(table, seed) for table in tables)
    order = _permutation(split, seed)
    if columns.among:
        import numpy as np

        named = next(table for table in drawn if table.name == columns.among)
        among = {row[0] if isinstance(row, list) else row for row in named.targets}
        own = replace(columns, beside=())
        order = order[np.array([target in among for target in _targets(split, own, order)], bool)]
    population = len(order)
    order = order[:limit]
    return Sample(split, columns, order, _targets(split, columns, order), population, drawn)


def _drawn(table: Table, seed: int) -> Drawn:
    order = _permutation(table.split, seed)[: table.most]
    targets = _targets(table.split, table.columns, order)
    return Drawn(table.name, table.split, table.columns, order, targets)


def _permutation(split: Split, seed: int) -> "Order":
    import numpy as np

    return np.random.Generator(np.random.PCG64(seed)).permutation(split.rows)


def _targets(split: Split, columns: Columns, order: "Order") -> list[JSON]:
    """Return the target of each row; a list of it and what stands beside it, if anything does."""
    targets: list[JSON] = []
    for found in _rows(split, (columns.target, *columns.beside), order):
        values = [column.to_pylist() for column in found]
        targets += [list(row) for row in zip(*values, strict=True)] if columns.beside else values[0]
    return targets


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
