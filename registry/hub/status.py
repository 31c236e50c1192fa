"""Where the mirror stands: passes, work list, budget. Reads only, and little at any size."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from registry.hub.budget_windows import Window
from registry.models import BudgetWindow, Errand, Hub, Repo, Sync, SyncProblem

LIMIT_MS = 2_000  # for one query
PASSES = 10
COUNTED = 100_000  # beyond this a count says "at least"
PROBLEMS_COUNTED = 10_000
CALLS_EACH = 4  # of the API for one errand: detail, tree, branches, and one in reserve


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass; rate in repos a second, and when it will end, where it runs and that is known."""

    id: int
    hub: str
    kind: str
    status: str
    reason: str
    started_at: datetime
    finished_at: datetime | None
    pages: int
    seen: int
    created: int
    changed: int
    unchanged: int
    failed: int
    problems: int
    problems_are_capped: bool
    rate: float | None
    expected: int | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Allowance:
    """One window of a hub: calls left until it ends, and calls a minute."""

    origin: str
    identity: str
    bucket: str
    quota: int | None
    length_s: float
    left: int | None
    until: datetime | None
    blocked_until: datetime | None
    rate: float
    refused: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class WorkList:
    """Repos that wait to be read in full, by reason, and when the last of them will be."""

    reasons: dict[str, int]
    total: int
    is_capped: bool
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class MirrorStatus:
    """Everything that is shown of the mirror."""

    at: datetime
    hubs: list[str]
    running: list[Pass]
    passes: list[Pass]
    errands: WorkList
    budget: list[Allowance]

    def to_json(self) -> dict[str, Any]:
        """Return it as an API and a command give it."""
        return asdict(self)


def status() -> MirrorStatus:
    """Read where the mirror stands."""
    with _bounded():
        at = _database_time()
        budget = allowances(at)
        latest = Sync.objects.select_related("hub").order_by("-pk")
        running = latest.filter(status=Sync.Status.RUNNING)[:PASSES]
        return MirrorStatus(
            at=at,
            hubs=list(Hub.objects.order_by("pk").values_list("url", flat=True)[:PASSES]),
            running=[_pass(sync, at) for sync in running],
            passes=[_pass(sync, at) for sync in latest[:PASSES]],
            errands=_errands(at, budget),
            budget=budget,
        )


def allowances(at: datetime | None = None) -> list[Allowance]:
    """Return the windows of all hubs, those that were used last first."""
    at = at or _database_time()
    return [_allowance(row, at) for row in BudgetWindow.objects.order_by("-changed_at")[:50]]


def wait_for(origin: str, identity: str, bucket: str) -> timedelta:
    """Return how long a window will allow no call; nothing where it allows one now."""
    row = BudgetWindow.objects.filter(origin=origin, identity=identity, bucket=bucket).first()
    if row is None:
        return timedelta()
    at = _database_time()
    found = _allowance(row, at)
    until = found.until if found.left == 0 and found.until else at
    return max(until, found.blocked_until or at) - at


def public_problems() -> "QuerySet[SyncProblem]":
    """Return problems of passes, but for those that name a private repo."""
    private = Repo.objects.filter(
        hub=OuterRef("sync__hub"), name=OuterRef("repo_name"), is_private=True
    )
    return SyncProblem.objects.filter(Q(repo_name="") | ~Exists(private))


@contextmanager
def _bounded() -> Iterator[None]:
    """Let no query of a page run for long."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(LIMIT_MS)])
        yield


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at.astimezone(UTC)


def _pass(sync: Sync, at: datetime) -> Pass:
    problems = SyncProblem.objects.filter(sync=sync)[: PROBLEMS_COUNTED + 1].count()
    rate = expected = ends_at = None
    if sync.status == Sync.Status.RUNNING:
        seconds = (at - sync.started_at).total_seconds()
        rate = sync.seen / seconds if seconds > 0 else 0.0
        expected = _expected(sync)
        if rate and expected and expected > sync.seen:
            ends_at = _later(at, (expected - sync.seen) / rate)
    return Pass(
        id=sync.pk,
        hub=sync.hub.url,
        kind=sync.kind,
        status=sync.status,
        reason=sync.reason,
        started_at=sync.started_at,
        finished_at=sync.finished_at,
        pages=sync.pages,
        seen=sync.seen,
        created=sync.created,
        changed=sync.changed,
        unchanged=sync.unchanged,
        failed=sync.failed,
        problems=min(problems, PROBLEMS_COUNTED),
        problems_are_capped=problems > PROBLEMS_COUNTED,
        rate=rate,
        expected=expected,
        ends_at=ends_at,
    )


def _expected(sync: Sync) -> int | None:
    """Return how many repos a pass will meet: its limit, or as many as the last whole one did."""
    if sync.limit is not None:
        return sync.limit
    if sync.kind != Sync.Kind.FULL:
        return None
    whole = Sync.objects.filter(
        hub=sync.hub, kind=Sync.Kind.FULL, status=Sync.Status.DONE, limit=None
    )
    last = whole.order_by("-pk").first()
    return last.seen if last is not None else None


def _errands(at: datetime, budget: list[Allowance]) -> WorkList:
    counts = dict.fromkeys(Errand.Reason.values, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reason, count(*) FROM (SELECT reason FROM registry_errand LIMIT %s) AS counted"
            " GROUP BY reason",
            [COUNTED + 1],
        )
        counts |= dict(cursor.fetchall())
        total = sum(counts.values())
        if total > COUNTED:  # the table's own estimate, for the whole of it
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = 'registry_errand'::regclass"
            )
            total = max(total, cursor.fetchone()[0])
    return WorkList(counts, total, total > COUNTED, _errands_end(at, total, budget))


def _errands_end(at: datetime, total: int, budget: list[Allowance]) -> datetime | None:
    """Return when the budget will have served all errands; None where no hub is limited."""
    api = [one for one in budget if one.bucket == BudgetWindow.Bucket.API and one.quota]
    if not total or not api:
        return None
    calls_a_second = (api[0].quota or 1) * settings.ASSAY_HUB_SHARE / api[0].length_s
    return _later(at, total * CALLS_EACH / calls_a_second)


def _allowance(row: BudgetWindow, at: datetime) -> Allowance:
    has_ended = at >= row.ends_at
    window = Window(
        quota=row.quota,
        length_s=row.length_s,
        ends_at=row.ends_at.timestamp(),
        granted=0 if has_ended else row.granted,
        others=0 if has_ended else row.others,
    )
    left = window.left(at.timestamp(), settings.ASSAY_HUB_SHARE)
    elapsed = row.length_s - (row.ends_at - at).total_seconds()
    recent = row.granted if has_ended or not row.previous else row.granted + row.previous
    seconds = row.length_s if has_ended or not row.previous else row.length_s + max(elapsed, 0.0)
    is_idle = (at - row.ends_at).total_seconds() > row.length_s
    return Allowance(
        origin=row.origin,
        identity=row.identity[:12],  # enough to tell two tokens apart
        bucket=row.bucket,
        quota=row.quota,
        length_s=row.length_s,
        left=None if left < 0 else left,
        until=None if has_ended or row.quota is None else row.ends_at,
        blocked_until=row.blocked_until if row.blocked_until > at else None,
        rate=0.0 if is_idle else recent / max(seconds, 1.0) * 60.0,
        refused=row.refused,
        changed_at=row.changed_at,
    )


def _later(at: datetime, seconds: float) -> datetime | None:
    try:
        return at + timedelta(seconds=seconds)
    except OverflowError:
        return None
