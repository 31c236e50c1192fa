"""What a repo was on a day: today's row with the later changes taken back."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from registry.models import Change, CounterSeries, Repo

What = Change.What

# Attribute of a Repo → the kind of change that tells of it.
ATTRIBUTES = {
    "name": What.RENAMED,
    "author": What.AUTHOR,
    "gate": What.GATE,
    "is_private": What.PRIVATE,
    "is_disabled": What.DISABLED,
    "head_sha": What.HEAD,
    "hub_modified_at": What.MODIFIED,
    "pipeline_tag": What.TASK,
    "library": What.LIBRARY,
    "licence": What.LICENCE,
    "tags": What.TAGS,
    "datasets": What.DATASETS,
    "languages": What.LANGUAGES,
    "papers": What.PAPERS,
    "model_type": What.MODEL_TYPE,
    "parameters": What.PARAMETERS,
}
_ATTRIBUTE_OF = {str(what): name for name, what in ATTRIBUTES.items()}
# What befell the repo as a whole: its state before and after.
_STATES = {
    str(What.GONE): (Repo.State.PRESENT, Repo.State.GONE),
    str(What.REPLACED): (Repo.State.PRESENT, Repo.State.REPLACED),
}


@dataclass(frozen=True, slots=True)
class Point:
    """The counters of a repo from a day on, until the next point."""

    day: date
    downloads: int
    likes: int
    trending: float


@dataclass(frozen=True, slots=True)
class State:
    """A repo as the mirror knew it. ``counters`` is None before its first count."""

    state: str
    attributes: dict[str, Any]
    counters: Point | None


def end_of(day: date) -> datetime:
    """Return the first moment after a day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def read_day(text: str) -> date | None:
    """Read a day as ``2026-01-31``; None where it is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def states(repos: Iterable[Repo], day: date) -> dict[int, State]:
    """Return the states of repos at the end of a day (UTC), by repo id.

    Two queries, however many repos. Those that the mirror had not seen yet are left out.
    """
    known = {repo.pk: repo for repo in repos if repo.first_seen_at < end_of(day)}
    later = (
        Change.objects.filter(repo__in=known, at__gte=end_of(day))
        .order_by("repo", "what", "pk")
        .distinct("repo", "what")
        .values_list("repo", "what", "old", "pk")
    )
    taken_back: dict[int, list[tuple[int, str, Any]]] = {}
    for repo_id, what, old, pk in later:
        taken_back.setdefault(repo_id, []).append((pk, what, old))
    counts = counted(list(known), day)
    return {pk: _state(repo, taken_back.get(pk, ()), counts.get(pk)) for pk, repo in known.items()}


def _state(repo: Repo, later: Iterable[tuple[int, str, Any]], counters: Point | None) -> State:
    attributes: dict[str, Any] = {name: getattr(repo, name) for name in ATTRIBUTES}
    attributes["author"] = repo.author.name if repo.author else ""
    state, first = str(repo.state), None
    for pk, what, old in later:
        name = _ATTRIBUTE_OF.get(what)
        if name is not None:
            attributes[name] = _moment(old) if name == "hub_modified_at" else old
            continue
        before = str(old) if what == What.RETURNED else str(_STATES.get(what, ("",))[0])
        if before and (first is None or pk < first):
            state, first = before, pk
    return State(state, attributes, counters)


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) else None


def series(repo_id: int, first: date | None = None, last: date | None = None) -> list[Point]:
    """Return the points of a repo's counters from ``first`` to ``last``, oldest first.

    The point that holds at ``first`` comes before it where nothing changed on that very day.
    """
    rows = list(CounterSeries.objects.filter(repo=repo_id).order_by("quarter"))
    points = [point for row in rows for point in _points(row)]
    begin = max(bisect_right(points, first, key=lambda p: p.day) - 1, 0) if first else 0
    end = bisect_right(points, last, key=lambda p: p.day) if last else len(points)
    return points[begin:end]


def counted(repo_ids: Sequence[int], day: date) -> dict[int, Point]:
    """Return what the counters of repos were at the end of a day, by repo id; one query."""
    rows = (
        CounterSeries.objects.filter(repo__in=repo_ids, quarter__lte=day)
        .order_by("repo", "-quarter")
        .distinct("repo")
    )
    found = {}
    missing = []
    for row in rows:
        points = _points(row)
        at = bisect_right(points, day, key=lambda point: point.day) - 1
        if at >= 0:
            found[row.repo_id] = points[at]
        else:
            missing.append((row.repo_id, row.quarter))
    for repo_id, quarter in missing:  # the first count of this quarter came later
        before = CounterSeries.objects.filter(repo=repo_id, quarter__lt=quarter)
        row_before = before.order_by("-quarter").first()
        if row_before is not None:
            found[repo_id] = _points(row_before)[-1]
    return found


def _points(row: CounterSeries) -> list[Point]:
    columns = zip(row.days, row.downloads, row.likes, row.trending, strict=True)
    return [
        Point(row.quarter + timedelta(days=offset), downloads, likes, trending)
        for offset, downloads, likes, trending in columns
    ]
