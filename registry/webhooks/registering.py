"""Making, changing and driving webhooks, for pages, API and commands alike."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.timezone import now
from django.views.decorators.debug import sensitive_variables

from registry.models import Delivery, Event, Webhook
from registry.webhooks import outbox, signing
from registry.webhooks.addresses import AddressRefused, vetted_url

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TEST = "webhook.test"
_LONGEST = {"repo": 300, "author": 100, "check": 50}


class WebhookRefused(Exception):  # noqa: N818 - reads as what happened
    """A webhook cannot be so; ``errors`` has a sentence for each field that is meant.

    "" is the whole of it.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


class NotNow(Exception):  # noqa: N818 - reads as what happened
    """It cannot be done as things stand; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an owner wants to be told, and where."""

    url: str
    events: tuple[str, ...]
    repo: str = ""
    author: str = ""
    check: str = ""

    @classmethod
    def of(cls, webhook: Webhook) -> "Wish":
        """Return what a webhook is asked to be now."""
        events = tuple(webhook.events)
        return cls(webhook.url, events, webhook.repo, webhook.author, webhook.check_id)


@sensitive_variables("secret")
def create(owner: "User", wish: Wish) -> tuple[Webhook, str]:
    """Make a webhook; return it with its secret, which is shown once. Raises WebhookRefused."""
    made = Webhook(owner=owner, **_vetted(wish))
    with transaction.atomic():
        # Two requests at once of one owner are counted one after the other.
        get_user_model().objects.select_for_update().get(pk=owner.pk)
        most = settings.ASSAY_WEBHOOKS
        if Webhook.objects.filter(owner=owner).count() >= most:
            raise WebhookRefused({"": f"An owner has at most {most:,} webhooks; remove one."})
        made.save(force_insert=True)
        secret = signing.make_secret(made)
    made.refresh_from_db()
    return made, secret


def change(webhook: Webhook, wish: Wish) -> Webhook:
    """Change what a webhook hears and where; raise WebhookRefused."""
    Webhook.objects.filter(pk=webhook.pk).update(**_vetted(wish))
    webhook.refresh_from_db()
    return webhook


def pause(webhook: Webhook) -> Webhook:
    """Send nothing more, and take note of nothing more; what waits goes on waiting."""
    active = Webhook.objects.filter(pk=webhook.pk, state=Webhook.State.ACTIVE)
    active.update(state=Webhook.State.PAUSED, reason="Paused by its owner.")
    webhook.refresh_from_db()
    return webhook


def resume(webhook: Webhook) -> Webhook:
    """Let a webhook go on that was paused or disabled, with what waited."""
    Webhook.objects.filter(pk=webhook.pk).exclude(state=Webhook.State.ACTIVE).update(
        state=Webhook.State.ACTIVE, reason="", failing_since=None, quiet_until=None, sent_at=None
    )
    webhook.refresh_from_db()
    return webhook


@sensitive_variables("secret")
def rotate(webhook: Webhook) -> str:
    """Give a webhook a new secret and return it; messages are signed with both for a day."""
    with transaction.atomic():
        Webhook.objects.select_for_update().get(pk=webhook.pk)
        return signing.make_secret(webhook)


def remove(webhook: Webhook) -> None:
    """Remove a webhook with its log."""
    with transaction.atomic():
        Webhook.objects.select_for_update().get(pk=webhook.pk)  # no delivery comes in between
        Delivery.objects.filter(webhook=webhook).delete()
        webhook.delete()


def test(webhook: Webhook) -> Delivery:
    """Send a message that says nothing but that it works; raise NotNow."""
    _must_be_active(webhook)
    at = now()
    body = {"type": TEST, "timestamp": at.isoformat(), "data": {"webhook": webhook.pk}, "links": {}}
    with transaction.atomic():
        event = Event.objects.create(
            type=TEST, subject=webhook.pk, at=at, expanded_at=at, body=json.dumps(body)
        )
        made = Delivery.objects.create(event=event, webhook=webhook)
        _soon(webhook)
    return Delivery.objects.select_related("event").get(pk=made.pk)


def replay(delivery: Delivery) -> Delivery:
    """Send a message again, with the same id; raise NotNow."""
    webhook = delivery.webhook
    _must_be_active(webhook)
    with transaction.atomic():
        free = Delivery.objects.filter(pk=delivery.pk).filter(
            ~Q(state=Delivery.State.SENDING) | Q(lease_until__lt=Now())
        )
        if not free.update(state=Delivery.State.WAITING, tries=0, next_at=Now(), lease_until=None):
            raise NotNow("It is being sent just now.")
        _soon(webhook)
    delivery.refresh_from_db()
    return delivery


def _must_be_active(webhook: Webhook) -> None:
    if webhook.state != Webhook.State.ACTIVE:
        raise NotNow(f"The webhook is {webhook.state}; let it go on first.")


def _soon(webhook: Webhook) -> None:
    """Let a webhook's rest end, and have it served after commit."""
    Webhook.objects.filter(pk=webhook.pk).update(quiet_until=None)
    transaction.on_commit(outbox.hint)


def _vetted(wish: Wish) -> dict[str, object]:
    """Return the columns; raise WebhookRefused."""
    errors = {}
    url = wish.url.strip()
    try:
        url = vetted_url(url)
    except AddressRefused as error:
        errors["url"] = str(error)
    events = [str(one) for one in Webhook.On if one in wish.events]
    if not events or len(events) != len(set(wish.events)):
        errors["events"] = f"Say one or more of: {', '.join(Webhook.On.values)}."
    texts = {name: getattr(wish, name).strip() for name in _LONGEST}
    for name, text in texts.items():
        if len(text) > _LONGEST[name] or not text.isprintable():
            errors[name] = f"Say at most {_LONGEST[name]} characters that can be seen."
    if errors:
        raise WebhookRefused(errors)
    return {"url": url, "events": events, "check_id": texts.pop("check"), **texts}
