"""What a repo claimed once: claims that were changed or taken back, and verdicts of older commits.

A claim and its verdict belong to a commit and stay there. Two claims are of the same thing where
they name the same task, dataset, config, split, metric and arguments, wherever they stand.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from registry.models import Claim, Revision, Run

MOST = 50
_RUNS = 500

_THING = (
    *("source", "task", "dataset", "dataset_name", "config", "split", "dataset_revision"),
    *("metric", "metric_name", "args"),
)
Thing = tuple[str, ...]

# Of what was claimed at any commit before the head and is not claimed at the head word for word:
# the newest claim of each thing and value, and the first commit after it that was read as fully.
# A listing gives the model-index only, so a table is missed only where the files were read, too.
_PAST = """
WITH things AS (
    SELECT c.id, c.revision_id, c.value_text, c.source,
        md5(concat_ws(chr(31), {thing})) AS thing
    FROM registry_claim c JOIN registry_revision v ON v.id = c.revision_id
    WHERE v.repo_id = %(repo)s AND v.id <= %(head)s AND c.problem = ''
), last AS (
    SELECT DISTINCT ON (thing, value_text) id, revision_id, value_text, thing, source
    FROM things ORDER BY thing, value_text, revision_id DESC
)
SELECT l.id, gone.id, (
    SELECT n.id FROM things n WHERE n.revision_id = %(head)s AND n.thing = l.thing LIMIT 1)
FROM last l CROSS JOIN LATERAL (
    SELECT v.id FROM registry_revision v
    WHERE v.repo_id = %(repo)s AND v.id > l.revision_id AND v.id <= %(head)s
        AND (v.has_tree OR (l.source = 'model-index' AND EXISTS (
            SELECT FROM registry_card k WHERE k.revision_id = v.id)))
    ORDER BY v.id LIMIT 1) gone
WHERE l.revision_id < %(head)s
ORDER BY gone.id DESC, l.id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class PastClaim:
    """A claim of an earlier commit; ``by`` is the commit that changed it or took it back.

    ``now`` is what the head claims of the same thing, None where it says nothing of it any more.
    """

    claim: Claim
    by: Revision
    now: Claim | None
    run: Run | None  # the newest with a finding


def thing_of(claim: Claim) -> Thing:
    """Return what a claim is about, without its value and its place."""
    return tuple(str(getattr(claim, name)) for name in _THING)


def past_claims(head: Revision) -> list[PastClaim]:
    """List what earlier commits claimed and ``head`` does not, newest change first, at most 50."""
    columns = ", ".join(f"c.{name}::text" for name in _THING)
    with connection.cursor() as cursor:
        cursor.execute(
            _PAST.format(thing=columns),
            {"repo": head.repo_id, "head": head.pk, "most": MOST},
        )
        found = cursor.fetchall()
    if not found:
        return []
    claims = Claim.objects.select_related("revision").in_bulk(
        {pk for row in found for pk in (row[0], row[2]) if pk}
    )
    commits = Revision.objects.in_bulk({row[1] for row in found})
    runs = Run.objects.filter(claim__in=[row[0] for row in found], finding__isnull=False)
    newest = {run.claim_id: run for run in runs.select_related("finding").order_by("pk")}
    for revision in (*commits.values(), *(claim.revision for claim in claims.values())):
        revision.repo = head.repo
    return [
        PastClaim(claims[old], commits[by], claims.get(now), newest.get(old))
        for old, by, now in found
    ]


def carried_over(head: Revision, claims: Iterable[Claim]) -> dict[int, Run]:
    """Find, for claims of ``head``, a run with a finding on the same claim of an older commit."""
    wanted = {(thing_of(claim), claim.value_text): claim.pk for claim in claims}
    if not wanted:
        return {}
    older = (
        Run.objects.filter(
            revision__repo=head.repo_id,
            revision__lt=head.pk,
            claim__isnull=False,
            finding__isnull=False,
        )
        .select_related("revision", "claim", "finding")
        .defer("finding__envelope")
        .order_by("-pk")[:_RUNS]
    )
    carried: dict[int, Run] = {}
    for run in older:
        if run.claim is not None:
            place = wanted.get((thing_of(run.claim), run.claim.value_text))
            if place is not None:
                carried.setdefault(place, run)
    return carried
