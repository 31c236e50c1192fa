"""Runs that ended for want of a piece are asked for again when the piece appears.

A task or a metric appears with a new version of Assay; a dataset, a config or a split when somebody
publishes it. What a commit itself lacks (weights, files) never appears, and is not looked for.
"""

import logging
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import now

from analysis.matching import match
from registry import locks, services
from registry.hub.client import HubClient
from registry.hub.credentials import token_for
from registry.hub.problems import HubProblem, Missing, Unreachable
from registry.models import Run

log = logging.getLogger(__name__)

LOCK = 0x53436861
OURS = ("task", "metric")
THEIRS = ("dataset", "config", "split")
MOST_DATASETS = 500  # asked for at hubs in one night; other ones the next
_CHUNK = 500

_Dataset = tuple[str, str]  # the hub's address, the id


@dataclass(frozen=True, slots=True)
class Given:
    """What one night did."""

    looked_at: int = 0
    datasets: int = 0
    asked_again: int = 0


def give() -> Given:
    """Look through the runs that lack a piece; ask again for those that may not lack it now."""
    with locks.held(LOCK) as is_free:
        if not is_free:
            return Given()
        ours, theirs, looked_at = _candidates()
        wanted = list(theirs)
        random.Random(f"{now():%Y-%m-%d}").shuffle(wanted)  # noqa: S311 - only who comes first
        asked = wanted[:MOST_DATASETS]
        again = list(ours)
        for hub in {hub for hub, _ in asked}:
            for dataset, sha in _newest(hub, [name for place, name in asked if place == hub]):
                again += [pk for pk, known in theirs[hub, dataset] if sha != known]
        return Given(looked_at, len(asked), sum(map(_ask, again)))


def _candidates() -> tuple[list[int], dict[_Dataset, list[tuple[int, str]]], int]:
    """Find runs whose claim now lacks nothing itself: by a dataset where that was the matter."""
    ours: list[int] = []
    theirs: dict[_Dataset, list[tuple[int, str]]] = defaultdict(list)
    looked_at = 0
    for run in _waiting().iterator(chunk_size=_CHUNK):
        looked_at += 1
        if run.claim is None:
            continue
        found = match(run.claim.as_contract(), run.revision.repo.pipeline_tag)
        if found.gaps:
            continue
        if run.code in OURS:
            ours.append(run.pk)
        else:
            place = run.revision.repo.hub.url, found.dataset
            theirs[place].append((run.pk, run.dataset_sha))
    return ours, theirs, looked_at


def _waiting() -> QuerySet[Run]:
    """Select runs without an answer, each the last of its claim, whose piece may appear."""
    newer = Run.objects.filter(claim=OuterRef("claim"), pk__gt=OuterRef("pk"))
    return (
        Run.objects.filter(status=Run.Status.UNSUPPORTED, code__in=[*OURS, *THEIRS])
        .filter(~Exists(newer), claim__isnull=False)
        .select_related("claim", "revision__repo__hub")
        .order_by("pk")
    )


def _ask(pk: int) -> bool:
    run = Run.objects.select_related("claim", "revision").get(pk=pk)
    try:
        _, is_new = services.request_run(
            run.revision,
            run.check_id,
            run.claim,
            options=run.options,
            requested_by=run.requested_by,
        )
    except services.RequestRefused as error:
        log.info("run %s is not asked for again: %s", run.pk, error)
        return False
    return is_new


def _newest(hub: str, datasets: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield datasets that a hub has with their newest commits; end where it does not answer."""
    with HubClient(hub, token_for(hub)) as client:
        for dataset in datasets:
            try:
                yield dataset, client.dataset_info(dataset).sha
            except Missing:
                continue
            except Unreachable as error:
                log.info("%s", error)
                return
            except HubProblem as error:
                log.info("dataset %s: %s", dataset, error)
