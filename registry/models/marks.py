"""Marks: watermarks that owners registered, what was published of them, and where they were found.

Of a mark's keys everybody may know the commitment, its time and what the columns of ``Mark`` say.
The keys themselves lie in a table of their own, encrypted, so that no page and no list ever reads
them by the way.
"""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Now

from registry.models.repos import Repo
from registry.models.revisions import Revision
from registry.models.runs import Run

MOST_LOOKS = 3  # at keys that bring down who looks at them
NOT_LOOKED_AT = (
    f"Its keys brought down the worker that looked at them {MOST_LOOKS} times; they are not tried"
    " again."
)


class MarkQuerySet(models.QuerySet["Mark"]):
    """Marks by what a page, a run or a worker wants of them."""

    def ready(self) -> Self:
        """Those that can be looked for in a network."""
        return self.filter(state=Mark.State.READY, withdrawn_at=None)

    def with_home(self) -> Self:
        """With ``home_shown``: the name of the home as everybody may read it."""
        shown = Case(
            When(home=None, then=F("home_name")),
            When(home__is_private=False, then=F("home__name")),
            default=Value(""),
        )
        return self.annotate(home_shown=shown)


class Mark(models.Model):
    """A watermark of an owner. The row is public; only its ``sealed`` keys are not."""

    class State(models.TextChoices):
        """Whether its keys were looked at."""

        NEW = "new"
        READY = "ready"
        REFUSED = "refused"  # the reason says why

    # An owner with a mark cannot be deleted: the commitment would have nobody who made it.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    name = models.CharField(max_length=100)
    scheme = models.CharField(max_length=20)
    task = models.CharField(max_length=100)
    classes = models.PositiveIntegerField(null=True)
    keys = models.PositiveIntegerField()
    shape = models.JSONField(null=True)  # channels, height, width of the pictures, if any
    commitment = models.CharField(max_length=64, unique=True)
    # The network that the owner marked: as a name from the first day, as a row once it is mirrored.
    home = models.ForeignKey(Repo, on_delete=models.SET_NULL, null=True, related_name="marks")
    home_name = models.CharField(max_length=300, default="", blank=True)
    envelope = models.JSONField(default=dict)  # DSSE over the commitment and its time
    registered_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State, default=State.NEW)
    reason = models.TextField(default="", blank=True)  # one plain sentence, nothing of the keys
    looks = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    home_shown: str  # where the row was read with_home()

    objects = MarkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(  # the marks that a run without a choice looks for, the newest first
                fields=["task", "-id"],
                condition=Q(state="ready", withdrawn_at=None),
                name="mark_of_task",
            ),
            models.Index(  # the tick: whose keys nobody looked at
                fields=["sent_at"], condition=Q(state="new"), name="mark_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"mark {self.pk} of {self.owner_id}"

    @property
    def is_ready(self) -> bool:
        """Say whether it can be looked for."""
        return self.state == self.State.READY and self.withdrawn_at is None

    @classmethod
    def take(cls, pk: int) -> bool:
        """Take a mark whose keys nobody looked at; the look is counted before it begins."""
        waiting = cls.objects.filter(pk=pk, state=cls.State.NEW, looks__lt=MOST_LOOKS)
        return waiting.update(looks=F("looks") + 1, sent_at=Now()) == 1

    def accept(self) -> bool:
        """Say that its keys can be used; False where that was settled before."""
        waiting = Mark.objects.filter(pk=self.pk, state=self.State.NEW)
        return waiting.update(state=self.State.READY) == 1

    def refuse(self, reason: str) -> bool:
        """Say why its keys cannot be used, and forget them; False where that was settled before."""
        with transaction.atomic():
            waiting = Mark.objects.filter(pk=self.pk, state=self.State.NEW)
            is_new = waiting.update(state=self.State.REFUSED, reason=reason) == 1
            if is_new:
                MarkKeys.objects.filter(mark=self.pk).delete()
        return is_new

    def withdraw(self, at: datetime) -> bool:
        """Forget its keys; False where that was done before. The commitment stays."""
        with transaction.atomic():
            kept = Mark.objects.filter(pk=self.pk, withdrawn_at=None)
            is_new = kept.update(withdrawn_at=at) == 1
            MarkKeys.objects.filter(mark=self.pk).delete()
        return is_new


class MarkKeys(models.Model):
    """The keys of a mark, encrypted by a key that is not in the database."""

    mark = models.OneToOneField(
        Mark, on_delete=models.CASCADE, primary_key=True, related_name="sealed"
    )
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"sealed keys of mark {self.mark_id}"


class MarkMatchQuerySet(models.QuerySet["MarkMatch"]):
    """What was found of marks, by what a page wants of it."""

    def newest(self) -> Self:
        """The newest of each mark on each revision."""
        newer = MarkMatch.objects.filter(
            mark=OuterRef("mark"), revision=OuterRef("revision"), pk__gt=OuterRef("pk")
        )
        return self.filter(~Exists(newer))


class MarkMatch(models.Model):
    """What one run found of one mark. Written with the run's finding; the database keeps it so."""

    mark = models.ForeignKey(Mark, on_delete=models.PROTECT, related_name="matches_found")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="marks")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="marks")
    matches = models.PositiveIntegerField()
    keys = models.PositiveIntegerField()
    control_matches = models.PositiveIntegerField()
    controls = models.PositiveIntegerField()
    p = models.FloatField()
    carries = models.BooleanField()
    is_after = models.BooleanField()  # committed only after the revision was public
    rank = models.PositiveSmallIntegerField()  # 0 for a hit: a list has them first
    sentence = models.TextField()
    created_at = models.DateTimeField()

    objects = MarkMatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mark", "run"], name="one_match_of_a_mark_per_run"),
            models.CheckConstraint(name="match_p_is_one", condition=Q(p__gte=0, p__lte=1)),
        ]
        indexes = [
            models.Index(fields=["mark", "rank", "p", "id"], name="match_by_p"),  # page of a mark
            models.Index(fields=["mark", "revision", "id"], name="match_newest"),  # a newer one?
        ]

    def __str__(self) -> str:
        return f"mark {self.mark_id} in run {self.run_id}"
