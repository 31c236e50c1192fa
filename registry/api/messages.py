"""What webhooks are told: of each event the row that it is about, as the API shows it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from rest_framework.utils.encoders import JSONEncoder

from registry.api.marks import MarkMatchSerializer
from registry.api.scans import ScanExecutionSerializer
from registry.api.serializers import ChangeSerializer, FindingSerializer, RunSerializer
from registry.models import Event, Repo, Scan, ScanExecution, Webhook
from registry.visibility import public_changes, public_findings, public_matches, public_runs
from registry.webhooks.outbox import Message

Told = Mapping[int, Message]


def of(events: Sequence[Event]) -> dict[int, Message]:
    """Write the messages of events, by their numbers; one query a kind.

    Of a row that has gone, or belongs to a private repo, there is none.
    """
    messages: dict[int, Message] = {}
    for kind, write in _WRITERS.items():
        chosen = [event for event in events if event.type == kind]
        if chosen:
            messages |= write(chosen)
    return messages


def _findings(events: Sequence[Event]) -> Told:
    rows = public_findings().select_related("run__revision__repo__author")
    rows = rows.defer("evidence", "envelope")
    told = {}
    for event, row in _met(events, rows.in_bulk(_subjects(events))):
        links = {
            "api": reverse("api:finding-detail", args=[row.pk]),
            "page": reverse("web:run-show", args=[row.run_id]),
        }
        data = FindingSerializer(row).data
        told[event.pk] = _message(event, data, links, row.run.revision.repo, row.run.check_id)
    return told


def _runs(events: Sequence[Event]) -> Told:
    rows = public_runs().select_related("revision__repo__author", "finding")
    rows = rows.defer("finding__evidence", "finding__envelope")
    told = {}
    for event, row in _met(events, rows.in_bulk(_subjects(events))):
        links = {
            "api": reverse("api:run-detail", args=[row.pk]),
            "page": reverse("web:run-show", args=[row.pk]),
        }
        # A run may have been asked for again in the meantime; the message is about its end.
        data = RunSerializer(row).data | _noted(event)
        told[event.pk] = _message(event, data, links, row.revision.repo, row.check_id)
    return told


def _scans(events: Sequence[Event]) -> Told:
    rows = ScanExecution.objects.exclude(scan__state=Scan.State.REMOVED)
    told = {}
    for event, row in _met(events, rows.in_bulk(_subjects(events))):
        links = {
            "api": reverse("api:scan-execution-detail", args=[row.pk]),
            "page": reverse("web:execution-show", args=[row.scan_id, row.pk]),
        }
        data = ScanExecutionSerializer(row).data | _noted(event)
        told[event.pk] = _message(event, data, links)
    return told


def _matches(events: Sequence[Event]) -> Told:
    rows = public_matches().select_related("revision__repo__author", "run")
    told = {}
    for event, row in _met(events, rows.in_bulk(_subjects(events))):
        links = {
            "api": reverse("api:mark-detail", args=[row.mark_id]),
            "page": reverse("web:mark-show", args=[row.mark_id]),
        }
        data = {"mark": row.mark_id} | MarkMatchSerializer(row).data
        told[event.pk] = _message(event, data, links, row.revision.repo, row.run.check_id)
    return told


def _changes(events: Sequence[Event]) -> Told:
    rows = public_changes().select_related("repo__author")
    told = {}
    for event, row in _met(events, rows.in_bulk(_subjects(events))):
        links = {
            "api": reverse("api:repo-detail", args=[row.repo_id]),
            "page": reverse("web:repo-by-number", args=[row.repo_id]),
        }
        told[event.pk] = _message(event, ChangeSerializer(row).data, links, row.repo)
    return told


_WRITERS: dict[str, Callable[[Sequence[Event]], Told]] = {
    Webhook.On.FINDING: _findings,
    Webhook.On.RUN: _runs,
    Webhook.On.SCAN: _scans,
    Webhook.On.MARK: _matches,
    Webhook.On.REPO: _changes,
}


def _subjects(events: Iterable[Event]) -> list[int]:
    return [event.subject for event in events]


def _met(events: Iterable[Event], rows: Mapping[int, Any]) -> list[tuple[Event, Any]]:
    """Return the events whose row is there, each with it."""
    return [(event, rows[event.subject]) for event in events if event.subject in rows]


def _noted(event: Event) -> dict[str, Any]:
    """Return the columns as they were when it happened, times as the API writes them."""
    noted = dict(event.noted)
    if noted.get("finished_at"):
        noted["finished_at"] = _time(datetime.fromisoformat(noted["finished_at"]))
    return noted


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _message(
    event: Event,
    data: Mapping[str, Any],
    links: Mapping[str, str],
    repo: Repo | None = None,
    check: str = "",
) -> Message:
    base = settings.ASSAY_PUBLIC_URL.rstrip("/")
    body = {
        "type": event.type,
        "timestamp": _time(event.at),
        "data": data,
        "links": {name: base + path for name, path in links.items()},
    }
    text = json.dumps(body, cls=JSONEncoder, ensure_ascii=False, separators=(",", ":"))
    if repo is None:
        return Message(text, check=check)
    return Message(text, repo.name, repo.author.name if repo.author else "", check)
