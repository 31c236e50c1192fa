"""The work list of the mirror: repos whose detail, tree and card are to be read."""

from django.db import models

from registry.models.repos import Repo


class Errand(models.Model):
    """One repo to be read in full. There is at most one for each; the most urgent goes first."""

    class Reason(models.TextChoices):
        """Why; also the order of urgency, from the most urgent."""

        ASKED = "asked"  # by a person
        CHANGED = "changed"  # its head moved
        NEW = "new"  # never read
        AGAIN = "again"  # a part of it could not be read

    repo = models.OneToOneField(
        Repo, on_delete=models.CASCADE, primary_key=True, related_name="errand"
    )
    reason = models.CharField(max_length=8, choices=Reason)
    priority = models.BigIntegerField(default=0)  # the higher, the sooner
    attempts = models.SmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, default="", blank=True)
    wanted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-priority", "repo"], name="errand_by_priority")]

    def __str__(self) -> str:
        return f"{self.reason}: repo {self.repo_id}"
