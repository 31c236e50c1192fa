"""Findings: what runs found. Written once; the database refuses to change or delete one."""

from django.db import models

from analysis.contract import PictureKind
from registry.models.runs import Run


class Finding(models.Model):
    """The verdict of a run, with the estimate, the evidence and a signature over all of it."""

    class Verdict(models.TextChoices):
        """Of a claim, of a risk, of a number that nobody claimed, or of any of them."""

        CONFIRMED = "confirmed"
        OVERSTATED = "overstated"
        UNDERSTATED = "understated"
        PASS = "pass"  # noqa: S105
        WARN = "warn"
        FAIL = "fail"
        MEASURED = "measured"
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


class FindingPictureQuerySet(models.QuerySet["FindingPicture"]):
    """Pictures by what is wanted of them."""

    def described(self) -> "FindingPictureQuerySet":
        """Without their bytes, in their order."""
        return self.defer("data").order_by("place")


class FindingPicture(models.Model):
    """A picture that goes with a finding: a small PNG, whose digest the evidence names."""

    class Kind(models.TextChoices):
        """What it shows."""

        CLEAN = str(PictureKind.CLEAN)
        PERTURBATION = str(PictureKind.PERTURBATION)
        ADVERSARIAL = str(PictureKind.ADVERSARIAL)
        CORRUPTED = str(PictureKind.CORRUPTED)
        TRIGGER = str(PictureKind.TRIGGER)
        OTHER = str(PictureKind.OTHER)

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="pictures")
    place = models.PositiveSmallIntegerField()
    name = models.SlugField(max_length=60, db_index=False)
    group = models.CharField(max_length=200, default="", blank=True)
    title = models.CharField(max_length=200)
    alt = models.CharField(max_length=400)
    kind = models.CharField(max_length=12, choices=Kind)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    data = models.BinaryField()

    objects = FindingPictureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["finding", "name"], name="one_picture_of_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of finding {self.finding_id}"
