"""Hubs, authors and repos: what there is, whatever its content."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Hub(models.Model):
    """A place that models are mirrored from."""

    url = models.URLField(max_length=200, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.url


class Author(models.Model):
    """A user or an organisation of a hub; which of the two is not always known."""

    class Kind(models.TextChoices):
        """What the hub says an author is."""

        UNKNOWN = "unknown"
        USER = "user"
        ORGANISATION = "organisation"

    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="authors")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.UNKNOWN)
    is_verified = models.BooleanField(null=True)
    hub_key = models.CharField(max_length=120, default="", blank=True)  # the hub's own id
    checked_at = models.DateTimeField(null=True)  # when the hub was asked for kind and mark

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hub", "name"], name="author_once_per_hub")]
        indexes = [
            models.Index(fields=["name"], name="author_by_name"),  # on whatever hub
            models.Index(fields=["kind", "-id"], name="author_by_kind"),
        ]

    def __str__(self) -> str:
        return self.name


class RepoQuerySet(models.QuerySet["Repo"]):
    """Repos by what a page or a command wants of them."""

    def listed(self) -> Self:
        """What the hub still has."""
        return self.filter(state=Repo.State.PRESENT)

    def named(self, name: str) -> Self:
        """The repos that carry this name now, on any hub; the newest mirror first."""
        return self.filter(name=name).order_by("-synced_at", "-pk")


class Repo(models.Model):
    """A model on a hub. Its key is the hub's own id: names get reused by strangers."""

    class State(models.TextChoices):
        """Whether the hub still has it."""

        PRESENT = "present"
        GONE = "gone"  # deleted, or made private
        REPLACED = "replaced"  # its name answers with another id

    class Gate(models.TextChoices):
        """Who may read the files."""

        OPEN = "open"
        AUTO = "auto"
        MANUAL = "manual"

    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="repos")
    # The hub's `_id`, or "name:<repo id>" where the hub gives none.
    hub_key = models.CharField(max_length=120)
    name = models.CharField(max_length=300)  # the hub has names of 257 characters
    author = models.ForeignKey(
        Author, on_delete=models.PROTECT, null=True, related_name="repos", db_index=False
    )
    state = models.CharField(max_length=8, choices=State, default=State.PRESENT)
    gate = models.CharField(max_length=6, choices=Gate, default=Gate.OPEN)
    is_private = models.BooleanField(default=False)
    is_disabled = models.BooleanField(default=False)
    head_sha = models.CharField(max_length=64, default="", blank=True)
    pipeline_tag = models.CharField(max_length=100, default="", blank=True)
    library = models.CharField(max_length=100, default="", blank=True)
    licence = models.CharField(max_length=100, default="", blank=True)
    tags = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    datasets = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    papers = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    model_type = models.CharField(max_length=100, default="", blank=True)  # config.model_type
    parameters = models.BigIntegerField(null=True)  # of the head, as the hub says
    downloads = models.BigIntegerField(default=0)
    likes = models.IntegerField(default=0)
    trending = models.FloatField(default=0)
    hub_created_at = models.DateTimeField(null=True)
    hub_modified_at = models.DateTimeField(null=True)
    refs = models.JSONField(default=dict)  # {"branches": {"main": sha}, "tags": {…}}
    first_seen_at = models.DateTimeField(db_default=Now())  # by the mirror
    synced_at = models.DateTimeField()
    # The commit whose tree and card were read; the listing alone tells less.
    read_sha = models.CharField(max_length=64, default="", blank=True)
    read_at = models.DateTimeField(null=True)
    problem = models.TextField(default="", blank=True)  # why a part of it could not be read

    objects = RepoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hub", "hub_key"], name="repo_once_per_hub_key"),
            models.UniqueConstraint(
                fields=["hub", "name"],
                condition=Q(state="present"),
                name="one_present_repo_per_name",
            ),
        ]
        indexes = [
            models.Index(fields=["-downloads", "-id"], name="repo_by_downloads"),  # list of models
            models.Index(fields=["name"], name="repo_by_name"),  # model page
            models.Index(fields=["author", "-downloads", "-id"], name="repo_by_author"),
            models.Index(fields=["pipeline_tag", "-downloads", "-id"], name="repo_by_task"),
        ]

    def __str__(self) -> str:
        return self.name
