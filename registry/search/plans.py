"""How a statement over listings is run: which way the planner may go, and for how long.

There are two ways to the rows of a page. A *walk* goes along the index of the order and drops what
does not fit: good where many rows fit, endless where few do. *Gathering* takes the rows that fit
out of the index of words and labels and sorts them: good where few fit. PostgreSQL guesses how
many they are, and is often wrong by a factor of ten; here they are counted in a sample first.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, transaction

QUICK_MS = 60  # a walk that finds its rows ends far within
SLOWEST_MS = 2_000  # of one statement; the page says so instead of waiting longer

FREE: Mapping[str, str] = {}
WALK = {"enable_bitmapscan": "off", "enable_seqscan": "off", "enable_sort": "off"}
GATHER = {"enable_indexscan": "off", "enable_indexonlyscan": "off", "enable_seqscan": "off"}


_ALL = sorted({*WALK, *GATHER})


@contextmanager
def running(plan: Mapping[str, str] = FREE, *, within_ms: int = SLOWEST_MS) -> Iterator[None]:
    """Run the block's statements in a transaction of their own, by ``plan``.

    A statement that takes longer raises OperationalError. Afterwards everything is as before, also
    within an outer transaction.
    """
    is_inside = connection.in_atomic_block
    with transaction.atomic():
        _set(dict(plan) | {"statement_timeout": str(within_ms)})
        yield
        if is_inside:
            with connection.cursor() as cursor:
                for name in (*_ALL, "statement_timeout"):
                    cursor.execute(f"SET LOCAL {name} TO DEFAULT")


def use(plan: Mapping[str, str]) -> None:
    """Go on by another plan, within the block of `running`."""
    _set({name: plan.get(name, "on") for name in _ALL})


def _set(settings: Mapping[str, str]) -> None:
    calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [part for pair in settings.items() for part in pair])
