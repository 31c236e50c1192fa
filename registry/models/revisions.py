"""Revisions, their cards and files: everything measured belongs to one of these."""

from django.db import models

from analysis.contract import JSON, Subject
from registry.models.repos import Repo


class Revision(models.Model):
    """One commit of a repo."""

    repo = models.ForeignKey(Repo, on_delete=models.CASCADE, related_name="revisions")
    sha = models.CharField(max_length=64)
    config = models.JSONField(default=dict)  # config.json as the hub reports it
    architecture = models.CharField(max_length=100, default="", blank=True)
    parameters = models.BigIntegerField(null=True)  # from the safetensors headers
    has_tree = models.BooleanField(default=False)  # files carry sizes and hashes
    security = models.JSONField(default=dict)  # securityRepoStatus, as the hub says
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repo", "sha"], name="revision_once")]
        indexes = [models.Index(fields=["sha"], name="revision_by_sha")]  # permalinks, whose repo?

    def __str__(self) -> str:
        return f"{self.repo}@{self.sha[:12]}"

    def subject(self) -> Subject:
        """Describe the revision to a check: metadata only, one query for the files."""
        config: dict[str, JSON] = self.config if isinstance(self.config, dict) else {}
        return Subject(
            repo=self.repo.name,
            sha=self.sha,
            files={file.path: file.size for file in self.files.all()},
            config=config,
            pipeline_tag=self.repo.pipeline_tag,
            library=self.repo.library,
        )


class Card(models.Model):
    """The README of a revision, cleaned, with what could be read from it."""

    revision = models.OneToOneField(Revision, on_delete=models.CASCADE, related_name="card")
    text = models.TextField()
    front_matter = models.JSONField(default=dict)
    has_front_matter = models.BooleanField(default=False)
    problem = models.TextField(default="", blank=True)

    def __str__(self) -> str:
        return f"card of {self.revision}"


class File(models.Model):
    """A path in a revision. ``sha256`` is empty where the hub does not give one."""

    # Not checked by the database: over a hundred million rows the checks cost a third of a pass.
    # Files are written in the transaction that writes their revision, which never goes alone.
    revision = models.ForeignKey(
        Revision, on_delete=models.CASCADE, related_name="files", db_constraint=False
    )
    path = models.CharField(max_length=1000)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    git_oid = models.CharField(max_length=64, default="", blank=True)
    security = models.JSONField(null=True)  # securityFileStatus, as the hub says

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "path"], name="file_once")]
        indexes = [
            models.Index(  # look-up by hash; most small files have none
                fields=["sha256", "id"], condition=~models.Q(sha256=""), name="file_by_sha256"
            ),
        ]

    def __str__(self) -> str:
        return self.path
