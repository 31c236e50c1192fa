"""How to use exactly this commit, and how to read what is known of it."""

from typing import Any

from django.http import HttpRequest

from registry.web import snippets
from registry.web.parts.shown import Shown


def build(_: HttpRequest, shown: Shown) -> dict[str, Any]:
    """Return text to copy."""
    return {} if shown.revision is None else {"snippets": snippets.all_of(shown.revision)}
