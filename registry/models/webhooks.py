"""Webhooks: who is told of what, the outbox of events, and each message to each receiver.

An event is written by triggers of the database, in the transaction of what causes it (migration
``webhooks``), so that no way to store a finding or to end a run can forget it, and none that is
rolled back tells of it. A delivery is taken with a lease and fenced by ``attempt`` as runs are. The
rows are the truth, a message of the broker is only a hint.
"""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

LEASE = timedelta(seconds=60)  # longer than looking up a name and a whole exchange may take
HINT_LIFE = timedelta(seconds=60)  # of the message that has a worker deliver to a webhook


class Webhook(models.Model):
    """An address that is told of events, with what it wants to hear."""

    class State(models.TextChoices):
        """Whether it is told."""

        ACTIVE = "active"
        PAUSED = "paused"  # by its owner
        DISABLED = "disabled"  # by its receiver's answers; the reason says which

    class On(models.TextChoices):
        """What it can be told of."""

        FINDING = "finding.created"
        RUN = "run.ended"
        SCAN = "scan.ended"
        MARK = "mark.found"
        REPO = "repo.changed"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    url = models.CharField(max_length=2000)
    events = ArrayField(models.CharField(max_length=20, choices=On))
    # Of events about models, only those of this one, this author, this check; "" is no filter.
    repo = models.CharField(max_length=300, default="", blank=True)
    author = models.CharField(max_length=100, default="", blank=True)
    check_id = models.CharField(max_length=50, default="", blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    reason = models.TextField(default="", blank=True)  # one plain sentence
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)  # the last time
    failing_since = models.DateTimeField(null=True)  # nothing was delivered since
    quiet_until = models.DateTimeField(null=True)  # after a failure nothing is sent for a while
    sent_at = models.DateTimeField(null=True)  # when a worker was asked to deliver

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="webhook_of_owner"),  # its owner's list
            models.Index(  # the tick, and the triggers: who wants to hear anything
                fields=["sent_at"], condition=Q(state="active"), name="webhook_active"
            ),
        ]

    def __str__(self) -> str:
        return f"webhook {self.pk}"


class WebhookSecret(models.Model):
    """What messages are signed with, encrypted by a key that is not in the database."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="secrets")
    data = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)  # of one that was replaced

    def __str__(self) -> str:
        return f"sealed secret of webhook {self.webhook_id}"


class Event(models.Model):
    """Something that happened. Once it is ``expanded_at``, each webhook it is for has a delivery.

    ``body`` is the message, the same bytes at each attempt; "" where nobody may hear of it.
    """

    key = models.UUIDField(db_default=RandomUUID(), unique=True)
    type = models.CharField(max_length=20)
    subject = models.BigIntegerField()  # the number of the row that it is about
    noted = models.JSONField(db_default={})  # columns that may change before the row is read
    at = models.DateTimeField(db_default=Now())
    expanded_at = models.DateTimeField(null=True)
    repo = models.CharField(max_length=300, db_default="", blank=True)
    author = models.CharField(max_length=100, db_default="", blank=True)
    check_id = models.CharField(max_length=50, db_default="", blank=True)
    body = models.TextField(db_default="", blank=True)

    class Meta:
        indexes = [
            models.Index(  # the tick: what nobody was told of yet, the oldest first
                fields=["id"], condition=Q(expanded_at=None), name="event_waits"
            ),
            models.Index(fields=["at"], name="event_by_age"),  # what may go
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"

    @property
    def message_id(self) -> str:
        """Return the id by which a receiver knows a message that comes twice."""
        return f"msg_{self.key.hex}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries by what a worker or the tick wants of them."""

    def due(self) -> Self:
        """Waiting and due, or left by a sender that died."""
        waits = Q(state=Delivery.State.WAITING, next_at__lte=Now())
        return self.filter(waits | Q(state=Delivery.State.SENDING, lease_until__lt=Now()))


class Delivery(models.Model):
    """An event on its way to a webhook, and the answer to the last attempt."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting"
        SENDING = "sending"
        DELIVERED = "delivered"
        FAILED = "failed"  # given up

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=9, choices=State, db_default=State.WAITING)
    attempt = models.PositiveIntegerField(db_default=0)  # only grows: the fencing token
    tries = models.PositiveSmallIntegerField(db_default=0)  # since it was made or replayed
    next_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    excerpt = models.TextField(db_default="", blank=True)  # of the answer, cleaned
    error = models.TextField(db_default="", blank=True)  # why there was no good answer

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="delivery_once"),
            models.CheckConstraint(
                name="sending_has_lease",
                condition=~Q(state="sending") | Q(lease_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(  # the sender: what of a webhook is due
                fields=["webhook", "next_at", "id"],
                condition=Q(state__in=["waiting", "sending"]),
                name="delivery_due",
            ),
            models.Index(fields=["webhook", "-id"], name="delivery_newest"),  # the log
            models.Index(fields=["webhook", "state", "-id"], name="delivery_by_state"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @classmethod
    def take(cls, webhook: int) -> "Delivery | None":
        """Take what of an active webhook is due the longest; None where nothing is.

        The attempt is counted before anything is sent.
        """
        with transaction.atomic():
            due = cls.objects.due().filter(webhook=webhook, webhook__state=Webhook.State.ACTIVE)
            locked = due.select_for_update(skip_locked=True, of=("self",))
            found = locked.order_by("next_at", "pk").values_list("pk", flat=True).first()
            if found is None:
                return None
            cls.objects.filter(pk=found).update(
                state=cls.State.SENDING,
                attempt=F("attempt") + 1,
                tries=F("tries") + 1,
                lease_until=Now() + LEASE,
                tried_at=Now(),
            )
        return cls.objects.select_related("event", "webhook").get(pk=found)

    def held(self) -> "models.QuerySet[Delivery]":
        """Select the row while this attempt holds it."""
        return Delivery.objects.filter(pk=self.pk, attempt=self.attempt, state=self.State.SENDING)
