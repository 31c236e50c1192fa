"""How a statement over listings is run: for how long, and what the planner must not try.

There are two ways to the rows of a page. A *walk* goes along the index of the order and drops what
does not fit: good where many rows fit, endless where few do. *Gathering* takes the rows that fit
out of the index of words and labels and sorts them: good where few fit. PostgreSQL guesses how
many they are, and is often wrong by a factor of ten; here they are counted in a sample first, and
each way is a statement of its own that cannot be planned as the other.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

SLOWEST_MS = 2_000  # of one statement; the page says so instead of waiting longer

# Nothing that a page asks is quicker by reading a whole table, or by starting more processes.
_SETTINGS = {"enable_seqscan": "off", "max_parallel_workers_per_gather": "0"}
_ALL = (*_SETTINGS, "statement_timeout")


@contextmanager
def running(
    *reads: tuple[str, Sequence[Any]], within_ms: int = SLOWEST_MS
) -> Iterator[list[list[tuple[Any, ...]]]]:
    """Run the block's statements in a transaction of their own.

    ``reads`` are sent along with the settings, which saves a way to the server for each; the block
    gets their rows. A statement that takes longer raises OperationalError. Afterwards everything
    is as before, also within an outer transaction.
    """
    is_inside = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        settings = _SETTINGS | {"statement_timeout": str(within_ms)}
        calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
        sql = [f"SELECT {calls}", *(sql for sql, _ in reads)]
        values = [part for pair in settings.items() for part in pair]
        cursor.execute("; ".join(sql), [*values, *(value for _, of in reads for value in of)])
        yield [cursor.fetchall() for _ in reads if cursor.nextset()]
        if is_inside:
            for name in _ALL:
                cursor.execute(f"SET LOCAL {name} TO DEFAULT")
