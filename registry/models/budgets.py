"""The windows of calls that hubs allow, shared by all processes."""

from django.db import models


class BudgetWindow(models.Model):
    """What is known of one window; ``registry.hub.budget_windows.Window`` has the arithmetic.

    Rows are read and written under their lock, in the time of the database.
    """

    class Bucket(models.TextChoices):
        """What a hub counts apart."""

        API = "api"
        RESOLVE = "resolve"
        PAGES = "pages"

    origin = models.CharField(max_length=300)
    identity = models.CharField(max_length=64)  # "anonymous", or a digest of the token
    bucket = models.CharField(max_length=8, choices=Bucket)
    quota = models.IntegerField(null=True)
    length_s = models.FloatField()
    ends_at = models.DateTimeField()  # the latest moment at which the hub's window can end
    is_assumed = models.BooleanField(default=True)
    epoch = models.BigIntegerField(default=0)
    granted = models.IntegerField(default=0)
    answered = models.IntegerField(default=0)
    counted = models.IntegerField(default=0)
    others = models.IntegerField(default=0)
    previous = models.IntegerField(default=0)
    blocked_until = models.DateTimeField()
    refusals = models.IntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["origin", "identity", "bucket"], name="budget_once")
        ]

    def __str__(self) -> str:
        return f"{self.bucket} of {self.origin} for {self.identity}"
