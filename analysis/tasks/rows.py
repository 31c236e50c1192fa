"""The rows of a job: read in order from an Arrow file, a batch at a time."""

from collections.abc import Iterator
from typing import Any

from analysis.contract import CheckError, Job

Row = tuple[Any, ...]


def most_at_once(job: Job, usual: int) -> int:
    """Return the largest batch: the task's own, or less where the run's options say so."""
    asked = job.options.get("batch_size")
    return min(usual, asked) if type(asked) is int and asked > 0 else usual


def read_rows(job: Job, batch_rows: int) -> Iterator[tuple[int, list[Row]]]:
    """Yield (index of the first row, rows), each row with the job's columns in the job's order.

    The file is memory-mapped, so that a large split costs no memory. Raises CheckError where the
    file does not hold what the job says: that is a fault outside the sandbox.
    """
    before = sum(rows for _, rows in job.tables)
    yield from _read(job, before, job.rows, batch_rows)


def read_table(job: Job, name: str, batch_rows: int) -> Iterator[tuple[int, list[Row]]]:
    """Yield the rows of a table that stands before those that are asked, as ``read_rows`` does."""
    before = 0
    for title, rows in job.tables:
        if title == name:
            yield from _read(job, before, rows, batch_rows)
            return
        before += rows
    raise CheckError(f"The run was started without the table {name!a}.")


def _read(job: Job, first: int, rows: int, batch_rows: int) -> Iterator[tuple[int, list[Row]]]:
    import pyarrow as pa

    if job.inputs is None:
        raise CheckError("The run was started without the dataset's rows.")
    expected = job.rows + sum(count for _, count in job.tables)
    try:
        with pa.memory_map(str(job.inputs)) as source, pa.ipc.open_file(source) as reader:
            table = reader.read_all().select(list(job.columns))
            if table.num_rows != expected:
                raise CheckError(f"The dataset has {table.num_rows:,} rows, not {expected:,}.")
            for start in range(0, rows, batch_rows):
                length = min(batch_rows, rows - start)
                columns = table.slice(first + start, length).to_pydict().values()
                yield start, list(zip(*columns, strict=True))
    except (pa.ArrowInvalid, KeyError, OSError) as fault:
        raise CheckError("The dataset's rows could not be read.") from fault
