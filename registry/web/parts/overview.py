"""The first page of a model: what holds, what does not, and the facts that decide."""

from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest

from registry import marks, past_claims
from registry.models import Revision
from registry.web import claims, other_checks, snippets
from registry.web.parts import claims as stated
from registry.web.parts.shown import Shown
from registry.web.staff import is_staff

FIRST_CLAIMS = 20  # the rest has a page of its own
MOST_FILES = 10_000  # whose sizes are added up


def build(request: HttpRequest, shown: Shown) -> dict[str, Any]:
    """Return the verdict card, the first claims and other checks: a fixed number of queries."""
    revision = shown.revision
    if revision is None:
        return {}
    may_ask = is_staff(request) and not shown.repo.is_private
    runs = list(claims.answers(revision))
    page = stated.page(revision, size=FIRST_CLAIMS)
    unread = list(revision.claims.exclude(problem="").order_by("pk")[: stated.MOST_UNREAD + 1])
    return {
        "standing": stated.standing(revision, runs),
        "page": page,
        "rows": stated.rows(revision, page.rows, runs),
        "claims_url": shown.address.to("claims"),
        "unread": unread[: stated.MOST_UNREAD],
        "more_unread": len(unread) > stated.MOST_UNREAD,
        "past_claims": claims.past_rows(past_claims.past_claims(revision)),
        "checks": other_checks.of(runs, with_forms=may_ask),
        "sizes": _sizes(revision),
        "marks": marks.standing(revision),
        "snippet": snippets.pinned(revision),
        "use_url": shown.address.to("use"),
        "files_url": shown.address.to("files"),
        "watermark_url": shown.address.to("watermark"),
    }


def _sizes(revision: Revision) -> dict[str, Any]:
    """Return how many files there are and how many bytes; no bytes where no size is known."""
    first = revision.files.order_by("path")[:MOST_FILES]
    found = first.aggregate(files=Count("pk"), bytes=Sum("size"))
    is_known = revision.has_tree or bool(found["bytes"])
    return {
        "files": found["files"],
        "bytes": found["bytes"] if is_known else None,
        "more": found["files"] == MOST_FILES,
    }
