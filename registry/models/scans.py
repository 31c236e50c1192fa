"""Scans: checks on a selection of repos, within a budget, on a schedule; and their executions.

The Run row stays the truth about a measurement. A ScanItem says only which run an execution asked
for and how that ended for the execution; an execution's totals are computed from runs.
"""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registry.models.claims import Claim
from registry.models.repos import Repo
from registry.models.runs import Run

USUAL_WINDOW = 20
WIDEST_WINDOW = 200


class ScanQuerySet(models.QuerySet["Scan"]):
    """Scans by what a page or the tick wants of them."""

    def kept(self) -> Self:
        """All but those that somebody removed."""
        return self.exclude(state=Scan.State.REMOVED)

    def scheduled(self) -> Self:
        """Those whose schedule is in force."""
        return self.filter(state=Scan.State.ACTIVE).exclude(schedule="")


class Scan(models.Model):
    """A selection of repos x checks, with a budget and a schedule."""

    class State(models.TextChoices):
        """Whether its schedule is in force."""

        ACTIVE = "active"
        PAUSED = "paused"
        REMOVED = "removed"  # shown nowhere; its rows go away piece by piece

    name = models.CharField(max_length=100)
    selection = models.TextField(default="", blank=True)  # the query of a search of /models
    checks = ArrayField(models.CharField(max_length=50))
    options = models.JSONField(default=dict)  # check -> option -> value
    schedule = models.CharField(max_length=100, default="", blank=True)  # cron in UTC, or none
    state = models.CharField(max_length=7, choices=State, default=State.ACTIVE)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)

    # What one execution may use; null is no limit.
    max_repos = models.PositiveIntegerField(null=True)
    max_runs = models.PositiveIntegerField(null=True)
    max_minutes = models.PositiveIntegerField(null=True)
    max_bytes = models.PositiveBigIntegerField(null=True)
    max_cost = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    gpu_hour_price = models.DecimalField(max_digits=10, decimal_places=4, default=Decimal(0))
    window = models.PositiveSmallIntegerField(default=USUAL_WINDOW)  # runs under way at a time

    due_from = models.DateTimeField()  # a slot before this is not due: there was no schedule yet
    next_slot = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=~Q(state="removed"), name="scan_once_per_name"
            ),
        ]
        indexes = [
            models.Index(  # the tick: whose slot was begun by nobody
                fields=["next_slot"], condition=Q(state="active"), name="scan_due"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScanExecutionQuerySet(models.QuerySet["ScanExecution"]):
    """Executions by what the tick wants of them."""

    def live(self) -> Self:
        """Begun, and neither over nor in the queue behind another one."""
        return self.filter(state__in=ScanExecution.LIVE)

    def going(self) -> Self:
        """Those that the tick carries on; the one longest untouched first."""
        return self.filter(state__in=ScanExecution.GOING).order_by(
            F("ticked_at").asc(nulls_first=True), "pk"
        )


class ScanExecution(models.Model):
    """One time that a scan was, or should have been, carried out."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting"  # behind another execution of the same scan
        PLANNING = "planning"  # runs are sent already while the rest is planned
        RUNNING = "running"
        PAUSED = "paused"
        DONE = "done"
        STOPPED = "stopped"  # by a person or by its budget
        MISSED = "missed"  # its slot went by

    GOING = (State.PLANNING, State.RUNNING)
    LIVE = (*GOING, State.PAUSED)
    OVER = (State.DONE, State.STOPPED, State.MISSED)

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="executions")
    slot = models.DateTimeField(null=True)  # the minute that the schedule names; null: run now
    selection = models.TextField(default="", blank=True)  # as the scan had them when it began
    checks = ArrayField(models.CharField(max_length=50), default=list)
    options = models.JSONField(default=dict)
    requested_by = models.CharField(max_length=150, default="", blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    code = models.CharField(max_length=20, default="", blank=True)  # why it stopped
    reason = models.TextField(default="", blank=True)  # one plain sentence

    cursor = models.BigIntegerField(default=0)  # the last repo that was planned
    is_planned = models.BooleanField(default=False)
    selected = models.PositiveIntegerField(null=True)  # repos of the selection, up to a bound
    repos = models.PositiveIntegerField(default=0)  # planned so far
    counts = models.JSONField(default=dict)  # outcome -> items
    # Of runs that this execution began and that ended; corrected from the runs at the end.
    spent_s = models.FloatField(default=0)
    spent_gpu_s = models.FloatField(default=0)
    spent_bytes = models.BigIntegerField(default=0)
    begun = models.PositiveIntegerField(default=0)  # runs
    totals = models.JSONField(default=dict)
    difference = models.JSONField(default=dict)

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ticked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ScanExecutionQuerySet.as_manager()

    class Meta:
        constraints = [
            # Whoever comes second, with the same slot, finds it taken: this is the whole guard.
            models.UniqueConstraint(fields=["scan", "slot"], name="execution_once_per_slot"),
            models.UniqueConstraint(
                fields=["scan"],
                condition=Q(state__in=["planning", "running", "paused"]),
                name="one_live_execution_per_scan",
            ),
            models.UniqueConstraint(
                fields=["scan"], condition=Q(state="waiting"), name="one_waiting_execution_per_scan"
            ),
        ]
        indexes = [
            models.Index(fields=["scan", "-id"], name="execution_newest"),  # page of a scan
            models.Index(  # the tick: what is to be carried on
                fields=["state", "ticked_at"],
                condition=Q(state__in=["waiting", "planning", "running"]),
                name="execution_going",
            ),
        ]

    def __str__(self) -> str:
        return f"execution {self.pk} of {self.scan_id}"

    @property
    def is_over(self) -> bool:
        """Say whether it will not change any more by itself."""
        return self.state in self.OVER

    def count_of(self, *outcomes: str) -> int:
        """Return how many items have one of these outcomes."""
        return sum(int(self.counts.get(str(outcome), 0)) for outcome in outcomes)

    def moved(self, before: str, after: str, number: int = 1) -> None:
        """Note in ``counts`` that items went from one outcome ("" for none) to another."""
        for outcome, step in ((before, -number), (after, number)):
            if outcome:
                self.counts[outcome] = int(self.counts.get(outcome, 0)) + step


class ScanItem(models.Model):
    """One check on one repo, and on a claim where the check has one, within an execution."""

    class Outcome(models.TextChoices):
        """What became of it."""

        PLANNED = "planned"
        SENT = "sent"  # its run waits or is under way
        MEASURED = "measured"
        REUSED = "reused"  # there was a finding already, or somebody else's run made one
        UNSUPPORTED = "unsupported"
        DEAD = "dead"
        REFUSED = "refused"  # no run could be asked for

    ENDED = (Outcome.MEASURED, Outcome.REUSED, Outcome.UNSUPPORTED, Outcome.DEAD, Outcome.REFUSED)
    WITH_FINDING = (Outcome.MEASURED, Outcome.REUSED)
    NOT_DONE = (Outcome.UNSUPPORTED, Outcome.DEAD, Outcome.REFUSED)

    execution = models.ForeignKey(ScanExecution, on_delete=models.CASCADE, related_name="items")
    # A repo, a claim or a run may go; the item stays and says so.
    repo = models.ForeignKey(Repo, on_delete=models.SET_NULL, null=True, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.SET_NULL, null=True, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="scan_items")
    check_id = models.CharField(max_length=50)
    subject = models.CharField(max_length=64, default="", blank=True)  # the claim's key
    outcome = models.CharField(max_length=11, choices=Outcome, default=Outcome.PLANNED)
    is_own = models.BooleanField(default=False)  # the run was begun for this execution
    reason = models.CharField(max_length=300, default="", blank=True)
    expected_s = models.FloatField(default=0)
    expected_bytes = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["execution", "run"], name="item_once_per_run"),
        ]
        indexes = [
            models.Index(fields=["execution", "outcome", "id"], name="item_by_outcome"),
            # difference to the execution before
            models.Index(
                fields=["execution", "repo", "check_id", "subject"], name="item_by_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_id} on {self.repo_id} in {self.execution_id}"
