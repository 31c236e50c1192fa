"""Embeddings: marks that owners have put into networks. The row is the truth, a message a hint.

queued → running → done, failed or cancelled, leased to one worker at a time as runs are. Private to
its owner. No column has anything of the keys: what is registered of them is a Mark.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from registry.models.leased import Leased, LeasedQuerySet
from registry.models.marks import Mark
from registry.models.revisions import Revision


class Embedding(Leased):
    """A mark that somebody has put into a mirrored network, and how far that is."""

    class State(models.TextChoices):
        """Where it stands."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"  # its mark is registered
        FAILED = "failed"  # the reason says why
        CANCELLED = "cancelled"

    STANDS: ClassVar[str] = "state"
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

    facts = models.JSONField(default=dict)  # accuracy_before, accuracy_after, fit, held, …
    mark = models.OneToOneField(Mark, on_delete=models.PROTECT, null=True, related_name="embedding")
    requested_at = models.DateTimeField(auto_now_add=True)

    objects = LeasedQuerySet["Embedding"].as_manager()

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
        """Take it for this worker; None when it has ended or another worker holds it."""
        if not cls._taken(pk):
            return None
        return cls.objects.select_related("owner", "revision__repo__hub").get(pk=pk)

    def fail(self, reason: str) -> bool:
        """Say why it cannot be done, unless a later attempt has taken it over."""
        return self.held().end(self.State.FAILED, reason=reason) == 1

    def finish(self, mark: Mark, facts: dict[str, Any]) -> bool:
        """Store what came out, unless a later attempt has taken it over."""
        return self.held().end(self.State.DONE, mark=mark, facts=facts, reason="") == 1

    def cancel(self) -> bool:
        """End it while it waits or is under way; False where it has ended."""
        return self.live().end(self.State.CANCELLED, reason="Cancelled by its owner.") == 1
