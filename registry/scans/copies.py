"""Looking for copies: a scan of the check for marks over all models of a task."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from registry import marks
from registry.models import Mark, Scan, ScanExecution
from registry.scans import control
from registry.scans.drafts import LONGEST_NAME, Draft

if TYPE_CHECKING:
    from django.contrib.auth.models import User

USUAL_RUNS = 1_000


def search(
    wanted: Sequence[Mark],
    owner: "User | None" = None,
    *,
    selection: str = "",
    max_runs: int | None = USUAL_RUNS,
    by: str = "",
) -> tuple[Scan, ScanExecution, bool]:
    """Look for some marks, or for all where none is named; return whether the scan is a new one.

    The same question asked again carries the same scan out again. Raises ScanRefused and NotNow.
    """
    numbers = sorted(mark.pk for mark in wanted)
    task = wanted[0].task if wanted else marks.TASK
    draft = Draft(
        name=_name(numbers),
        selection=selection or urlencode({"task": task}),
        checks=(marks.CHECK,),
        options={marks.CHECK: {"marks": ",".join(map(str, numbers))}} if numbers else {},
        max_runs=max_runs,
    )
    scan, is_new = _made(draft, owner)
    execution, _ = control.run_now(scan, by or (owner.get_username() if owner else ""))
    return scan, execution, is_new


def _name(numbers: Sequence[int]) -> str:
    if not numbers:
        return "Copies of all marks"
    listed = ", ".join(map(str, numbers))
    name = f"Copies of mark{'s' if len(numbers) > 1 else ''} {listed}"
    return name if len(name) < LONGEST_NAME - 10 else f"Copies of {len(numbers)} marks"


def _made(draft: Draft, owner: "User | None") -> tuple[Scan, bool]:
    """Return the scan of this draft: the one that asks the same, or a new one of a free name."""
    wanted = draft.columns()
    of_name = Scan.objects.kept().filter(name__startswith=draft.name)
    taken = {scan.name: scan for scan in of_name}
    for scan in taken.values():
        if all(getattr(scan, name) == wanted[name] for name in wanted if name != "name"):
            return scan, False
    base, number = draft.name, 2
    while draft.name in taken:
        draft.name, number = f"{base} ({number})", number + 1
    return control.create(draft, owner), True
