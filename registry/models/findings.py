"""Findings: what runs found. Written once; the database refuses to change or delete one."""

from django.db import models

from registry.models.runs import Run


class Finding(models.Model):
    """The verdict of a run, with the estimate, the evidence and a signature over all of it."""

    class Verdict(models.TextChoices):
        """Of a claim, of a risk, or of either."""

        CONFIRMED = "confirmed"
        OVERSTATED = "overstated"
        UNDERSTATED = "understated"
        PASS = "pass"  # noqa: S105
        WARN = "warn"
        FAIL = "fail"
        INCONCLUSIVE = "inconclusive"

    # PROTECT: a finding outlives the wish to be rid of it.
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="finding")
    verdict = models.CharField(max_length=12, choices=Verdict)
    summary = models.TextField()
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveIntegerField(null=True)
    evidence = models.JSONField(default=dict)
    envelope = models.JSONField(default=dict)  # DSSE over an in-toto statement
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["verdict", "-id"], name="finding_by_verdict")]

    def __str__(self) -> str:
        return f"{self.verdict} by run {self.run_id}"
