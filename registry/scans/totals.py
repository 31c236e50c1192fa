"""What an execution came to: totals out of its runs, and the difference to the one before."""

from typing import Any

from django.db import connection

from registry.models import ScanExecution
from registry.scans import costs

SHOWN = 200  # rows of a difference that are kept; its counts are of all
LONGEST_TEXT = 200

_SPENT = """
SELECT count(*) FILTER (WHERE item.is_own),
       coalesce(sum(greatest(extract(epoch FROM run.finished_at - run.started_at), 0))
                FILTER (WHERE item.is_own), 0),
       coalesce(sum(greatest(extract(epoch FROM run.finished_at - run.started_at), 0))
                FILTER (WHERE item.is_own AND run.queue = 'gpu'), 0)
FROM registry_scanitem AS item JOIN registry_run AS run ON run.id = item.run_id
WHERE item.execution_id = %s
"""
_VERDICTS = """
SELECT finding.verdict, count(*)
FROM registry_scanitem AS item JOIN registry_finding AS finding ON finding.run_id = item.run_id
WHERE item.execution_id = %s AND item.outcome IN ('measured', 'reused')
GROUP BY finding.verdict ORDER BY finding.verdict
"""
# Every (repo, check, claim) with a verdict in either execution. What this one has not come to
# (planned, under way, or beyond its cursor) is not said to have vanished.
_COMPARED = """
WITH earlier AS (
    SELECT item.repo_id, item.check_id, item.subject, item.claim_id, item.run_id, finding.verdict
    FROM registry_scanitem AS item JOIN registry_finding AS finding ON finding.run_id = item.run_id
    WHERE item.execution_id = %(before)s AND item.outcome IN ('measured', 'reused')
), later AS (
    SELECT item.repo_id, item.check_id, item.subject, item.claim_id, item.run_id, finding.verdict
    FROM registry_scanitem AS item JOIN registry_finding AS finding ON finding.run_id = item.run_id
    WHERE item.execution_id = %(now)s AND item.outcome IN ('measured', 'reused')
), compared AS (
    SELECT coalesce(later.repo_id, earlier.repo_id) AS repo_id,
           coalesce(later.check_id, earlier.check_id) AS check_id,
           coalesce(later.subject, earlier.subject) AS subject,
           coalesce(later.claim_id, earlier.claim_id) AS claim_id,
           earlier.verdict AS before, later.verdict AS after,
           earlier.run_id AS before_run, later.run_id AS after_run,
           CASE WHEN earlier.verdict IS NULL THEN 'new'
                WHEN later.verdict IS NULL THEN 'vanished'
                WHEN earlier.verdict <> later.verdict THEN 'changed'
                ELSE 'same' END AS kind
    FROM earlier FULL JOIN later
      ON earlier.repo_id = later.repo_id AND earlier.check_id = later.check_id
     AND earlier.subject = later.subject
), told AS (
    SELECT * FROM compared
    WHERE kind <> 'vanished' OR (
        (%(is_planned)s OR repo_id <= %(cursor)s)
        AND NOT EXISTS (SELECT FROM registry_scanitem AS item
                        WHERE item.execution_id = %(now)s AND item.repo_id = compared.repo_id
                          AND item.check_id = compared.check_id
                          AND item.subject = compared.subject
                          AND item.outcome IN ('planned', 'sent')))
)
"""
_COUNTED = f"{_COMPARED} SELECT kind, count(*) FROM told GROUP BY kind"  # noqa: S608 - constant
_ROWS = (
    _COMPARED
    + """
SELECT told.kind, told.repo_id, repo.name, told.check_id,
       coalesce(nullif(claim.metric_name, ''), claim.metric, ''),
       coalesce(nullif(claim.dataset_name, ''), claim.dataset, ''),
       coalesce(told.before, ''), coalesce(told.after, ''), told.before_run, told.after_run
FROM told JOIN registry_repo AS repo ON repo.id = told.repo_id
LEFT JOIN registry_claim AS claim ON claim.id = told.claim_id
WHERE told.kind <> 'same' AND NOT repo.is_private
ORDER BY array_position(ARRAY['changed', 'vanished', 'new'], told.kind), repo.name, told.subject
LIMIT %(shown)s
"""
)
_FIELDS = (
    "kind",
    "repo_id",
    "repo",
    "check",
    "metric",
    "dataset",
    "before",
    "after",
    "before_run",
    "after_run",
)


def close(execution: ScanExecution, state: ScanExecution.State) -> None:
    """End an execution: totals from its runs, difference to the one before. The caller saves."""
    execution.totals = total(execution)
    execution.spent_s = execution.totals["measuring_s"]
    execution.spent_gpu_s = execution.totals["gpu_s"]
    execution.difference = difference(execution)
    execution.state = state
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        execution.finished_at = cursor.fetchone()[0]


def total(execution: ScanExecution) -> dict[str, Any]:
    """Count what the execution's runs are and took."""
    with connection.cursor() as cursor:
        cursor.execute(_SPENT, [execution.pk])
        own, seconds, gpu = cursor.fetchone()
        cursor.execute(costs.BYTES_IN_ALL, [execution.pk])
        size = int(cursor.fetchone()[0])
        cursor.execute(_VERDICTS, [execution.pk])
        verdicts = dict(cursor.fetchall())
    return {
        "repos": execution.repos,
        "runs": own,
        "measuring_s": round(float(seconds), 3),
        "gpu_s": round(float(gpu), 3),
        "bytes": size,
        "cost": str(costs.money(float(gpu), execution.scan.gpu_hour_price)),
        "outcomes": {outcome: n for outcome, n in execution.counts.items() if n},
        "verdicts": verdicts,
    }


def difference(execution: ScanExecution) -> dict[str, Any]:
    """Compare the verdicts with those of the execution before; {} where there is none."""
    before = (
        ScanExecution.objects.filter(
            scan=execution.scan_id,
            pk__lt=execution.pk,
            state__in=[ScanExecution.State.DONE, ScanExecution.State.STOPPED],
            repos__gt=0,
        )
        .order_by("-pk")
        .first()
    )
    if before is None:
        return {}
    asked = {
        "before": before.pk,
        "now": execution.pk,
        "is_planned": execution.is_planned,
        "cursor": execution.cursor,
        "shown": SHOWN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, asked)
        counts = dict(cursor.fetchall())
        cursor.execute(_ROWS, asked)
        rows = [dict(zip(_FIELDS, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row["metric"], row["dataset"] = row["metric"][:LONGEST_TEXT], row["dataset"][:LONGEST_TEXT]
    kinds = {kind: counts.get(kind, 0) for kind in ("changed", "new", "vanished", "same")}
    return {"against": before.pk, "counts": kinds, "rows": rows}
