"""Which repos a scan means: the query of a search of /models, read again at each execution.

The one place that knows how a search becomes repos.
"""

from urllib.parse import urlsplit

from django.http import QueryDict

from registry.search import plans
from registry.search.facets import FACETS
from registry.search.question import BadQuestion, Question

KNOWN = ("q", *FACETS)
# The order of a page, and where in it a reader is, are no part of what is selected.
IGNORED = ("sort", "cursor", "limit", "count", "more")
LONGEST = 2000  # characters
SLOWEST_MS = 30_000  # of a worker that plans; pages ask for less


class BadSelection(ValueError):  # noqa: N818 - reads as what it is
    """The selection cannot be understood; the message says why in one sentence."""


def read(text: str) -> str:
    """Return the selection that a pasted address of /models, or its query, means.

    Raises BadSelection: a filter that is not known must not select everything.
    """
    text = text.strip()
    if len(text) > LONGEST or "\0" in text:
        raise BadSelection(f"A selection has at most {LONGEST} characters.")
    parts = urlsplit(text)
    is_address = bool(parts.scheme or parts.netloc or text.startswith("/"))
    if is_address and parts.path.rstrip("/") != "/models":
        raise BadSelection("Paste the address of a search of /models, or the part after its “?”.")
    asked = QueryDict(parts.query if is_address or "?" in text else text, mutable=True)
    if text and not is_address and not any(value for _, value in asked.items()):
        raise BadSelection("Paste the address of a search of /models, or the part after its “?”.")
    for name in list(asked):
        if name not in KNOWN and name not in IGNORED:
            raise BadSelection(f"A search has no filter “{name[:50]}”; it has: {', '.join(KNOWN)}.")
        if name in IGNORED or not any(value.strip() for value in asked.getlist(name)):
            del asked[name]
    if len(asked.getlist("q")) > 1:
        raise BadSelection("The words of a search are given twice.")
    try:
        return Question.read(asked, strict=True).query()
    except BadQuestion as error:
        raise BadSelection(str(error)) from error


def repo_ids(selection: str, after: int, limit: int) -> list[int]:
    """Return up to ``limit`` ids of selected repos beyond ``after``, ascending.

    Raises OperationalError where that takes longer than SLOWEST_MS.
    """
    with plans.running(within_ms=SLOWEST_MS):
        return Question.read(selection).repo_ids(after=after, limit=limit)


def count(selection: str, most: int, within_ms: int = 5_000) -> int:
    """Count the selected repos, up to ``most``. Raises OperationalError where it takes too long."""
    with plans.running(within_ms=within_ms):
        return Question.read(selection).listings().order_by()[:most].count()
