"""What runs cost: expected from earlier runs of the check, spent as the runs themselves say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Q, Sum

from registry.models import Scan, ScanExecution, ScanItem

NEWEST_RUNS = 100_000  # of all checks, among which earlier runs are looked for
SAMPLED = 500  # earlier runs of a check

_USUAL = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at)),
       count(*)
FROM (SELECT started_at, finished_at FROM registry_run
      WHERE id > (SELECT coalesce(max(id), 0) - %s FROM registry_run)
        AND check_id = %s AND status = 'done'
        AND started_at IS NOT NULL AND finished_at >= started_at
      ORDER BY id DESC LIMIT %s) AS earlier
"""

# The bytes that a finding's evidence says were read; nothing where it says nothing.
_BYTES = """
coalesce((SELECT sum((one->>'size')::numeric)::bigint
          FROM jsonb_array_elements(
              CASE WHEN jsonb_typeof(finding.evidence #> '{subject,files}') = 'array'
                   THEN finding.evidence #> '{subject,files}' ELSE '[]'::jsonb END) AS one
          WHERE jsonb_typeof(one->'size') = 'number'), 0)
"""

# The files of a revision are fetched once, however many runs read them.
_BYTES_READ = f"""
SELECT run.revision_id, max({_BYTES})
FROM registry_scanitem AS item
JOIN registry_run AS run ON run.id = item.run_id
JOIN registry_finding AS finding ON finding.run_id = run.id
WHERE item.execution_id = %s AND item.is_own AND run.revision_id = ANY(%s)
GROUP BY run.revision_id
"""  # noqa: S608 - made of constants
BYTES_IN_ALL = f"""
SELECT coalesce(sum(size), 0) FROM (
    SELECT max({_BYTES}) AS size
    FROM registry_scanitem AS item
    JOIN registry_run AS run ON run.id = item.run_id
    JOIN registry_finding AS finding ON finding.run_id = run.id
    WHERE item.execution_id = %s AND item.is_own
    GROUP BY run.revision_id) AS each
"""  # noqa: S608 - made of constants


def bytes_read(execution: ScanExecution, revisions: Iterable[int]) -> dict[int, int]:
    """Return what the execution's runs read of each revision, by their evidence."""
    with connection.cursor() as cursor:
        cursor.execute(_BYTES_READ, [execution.pk, list(revisions)])
        return {revision: int(size) for revision, size in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Usual:
    """The median time of earlier runs of a check, in seconds; None where there is none."""

    seconds: float | None
    runs: int


def usual(checks: Iterable[str]) -> dict[str, Usual]:
    """Return what a run of each check usually takes."""
    found = {}
    with connection.cursor() as cursor:
        for check in checks:
            cursor.execute(_USUAL, [NEWEST_RUNS, check, SAMPLED])
            seconds, runs = cursor.fetchone()
            found[check] = Usual(float(seconds) if seconds is not None else None, runs)
    return found


def money(gpu_s: float, price: Decimal) -> Decimal:
    """Return what so many seconds on an accelerator cost, to the cent."""
    return (Decimal(gpu_s) * price / 3600).quantize(Decimal("0.01"))


@dataclass(slots=True)
class Budget:
    """What an execution may use, what it has used, and what its runs under way will use."""

    scan: Scan
    begun: int
    seconds: float
    gpu_seconds: float
    size: int

    @classmethod
    def of(cls, execution: ScanExecution, gpu_checks: Sequence[str]) -> "Budget":
        """Read where an execution stands: what it spent, and what it expects of its runs."""
        sent = execution.items.filter(outcome=ScanItem.Outcome.SENT, is_own=True)
        on_gpu = Sum("expected_s", filter=Q(check_id__in=gpu_checks))
        expected = sent.aggregate(s=Sum("expected_s"), gpu=on_gpu, size=Sum("expected_bytes"))
        return cls(
            execution.scan,
            execution.begun,
            execution.spent_s + (expected["s"] or 0),
            execution.spent_gpu_s + (expected["gpu"] or 0),
            execution.spent_bytes + int(expected["size"] or 0),
        )

    def refuses(self, seconds: float, gpu_seconds: float, size: int) -> str:
        """Name the budget that one more run would exceed; "" where there is room for it."""
        scan = self.scan
        minutes = (self.seconds + seconds) / 60
        price = scan.gpu_hour_price
        cost = money(self.gpu_seconds + gpu_seconds, price)
        if scan.max_runs is not None and self.begun >= scan.max_runs:
            return _runs(scan.max_runs)
        if scan.max_minutes is not None and (
            minutes > scan.max_minutes or self.seconds / 60 >= scan.max_minutes
        ):
            return f"{scan.max_minutes:,} minutes of measuring"
        if scan.max_bytes is not None and self.size + size > scan.max_bytes:
            return f"{scan.max_bytes:,} bytes to download"
        if scan.max_cost is not None and (
            cost > scan.max_cost or money(self.gpu_seconds, price) >= scan.max_cost
        ):
            return f"{scan.max_cost:,} for GPU hours"
        return ""

    def take(self, seconds: float, gpu_seconds: float, size: int) -> None:
        """Note that a run was begun."""
        self.begun += 1
        self.seconds += seconds
        self.gpu_seconds += gpu_seconds
        self.size += size

    def must_feel_its_way(self) -> bool:
        """Say whether a time that is not known yet could break a limit."""
        return self.scan.max_minutes is not None or self.scan.max_cost is not None


def _runs(number: int) -> str:
    return f"{number:,} run{'s' if number != 1 else ''}"
