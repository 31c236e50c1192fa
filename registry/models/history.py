"""What changed in a repo, and its counters over time. Written by the mirror, never rewritten."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from registry.models.repos import Repo
from registry.models.syncs import Sync


class Change(models.Model):
    """One attribute of a repo that a pass found otherwise than the pass before.

    ``old`` and ``new`` are whole values, so that the state at any time is today's with the later
    changes taken back.
    """

    class What(models.TextChoices):
        """Which attribute, or what befell the repo as a whole."""

        GONE = "gone"
        RETURNED = "returned"
        RENAMED = "renamed"
        REPLACED = "replaced"  # its name answers with another id: on the old repo
        TOOK_NAME = "took-name"  # the same event, on the new repo
        GATE = "gate"
        PRIVATE = "private"
        DISABLED = "disabled"
        AUTHOR = "author"
        HEAD = "head"
        MODIFIED = "modified"
        TASK = "task"
        LIBRARY = "library"
        LICENCE = "licence"
        TAGS = "tags"
        DATASETS = "datasets"
        LANGUAGES = "languages"
        PAPERS = "papers"
        MODEL_TYPE = "model-type"
        PARAMETERS = "parameters"
        CARD = "card"
        CLAIMS = "claims"
        FILES = "files"
        SECURITY = "security"

    ALERTS = (What.REPLACED, What.TOOK_NAME)

    repo = models.ForeignKey(Repo, on_delete=models.CASCADE, related_name="changes")
    sync = models.ForeignKey(Sync, on_delete=models.SET_NULL, null=True, related_name="changes")
    at = models.DateTimeField()
    what = models.CharField(max_length=12, choices=What)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["repo", "-id"], name="change_by_repo"),  # history of a model
            models.Index(fields=["what", "-id"], name="change_by_kind"),  # the list of changes
            BrinIndex(fields=["at"], name="change_by_time"),  # exports of a day
            models.Index(  # the page of alerts
                fields=["-id"],
                condition=Q(what__in=("replaced", "took-name")),
                name="change_alerts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} of {self.repo_id} at {self.at}"


class CounterSeries(models.Model):
    """The counters of a repo over a quarter of a year: a point for each day that changed one.

    The arrays have one length; ``days`` count from the first day of the quarter, and grow.
    """

    repo = models.ForeignKey(Repo, on_delete=models.CASCADE, related_name="counters")
    quarter = models.DateField()  # its first day
    days = ArrayField(models.SmallIntegerField())
    downloads = ArrayField(models.BigIntegerField())
    likes = ArrayField(models.IntegerField())
    trending = ArrayField(models.FloatField())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["repo", "quarter"], name="counters_once_a_quarter")
        ]

    def __str__(self) -> str:
        return f"counters of {self.repo_id} from {self.quarter}"
