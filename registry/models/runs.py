"""Runs: one execution of a check on a revision, leased to one worker at a time.

queued → running → done, unsupported, dead or cancelled.
"""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from analysis.contract import Queue
from registry.models.claims import Claim
from registry.models.leased import Leased, LeasedQuerySet
from registry.models.revisions import Revision


class RunQuerySet(LeasedQuerySet["Run"]):
    """Runs by what a worker, the reaper or a page wants of them."""

    def ended(self) -> Self:
        """Those that will not change any more by themselves."""
        return self.at(*Run.ENDED)

    def for_pages(self) -> Self:
        """With everything that a row of a page shows."""
        return self.select_related("revision__repo", "claim", "finding")


class Run(Leased):
    """One execution of a check on a revision, and on a claim where the check has one."""

    class Status(models.TextChoices):
        """Where it stands."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        UNSUPPORTED = "unsupported"  # could not be measured; the reason says which piece is missing
        DEAD = "dead"  # given up; the reason says what killed it
        CANCELLED = "cancelled"  # somebody did not want it any more; what it answered is kept

    STANDS: ClassVar[str] = "status"
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
    worker = models.CharField(max_length=200, default="", blank=True)
    requested_by = models.CharField(max_length=150, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

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
        """Take the run for this worker; None when it has ended or another worker holds it."""
        if not cls._taken(pk, worker=worker):
            return None
        return cls.objects.select_related("revision__repo__hub", "claim").get(pk=pk)

    def finish(self, status: "Run.Status", *, code: str = "", reason: str = "") -> bool:
        """Store the end, unless a later attempt has taken the run over."""
        return self.held().end(status, code=code, reason=reason) == 1

    def cancel(self, reason: str) -> bool:
        """End a run that waits or is under way; False for one that has ended."""
        return self.live().end(self.Status.CANCELLED, code="cancelled", reason=reason) == 1

    def revive(self) -> bool:
        """Queue a run again that ended without a finding; False for any other."""
        ended = self._own().at(*self.WITHOUT_FINDING)
        return ended.wait(sent_at=None, faults=0, code="", reason="", finished_at=None) == 1
