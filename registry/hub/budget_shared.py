"""The budget of all processes on all machines: one row a window, changed under its lock.

A process draws a few permits at a time and keeps them at its desk, so that the usual call asks
nobody. Permits are counted when they are drawn: those of a process that is killed are lost until
the window ends, and never given out twice. All times are the database's; a process measures only
how long it is since it asked, by its own steady clock.
"""

import atexit
import functools
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, field, fields

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError

from registry.hub.budget import FREE, SHARE, Budget, Key, LocalBudget, Permit, assumed
from registry.hub.budget_windows import SPARE, Heard, Told, Window
from registry.hub.problems import Limited

log = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0  # whether others have found a limit where this process has met none
BRISK_S = 1.0  # permits that last no longer than this are drawn in larger numbers
FEW = 4
WITHOUT_DATABASE_S = 5.0

_COLUMNS = [one.name for one in fields(Window)]
_MOMENTS = {"ends_at", "blocked_until"}
_READ = ", ".join(
    f"extract(epoch FROM {name})::float8" if name in _MOMENTS else name for name in _COLUMNS
)
_TABLE = "registry_budgetwindow"
_WHERE = "origin = %s AND identity = %s AND bucket = %s"
_SELECT = (
    f"SELECT extract(epoch FROM clock_timestamp())::float8, {_READ}"  # noqa: S608 - own names
    f" FROM {_TABLE} WHERE {_WHERE} FOR UPDATE"
)
_VALUES = ", ".join("to_timestamp(%s)" if name in _MOMENTS else "%s" for name in _COLUMNS)
_UPDATE = (
    f"UPDATE {_TABLE} SET ({', '.join(_COLUMNS)}, changed_at) ="  # noqa: S608
    f" ROW({_VALUES}, clock_timestamp()) WHERE {_WHERE}"
)
_INSERT = (
    f"INSERT INTO {_TABLE} (origin, identity, bucket, {', '.join(_COLUMNS)}, changed_at)"  # noqa: S608
    f" VALUES (%s, %s, %s, {_VALUES}, clock_timestamp()) ON CONFLICT DO NOTHING"
)
_EXISTS = f"SELECT 1 FROM {_TABLE} WHERE {_WHERE}"  # noqa: S608


@dataclass(slots=True)
class _Desk:
    """What this process holds of one window; times are those of its steady clock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    is_free: bool = True
    look_at: float = 0.0
    permits: int = 0
    epoch: int = 0
    valid_until: float = 0.0
    wait_until: float = 0.0
    drawn_at: float = 0.0
    wanted: int = 1
    heard: Heard = field(default_factory=lambda: Heard(0))


class SharedBudget:
    """Counts the calls of all processes that share the database."""

    def __init__(self, share: float = SHARE) -> None:
        self._share = share
        self._rows = _Rows()
        self._desks: dict[Key, _Desk] = {}
        os.register_at_fork(after_in_child=self._forget)

    def close(self) -> None:
        """Close the connection to the database; the next call opens another."""
        self._rows.close()

    def take(self, key: Key, ahead: float) -> Permit | float:
        """Return a permit, or how many seconds there will be none; raise Limited.

        Limited means here that the database does not answer.
        """
        desk = self._desks.get(key) or self._desks.setdefault(key, _Desk())
        if desk.is_free and time.monotonic() < desk.look_at:
            return FREE
        with desk.lock:
            at = time.monotonic() + ahead
            if desk.is_free and not self._finds(key, desk):
                return FREE
            if not (desk.permits and at < desk.valid_until) and at >= desk.wait_until:
                try:
                    self._exchange(key, desk, ahead)
                except (psycopg.Error, DatabaseError) as error:
                    raise _away(error) from error
            if not desk.permits or at >= desk.valid_until:
                return max(desk.wait_until - at, 0.01)
            desk.permits -= 1
            return Permit(desk.epoch)

    def hear(self, key: Key, permit: Permit, status: int, said: Told | None, ahead: float) -> None:
        """Take in an answer: at once where it is bad news or the first, else with the next draw."""
        desk = self._desks.setdefault(key, _Desk())
        with desk.lock:
            at = time.monotonic() + ahead
            is_first = desk.is_free
            if is_first and status != 429 and (said is None or not said.is_limited):
                return
            desk.is_free = False
            if permit.epoch > desk.heard.epoch:
                desk.heard = Heard(permit.epoch)
            if said is not None and permit.epoch == desk.heard.epoch:
                desk.heard.add(said, at)
            is_counted = permit.epoch == desk.heard.epoch and not permit.is_free
            desk.heard.answers += is_counted and status != 429
            is_spent = desk.heard.is_spent and permit.epoch == desk.epoch
            if status == 429 or is_first or (is_spent and at >= desk.wait_until):
                desk.permits = 0
                self._report(key, desk, ahead, status, said)

    def _report(self, key: Key, desk: _Desk, ahead: float, status: int, said: Told | None) -> None:
        try:
            self._exchange(key, desk, ahead, refused=said or Told() if status == 429 else None)
        except (psycopg.Error, DatabaseError) as error:
            # The answer itself is good. Until the database is back nothing more is asked.
            log.warning("the budget of %s could not be told: %s", key.origin, error)
            desk.wait_until = time.monotonic() + ahead + WITHOUT_DATABASE_S

    def _finds(self, key: Key, desk: _Desk) -> bool:
        """Say whether the window counts after all, because others met a limit or one is assumed."""
        if time.monotonic() < desk.look_at:
            return False
        try:
            desk.is_free = assumed(key) is None and not self._rows.has(key)
        except (psycopg.Error, DatabaseError) as error:
            raise _away(error) from error
        desk.look_at = time.monotonic() + LOOK_EVERY_S
        return not desk.is_free

    def _exchange(self, key: Key, desk: _Desk, ahead: float, refused: Told | None = None) -> None:
        """Tell what was heard, and draw permits or learn how long there are none."""
        at = time.monotonic() + ahead
        heard, brisk = desk.heard, at - desk.drawn_at < BRISK_S
        with self._rows.locked(key) as (window, base):
            base += ahead
            if heard.ends_at is not None:
                heard = Heard(
                    heard.epoch,
                    heard.quota,
                    heard.length_s,
                    heard.left,
                    heard.ends_at - at + base,
                    heard.answers,
                )
            window.tell(base, heard)
            if refused is not None:
                window.refuse(base, refused)
            most = max(FEW, (window.quota or 0) // SPARE)
            desk.wanted = min(desk.wanted * 2, most) if brisk else max(1, desk.wanted // 2)
            lease = window.draw(base, desk.wanted, self._share)
        desk.heard = Heard(lease.epoch)
        desk.permits, desk.epoch, desk.drawn_at = lease.permits, lease.epoch, at
        desk.valid_until = at + lease.valid_s if lease.permits else 0.0
        # Measured from now on: the wait must not end before the window does.
        desk.wait_until = 0.0 if lease.permits else time.monotonic() + ahead + lease.wait_s

    def _forget(self) -> None:
        """Drop what belongs to the parent of a fork: its permits and its connection."""
        self._rows = _Rows(left=self._rows)
        self._desks = {}


class _Rows:
    """The rows of windows, through a connection of its own that all threads share.

    Threads that only read a hub have no connection, and a call inside a caller's transaction must
    neither wait for its end to be counted nor be forgotten when it is rolled back.
    """

    def __init__(self, left: "_Rows | None" = None) -> None:
        self._left = left  # kept so that the parent's connection is not closed from here
        self._lock = threading.Lock()
        self._connection: psycopg.Connection | None = None

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    def has(self, key: Key) -> bool:
        """Say whether there is a row."""
        with self._connected() as connection:
            return connection.execute(_EXISTS, astuple(key)).fetchone() is not None

    @contextmanager
    def locked(self, key: Key) -> Iterator[tuple[Window, float]]:
        """Give a window and the time of the database, and store the window at the end."""
        with self._connected() as connection, connection.transaction():
            found = connection.execute(_SELECT, astuple(key)).fetchone()
            if found is None:
                fresh = assumed(key) or Window()
                connection.execute(_INSERT, (*astuple(key), *astuple(fresh)))
                found = connection.execute(_SELECT, astuple(key)).fetchone()
            if found is None:
                raise psycopg.OperationalError("the row of the window vanished")
            window = Window(*found[1:])
            yield window, found[0]
            connection.execute(_UPDATE, (*astuple(window), *astuple(key)))

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        with self._lock:
            connection = self._connection
            if connection is not None and not _answers(connection):
                self._drop()
            try:
                yield self._open()
            except (psycopg.Error, DatabaseError):
                self._drop()
                raise

    def _open(self) -> psycopg.Connection:
        if self._connection is None:
            wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
            made: psycopg.Connection = wrapper.get_new_connection(wrapper.get_connection_params())
            made.autocommit = True
            made.execute("SET lock_timeout = '10s'")
            self._connection = made
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


def _answers(connection: psycopg.Connection) -> bool:
    """Say whether a connection that lay idle is still good, at the price of one round trip."""
    try:
        connection.execute("")
    except psycopg.Error:
        return False
    return True


def _away(error: Exception) -> Limited:
    reason = " ".join(str(error).split())
    return Limited(f"The budget of calls cannot be asked, because of the database: {reason}")


@functools.cache
def _of_process() -> SharedBudget:
    budget = SharedBudget(settings.ASSAY_HUB_SHARE)
    atexit.register(budget.close)
    return budget


def usual() -> Budget:
    """Return the budget of a client that was given none.

    It is the shared one where Django knows a database and ``ASSAY_HUB_BUDGET`` says so, else one of
    the client's own.
    """
    if not settings.configured or settings.ASSAY_HUB_BUDGET != "shared":
        return LocalBudget()
    return _of_process()
