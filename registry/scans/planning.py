"""From repos to items: which checks an execution will ask for, in chunks of bounded size."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import OperationalError
from django.db.models import Count, F, Q, Sum

from analysis import catalog
from analysis.contract import JSON
from registry.models import Claim, File, Revision, Run, ScanExecution, ScanItem
from registry.scans import costs, selection

CHUNK = 200  # repos
AHEAD = 2_000  # items that wait to be sent; planning goes on when there are fewer
COUNTED = 100_000  # repos of a selection; beyond this a count says "more than"
ROWS = 1_000  # of one INSERT

NOT_MIRRORED = "No revision of it is mirrored, so there is nothing to measure."
CLAIMS_NOTHING = "It claims nothing that could be read."
NO_SUCH_CHECK = "This installation has no such check."

# What a worker leaves aside, about: other formats always, pickles where there are safetensors.
_NEVER = (
    r"\.(h5|msgpack|ot|gguf|tflite|mlmodel|mlpackage|nemo)$"
    r"|(^|/)(onnx|openvino|coreml|tf|flax|runs|\.git)/"
)
_PICKLES = r"\.(bin|pt|pth|th|ckpt|pkl|pickle)$"


def plan_chunk(execution: ScanExecution) -> None:
    """Plan the next repos of the selection; the cursor moves in the caller's transaction.

    Raises OperationalError where the selection takes too long to read.
    """
    most = execution.scan.max_repos
    size = CHUNK if most is None else min(CHUNK, most - execution.repos)
    ids = selection.repo_ids(execution.selection, execution.cursor, size) if size > 0 else []
    made: list[ScanItem] = []
    for item in items_of(ids, execution.checks):
        item.execution = execution
        execution.moved("", item.outcome)
        made.append(item)
        if len(made) == ROWS:
            ScanItem.objects.bulk_create(made)
            made.clear()
    ScanItem.objects.bulk_create(made)
    execution.repos += len(ids)
    if ids:
        execution.cursor = ids[-1]
    if len(ids) < max(size, 1) or (most is not None and execution.repos >= most):
        execution.is_planned = True
        execution.state = ScanExecution.State.RUNNING


def items_of(ids: Sequence[int], checks: Sequence[str]) -> Iterator[ScanItem]:
    """Yield an item, not stored, for each check on each repo and claim; ends known ahead as such.

    Four queries, however many repos; no more than one claim is held at a time.
    """
    entries = catalog.entries()
    heads = dict(
        Revision.objects.filter(repo__in=ids, sha=F("repo__head_sha")).values_list("repo", "pk")
    )
    sizes = _sizes(list(heads.values()))
    repo_of = {revision: repo for repo, revision in heads.items()}
    with_claims = [c for c in checks if c in entries and entries[c].needs_claim]
    claiming: set[int] = set()
    if with_claims:
        claims = Claim.objects.filter(revision__in=repo_of).order_by("revision__repo", "pk")
        for claim in claims.only("pk", "key", "revision_id").iterator(chunk_size=ROWS):
            claiming.add(claim.revision_id)
            for check in with_claims:
                yield ScanItem(
                    repo_id=repo_of[claim.revision_id],
                    claim_id=claim.pk,
                    check_id=check,
                    subject=claim.key,
                    # Fetched once, whatever the number of claims and checks.
                    expected_bytes=sizes.pop(claim.revision_id, 0),
                )
    for repo in ids:
        head = heads.get(repo)
        for check in checks:
            why_not = _why_not(check in entries, head, check in with_claims, claiming)
            item = ScanItem(repo_id=repo, check_id=check, reason=why_not)
            if why_not:
                item.outcome = ScanItem.Outcome.REFUSED
                yield item
            elif check not in with_claims:
                item.expected_bytes = sizes.pop(head or 0, 0)
                yield item


def _why_not(is_known: bool, head: int | None, needs_claim: bool, claiming: set[int]) -> str:
    """Say why a check cannot be asked for on a repo; "" where it can."""
    if not is_known:
        return NO_SUCH_CHECK
    if head is None:
        return NOT_MIRRORED
    return CLAIMS_NOTHING if needs_claim and head not in claiming else ""


def _sizes(revisions: Sequence[int]) -> dict[int, int]:
    """Return about how many bytes a worker fetches for each revision."""
    files = File.objects.filter(revision__in=revisions).exclude(path__regex=_NEVER)
    sums = files.values("revision").annotate(
        all=Sum("size"),
        pickles=Sum("size", filter=Q(path__regex=_PICKLES), default=0),
        safe=Count("pk", filter=Q(path__endswith=".safetensors")),
    )
    return {row["revision"]: row["all"] - (row["pickles"] if row["safe"] else 0) for row in sums}


@dataclass(frozen=True, slots=True)
class Plan:
    """What an execution would do, drawn from the first repos of its selection."""

    selected: int  # up to COUNTED + 1
    looked_at: int  # repos
    runs: int  # expected over the whole selection
    reused: int
    refused: int
    reasons: dict[str, int]  # among the repos looked at
    seconds: float | None  # None where no run of a check has ended yet
    gpu_seconds: float
    size: int
    cost: Decimal
    earlier: dict[str, costs.Usual]

    @property
    def is_whole(self) -> bool:
        """Say whether every selected repo was looked at."""
        return self.looked_at >= self.selected

    @property
    def has_more(self) -> bool:
        """Say whether the selection is larger than was counted."""
        return self.selected > COUNTED


def dry_run(
    asked: str,
    checks: Sequence[str],
    most: int | None,
    price: Decimal,
    options: Mapping[str, Mapping[str, JSON]] | None = None,
) -> Plan:
    """Return the plan of a scan without making one. Raises OperationalError when it takes long."""
    selected = selection.count(asked, COUNTED + 1)
    selected = min(selected, most) if most is not None else selected
    ids = selection.repo_ids(asked, 0, min(CHUNK, selected)) if selected else []
    known = costs.usual(checks)
    tally, reasons = _tallied(ids, checks, options or {}, known)
    scale = selected / len(ids) if ids else 0
    is_known = all(known[check].seconds is not None for check in checks)
    return Plan(
        selected=selected,
        looked_at=len(ids),
        runs=round(tally["runs"] * scale),
        reused=round(tally["reused"] * scale),
        refused=round(sum(reasons.values()) * scale),
        reasons=reasons,
        seconds=tally["seconds"] * scale if is_known else None,
        gpu_seconds=tally["gpu"] * scale,
        size=round(tally["bytes"] * scale),
        cost=costs.money(tally["gpu"] * scale, price),
        earlier=known,
    )


def _tallied(
    ids: Sequence[int],
    checks: Sequence[str],
    options: Mapping[str, Mapping[str, JSON]],
    known: Mapping[str, costs.Usual],
) -> tuple[dict[str, float], dict[str, int]]:
    """Return what the items of some repos come to, and why some of them cannot be asked for."""
    entries = catalog.entries()
    tally: dict[str, float] = defaultdict(float)
    reasons: dict[str, int] = defaultdict(int)
    measured = _measured(ids, checks, options)
    for item in items_of(ids, checks):
        if item.outcome == ScanItem.Outcome.REFUSED:
            reasons[item.reason] += 1
        elif (item.claim_id or item.repo_id, item.check_id) in measured:
            tally["reused"] += 1
        else:
            seconds = known[item.check_id].seconds or 0
            tally["runs"] += 1
            tally["seconds"] += seconds
            tally["gpu"] += seconds if entries[item.check_id].queue == "gpu" else 0
            tally["bytes"] += item.expected_bytes
    return tally, dict(reasons)


def _measured(
    ids: Sequence[int], checks: Sequence[str], options: Mapping[str, Mapping[str, JSON]]
) -> set[tuple[int, str]]:
    """Return which (claim or repo, check) have a finding of the check's present version."""
    entries = catalog.entries()
    found: set[tuple[int, str]] = set()
    for check in checks:
        if check in entries:
            runs = Run.objects.filter(
                revision__repo__in=ids,
                revision__sha=F("revision__repo__head_sha"),
                check_id=check,
                check_version=entries[check].version,
                status=Run.Status.DONE,
                options=dict(options.get(check, {})),
            )
            column = "claim" if entries[check].needs_claim else "revision__repo"
            found.update((key, check) for key in runs.values_list(column, flat=True))
    return found


def counted(execution: ScanExecution) -> int:
    """Return how many repos are selected, up to COUNTED + 1; shown beside what is planned."""
    most = execution.scan.max_repos
    try:
        selected = selection.count(execution.selection, COUNTED + 1)
    except OperationalError:
        selected = COUNTED + 1  # it took too long to count, and planning needs no count
    return selected if most is None else min(selected, most)
