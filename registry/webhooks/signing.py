"""Secrets of webhooks: made, sealed, replaced; and the headers of a signed message."""

import base64
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.views.decorators.debug import sensitive_variables
from standardwebhooks.webhooks import Webhook as Signer

from registry import seals
from registry.models import Webhook, WebhookSecret

KEY_FILE = "webhooks.key"
PREFIX = "whsec_"
KEPT = timedelta(hours=24)  # how long a replaced secret goes on signing
MOST = 3  # secrets that sign at once
_BYTES = 32


@sensitive_variables()
def make_secret(webhook: Webhook) -> str:
    """Give a webhook a new secret and return it. The one before goes on signing for a day."""
    live = _live(webhook)
    live.filter(expires_at=None).update(expires_at=Now() + KEPT)
    kept = live.order_by("-pk").values_list("pk", flat=True)[: MOST - 1]
    WebhookSecret.objects.filter(webhook=webhook).exclude(pk__in=list(kept)).delete()
    secret = PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()
    data = seals.sealed(settings.ASSAY_HOME, KEY_FILE, secret.encode(), _bound(webhook))
    WebhookSecret.objects.create(webhook=webhook, data=data)
    return secret


@sensitive_variables()
def headers(webhook: Webhook, message_id: str, at: datetime, body: str) -> dict[str, str]:
    """Return the headers of a message, signed with each live secret; raise seals.CannotOpen."""
    signatures = []
    for stored in _live(webhook).order_by("-pk"):
        what = f"The secrets of webhook {webhook.pk}"
        opened = seals.opened(
            settings.ASSAY_HOME, KEY_FILE, bytes(stored.data), _bound(webhook), what
        )
        signatures.append(Signer(opened.decode()).sign(message_id, at, body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _live(webhook: Webhook) -> "QuerySet[WebhookSecret]":
    return WebhookSecret.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=Now()), webhook=webhook
    )


def _bound(webhook: Webhook) -> bytes:
    return f"webhook {webhook.pk}".encode()
