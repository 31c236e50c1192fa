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
    import pyarrow as pa

    if job.inputs is None:
        raise CheckError("The run was started without the dataset's rows.")
    try:
        with pa.memory_map(str(job.inputs)) as source, pa.ipc.open_file(source) as reader:
            table = reader.read_all().select(list(job.columns))
            if table.num_rows != job.rows:
                raise CheckError(f"The dataset has {table.num_rows:,} rows, not {job.rows:,}.")
            for start in range(0, job.rows, batch_rows):
                columns = table.slice(start, batch_rows).to_pydict().values()
                yield start, list(zip(*columns, strict=True))
    except (pa.ArrowInvalid, KeyError, OSError) as fault:
        raise CheckError("The dataset's rows could not be read.") from fault
