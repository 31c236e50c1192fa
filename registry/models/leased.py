"""Rows that one worker at a time works on. The row is the truth, a message only a hint.

queued → running → one of the ends of its own. A row is taken with a lease; ``attempt`` grows with
every taking and is the fencing token: who ends a row must still hold its last one. ``faults``
counts the takings that ended without an answer, before the work starts, so that neither a network
that kills its worker nor a hub that is away keeps a row going for ever.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

LEASE = timedelta(seconds=30)  # a heartbeat renews it; several are missed before it lapses
HEARTBEAT_S = 5.0
MESSAGE_LIFE = timedelta(seconds=60)  # a message that nobody took by then is sent again
MAX_FAULTS = 3

QUEUED, RUNNING = "queued", "running"
_NOBODYS: dict[str, Any] = {"lease_until": None, "stage": "", "note": ""}

Row = TypeVar("Row", bound="Leased")


class LeasedQuerySet(models.QuerySet[Row]):
    """Leased rows by what a worker or the reaper wants of them."""

    def at(self, *states: str) -> Self:
        """Those that stand at one of these."""
        return self.filter(**{f"{self.model.STANDS}__in": states})

    def live(self) -> Self:
        """Waiting or under way."""
        return self.at(QUEUED, RUNNING)

    def abandoned(self) -> Self:
        """Running by name only: the lease is over."""
        return self.at(RUNNING).filter(lease_until__lt=Now())

    def startable(self) -> Self:
        """Queued, or left running by a worker that died; not yet given up."""
        return (self.at(QUEUED) | self.abandoned()).filter(faults__lt=MAX_FAULTS)

    def unsent(self) -> Self:
        """Waiting, with no message under way: never sent, or lost, or expired."""
        return self.at(QUEUED).filter(Q(sent_at=None) | Q(sent_at__lt=Now() - MESSAGE_LIFE))

    def end(self, state: str, **fields: Any) -> int:
        """End them in a state; return how many there were."""
        return self._stand(state, finished_at=Now(), **fields)

    def wait(self, sent_at: datetime | Now | None, **fields: Any) -> int:
        """Queue them again, to be sent at once where ``sent_at`` is None, else after a while."""
        return self._stand(QUEUED, sent_at=sent_at, **fields)

    def bury(self, state: str, doing: str, **fields: Any) -> int:
        """End those that killed their worker too often; ``doing`` says what it did then."""
        said = f"The worker died {MAX_FAULTS} times while it {doing}; it is not tried again."
        lost = self.abandoned().filter(faults__gte=MAX_FAULTS)
        return lost.end(state, reason=said, **fields)

    def bring_back(self) -> int:
        """Queue what dead workers left."""
        return self.abandoned().filter(faults__lt=MAX_FAULTS).wait(sent_at=None)

    def _stand(self, state: str, **fields: Any) -> int:
        return self.update(**{self.model.STANDS: state}, **_NOBODYS, **fields)


class Leased(models.Model):
    """A row that is taken with a lease. ``STANDS`` names the column that says where it stands."""

    STANDS: ClassVar[str]

    reason = models.TextField(default="", blank=True)  # one plain sentence
    attempt = models.PositiveIntegerField(default=0)
    faults = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    stage = models.CharField(max_length=30, default="", blank=True)  # fetching, measuring, …
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, default="", blank=True)  # what it says it does
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @classmethod
    def _taken(cls, pk: int, **fields: Any) -> bool:
        """Take a row; False when it has ended or another worker holds it.

        The statement is one conditional update on the database's own clock: of two workers that
        ask at once, one changes a row. The fault is counted here, before any work.
        """
        free: LeasedQuerySet[Self] = LeasedQuerySet(cls).startable().filter(pk=pk)
        begun = {"stage": "starting", "progress": 0, "total": 0, "note": "", "started_at": Now()}
        counted = {"attempt": F("attempt") + 1, "faults": F("faults") + 1}
        held = {cls.STANDS: RUNNING, "lease_until": Now() + LEASE}
        return free.update(**held, **counted, **begun, **fields) == 1

    def _own(self) -> "LeasedQuerySet[Self]":
        return LeasedQuerySet(type(self)).filter(pk=self.pk)

    def held(self) -> "LeasedQuerySet[Self]":
        """Select the row while this attempt holds it, be it by a lapsed lease nobody took."""
        return self._own().at(RUNNING).filter(attempt=self.attempt)

    def live(self) -> "LeasedQuerySet[Self]":
        """Select the row while it waits or is under way.

        Where it is ended so, its worker notices at its next heartbeat: the row is not its own any
        more.
        """
        return self._own().live()

    def beat(self, **shown: Any) -> bool:
        """Renew the lease and show progress; False when another attempt has taken the row."""
        return self.held().update(lease_until=Now() + LEASE, **shown) == 1

    def give_back(self, reason: str) -> bool:
        """Queue the row again; the reaper sends it after a while, not at once."""
        return self.held().wait(sent_at=Now(), reason=reason) == 1
