"""Marks of owners: their keys are opened for a run or to look at them, and forgotten with it."""

import logging
from collections.abc import Mapping
from datetime import datetime

from analysis.contract import JSON, Unsupported
from analysis.marks import SecretMark
from analysis.watermarks.envelope import KeysError
from analysis.watermarks.reading import keys_from
from registry import marks
from registry.models import Commit, Mark, MarkMatch, Run

log = logging.getLogger(__name__)

MOST_OTHERS = 200  # networks without a mark whose answers make its null


def vet(pk: int) -> None:
    """Look at the keys of a mark that somebody registered: it is ready, or refused in words."""
    mark = Mark.objects.get(pk=pk)
    try:
        keys_from(marks.open_sealed(mark))
    except (KeysError, marks.CannotOpen) as error:
        log.warning("mark %s is refused: %s", pk, error)
        mark.refuse(str(error))
    else:
        mark.accept()


def opened(run: Run, asked: Mapping[str, JSON]) -> list[SecretMark]:
    """Open the marks that a run is about; raise Unsupported where none can be.

    One that was withdrawn since the run was asked for is left out.
    """
    wanted = [int(number) for number in str(asked.get("marks") or "0").split(",")]
    found = []
    for mark in Mark.objects.ready().filter(pk__in=wanted).order_by("pk"):
        try:
            keys = marks.open_sealed(mark)
        except marks.CannotOpen as error:
            raise Unsupported(str(error), "keys") from error
        found.append(
            SecretMark(
                mark.pk,
                mark.name,
                mark.commitment,
                mark.registered_at.isoformat(),
                not _is_before(mark.registered_at, run),
                keys,
                _others(mark, run),
            )
        )
    if not found:
        raise Unsupported("None of the marks that were asked for can be looked for.", "keys")
    return found


def _is_before(registered: datetime, run: Run) -> bool:
    """Say whether a commitment is older than the revision.

    The hub's own time of the repo counts, or the commit's, which its author says: nobody gains by a
    date that makes a copy younger. Where there is neither, the mirror's first sight counts.
    """
    repo = run.revision.repo
    commits = Commit.objects.filter(repo=repo, sha=run.revision.sha)
    said = [repo.hub_created_at, *commits.values_list("committed_at", flat=True)]
    if run.revision.sha == repo.head_sha:
        said.append(repo.hub_modified_at)
    known = [time for time in said if time is not None] or [repo.first_seen_at]
    return any(registered < time for time in known)


def _others(mark: Mark, run: Run) -> tuple[tuple[int, int, int, int], ...]:
    """Return what other networks of the task matched of a mark that they don't carry."""
    rows = (
        MarkMatch.objects.newest()
        .filter(mark=mark, carries=False)
        .exclude(revision__repo=run.revision.repo_id)
        .exclude(revision__repo=mark.home_id)
        .order_by("-pk")
    )
    names = ("matches", "keys", "control_matches", "controls")
    return tuple(row for row in rows.values_list(*names)[:MOST_OTHERS] if row[1])
