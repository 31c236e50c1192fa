"""Who may call a hub, and when: the calls of all processes together stay within its windows.

An ``Account`` stands between one client and a budget: it waits until a call is allowed and passes
on what the answers say. Two budgets have one interface: ``LocalBudget`` counts the calls of its own
client, ``registry.hub.budget_shared.SharedBudget`` those of all processes that use one database.

A hub that never speaks of limits is not limited, and costs a look into a dictionary. Of the Hub
itself the documented limits are assumed until it has answered.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import SplitResult

from registry.hub.budget_windows import Heard, Told, Window, told
from registry.hub.problems import Limited

SHARE = 0.98  # of the allowance, where no setting says another
LONGEST_WAIT_S = 900.0  # the Hub's windows are 300 s; who asks for more is not waited for

# docs/hub/rate-limits of the Hub, September 2025: without a token, with that of a free account.
_DOCUMENTED = {
    "api": (500, 1_000),
    "resolve": (3_000, 5_000),
    "pages": (100, 200),
}
_HUB_HOSTS = ("huggingface.co", "hf.co")


@dataclass(frozen=True, slots=True)
class Key:
    """One window: of a hub, for who asks, for a kind of address."""

    origin: str
    identity: str
    bucket: str


@dataclass(frozen=True, slots=True)
class Permit:
    """One call, in the epoch of its window; ``is_free`` where nobody counts."""

    epoch: int = 0
    is_free: bool = False


FREE = Permit(is_free=True)


class Budget(Protocol):
    """What an account asks. ``ahead`` is the time that the account's waits only pretended."""

    def take(self, key: Key, ahead: float) -> Permit | float:
        """Return a permit, or how many seconds there will be none."""

    def hear(self, key: Key, permit: Permit, status: int, said: Told | None, ahead: float) -> None:
        """Take in an answer that says something, or that was given by a permit that counts."""


def bucket_of(path: str) -> str:
    """Return the window that a hub counts a path in."""
    if path.startswith("/api/"):
        return "api"
    return "resolve" if "/resolve/" in path else "pages"


def identity_of(token: str) -> str:
    """Return who asks, without giving the token away."""
    if not token:
        return "anonymous"
    return "token-" + hashlib.sha256(f"assay-budget:{token}".encode()).hexdigest()[:16]


def origin_text(url: SplitResult) -> str:
    """Return scheme, host and port of an address as one text."""
    scheme, host = url.scheme.lower(), (url.hostname or "").lower()
    usual = {"http": 80, "https": 443}.get(scheme)
    return f"{scheme}://{host}" + (f":{url.port}" if url.port not in {None, usual} else "")


def assumed(key: Key) -> Window | None:
    """Return the window of a hub that has not answered yet: None where it may have none."""
    host = key.origin.partition("://")[2].partition(":")[0]
    if not any(host == one or host.endswith(f".{one}") for one in _HUB_HOSTS):
        return None
    return Window(quota=_DOCUMENTED[key.bucket][key.identity != "anonymous"])


class Account:
    """The calls of one client. Safe to share between threads."""

    def __init__(
        self, budget: Budget, origin: str, token: str, sleep: Callable[[float], object]
    ) -> None:
        identity = identity_of(token)
        self._budget = budget
        self._sleep = sleep
        self._keys = {bucket: Key(origin, identity, bucket) for bucket in _DOCUMENTED}
        self._ahead = 0.0

    def wait(self, seconds: float) -> bool:
        """Wait; return True where ``sleep`` was interrupted and says so, as an event's wait does.

        A ``sleep`` that returns at once and says nothing counts as having slept.
        """
        began = time.monotonic()
        if self._sleep(seconds):
            return True
        slept = time.monotonic() - began
        if slept < seconds / 2:
            self._ahead += seconds - slept
        return False

    def admit(self, path: str) -> Permit:
        """Return a permit as soon as there is one; raise Limited where that takes too long."""
        key = self._keys[bucket_of(path)]
        while True:
            got = self._budget.take(key, self._ahead)
            if isinstance(got, Permit):
                return got
            if got > LONGEST_WAIT_S:
                raise Limited(f"The hub {key.origin} allows no calls for {got:,.0f} s.")
            if self.wait(got):
                raise Limited(f"The wait for the hub {key.origin} was broken off.")

    def heard(self, path: str, permit: Permit, status: int, headers: Mapping[str, str]) -> None:
        """Pass on what an answer says of its window."""
        if permit.is_free and status != 429 and "ratelimit" not in headers:
            return
        key = self._keys[bucket_of(path)]
        self._budget.hear(key, permit, status, told(headers, key.bucket), self._ahead)


@dataclass(slots=True)
class _Counted:
    """A window that one process counts alone."""

    window: Window
    lock: threading.Lock = field(default_factory=threading.Lock)


class LocalBudget:
    """Counts the calls of one process; needs no database."""

    def __init__(self, share: float = SHARE) -> None:
        self._share = share
        self._windows: dict[Key, _Counted | None] = {}
        self._lock = threading.Lock()

    def take(self, key: Key, ahead: float) -> Permit | float:
        """Return a permit, or how many seconds there will be none."""
        try:
            counted = self._windows[key]
        except KeyError:
            counted = self._begin(key, assumed(key))
        if counted is None:
            return FREE
        with counted.lock:
            lease = counted.window.draw(time.monotonic() + ahead, 1, self._share)
        return Permit(lease.epoch) if lease.permits else lease.wait_s

    def hear(self, key: Key, permit: Permit, status: int, said: Told | None, ahead: float) -> None:
        """Take in an answer."""
        counted = self._windows.get(key)
        if counted is None:
            if status != 429 and (said is None or not said.is_limited):
                return
            counted = self._begin(key, Window())
            if counted is None:  # it was given a window, so it has one
                return
        at = time.monotonic() + ahead
        heard = Heard(permit.epoch, answers=int(status != 429 and not permit.is_free))
        if said is not None:
            heard.add(said, at)
        with counted.lock:
            counted.window.tell(at, heard)
            if status == 429:
                counted.window.refuse(at, said)

    def _begin(self, key: Key, window: Window | None) -> _Counted | None:
        with self._lock:
            if self._windows.get(key) is None:
                self._windows[key] = None if window is None else _Counted(window)
            return self._windows[key]
