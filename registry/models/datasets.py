"""How many claims there are on each dataset: made from the claims, and dropped at any time."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class DatasetTally(models.Model):
    """A dataset that models claim something on, its spellings taken together.

    What is counted are the readable claims of the heads of public repos that the hub still has.
    ``parts`` are ``[metric, config, split, claims, measured]`` as the claims write them, those with
    the most measured claims first, at most a hundred.
    """

    folded = models.CharField(max_length=300, primary_key=True, db_collation="C")
    name = models.CharField(max_length=300)
    claims = models.IntegerField()
    measured = models.IntegerField()
    confirmed = models.IntegerField()
    overstated = models.IntegerField()
    understated = models.IntegerField()
    parts = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["claims", "folded"], name="dataset_by_claims"),
            models.Index(fields=["measured", "folded"], name="dataset_by_measured"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def inconclusive(self) -> int:
        """How many measurements decided nothing."""
        return max(0, self.measured - self.confirmed - self.overstated - self.understated)


class DatasetBoard(models.Model):
    """The best findings on a dataset that many claim, for one metric, config and split."""

    folded = models.CharField(max_length=300, db_collation="C")  # as in DatasetTally
    key = models.CharField(max_length=64)  # of the choice
    findings = ArrayField(models.BigIntegerField())  # the best first

    class Meta:
        constraints = [models.UniqueConstraint(fields=["folded", "key"], name="board_once")]

    def __str__(self) -> str:
        return f"{self.folded}: {len(self.findings)} findings"
