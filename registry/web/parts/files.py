"""The files of a commit, each with what it could do when it is loaded, as far as is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from analysis.contract import Queue
from registry import keysets
from registry.models import File, Revision, Run
from registry.web import formats
from registry.web.parts.shown import Shown
from registry.web.states import STATES, State, finding_of

PAGE_SIZE = 100
MOST_RUNS = 20
MOST_SAID = 10_000  # files that one finding may speak of
BY_PATH = keysets.Order("path", ("path",))
NOT_EXAMINED = "Not examined: nobody has looked into it."


@dataclass(frozen=True, slots=True)
class Risk:
    """What is known of the risk of a file; without a run nothing is, which never looks safe."""

    state: State | None
    sentence: str
    run: int | None = None


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file, its format by its name, and its risk."""

    file: File
    format: formats.Format
    address: str  # of all that is known of its digest
    risk: Risk
    at_hub: str  # what the hub's own scanners say


def build(request: HttpRequest, shown: Shown) -> dict[str, Any]:
    """Return a page of files; two queries."""
    revision = shown.revision
    if revision is None:
        return {}
    page = keysets.page(
        revision.files.all(),
        BY_PATH,
        size=PAGE_SIZE,
        cursor=request.GET.get("cursor", ""),
        asked=keysets.question({"files": [str(revision.pk)]}),
    )
    risks = _risks(revision)
    rows = [_row(file, risks) for file in page.rows]
    return {
        "page": page,
        "rows": rows,
        "warned": _warned(rows),
        "is_examined": bool(risks),
    }


def _warned(rows: Iterable[FileRow]) -> list[tuple[formats.Format, int]]:
    """Return the formats of this page that can run code, with how many files have them."""
    found: dict[str, tuple[formats.Format, int]] = {}
    for row in rows:
        if row.format.warning:
            count = found.get(row.format.name, (row.format, 0))[1]
            found[row.format.name] = (row.format, count + 1)
    return list(found.values())


def _row(file: File, risks: dict[str, Risk]) -> FileRow:
    return FileRow(
        file=file,
        format=formats.by_name(file.path),
        address=hash_url(file.sha256),
        risk=risks.get(file.path, Risk(None, NOT_EXAMINED)),
        at_hub=_at_hub(file.security),
    )


def hash_url(sha256: str) -> str:
    """Return where all models with this file are listed; "" where there is no such page."""
    if len(sha256) != 64 or not sha256.isalnum():
        return ""
    try:
        return reverse("web:hash-show", args=[sha256])
    except NoReverseMatch:
        return ""


def _at_hub(said: Any) -> str:
    status = said.get("status") if isinstance(said, dict) else None
    return status[:40] if isinstance(status, str) else ""


def _risks(revision: Revision) -> dict[str, Risk]:
    """Return what checks of files found, by path; the newest finding on a file speaks.

    Such a check runs on the queue of files, and its evidence names each file that it looked into:
    ``{"measure": {"files": [{"path", "verdict", "sentence"}, …]}}``.
    """
    runs = Run.objects.filter(revision=revision, queue=str(Queue.FILES), finding__isnull=False)
    found: dict[str, Risk] = {}
    for run in reversed(runs.select_related("finding").order_by("-pk")[:MOST_RUNS]):
        finding = finding_of(run)
        evidence = finding.evidence if finding else None
        measure = evidence.get("measure") if isinstance(evidence, dict) else None
        listed = measure.get("files") if isinstance(measure, dict) else None
        for one in listed[:MOST_SAID] if isinstance(listed, list) else []:
            state = STATES.get(str(one.get("verdict"))) if isinstance(one, dict) else None
            if state is not None and isinstance(one.get("path"), str):
                sentence = one.get("sentence")
                said = sentence[:300] if isinstance(sentence, str) else ""
                found[one["path"]] = Risk(state, said, run.pk)
    return found
