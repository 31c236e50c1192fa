"""Sending what is due of a webhook, and what follows from each answer."""

import logging
import random
import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import DateTimeField, F
from django.db.models.functions import Coalesce, Now
from django.utils.timezone import now

from registry.models import Delivery, Webhook
from registry.seals import CannotOpen
from registry.webhooks import sending, signing

log = logging.getLogger(__name__)

# After the first attempt, the second, …; one attempt more than there are waits.
WAITS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.1  # of a wait, to both sides: what failed together does not come again together
LONGEST_WAIT_S = 86_400.0  # that a receiver may ask for
GIVEN_UP = timedelta(days=5)  # without one message taken, the webhook is disabled
QUIET = timedelta(seconds=5), timedelta(minutes=5)  # for the webhook, after a failure
TURN_S = 40.0  # after this a worker leaves the rest to the next message
TAUGHT_TO_WAIT = (429, 503)
GONE = 410


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: an answer, or the reason why there was none."""

    answer: sending.Answer | None
    error: str
    duration_ms: int

    @property
    def is_good(self) -> bool:
        """Say whether the message was taken."""
        return self.answer is not None and self.answer.is_good

    @property
    def status(self) -> int | None:
        """Return the status of the answer."""
        return self.answer.status if self.answer else None

    @property
    def sentence(self) -> str:
        """Say why the message was not taken."""
        return self.error or f"The receiver answered {self.status}."


def deliver(webhook: int) -> int:
    """Send what is due of a webhook, one after another, until one fails; return how many went."""
    until = time.monotonic() + TURN_S
    sent = 0
    while time.monotonic() < until:
        taken = Delivery.take(webhook)
        if taken is None:
            break
        outcome = attempt(taken)
        settle(taken, outcome)
        if not outcome.is_good:
            break
        sent += 1
    Webhook.objects.filter(pk=webhook).update(sent_at=None)
    return sent


def attempt(delivery: Delivery) -> Outcome:
    """Send a message once."""
    event, begun = delivery.event, time.monotonic()
    answer, error = None, ""
    try:
        headers = signing.headers(delivery.webhook, event.message_id, now(), event.body)
        answer = sending.post(delivery.webhook.url, headers, event.body.encode())
    except (CannotOpen, sending.NoAnswer) as problem:
        error = str(problem)
    except Exception:
        log.exception("%s: a fault of Assay's own", delivery)
        error = "A fault of Assay's own; its log says more."
    return Outcome(answer, error, round((time.monotonic() - begun) * 1000))


def settle(delivery: Delivery, outcome: Outcome) -> bool:
    """Note what came of an attempt; False where a later attempt has taken the delivery over."""
    waits = _next_wait(delivery, outcome)
    if outcome.is_good:
        state = Delivery.State.DELIVERED
    else:
        state = Delivery.State.FAILED if waits is None else Delivery.State.WAITING
    with transaction.atomic():
        noted = delivery.held().update(
            state=state,
            lease_until=None,
            next_at=Now() + (waits or timedelta()),
            status_code=outcome.status,
            duration_ms=outcome.duration_ms,
            excerpt=outcome.answer.excerpt if outcome.answer else "",
            error="" if outcome.is_good else outcome.sentence,
        )
        if not noted:
            return False
        if outcome.is_good:
            Webhook.objects.filter(pk=delivery.webhook_id).update(
                delivered_at=Now(), failing_since=None, quiet_until=None
            )
        else:
            _note_failure(delivery.webhook_id, outcome)
    return True


def _next_wait(delivery: Delivery, outcome: Outcome) -> timedelta | None:
    """Return how long to wait for the next attempt; None where there is none."""
    if outcome.is_good or outcome.status == GONE or delivery.tries > len(WAITS_S):
        return None
    told = _told_wait(outcome)
    if told is not None:
        return told
    usual = WAITS_S[delivery.tries - 1]
    return timedelta(seconds=usual * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311


def _told_wait(outcome: Outcome) -> timedelta | None:
    answer = outcome.answer
    if answer is None or answer.wait_s is None or answer.status not in TAUGHT_TO_WAIT:
        return None
    return timedelta(seconds=min(max(answer.wait_s, 1.0), LONGEST_WAIT_S))


def _note_failure(pk: int, outcome: Outcome) -> None:
    """Give a receiver a rest, the longer the longer it fails; disable one that is gone."""
    since = Coalesce(F("failing_since"), Now(), output_field=DateTimeField())
    Webhook.objects.filter(pk=pk).update(failing_since=since)
    webhook = Webhook.objects.select_for_update().get(pk=pk)
    failing = now() - (webhook.failing_since or now())
    rest = _told_wait(outcome) or min(max(failing / 2, QUIET[0]), QUIET[1])
    webhook.quiet_until = now() + rest
    if webhook.state == Webhook.State.ACTIVE and outcome.status == GONE:
        webhook.state = Webhook.State.DISABLED
        webhook.reason = "The receiver answered 410: it wants no more messages."
    elif webhook.state == Webhook.State.ACTIVE and failing >= GIVEN_UP:
        webhook.state = Webhook.State.DISABLED
        webhook.reason = f"Nothing could be delivered for {GIVEN_UP.days} days. {outcome.sentence}"
    if webhook.state == Webhook.State.DISABLED:
        log.warning("%s is disabled: %s", webhook, webhook.reason)
    webhook.save(update_fields=["quiet_until", "state", "reason"])
