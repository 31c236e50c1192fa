"""How executions and their items are shown: a word, an icon and a tone."""

from dataclasses import dataclass, replace

from registry.models import Finding, Scan, ScanExecution, ScanItem
from registry.scans import costs, telling
from registry.web.states import STATES, State

_LOOKS = {
    ScanExecution.State.WAITING: ("queued", "Waiting"),
    ScanExecution.State.PLANNING: ("running", "Under way"),
    ScanExecution.State.RUNNING: ("running", "Under way"),
    ScanExecution.State.PAUSED: ("none", "Paused"),
    ScanExecution.State.DONE: ("confirmed", "Done"),
    ScanExecution.State.STOPPED: ("warn", "Stopped"),
    ScanExecution.State.MISSED: ("unsupported", "Missed"),
}
_OUTCOMES = {
    ScanItem.Outcome.PLANNED: ("none", "Not begun yet"),
    ScanItem.Outcome.SENT: ("queued", "Under way"),
    ScanItem.Outcome.UNSUPPORTED: ("unsupported", "Not measurable"),
    ScanItem.Outcome.DEAD: ("dead", "Could not be checked"),
    ScanItem.Outcome.REFUSED: ("unsupported", "No run possible"),
    ScanItem.Outcome.MEASURED: ("pass", "Measured"),
    ScanItem.Outcome.REUSED: ("pass", "Had a finding already"),
}


def execution_state(execution: ScanExecution) -> State:
    """Return how an execution is shown."""
    look, word = _LOOKS[ScanExecution.State(execution.state)]
    if execution.code and not execution.is_over:
        word = "Stopping"
    return replace(STATES[look], word=word)


def outcome_state(item: ScanItem) -> State:
    """Return how an item is shown: by its verdict where it has one."""
    finding: Finding | None = getattr(item.run, "finding", None) if item.run else None
    if finding is not None and item.outcome in ScanItem.WITH_FINDING:
        return STATES[finding.verdict]
    look, word = _OUTCOMES[ScanItem.Outcome(item.outcome)]
    return replace(STATES[look], word=word)


def words_of(outcome: str) -> str:
    """Say what an outcome is."""
    return _OUTCOMES[ScanItem.Outcome(outcome)][1]


@dataclass(frozen=True, slots=True)
class ScanRow:
    """A scan in a list: with its schedule in words and its newest execution."""

    scan: Scan
    words: str
    last: ScanExecution | None

    @property
    def state(self) -> State | None:
        """Return how the newest execution is shown."""
        return execution_state(self.last) if self.last else None

    @property
    def standing(self) -> str:
        """Say where the newest execution stands."""
        return telling.standing(self.last) if self.last else "Never carried out."


def rows(scans: list[Scan]) -> list[ScanRow]:
    """Return the rows of a list of scans: one more query, however many there are."""
    last = telling.newest(scans)
    return [
        ScanRow(scan, telling.schedule_words(scan.schedule), last.get(scan.pk)) for scan in scans
    ]


@dataclass(frozen=True, slots=True)
class Spent:
    """One budget of an execution: what was used of what was allowed."""

    name: str
    used: str
    allowed: str


def spending(execution: ScanExecution) -> list[Spent]:
    """Return what an execution used of each of its scan's budgets."""
    scan = execution.scan
    minutes = telling.duration(scan.max_minutes * 60) if scan.max_minutes else ""
    size = telling.size(scan.max_bytes) if scan.max_bytes else ""
    found = [
        Spent("Runs", f"{execution.begun:,}", f"{scan.max_runs:,}" if scan.max_runs else ""),
        Spent("Measuring", telling.duration(execution.spent_s), minutes),
        Spent("Downloaded", telling.size(execution.spent_bytes), size),
    ]
    if scan.gpu_hour_price:
        cost = costs.money(execution.spent_gpu_s, scan.gpu_hour_price)
        found.append(
            Spent("Cost of GPU hours", f"{cost:,}", f"{scan.max_cost:,}" if scan.max_cost else "")
        )
    return found
