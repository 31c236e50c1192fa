"""How webhooks and deliveries are shown: a word, an icon and a tone."""

from dataclasses import replace

from registry.models import Delivery, Webhook
from registry.web.states import STATES, State

_WEBHOOKS = {
    Webhook.State.ACTIVE: ("pass", "Active"),
    Webhook.State.PAUSED: ("none", "Paused"),
    Webhook.State.DISABLED: ("fail", "Disabled"),
}
_DELIVERIES = {
    Delivery.State.WAITING: ("queued", "Waiting"),
    Delivery.State.SENDING: ("running", "Being sent"),
    Delivery.State.DELIVERED: ("pass", "Delivered"),
    Delivery.State.FAILED: ("fail", "Given up"),
}


def webhook_state(webhook: Webhook) -> State:
    """Return how a webhook is shown."""
    look, word = _WEBHOOKS[Webhook.State(webhook.state)]
    if webhook.state == Webhook.State.ACTIVE and webhook.failing_since:
        look, word = "warn", "Failing"
    return replace(STATES[look], word=word)


def delivery_state(delivery: Delivery) -> State:
    """Return how a delivery is shown."""
    look, word = _DELIVERIES[Delivery.State(delivery.state)]
    if delivery.state == Delivery.State.WAITING and delivery.tries:
        look, word = "warn", "To be tried again"
    return replace(STATES[look], word=word)


def words_of(state: str) -> str:
    """Say what a state of a delivery is."""
    return _DELIVERIES[Delivery.State(state)][1]
