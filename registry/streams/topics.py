"""Rows that can be followed: what is asked of the database, and what is said of a row.

One statement a second asks for the stamps of all rows that anybody follows, however many readers
there are; only a row whose stamp is another one is read and written as JSON.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import close_old_connections, connections
from django.db.models import QuerySet, Value
from django.db.models.expressions import RawSQL
from django.utils.timezone import now
from rest_framework.utils.encoders import JSONEncoder

from registry.api.embeddings import EmbeddingSerializer
from registry.api.scans import ScanExecutionSerializer
from registry.api.serializers import RunSerializer
from registry.models import ApiToken, Embedding, Run, Scan, ScanExecution, ScanItem
from registry.scans import telling
from registry.tickets import EMBEDDINGS, EXECUTIONS, RUNS
from registry.visibility import public_runs

Key = tuple[str, int]
TOKENS = "tokens"  # watched beside the rows, so that a stream ends with its token
# Fields that move while a row is under way: a change of these alone is progress.
MOVING = (
    *("stage", "progress", "total", "note", "counts", "repos", "selected", "begun"),
    *("measuring_s", "gpu_s", "bytes"),
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A row at one moment, as readers get it."""

    stamp: str  # of the row's version in the database
    id: str  # of what is said: the same words have the same one, also after a restart
    fixed: str  # of what is said beside progress
    whole: str
    progress: str
    ending: str = ""  # what is said at the end; "" while it is under way
    owner: int | None = None  # None: everybody may read it


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows of a kind come from, and how they are told."""

    rows: Callable[[], "QuerySet[Any]"]
    table: str
    tell: Callable[[Any, str], Snapshot] | None = None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def as_text(content: Mapping[str, Any]) -> str:
    """Write JSON in one line."""
    return json.dumps(content, cls=JSONEncoder, separators=(",", ":"))


def _snapshot(
    row: Mapping[str, Any], stamp: str, *, more: Mapping[str, Any], ended: bool, owner: int | None
) -> Snapshot:
    """Make a snapshot of what the API says of a row; ``more`` is said with its progress."""
    moving = {name: row[name] for name in MOVING if name in row} | dict(more)
    fixed = {name: value for name, value in row.items() if name not in MOVING}
    whole, progress = as_text(row), as_text(moving)
    state = row.get("status") or row["state"]
    ending = {"id": row["id"], "state": state, "reason": row["reason"]}
    return Snapshot(
        stamp=stamp,
        id=_digest(whole + progress),
        fixed=_digest(as_text(fixed)),
        whole=whole,
        progress=progress,
        ending=as_text(ending) if ended else "",
        owner=owner,
    )


def _of_run(run: Run, stamp: str) -> Snapshot:
    row = RunSerializer(run).data
    return _snapshot(row, stamp, more={}, ended=run.has_ended, owner=None)


def _of_execution(execution: ScanExecution, stamp: str) -> Snapshot:
    row = ScanExecutionSerializer(execution).data
    more = {
        "progress": execution.count_of(*ScanItem.ENDED),
        "total": sum(execution.counts.values()),
        "note": telling.standing(execution),
    }
    return _snapshot(row, stamp, more=more, ended=execution.is_over, owner=None)


def _of_embedding(embedding: Embedding, stamp: str) -> Snapshot:
    row = EmbeddingSerializer(embedding).data
    more = {"stage": embedding.stage}
    ended = embedding.has_ended
    return _snapshot(row, stamp, more=more, ended=ended, owner=embedding.owner_id)


def _runs() -> "QuerySet[Any]":
    runs = public_runs().select_related("revision__repo", "finding")
    return runs.defer("finding__evidence", "finding__envelope")


def _executions() -> "QuerySet[Any]":
    return ScanExecution.objects.exclude(scan__state=Scan.State.REMOVED).defer("difference")


def _embeddings() -> "QuerySet[Any]":
    return Embedding.objects.filter(owner__is_active=True).select_related("revision__repo")


def _tokens() -> "QuerySet[Any]":
    return ApiToken.objects.live(now()).filter(user__is_active=True)


SOURCES = {
    RUNS: Source(_runs, "registry_run", _of_run),
    EXECUTIONS: Source(_executions, "registry_scanexecution", _of_execution),
    EMBEDDINGS: Source(_embeddings, "registry_embedding", _of_embedding),
    TOKENS: Source(_tokens, "registry_apitoken"),
}


def stamps(keys: Iterable[Key]) -> dict[Key, str]:
    """Return the version of each row that is there and may be read, by one statement."""
    wanted: dict[str, list[int]] = {}
    for kind, number in keys:
        wanted.setdefault(kind, []).append(number)
    parts = [
        SOURCES[kind]
        .rows()
        .filter(pk__in=numbers)
        .order_by()
        .annotate(
            kind=Value(kind),
            # Which transaction wrote the row: what PostgreSQL itself keeps of every change.
            stamp=RawSQL(f"{SOURCES[kind].table}.xmin::text", []),  # noqa: S611 - names of our own
        )
        .values_list("kind", "pk", "stamp")
        for kind, numbers in sorted(wanted.items())
    ]
    if not parts:
        return {}
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return {(kind, number): stamp for kind, number, stamp in found}


def look(known: Mapping[Key, str]) -> dict[Key, Snapshot | None]:
    """Return what has changed among rows whose stamps are known ("" for a row not read yet).

    None stands for a row that is not there, or may not be read any more.
    """
    present = stamps(known)
    changed: dict[Key, Snapshot | None] = {key: None for key in known if key not in present}
    for kind, source in SOURCES.items():
        other = [key for key in present if key[0] == kind and known[key] != present[key]]
        if source.tell is None:
            changed |= {key: Snapshot(present[key], "", "", "", "") for key in other}
        elif other:
            rows = source.rows().in_bulk([number for _, number in other])
            # A row that went in between is looked at again in a second.
            changed |= {
                key: source.tell(rows[key[1]], present[key]) for key in other if key[1] in rows
            }
    return changed


def looked(known: Mapping[Key, str]) -> dict[Key, Snapshot | None]:
    """Look from a thread of its own, with a connection that may have been lost in between."""
    close_old_connections()
    return look(known)


def token_of(secret: str) -> ApiToken | None:
    """Return the live token of a secret, from a thread of its own."""
    close_old_connections()
    token = ApiToken.by_secret(secret)
    return token if token is not None and token.user.is_active else None


def leave() -> None:
    """Close this thread's connections."""
    connections.close_all()
