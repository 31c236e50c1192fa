"""Which token belongs to which hub."""

from django.conf import settings


def token_for(hub_url: str) -> str:
    """Return the token of the operator's own hub, and none for any other."""
    is_own = hub_url.rstrip("/") == settings.ASSAY_HUB.rstrip("/")
    return str(settings.ASSAY_HUB_TOKEN) if is_own else ""
