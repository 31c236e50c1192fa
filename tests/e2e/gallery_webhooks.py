"""Webhooks in every state that a page can show."""

from datetime import timedelta

from registry.models import Delivery, Webhook
from tests import factories, owners


def hang(hostile: str) -> None:
    """Make webhooks of the staff: with a log in all states, failing, paused, disabled, untouched.

    Texts of receivers and models are an attack.
    """
    root, state = factories.user("root", is_staff=True), Delivery.State
    busy = owners.webhook(root, repo="alice/resnet20-cifar10", delivered_at=factories.NOON)
    tried = {"attempt": 1, "tries": 1, "tried_at": factories.NOON, "duration_ms": 84}
    owners.delivery(busy, state=state.DELIVERED, status_code=204, **tried)
    owners.delivery(busy, status_code=500, error="The receiver answered 500.", **tried)
    until = factories.NOON + timedelta(days=3650)
    owners.delivery(busy, state=state.SENDING, lease_until=until, **tried)
    owners.delivery(busy, type="webhook.test", repo="")
    attack = {"error": hostile, "excerpt": hostile[:1000], "repo": hostile[:300]}
    owners.delivery(busy, state=state.FAILED, status_code=500, **tried, **attack)
    owners.webhook(root, failing_since=factories.NOON)
    owners.webhook(root, state=Webhook.State.PAUSED, reason="Paused by its owner.")
    gone = "The receiver answered 410: it wants no more messages."
    long = "https://example.org/" + "a" * 500
    owners.webhook(root, state=Webhook.State.DISABLED, reason=gone, url=long, author=hostile[:100])


def addresses() -> dict[str, str]:
    """Return the addresses that only their owner may read, in each state."""
    found = {
        ("failing" if webhook.failing_since else webhook.state): webhook.pk
        for webhook in Webhook.objects.order_by("pk")
    }
    return {f"webhook-show-{state}": f"/webhooks/{pk}" for state, pk in found.items()} | {
        "webhook-show": f"/webhooks/{found['active']}?state=failed",
        "webhook-list-own": "/webhooks",
    }
