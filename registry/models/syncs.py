"""Passes of the mirror over a hub, and what they could not read."""

from django.db import models

from registry.models.repos import Hub


class Sync(models.Model):
    """One pass. ``cursor`` is the address of the next page: a pass that was cut goes on there."""

    class Status(models.TextChoices):
        """How far it is."""

        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"  # the hub could not be read to the end; the reason says why

    class Kind(models.TextChoices):
        """What it reads."""

        FULL = "full"  # the whole listing; what is not in it is gone
        RECENT = "recent"  # by ``lastModified`` down to the watermark
        NAMED = "named"  # single repos

    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="syncs")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.FULL)
    status = models.CharField(max_length=8, choices=Status, default=Status.RUNNING)
    reason = models.TextField(default="", blank=True)
    cursor = models.TextField(default="", blank=True)
    # The newest ``lastModified`` that it met: the next pass of kind "recent" ends there.
    watermark = models.DateTimeField(null=True)
    pages = models.IntegerField(default=0)
    limit = models.IntegerField(null=True)
    seen = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sync {self.pk} of {self.hub}: {self.status}"


class SyncProblem(models.Model):
    """One record, file or page that could not be read, with the reason in one sentence."""

    sync = models.ForeignKey(Sync, on_delete=models.CASCADE, related_name="problems")
    repo_name = models.CharField(max_length=300, default="", blank=True)
    stage = models.CharField(max_length=20)  # list, detail, tree, refs, card, claims, store
    reason = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.stage} of {self.repo_name or 'a page'}: {self.reason}"
