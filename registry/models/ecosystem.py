"""Measures of the ecosystem, as they were computed; pages and API read only these."""

from django.db import models


class Measurement(models.Model):
    """The answer of one measure in one version for one day."""

    measure = models.CharField(max_length=50)
    version = models.PositiveIntegerField()
    date = models.DateField()  # the end of this day, UTC; of today, the moment ``at``
    at = models.DateTimeField()  # when it was computed
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(null=True)  # None where it is a plain number
    unknown = models.BigIntegerField(default=0)  # could not be told
    unseen = models.BigIntegerField(default=0)  # models that existed, but were not mirrored yet
    breakdown = models.JSONField(default=list)  # at most definitions.MOST_ROWS rows
    seconds = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(  # also the series of a measure
                fields=["measure", "version", "date"], name="measured_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} v{self.version} on {self.date}"

    @property
    def share(self) -> float | None:
        """Return numerator over denominator; None where nothing was counted."""
        return self.numerator / self.denominator if self.denominator else None
