"""The tick: carries executions on, a bounded step at a time, one worker an execution.

Each step is one transaction under the execution's row lock. What it did and what it noted appear
together or not at all, so a kill at any point loses one step at most and repeats none: a run that
was asked for twice is one run by its key, and a message that was not sent is sent by the reaper.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import DatabaseError, transaction
from django.db.models.functions import Now

from analysis import catalog
from analysis.contract import Queue
from registry import services
from registry.models import Repo, Run, Scan, ScanExecution, ScanItem
from registry.scans import costs, planning, slots, totals
from registry.scans.costs import Budget, Usual

log = logging.getLogger(__name__)

TICK_S = 8.0  # no execution is taken up after this
EXECUTIONS = 50  # of one tick
ASKED = 100  # items looked at in one step; those with a finding already cost next to nothing
COUNTED = 500  # ended runs that are counted in one step
SWEPT = 5_000  # rows of removed scans that go in one tick

State, Outcome = ScanExecution.State, ScanItem.Outcome
_OUTCOME_OF = {
    Run.Status.UNSUPPORTED: Outcome.UNSUPPORTED,
    Run.Status.DEAD: Outcome.DEAD,
    Run.Status.CANCELLED: Outcome.DEAD,
}


@dataclass(slots=True)
class Ticked:
    """What a tick did."""

    begun: int = 0
    stepped: int = 0
    faults: int = 0


def tick() -> Ticked:
    """Begin what is late, carry on what goes, remove what was removed. Harmless twice at once."""
    until = time.monotonic() + TICK_S
    done = Ticked(begun=slots.make_up())
    promote_waiting()
    for pk in ScanExecution.objects.going().values_list("pk", flat=True)[:EXECUTIONS]:
        if time.monotonic() > until:
            break
        try:
            done.stepped += step(pk)
        except DatabaseError as error:
            done.faults += 1
            log.warning("execution %s could not be carried on: %s", pk, error)
            reason = f"It could not be carried on, and is tried again: {str(error)[:200].strip()}"
            ScanExecution.objects.going().filter(pk=pk).order_by().update(reason=reason)
    sweep()
    return done


def promote_waiting() -> None:
    """Let executions begin whose predecessor is over."""
    waiting = ScanExecution.objects.filter(state=State.WAITING, scan__state=Scan.State.ACTIVE)
    live = ScanExecution.objects.live().values("scan")
    for pk in waiting.exclude(scan__in=live).values_list("pk", flat=True)[:EXECUTIONS]:
        slots.promote(pk)


def step(pk: int) -> bool:
    """Carry an execution on by one step; False where another worker has it, or it is over."""
    # Noted first and for itself: an execution that breaks its step must not stand first in line.
    ScanExecution.objects.filter(pk=pk).update(ticked_at=Now())
    with transaction.atomic():
        execution = (
            ScanExecution.objects.going()
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("scan")
            .filter(pk=pk)
            .first()
        )
        if execution is None:
            return False
        if execution.selected is None:
            execution.selected = planning.counted(execution)
        count_ended(execution)
        refused = "" if execution.code else carry_on(execution)
        if not execution.count_of(Outcome.SENT):
            end_if_over(execution, refused)
        execution.save()
    return True


def carry_on(execution: ScanExecution) -> str:
    """Plan and send what there is room for; return the budget that refuses the next run."""
    if not execution.is_planned and execution.count_of(Outcome.PLANNED) < planning.AHEAD:
        planning.plan_chunk(execution)
    return send_some(execution)


def end_if_over(execution: ScanExecution, refused: str) -> None:
    """End an execution of which no run is under way, where nothing more is to be sent."""
    planned = execution.count_of(Outcome.PLANNED)
    if execution.code:
        totals.close(execution, State.STOPPED)
    elif refused and (execution.is_planned or planned >= planning.AHEAD):
        number = f"{planned:,}" if execution.is_planned else f"at least {planned:,}"
        were = "was" if planned == 1 else "were"
        execution.code = "budget"
        execution.reason = f"Stopped at its budget of {refused}; {number} {were} not begun."
        totals.close(execution, State.STOPPED)
    elif execution.is_planned and not planned:
        totals.close(execution, State.DONE)


# -- runs that ended


def count_ended(execution: ScanExecution) -> None:
    """Note how runs ended that were sent or joined, and what the own ones cost."""
    sent = execution.items.filter(outcome=Outcome.SENT)
    for item in sent.filter(run=None)[:COUNTED]:
        _note(execution, item, Outcome.REFUSED, "Its run or its repo has gone.")
        item.save()
    ended = sent.filter(run__status__in=Run.ENDED).select_related("run").order_by("pk")[:COUNTED]
    items = list(ended)
    counted = _counted_revisions(execution, [item for item in items if item.is_own])
    read = costs.bytes_read(execution, {i.run.revision_id for i in items if i.run and i.is_own})
    for item in items:
        run = item.run
        if run is None:
            continue
        found = Outcome.MEASURED if item.is_own else Outcome.REUSED
        _note(execution, item, _OUTCOME_OF.get(Run.Status(run.status), found), run.reason)
        if item.is_own:
            seconds = _seconds(run)
            execution.spent_s += seconds
            execution.spent_gpu_s += seconds if run.queue == Queue.GPU else 0
            if run.revision_id not in counted:
                # A run that was given up says nothing of what it fetched: the worst is taken.
                is_unknown = run.status in (Run.Status.DEAD, Run.Status.CANCELLED)
                size = item.expected_bytes if is_unknown else read.get(run.revision_id, 0)
                execution.spent_bytes += size
                if run.revision_id in read:
                    counted.add(run.revision_id)
    ScanItem.objects.bulk_update(items, ["outcome", "reason"])


def _counted_revisions(execution: ScanExecution, ended: list[ScanItem]) -> set[int]:
    """Return the revisions whose bytes were counted by an earlier step."""
    revisions = {item.run.revision_id for item in ended if item.run is not None}
    before = execution.items.filter(outcome=Outcome.MEASURED, is_own=True)
    return set(
        before.filter(run__revision__in=revisions)
        .values_list("run__revision", flat=True)
        .distinct()
    )


def _seconds(run: Run) -> float:
    if run.started_at is None or run.finished_at is None:
        return 0.0
    return max(0.0, (run.finished_at - run.started_at).total_seconds())


def _note(
    execution: ScanExecution, item: ScanItem, outcome: ScanItem.Outcome, reason: str = ""
) -> None:
    execution.moved(item.outcome, outcome)
    item.outcome = outcome
    item.reason = reason[:300] if outcome in ScanItem.NOT_DONE else ""


# -- runs to begin


def send_some(execution: ScanExecution) -> str:
    """Ask for as many runs as the window and the budget have room for; name what refused one."""
    entries = catalog.entries()
    gpu = [check for check, entry in entries.items() if entry.queue == Queue.GPU]
    budget = Budget.of(execution, gpu)
    known = costs.usual(execution.checks)
    room = execution.scan.window - execution.items.filter(outcome=Outcome.SENT, is_own=True).count()
    planned = execution.items.filter(outcome=Outcome.PLANNED).order_by("pk")
    for item in planned.select_related("repo", "claim__revision", "execution__scan")[:ASKED]:
        entry = entries.get(item.check_id)
        if entry is None or join(execution, item, entry):
            if entry is None:
                _note(execution, item, Outcome.REFUSED, planning.NO_SUCH_CHECK)
        elif room <= 0 or feels_its_way(budget, known, item, execution):
            return ""
        elif refused := begin(execution, item, entry, budget, known):
            return refused
        else:
            room -= item.is_own
        item.save()
    return ""


def feels_its_way(
    budget: Budget, known: Mapping[str, Usual], item: ScanItem, execution: ScanExecution
) -> bool:
    """Say whether to wait for the first run of a check that nobody has timed yet."""
    if known[item.check_id].seconds is not None or not budget.must_feel_its_way():
        return False
    return execution.items.filter(
        outcome=Outcome.SENT, is_own=True, check_id=item.check_id
    ).exists()


def join(execution: ScanExecution, item: ScanItem, entry: catalog.Entry) -> bool:
    """Take over a finding, a run that is under way, or a reason why none can be made; no cost."""
    repo, claim = item.repo, item.claim
    revision = repo.revisions.filter(sha=repo.head_sha).first() if repo else None
    if repo is None or repo.state != Repo.State.PRESENT or repo.is_private:
        _note(execution, item, Outcome.REFUSED, "The hub does not have it any more.")
    elif revision is None:
        _note(execution, item, Outcome.REFUSED, planning.NOT_MIRRORED)
    elif entry.needs_claim and (claim is None or claim.revision_id != revision.pk):
        _note(execution, item, Outcome.REFUSED, "It has a newer commit than when this was planned.")
    else:
        about = claim if entry.needs_claim else None
        asked = execution.options.get(item.check_id, {})
        try:
            options = services.run_options(entry, revision, asked)
        except services.RequestRefused as error:
            _note(execution, item, Outcome.REFUSED, str(error))
            return True
        run = Run.objects.filter(key=services.run_key(revision, entry, about, options)).first()
        if run is None or run.status in Run.WITHOUT_FINDING:
            return False
        item.run = run
        _note(execution, item, Outcome.REUSED if run.has_ended else Outcome.SENT)
    return True


def begin(
    execution: ScanExecution,
    item: ScanItem,
    entry: catalog.Entry,
    budget: Budget,
    known: Mapping[str, Usual],
) -> str:
    """Ask for the run of an item; return the budget that refuses it, "" where none does."""
    limit = execution.scan.max_bytes
    if limit is not None and item.expected_bytes > limit:
        _note(
            execution,
            item,
            Outcome.REFUSED,
            f"It alone has {item.expected_bytes:,} bytes to download, more than the budget.",
        )
        return ""
    seconds = known[item.check_id].seconds or 0.0
    on_gpu = seconds if entry.queue == Queue.GPU else 0.0
    refused = budget.refuses(seconds, on_gpu, item.expected_bytes)
    if refused or item.repo is None:
        return refused
    revision = item.repo.revisions.get(sha=item.repo.head_sha)
    try:
        item.run, item.is_own = services.request_run(
            revision,
            item.check_id,
            item.claim if entry.needs_claim else None,
            asked=execution.options.get(item.check_id, {}),
            requested_by=f"scan {execution.scan.name}"[:150],
        )
    except services.RequestRefused as error:
        _note(execution, item, Outcome.REFUSED, str(error))
        return ""
    item.expected_s = seconds
    _note(execution, item, Outcome.SENT)
    if item.is_own:
        execution.begun += 1
        budget.take(seconds, on_gpu, item.expected_bytes)
    return ""


# -- what was removed


def sweep() -> None:
    """Delete removed scans piece by piece: items first, the scan when nothing is left of it."""
    for scan in Scan.objects.filter(state=Scan.State.REMOVED)[:EXECUTIONS]:
        if scan.executions.live().exists():
            continue
        items = ScanItem.objects.filter(execution__scan=scan).values("pk")[:SWEPT]
        if not ScanItem.objects.filter(pk__in=items).delete()[0]:
            scan.delete()
