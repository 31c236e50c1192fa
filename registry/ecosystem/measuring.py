"""Measures are taken and stored here: in the background, one session at a time."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from django.db import DatabaseError, connection, transaction
from django.utils.timezone import now

from registry import locks
from registry.ecosystem import state
from registry.ecosystem.definitions import LONGEST_LABEL, MOST_ROWS, Measure, Row
from registry.ecosystem.measures import MEASURES
from registry.models import Measurement

log = logging.getLogger(__name__)

TIMEOUT_S = 3600  # of one query
_LOCK = 0x6D656173  # any number that nobody else takes: "meas"


class Busy(Exception):  # noqa: N818 - reads as what it is
    """Somebody else is at it; the message says so in one sentence."""


class Faulty(Exception):  # noqa: N818 - reads as what it is
    """A measure's query failed; the others were stored. The message names it."""


def measure(
    ids: Sequence[str] = (),
    day: date | None = None,
    *,
    at: datetime | None = None,
    on_done: Callable[[Measurement], None] = lambda _: None,
) -> list[Measurement]:
    """Take the measures named, or all, as of the end of a day, or now; store and return them.

    A measure of the same version and day takes the place of the one before. Raises state.NotKnown
    for a day of which nothing is known, Busy, and Faulty after all others were taken.
    """
    chosen = _chosen(ids, day)
    of = state.moment(day, at or now())
    done, faults = [], []
    with exclusive(_LOCK, "Somebody else is taking measures now."), state.opened(of) as unseen:
        for one in chosen:
            if of.is_past and not one.has_past:
                continue
            try:
                done.append(_take(one, of, unseen))
            except DatabaseError as error:
                log.exception("measure %s", one.id)
                faults.append(f"{one.id}: {str(error).splitlines()[0]}")
            else:
                on_done(done[-1])
    if faults:
        raise Faulty("; ".join(faults))
    return done


@contextmanager
def exclusive(number: int, sentence: str) -> Iterator[None]:
    """Hold a lock of the database for a block; it goes with the session. Raises Busy."""
    with locks.held(number) as is_free:
        if not is_free:
            raise Busy(sentence)
        yield


def _chosen(ids: Sequence[str], day: date | None) -> list[Measure]:
    unknown = [one for one in ids if one not in MEASURES]
    if unknown:
        raise state.NotKnown(
            f"There is no measure {unknown[0]!r}; there are: {', '.join(sorted(MEASURES))}."
        )
    chosen = [MEASURES[one] for one in ids] or list(MEASURES.values())
    for one in chosen if ids else ():
        if not one.is_query:
            raise state.NotKnown(f"{one.id} is not counted. {one.note}")
        if day is not None and day < now().date() and not one.has_past:
            raise state.NotKnown(f"{one.id} has no past. {one.note}")
    return [one for one in chosen if one.is_query]


def _take(one: Measure, of: state.Moment, unseen: int) -> Measurement:
    """Run the query of a measure and store its answer; raise DatabaseError."""
    begun = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{TIMEOUT_S}s'")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(one.sql, {"until": of.until, **one.parameters(cursor)})
        rows = [_row(*found) for found in cursor.fetchmany(MOST_ROWS + 1)]
    whole = next(row for row in rows if not row.part)
    breakdown = [row.as_json() for row in rows if row.part][:MOST_ROWS]
    stored, _ = Measurement.objects.update_or_create(
        measure=one.id,
        version=one.version,
        date=of.day,
        defaults={
            "at": now(),
            "numerator": whole.numerator,
            "denominator": whole.denominator,
            "unknown": whole.unknown,
            "unseen": unseen,
            "breakdown": breakdown,
            "seconds": round(time.monotonic() - begun, 3),
        },
    )
    return stored


def _row(part: str, label: str, numerator: int, denominator: int | None, unknown: int) -> Row:
    return Row(
        part,
        (label or "")[:LONGEST_LABEL],
        int(numerator or 0),
        None if denominator is None else int(denominator),
        int(unknown or 0),
    )
