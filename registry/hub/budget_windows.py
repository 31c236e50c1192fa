"""The arithmetic of a hub's windows: pure, without clock, database or network.

A hub allows ``quota`` calls in a fixed window of ``length_s`` seconds and says with each answer how
many are left and in how many whole seconds the window ends. Times here are seconds on any one clock
that the caller keeps to. What is not known is taken so that too few calls are made, never too many:

- Whole seconds may be rounded up or down, so ``ends_at`` is the latest moment at which the window
  can end; nobody calls just before it, when the hub may have begun to count anew.
- Permits are counted when they are given out, not when they are used.
- What others take with the same identity shows as calls that the hub counted and Assay did not.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

LENGTH_S = 300.0  # of the Hub's own windows
QUIET_S = 2.0  # before the end of a window; less where windows are short
QUIET_SHARE = 0.05
SPARE = 50  # one call in so many is never spent: calls on their way, and other users
LEAST_SPARE = 2
TAIL = 8  # one draw takes at most this part of what is left, so that nobody sits on the rest
LONGEST_BLOCK_S = 86_400.0
LONGEST_PAUSE_S = 300.0  # after refusals that do not say for how long
SETTLE_S = 0.25  # until calls on their way have been answered
UNCOUNTED_S = 2.0  # how long permits of a hub without a known quota are good for

_FIELDS = re.compile(r";\s*([a-z])\s*=\s*(\d{1,9})(?![\d.])", re.ASCII)


def spare(quota: int) -> int:
    """Return how many calls of a window are never spent."""
    return max(LEAST_SPARE, quota // SPARE) if quota >= LEAST_SPARE * 5 else 0


@dataclass(frozen=True, slots=True)
class Told:
    """What one answer says of its window; None where it does not say."""

    left: int | None = None
    reset_s: int | None = None
    quota: int | None = None
    length_s: int | None = None
    retry_s: int | None = None

    @property
    def is_limited(self) -> bool:
        """Say whether the hub counts at all."""
        return self.left is not None and self.reset_s is not None


def told(headers: Mapping[str, str], bucket: str) -> Told | None:
    """Read ``RateLimit``, ``RateLimit-Policy`` and ``Retry-After``; None where none makes sense.

    Where a header names several windows, the one whose name begins like ``bucket`` counts.
    """
    limit, policy = headers.get("ratelimit", ""), headers.get("ratelimit-policy", "")
    after = headers.get("retry-after", "").strip()
    if not (limit or after):
        return None
    now, rule = _fields(limit, bucket), _fields(policy, bucket)
    is_rule = rule.get("q", 0) > 0 and 0 < rule.get("w", 0) <= LONGEST_BLOCK_S
    is_now = "r" in now and now.get("t", LONGEST_BLOCK_S + 1) <= LONGEST_BLOCK_S
    found = Told(
        left=now["r"] if is_now else None,
        reset_s=now["t"] if is_now else None,
        quota=rule["q"] if is_rule else None,
        length_s=rule["w"] if is_rule else None,
        retry_s=int(after) if after.isascii() and after.isdigit() and len(after) < 10 else None,
    )
    return found if found.is_limited or found.retry_s is not None else None


def _fields(header: str, bucket: str) -> dict[str, int]:
    parts = header[:500].split(",")
    own = [part for part in parts if f'"{bucket[:7]}' in part]
    return {name: int(value) for name, value in _FIELDS.findall((own or parts)[0])}


@dataclass(slots=True)
class Heard:
    """What a process heard in one epoch of a window since it reported last."""

    epoch: int
    quota: int | None = None
    length_s: int | None = None
    left: int | None = None  # the least
    ends_at: float | None = None  # the earliest of the latest possible ends
    answers: int = 0

    @property
    def is_spent(self) -> bool:
        """Say whether so little is left that nobody should call any more."""
        if self.left is None or self.quota is None:
            return False
        return self.left <= spare(self.quota) // 2

    def add(self, said: Told, at: float) -> None:
        """Note one answer that was received ``at``."""
        if said.quota is not None and said.quota != self.quota:
            self.quota, self.left = said.quota, None
        if said.length_s is not None and said.length_s != self.length_s:
            self.length_s, self.ends_at = said.length_s, None
        if said.left is not None and said.reset_s is not None:
            end = at + said.reset_s + 1.0
            self.left = said.left if self.left is None else min(self.left, said.left)
            self.ends_at = end if self.ends_at is None else min(self.ends_at, end)


@dataclass(frozen=True, slots=True)
class Lease:
    """``permits`` that are good for ``valid_s`` seconds; none at all for ``wait_s`` seconds."""

    permits: int
    epoch: int
    valid_s: float = 0.0
    wait_s: float = 0.0


@dataclass(slots=True)
class Window:
    """What is known of one window of a hub. ``epoch`` counts its turns."""

    quota: int | None = None
    length_s: float = LENGTH_S
    ends_at: float = 0.0
    is_assumed: bool = True  # its end was not told in this epoch
    epoch: int = 0
    granted: int = 0
    answered: int = 0  # of those that were granted, as far as processes have reported
    counted: int = 0  # by the hub, in this epoch
    others: int = 0  # calls that the hub counted and for which no permit was given out
    previous: int = 0  # granted in the epoch before
    blocked_until: float = 0.0
    refusals: int = 0  # in a row, that did not say for how long
    refused: int = 0  # in all

    def left(self, at: float, share: float, others: int | None = None) -> int:
        """Return how many calls may still be given out in this epoch; -1 for no known quota.

        ``others`` is how many calls are not Assay's own, where that is not the least that it can
        be. As many as they make in a second are left to them: so late may Assay notice.
        """
        if self.quota is None:
            return -1
        taken = self.others if others is None else others
        elapsed = max(1.0, at - self.ends_at + self.length_s)
        free = self.quota - spare(self.quota) - taken - math.ceil(self.others / elapsed)
        return max(0, min(max(1, int(self.quota * share)), free) - self.granted)

    def draw(self, at: float, wanted: int, share: float) -> Lease:
        """Give out up to ``wanted`` permits, or say how long there will be none."""
        if at < self.blocked_until:
            return Lease(0, self.epoch, wait_s=self.blocked_until - at)
        if self.quota is None:
            self.granted += wanted
            return Lease(wanted, self.epoch, valid_s=UNCOUNTED_S)
        if at >= self.ends_at:
            self._turn(at)
        quiet = min(QUIET_S, self.length_s * QUIET_SHARE)
        if at >= self.ends_at - quiet or not self.left(at, share):
            return Lease(0, self.epoch, wait_s=self.ends_at - at)
        # What the hub counted and nobody reported may be others', or calls on their way.
        left = self.left(at, share, max(self.others, self.counted - self.answered))
        if not left:
            return Lease(0, self.epoch, wait_s=min(SETTLE_S, self.ends_at - at))
        permits = max(1, min(wanted, left // TAIL))
        self.granted += permits
        return Lease(permits, self.epoch, valid_s=self.ends_at - quiet - at)

    def _turn(self, at: float) -> None:
        # A window may begin with its first call, which is not made before now.
        self.epoch += 1
        self.previous, self.granted, self.others = self.granted, 0, 0
        self.answered = self.counted = 0
        self.ends_at, self.is_assumed = at + self.length_s + 1.0, True

    def tell(self, at: float, heard: Heard) -> None:
        """Take in what a process heard; what it heard in another epoch says nothing of this one."""
        changed = heard.length_s is not None and heard.length_s != self.length_s
        if heard.length_s is not None:
            self.length_s = float(heard.length_s)
        if heard.quota is not None:
            self.quota = heard.quota
        elif heard.left:  # a hub that does not tell its rule has at least what is left
            self.quota = max(self.quota or 0, heard.left + 1)
        if heard.answers and at >= self.blocked_until:
            self.refusals = 0
        if heard.epoch != self.epoch:
            return
        self.answered += heard.answers
        if heard.left is None or heard.ends_at is None:
            return
        if self.is_assumed or changed:
            self.ends_at, self.is_assumed = heard.ends_at, False
        else:
            self.ends_at = min(self.ends_at, heard.ends_at)
        if self.quota is not None:
            counted = self.quota if heard.is_spent else self.quota - heard.left
            self.counted = max(self.counted, counted)
            self.others = max(self.others, counted - self.granted)

    def refuse(self, at: float, said: Told | None) -> None:
        """Take in an answer of status 429: nobody calls before the time that it tells.

        Where it tells none, that is the end of the window, or longer with each refusal.
        """
        self.refused += 1
        if said is not None and said.left == 0 and said.reset_s is not None:
            wait = said.reset_s + 1.0
        elif said is not None and said.retry_s is not None:
            wait = said.retry_s + 1.0
        elif self.quota is not None and at < self.ends_at:
            wait = self.ends_at - at
        elif at < self.blocked_until:  # one of several that were on their way
            return
        else:
            self.refusals += 1
            wait = min(2.0 ** (self.refusals - 1), LONGEST_PAUSE_S)
        self.blocked_until = max(self.blocked_until, at + min(wait, LONGEST_BLOCK_S))
