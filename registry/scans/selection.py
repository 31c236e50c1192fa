"""Which repos a scan means: the query of a search of /models, read again at each execution.

The one place that knows how a search becomes repos.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef

from registry.models import Finding, Repo
from registry.models.repos import RepoQuerySet

KNOWN = ("q", "task", "verdict")
IGNORED = ("sort", "cursor")  # the order of a page is no part of what is selected
LONGEST = 2000  # characters
MOST_WORDS = 8
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
    pairs = parse_qsl(parts.query if is_address or "?" in text else text, keep_blank_values=True)
    if text and not is_address and not pairs:
        raise BadSelection("Paste the address of a search of /models, or the part after its “?”.")
    kept: dict[str, str] = {}
    for name, value in pairs:
        if name in IGNORED:
            continue
        if name not in KNOWN:
            raise BadSelection(f"A search has no filter “{name[:50]}”; it has: {', '.join(KNOWN)}.")
        if name in kept:
            raise BadSelection(f"The filter “{name}” is given twice.")
        if value.strip():
            kept[name] = value.strip()
    if kept.get("verdict", "fail") not in Finding.Verdict.values:
        known = ", ".join(Finding.Verdict.values)
        raise BadSelection(f"There is no verdict “{kept['verdict'][:50]}”; there are: {known}.")
    return urlencode(kept)


def _repos(selection: str) -> RepoQuerySet:
    asked = dict(parse_qsl(selection))
    repos = Repo.objects.listed().filter(is_private=False)
    for word in asked.get("q", "").split()[:MOST_WORDS]:
        repos = repos.filter(name__icontains=word)
    if "task" in asked:
        repos = repos.filter(pipeline_tag=asked["task"])
    if "verdict" in asked:
        found = Finding.objects.filter(
            verdict=asked["verdict"],
            run__revision__repo=OuterRef("pk"),
            run__revision__sha=F("run__revision__repo__head_sha"),
        )
        repos = repos.filter(Exists(found))
    return repos


def repo_ids(selection: str, after: int, limit: int) -> list[int]:
    """Return up to ``limit`` ids of selected repos beyond ``after``, ascending.

    Raises OperationalError where that takes longer than SLOWEST_MS.
    """
    repos = _repos(selection).filter(pk__gt=after).order_by("pk")
    with statements_within(SLOWEST_MS):
        return list(repos.values_list("pk", flat=True)[:limit])


def count(selection: str, most: int, within_ms: int = 5_000) -> int:
    """Count the selected repos, up to ``most``. Raises OperationalError where it takes too long."""
    with statements_within(within_ms):
        return _repos(selection).order_by()[:most].count()


@contextmanager
def statements_within(limit_ms: int) -> Iterator[None]:
    """Cancel a statement that takes longer; it then raises OperationalError."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            before = cursor.fetchone()[0]
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(limit_ms)])
        yield
        with connection.cursor() as cursor:  # the transaction may be the caller's, and go on
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
