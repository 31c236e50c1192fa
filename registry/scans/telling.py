"""Scans and executions in words and figures, for pages, API and terminal alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q, Sum

from registry.models import Repo, Scan, ScanExecution, ScanItem
from registry.scans import costs
from registry.scans.crons import Schedule

MOST_REASONS = 50
Outcome = ScanItem.Outcome

# What an outcome is called beside its number.
WORDS = {
    Outcome.PLANNED: "not begun yet",
    Outcome.SENT: "under way",
    Outcome.MEASURED: "measured",
    Outcome.REUSED: "had a finding already",
    Outcome.UNSUPPORTED: "not measurable",
    Outcome.DEAD: "could not be checked",
    Outcome.REFUSED: "no run possible",
}


def schedule_words(schedule: str) -> str:
    """Say in English when a schedule is due; "" for none."""
    return Schedule.of(schedule).in_words() if schedule else ""


def duration(seconds: float) -> str:
    """Write a time in at most two units: ``42 s``, ``3 min 5 s``, ``2 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if 0 < seconds < 10 else f"{whole} s"
    for unit, name, smaller, small_name in (
        (86_400, "d", 3_600, "h"),
        (3_600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if whole >= unit:
            rest = whole % unit // smaller
            return f"{whole // unit} {name}" + (f" {rest} {small_name}" if rest else "")
    return f"{whole} s"


def size(count: int) -> str:
    """Write a number of bytes in the unit that suits it."""
    number = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if number < 1024 or unit == "PiB":
            return f"{number:,.0f} {unit}" if unit == "bytes" else f"{number:,.1f} {unit}"
        number /= 1024
    return ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was not done, and how often; ``example`` is one of them."""

    outcome: str
    code: str
    example: str
    number: int

    @property
    def words(self) -> str:
        """Say what kind of reason it is."""
        return str(WORDS[Outcome(self.outcome)])


def reasons(execution: ScanExecution) -> list[Reason]:
    """Return what could not be done and why, by kind, the most frequent first."""
    open_to_all = Q(repo=None) | Q(repo__is_private=False)
    items = execution.items.filter(open_to_all)
    ran = items.filter(outcome__in=[Outcome.UNSUPPORTED, Outcome.DEAD])
    by_code = ran.values_list("outcome", "run__code").annotate(Min("reason"), Count("pk"))
    refused = items.filter(outcome=Outcome.REFUSED).values_list("reason").annotate(Count("pk"))
    found = [Reason(outcome, code or "", said, n) for outcome, code, said, n in by_code]
    found += [Reason(str(Outcome.REFUSED), "", said, n) for said, n in refused]
    return sorted(found, key=lambda one: (-one.number, one.example))[:MOST_REASONS]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the runs under way and those planned are still expected to take."""

    runs: int
    seconds: float | None
    size: int


def expected(execution: ScanExecution) -> Expected:
    """Estimate what is still to come, from the median of earlier runs of each check."""
    known = costs.usual(execution.checks)
    ahead = execution.items.filter(outcome__in=[Outcome.PLANNED, Outcome.SENT])
    seconds: float | None = 0.0
    number = bytes_ahead = 0
    for check, count, to_fetch in ahead.values_list("check_id").annotate(
        Count("pk"), Sum("expected_bytes")
    ):
        usual = known.get(check)
        is_known = usual is not None and usual.seconds is not None and seconds is not None
        seconds = (seconds or 0) + (usual.seconds or 0) * count if is_known and usual else None
        number += count
        bytes_ahead += to_fetch or 0
    return Expected(number, seconds, bytes_ahead)


def visible_difference(execution: ScanExecution) -> dict[str, Any]:
    """Return the difference with the rows of repos that everybody may see, by today's names."""
    if not execution.difference:
        return {}
    rows: Sequence[dict[str, Any]] = execution.difference.get("rows", [])
    names = dict(
        Repo.objects.filter(pk__in=[row["repo_id"] for row in rows], is_private=False).values_list(
            "pk", "name"
        )
    )
    shown = [row | {"repo": names[row["repo_id"]]} for row in rows if row["repo_id"] in names]
    return {**execution.difference, "rows": shown}


def newest(scans: Iterable[Scan]) -> dict[int, ScanExecution]:
    """Return the newest execution of each scan: one query."""
    executions = ScanExecution.objects.filter(scan__in=[scan.pk for scan in scans])
    last = executions.order_by("scan", "-pk").distinct("scan")
    return {execution.scan_id: execution for execution in last}


def standing(execution: ScanExecution) -> str:
    """Say in one line where an execution stands."""
    done = execution.count_of(*ScanItem.ENDED)
    state = ScanExecution.State
    if execution.state == state.MISSED:
        return execution.reason
    if execution.state == state.STOPPED:
        return execution.reason or "Stopped."
    if execution.state == state.WAITING:
        return "Waits until the execution before it is over."
    parts = [f"{done:,} ended", f"{execution.count_of(Outcome.SENT):,} under way"]
    if not execution.is_over:
        more = "" if execution.is_planned else " or more"
        parts.append(f"{execution.count_of(Outcome.PLANNED):,}{more} to begin")
        return "; ".join(parts) + ("; paused." if execution.state == state.PAUSED else ".")
    measured = execution.count_of(*ScanItem.WITH_FINDING)
    return f"{measured:,} with a finding, {execution.count_of(*ScanItem.NOT_DONE):,} without."


def took(execution: ScanExecution) -> timedelta | None:
    """Return how long it took from its beginning to its end."""
    if execution.started_at is None or execution.finished_at is None:
        return None
    return execution.finished_at - execution.started_at


def described(scan: Scan) -> dict[str, Any]:
    """Return a scan as commands print it."""
    return {
        "id": scan.pk,
        "name": scan.name,
        "state": scan.state,
        "selection": scan.selection,
        "checks": scan.checks,
        "options": scan.options,
        "schedule": scan.schedule,
        "schedule_words": schedule_words(scan.schedule),
        "next_slot": scan.next_slot.isoformat() if scan.next_slot else None,
        "max_repos": scan.max_repos,
        "max_runs": scan.max_runs,
        "max_minutes": scan.max_minutes,
        "max_bytes": scan.max_bytes,
        "max_cost": str(scan.max_cost) if scan.max_cost is not None else None,
        "gpu_hour_price": str(scan.gpu_hour_price),
        "window": scan.window,
    }


def described_execution(execution: ScanExecution) -> dict[str, Any]:
    """Return an execution as commands print it."""
    return {
        "id": execution.pk,
        "slot": execution.slot.isoformat() if execution.slot else None,
        "requested_by": execution.requested_by,
        "state": execution.state,
        "reason": execution.reason,
        "repos": execution.repos,
        "counts": execution.counts,
        "begun": execution.begun,
        "measuring_s": round(execution.spent_s, 3),
        "bytes": execution.spent_bytes,
        "totals": execution.totals,
        "difference": visible_difference(execution),
        "not_done": [
            {"outcome": one.outcome, "code": one.code, "example": one.example, "count": one.number}
            for one in reasons(execution)
        ],
    }
