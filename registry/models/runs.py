"""Runs: one execution of a check on a revision. The row is the truth, a message only a hint.

queued → running → done, unsupported, dead or cancelled. A run is taken with a lease; ``attempt``
grows with every taking and is the fencing token: who finishes a run must still hold its last one.
``faults`` counts the takings that ended without an answer, before the work starts, so that neither
a network that kills its worker nor a hub that is away keeps a run going for ever.
"""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from analysis.contract import Queue
from registry.models.claims import Claim
from registry.models.revisions import Revision

LEASE = timedelta(seconds=30)  # a heartbeat renews it; several are missed before it lapses
HEARTBEAT_S = 5.0
MESSAGE_LIFE = timedelta(seconds=60)  # a message that nobody took by then is sent again
MAX_FAULTS = 3


class RunQuerySet(models.QuerySet["Run"]):
    """Runs by what a worker, the reaper or a page wants of them."""

    def startable(self) -> Self:
        """Queued, or left running by a worker that died; not yet given up."""
        abandoned = Q(status=Run.Status.RUNNING, lease_until__lt=Now())
        queued = Q(status=Run.Status.QUEUED)
        return self.filter(queued | abandoned, faults__lt=MAX_FAULTS)

    def abandoned(self) -> Self:
        """Running by name only: the lease is over."""
        return self.filter(status=Run.Status.RUNNING, lease_until__lt=Now())

    def unsent(self) -> Self:
        """Waiting, with no message under way: never sent, or lost, or expired."""
        old = Q(sent_at=None) | Q(sent_at__lt=Now() - MESSAGE_LIFE)
        return self.filter(old, status=Run.Status.QUEUED)

    def ended(self) -> Self:
        """Those that will not change any more by themselves."""
        return self.filter(status__in=Run.ENDED)

    def for_pages(self) -> Self:
        """With everything that a row of a page shows."""
        return self.select_related("revision__repo", "claim", "finding")


class Run(models.Model):
    """One execution of a check on a revision, and on a claim where the check has one."""

    class Status(models.TextChoices):
        """Where it stands."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        UNSUPPORTED = "unsupported"  # could not be measured; the reason says which piece is missing
        DEAD = "dead"  # given up; the reason says what killed it
        CANCELLED = "cancelled"  # somebody did not want it any more; what it answered is kept

    WITHOUT_FINDING = (Status.UNSUPPORTED, Status.DEAD, Status.CANCELLED)
    ENDED = (Status.DONE, *WITHOUT_FINDING)

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="runs")
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, null=True, related_name="runs")
    check_id = models.CharField(max_length=50)
    check_version = models.PositiveIntegerField()
    queue = models.CharField(max_length=5, choices=[(str(q), str(q)) for q in Queue])
    options = models.JSONField(default=dict)
    key = models.CharField(max_length=64, unique=True)  # services.run_key: what makes it one run
    dataset_sha = models.CharField(max_length=64, default="", blank=True)

    status = models.CharField(max_length=11, choices=Status, default=Status.QUEUED)
    code = models.CharField(max_length=30, default="", blank=True)  # missing piece, or what killed
    reason = models.TextField(default="", blank=True)  # one plain sentence
    attempt = models.PositiveIntegerField(default=0)
    faults = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=200, default="", blank=True)
    stage = models.CharField(
        max_length=30, default="", blank=True
    )  # fetching, preparing, measuring
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, default="", blank=True)  # what the check says it does

    requested_by = models.CharField(max_length=150, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="running_has_lease",
                condition=~Q(status="running") | Q(lease_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(  # reaper and worker: what waits, oldest first
                fields=["status", "sent_at", "id"],
                condition=Q(status__in=["queued", "running"]),
                name="run_live",
            ),
            models.Index(fields=["-id", "status"], name="run_newest"),  # list of runs
            models.Index(fields=["check_id", "-id"], name="run_by_check"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}: {self.check_id} on {self.revision_id}"

    @property
    def has_ended(self) -> bool:
        """Say whether the run will not change any more by itself."""
        return self.status in self.ENDED

    @classmethod
    def take(cls, pk: int, worker: str) -> "Run | None":
        """Take the run for this worker; None when it has ended or another worker holds it.

        The statement is one conditional update on the database's own clock: of two workers that
        ask at once, one changes a row. The fault is counted here, before any work.
        """
        taken = (
            cls.objects.startable()
            .filter(pk=pk)
            .update(
                status=cls.Status.RUNNING,
                attempt=F("attempt") + 1,
                faults=F("faults") + 1,
                worker=worker,
                lease_until=Now() + LEASE,
                started_at=Now(),
                stage="starting",
                progress=0,
                total=0,
                note="",
            )
        )
        if not taken:
            return None
        return cls.objects.select_related("revision__repo__hub", "claim").get(pk=pk)

    def _held(self) -> "models.QuerySet[Run]":
        """Select the row while this attempt holds it, be it by a lapsed lease nobody took."""
        return Run.objects.filter(pk=self.pk, attempt=self.attempt, status=Run.Status.RUNNING)

    def beat(self, **shown: Any) -> bool:
        """Renew the lease and show progress; False when another attempt has taken the run."""
        return self._held().update(lease_until=Now() + LEASE, **shown) == 1

    def finish(self, status: "Run.Status", *, code: str = "", reason: str = "") -> bool:
        """Store the end, unless a later attempt has taken the run over."""
        changed = self._held().update(
            status=status,
            code=code,
            reason=reason,
            finished_at=Now(),
            lease_until=None,
            stage="",
            note="",
        )
        return changed == 1

    def cancel(self, reason: str) -> bool:
        """End a run that waits or is under way; False for one that has ended.

        The worker that has it notices at its next heartbeat: the row is not its own any more.
        """
        live = [self.Status.QUEUED, self.Status.RUNNING]
        changed = Run.objects.filter(pk=self.pk, status__in=live).update(
            status=self.Status.CANCELLED,
            code="cancelled",
            reason=reason,
            finished_at=Now(),
            lease_until=None,
            stage="",
            note="",
        )
        return changed == 1

    def revive(self) -> bool:
        """Queue a run again that ended without a finding; False for any other."""
        ended = Run.objects.filter(pk=self.pk, status__in=self.WITHOUT_FINDING)
        changed = ended.update(
            status=self.Status.QUEUED, faults=0, code="", reason="", sent_at=None, finished_at=None
        )
        return changed == 1

    def give_back(self, *, reason: str) -> bool:
        """Queue the run again; the reaper sends it after a while, not at once."""
        changed = self._held().update(
            status=Run.Status.QUEUED,
            reason=reason,
            lease_until=None,
            sent_at=Now(),
            stage="",
            note="",
        )
        return changed == 1
