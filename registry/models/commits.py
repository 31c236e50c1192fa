"""Commits of a repo, with what is known of their signatures."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from registry.models.repos import Repo


class Commit(models.Model):
    """One commit. The hub's API says nothing of signatures: those come from a partial git clone."""

    class Signature(models.TextChoices):
        """What git says of it; a key that nobody vouches for does not verify anything."""

        UNKNOWN = "unknown"  # nobody looked
        NONE = "none"
        VERIFIED = "verified"
        UNVERIFIED = "unverified"  # there is one: bad, expired, or by a key that is not known here

    repo = models.ForeignKey(Repo, on_delete=models.CASCADE, related_name="commits")
    sha = models.CharField(max_length=64)
    title = models.CharField(max_length=300, default="", blank=True)
    authors = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    committed_at = models.DateTimeField(null=True)
    signature = models.CharField(max_length=10, choices=Signature, default=Signature.UNKNOWN)
    key = models.CharField(max_length=64, default="", blank=True)  # the id of the signing key

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repo", "sha"], name="commit_once")]

    def __str__(self) -> str:
        return self.sha
