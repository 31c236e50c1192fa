"""A run that asks about rows of its check's own making, round by round; a sandbox for each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.contract import AskedRow, CheckError, Job, Part, Trial
from workers.asking import Asked, Asking, Begin, Tell


@dataclass(frozen=True, slots=True)
class MadeRows:
    """Rows that were made here. They are secret: they are never kept beyond the run."""

    rows: Sequence[AskedRow]
    columns: tuple[str, ...]

    def write(self, path: Path, start: int = 0) -> Path:
        """Write the rows from ``start`` on as an Arrow file."""
        import pyarrow as pa

        columns = {name: [row[name] for row in self.rows[start:]] for name in self.columns}
        table = pa.table(columns)
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as out:
            out.write_table(table)
        return path


class Rounds:
    """The parts of all rounds as one stream."""

    def __init__(
        self, run: int, trial: Trial, job: Job, begin: Begin, folder: Path, tell: Tell
    ) -> None:
        self._run = run
        self._trial = trial
        self._begin = begin
        self._folder = folder
        self._tell = tell
        self._job = job
        self._asked: Asked | None = None

    def parts(self) -> Iterator[Part]:
        """Ask, and ask on when the reader has taken all answers of a round."""
        while (rows := self._trial.next_rows()) is not None:
            made = MadeRows(rows, self._trial.columns) if rows else None
            self._job = replace(
                self._job,
                rows=len(rows),
                inputs=Path("/inputs") if rows else None,
                columns=self._trial.columns if rows else (),
                options={**self._job.options, **self._trial.probe_options()},
            )
            with Asking(
                self._run, self._job, made, self._begin, self._folder, tell=self._tell
            ) as asking:
                yield from asking.parts()
                self._asked = asking.settle()

    def settled(self) -> tuple[Job, Asked]:
        """Return the last round's job, and how its answers came about."""
        if self._asked is None:
            raise CheckError("The check came to a finding before it had asked anything.")
        return self._job, self._asked
