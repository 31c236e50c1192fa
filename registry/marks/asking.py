"""Which marks a run looks for: those that are named, else all that are registered for the task."""

import re
from collections.abc import Mapping

from analysis.contract import JSON
from registry.models import Mark

CHECK = "watermarks"
OPTION = "marks"
LEFT_OUT = "marks_left_out"
MOST = 100  # of one run
_IDS = re.compile(r"[0-9]{1,18}(?:[\s,]+[0-9]{1,18})*", re.ASCII)


class MarksRefused(ValueError):  # noqa: N818 - reads as what happened
    """Marks cannot be looked for; the message says why in one sentence."""


def chosen(options: Mapping[str, JSON], task: str) -> dict[str, JSON]:
    """Return the options of a run with its marks spelt out; raise MarksRefused.

    So a run is another one as soon as there is another mark. Of more than MOST the newest are
    taken: the others were looked for by earlier runs. How many were left out is noted.
    """
    if options.get(OPTION):
        return vetted(options)
    there = Mark.objects.ready().filter(task=task)
    ids = list(there.order_by("-pk").values_list("pk", flat=True)[: MOST + 1])
    if not ids:
        about = f"the task {task[:50]}" if task else "models without a task"
        raise MarksRefused(f"No mark is registered for {about}.")
    left_out = there.count() - MOST if len(ids) > MOST else 0
    found = {name: value for name, value in options.items() if name != LEFT_OUT}
    found[OPTION] = _written(ids[:MOST])
    return found | ({LEFT_OUT: left_out} if left_out > 0 else {})


def vetted(options: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return options with the marks that they name, if any, in order; raise MarksRefused."""
    if not options.get(OPTION):
        return dict(options)
    ids = _read(options[OPTION])
    known = Mark.objects.in_bulk(ids)
    for number in ids:
        if reason := _why_not(number, known.get(number)):
            raise MarksRefused(reason)
    return {**options, OPTION: _written(ids)}


def _read(text: JSON) -> list[int]:
    if not isinstance(text, str) or not _IDS.fullmatch(text.strip()):
        raise MarksRefused("Say the numbers of marks with commas between them: 3, 17.")
    ids = sorted({int(one) for one in re.split(r"[\s,]+", text.strip())})
    if len(ids) > MOST:
        raise MarksRefused(f"A run looks for at most {MOST} marks.")
    return ids


def _written(ids: list[int]) -> str:
    return ",".join(str(number) for number in sorted(ids))


def _why_not(number: int, mark: Mark | None) -> str:
    """Say why a mark cannot be looked for; "" where it can."""
    if mark is None:
        return f"There is no mark {number}."
    if mark.withdrawn_at is not None:
        return f"Mark {number} was withdrawn by its owner; its keys are gone."
    if mark.state == Mark.State.REFUSED:
        return f"Mark {number} was refused: {mark.reason}"
    if mark.state == Mark.State.NEW:
        return f"The keys of mark {number} were not looked at yet; ask again in a moment."
    return ""
