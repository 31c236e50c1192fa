"""The outbox: what happened becomes a delivery for each webhook that wants to hear of it.

The tick does it in one transaction: an event has all of its deliveries, or is taken up again.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from registry.celery import app
from registry.models import Delivery, Event, Webhook
from registry.models.webhooks import HINT_LIFE

log = logging.getLogger(__name__)

EVENTS = 200  # that one transaction expands
ROUNDS = 10  # of a tick
HINTED = 100  # webhooks that a tick has delivered to
KEPT = timedelta(days=30)  # deliveries and their events
SWEPT = 1_000  # old events that go in one tick

# A webhook hears what happened after it was made, and only what its filters name.
_FAN_OUT = """
INSERT INTO registry_delivery (event_id, webhook_id)
SELECT e.id, w.id FROM registry_event e JOIN registry_webhook w
    ON w.state = 'active' AND w.created_at <= e.at AND e.type = ANY(w.events)
    AND w.repo IN ('', e.repo) AND w.author IN ('', e.author) AND w.check_id IN ('', e.check_id)
WHERE e.id = ANY(%s) AND e.body <> ''
ORDER BY e.id, w.id
ON CONFLICT DO NOTHING
"""
_DUE = """
SELECT w.id FROM registry_webhook w
WHERE w.state = 'active' AND (w.quiet_until IS NULL OR w.quiet_until <= now())
    AND (w.sent_at IS NULL OR w.sent_at < now() - make_interval(secs => %s))
    AND EXISTS (
        SELECT 1 FROM registry_delivery d WHERE d.webhook_id = w.id
        AND d.state IN ('waiting', 'sending') AND d.next_at <= now()
        AND (d.state = 'waiting' OR d.lease_until < now()))
ORDER BY w.sent_at NULLS FIRST, w.id LIMIT %s
"""
_OLD = """
SELECT id FROM registry_event WHERE at < now() - make_interval(secs => %s) ORDER BY at LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Message:
    """What is told of an event, and what webhooks may filter it by. "" is told to nobody."""

    body: str
    repo: str = ""
    author: str = ""
    check: str = ""


Write = Callable[[Sequence[Event]], Mapping[int, Message]]


def tick(write: Write) -> None:
    """Expand events, have due deliveries sent, forget old ones. Harmless twice at once."""
    for _ in range(ROUNDS):
        if expand(write) < EVENTS:
            break
    hint()
    sweep()


def expand(write: Write, most: int = EVENTS) -> int:
    """Make the deliveries of events that waited the longest; return how many events there were."""
    with transaction.atomic():
        waiting = Event.objects.filter(expanded_at=None).select_for_update(skip_locked=True)
        events = list(waiting.order_by("pk")[:most])
        if not events:
            return 0
        messages = _written(write, events)
        for event in events:
            message = messages.get(event.pk, Message(""))
            event.body = message.body
            event.repo, event.author = message.repo, message.author
            event.check_id = message.check
        Event.objects.bulk_update(events, ["body", "repo", "author", "check_id"])
        numbers = [event.pk for event in events]
        with connection.cursor() as cursor:
            cursor.execute(_FAN_OUT, [numbers])
        Event.objects.filter(pk__in=numbers).update(expanded_at=Now())
    return len(events)


def _written(write: Write, events: Sequence[Event]) -> dict[int, Message]:
    """Write the messages; an event that breaks the writing costs itself, not the others."""
    try:
        return dict(write(events))
    except DatabaseError:
        raise
    except Exception:
        if len(events) == 1:
            log.exception("%s cannot be told: a fault of Assay's own", events[0])
            return {}
    messages: dict[int, Message] = {}
    for event in events:
        messages |= _written(write, [event])
    return messages


def hint() -> int:
    """Ask workers to send what is due; return how many webhooks that is.

    A broker that is away is no error: the next tick asks again.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [HINT_LIFE.total_seconds(), HINTED])
        due = [pk for (pk,) in cursor.fetchall()]
    sent = []
    for pk in due:
        try:
            app.send_task(
                "workers.deliver",
                args=[pk],
                queue="io",
                expires=HINT_LIFE.total_seconds(),
                retry=False,
            )
        except (OperationalError, OSError) as error:
            log.warning("the broker is away, webhook %s waits in the database: %s", pk, error)
            break
        sent.append(pk)
    Webhook.objects.filter(pk__in=sent).update(sent_at=Now())
    return len(sent)


def sweep() -> int:
    """Forget events and deliveries that are old; return how many events."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_OLD, [KEPT.total_seconds(), SWEPT])
            old = [pk for (pk,) in cursor.fetchall()]
        if old:
            Delivery.objects.filter(event__in=old).delete()
            Event.objects.filter(pk__in=old).delete()
    return len(old)
