"""Embeddings: marks that owners have put into networks. The row is the truth, a message a hint.

queued → running → done, failed or cancelled. Taken with a lease and fenced by ``attempt`` as runs
are. Private to its owner. No column has anything of the keys: what is registered of them is a Mark.
"""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from registry.models.marks import Mark
from registry.models.revisions import Revision
from registry.models.runs import LEASE, MAX_FAULTS, MESSAGE_LIFE


class EmbeddingQuerySet(models.QuerySet["Embedding"]):
    """Embeddings by what a worker, the reaper or a page wants of them."""

    def startable(self) -> Self:
        """Queued, or left running by a worker that died; not yet given up."""
        abandoned = Q(state=Embedding.State.RUNNING, lease_until__lt=Now())
        return self.filter(Q(state=Embedding.State.QUEUED) | abandoned, faults__lt=MAX_FAULTS)

    def abandoned(self) -> Self:
        """Running by name only: the lease is over."""
        return self.filter(state=Embedding.State.RUNNING, lease_until__lt=Now())

    def unsent(self) -> Self:
        """Waiting, with no message under way: never sent, or lost, or expired."""
        old = Q(sent_at=None) | Q(sent_at__lt=Now() - MESSAGE_LIFE)
        return self.filter(old, state=Embedding.State.QUEUED)

    def live(self) -> Self:
        """Waiting or under way."""
        return self.filter(state__in=Embedding.LIVE)


class Embedding(models.Model):
    """A mark that somebody has put into a mirrored network, and how far that is."""

    class State(models.TextChoices):
        """Where it stands."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"  # its mark is registered
        FAILED = "failed"  # the reason says why
        CANCELLED = "cancelled"

    LIVE = (State.QUEUED, State.RUNNING)

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="embeddings")
    scheme = models.CharField(max_length=20)
    bits = models.PositiveIntegerField()
    dataset = models.CharField(max_length=300)  # with images to learn on
    config = models.CharField(max_length=300, default="", blank=True)
    split = models.CharField(max_length=300)
    images = models.PositiveIntegerField()  # at most so many of them
    name = models.CharField(max_length=100)  # of the mark
    home_name = models.CharField(max_length=300)  # under which the marked network is published

    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    reason = models.TextField(default="", blank=True)  # one plain sentence
    attempt = models.PositiveIntegerField(default=0)
    faults = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    stage = models.CharField(max_length=30, default="", blank=True)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, default="", blank=True)

    facts = models.JSONField(default=dict)  # accuracy_before, accuracy_after, fit, held, …
    mark = models.OneToOneField(Mark, on_delete=models.PROTECT, null=True, related_name="embedding")
    requested_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = EmbeddingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="embedding_running_has_lease",
                condition=~Q(state="running") | Q(lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="embedding_done_has_mark",
                condition=~Q(state="done") | Q(mark__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="embedding_of_owner"),
            models.Index(  # the tick, and who has how many
                fields=["state", "sent_at"],
                condition=Q(state__in=["queued", "running"]),
                name="embedding_live",
            ),
        ]

    def __str__(self) -> str:
        return f"embedding {self.pk}"

    @property
    def has_ended(self) -> bool:
        """Say whether it will not change any more by itself."""
        return self.state not in self.LIVE

    @classmethod
    def take(cls, pk: int) -> "Embedding | None":
        """Take it for this worker; None when it has ended or another worker holds it.

        One conditional update, as for runs; the fault is counted before any work.
        """
        taken = (
            cls.objects.startable()
            .filter(pk=pk)
            .update(
                state=cls.State.RUNNING,
                attempt=F("attempt") + 1,
                faults=F("faults") + 1,
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
        return cls.objects.select_related("owner", "revision__repo__hub").get(pk=pk)

    def held(self) -> "models.QuerySet[Embedding]":
        """Select the row while this attempt holds it."""
        return Embedding.objects.filter(pk=self.pk, attempt=self.attempt, state=self.State.RUNNING)

    def beat(self, **shown: Any) -> bool:
        """Renew the lease and show progress; False when it is not this attempt's any more."""
        return self.held().update(lease_until=Now() + LEASE, **shown) == 1

    def fail(self, reason: str) -> bool:
        """Say why it cannot be done, unless a later attempt has taken it over."""
        return self._end(self.held(), state=self.State.FAILED, reason=reason)

    def finish(self, mark: Mark, facts: dict[str, Any]) -> bool:
        """Store what came out, unless a later attempt has taken it over."""
        return self._end(self.held(), state=self.State.DONE, mark=mark, facts=facts, reason="")

    def cancel(self) -> bool:
        """End it while it waits or is under way; False where it has ended.

        The worker that has it notices at its next heartbeat.
        """
        live = Embedding.objects.live().filter(pk=self.pk)
        return self._end(live, state=self.State.CANCELLED, reason="Cancelled by its owner.")

    def give_back(self, reason: str) -> bool:
        """Queue it again; the reaper sends it after a while."""
        changed = self.held().update(
            state=self.State.QUEUED,
            reason=reason,
            lease_until=None,
            sent_at=Now(),
            stage="",
            note="",
        )
        return changed == 1

    @staticmethod
    def _end(rows: "models.QuerySet[Embedding]", **fields: Any) -> bool:
        ended = {"finished_at": Now(), "lease_until": None, "stage": "", "note": ""}
        return rows.update(**fields, **ended) == 1
