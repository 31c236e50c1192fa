"""Checks of a revision that measure no claim: what they found, and the form to ask for one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from analysis import catalog
from analysis import options as schema
from registry.models import Run
from registry.web.check_forms import CheckForm
from registry.web.claims import replays
from registry.web.states import State, finding_of, state_of

MOST_ANSWERS = 12  # of one check
_ALARMS = ("fail", "warn")


@dataclass(frozen=True, slots=True)
class Answer:
    """The newest run with some options, a finding before a run without one."""

    run: Run
    state: State
    asked: str
    said: str
    is_stale: bool  # the check has a newer version by now


@dataclass(slots=True)
class OtherCheck:
    """A check with its answers, the newest first."""

    id: str
    title: str
    answers: list[Answer] = field(default_factory=list)
    left_out: int = 0
    form: CheckForm | None = None


def of(runs: Iterable[Run], *, with_forms: bool) -> list[OtherCheck]:
    """Return the checks that have runs among a revision's; ``with_forms`` all that there are."""
    entries = {one.id: one for one in catalog.entries().values() if not one.needs_claim}
    found: dict[str, OtherCheck] = {}
    if with_forms:
        for id_, known in entries.items():
            found[id_] = OtherCheck(id_, known.title, form=CheckForm(known))
    for run in _newest(runs):
        entry = entries.get(run.check_id)
        title = entry.title if entry else run.check_id
        check = found.setdefault(run.check_id, OtherCheck(run.check_id, title))
        if len(check.answers) == MOST_ANSWERS:
            check.left_out += 1
            continue
        finding = finding_of(run)
        asked = schema.said(entry.options, run.options) if entry else ""
        said = finding.summary if finding else run.reason
        is_stale = entry is not None and run.check_version < entry.version
        check.answers.append(Answer(run, state_of(run, finding), asked, said, is_stale))
    return sorted(found.values(), key=_weight)


def _weight(check: OtherCheck) -> tuple[bool, int, str]:
    """Return what puts first the checks that a reader must not miss, and last those never asked."""
    said = {answer.state.key for answer in check.answers}
    alarm = next((place for place, key in enumerate(_ALARMS) if key in said), len(_ALARMS))
    return (not check.answers, alarm, check.title.casefold())


def _newest(runs: Iterable[Run]) -> list[Run]:
    """Return for each check and its options the newest run that has a finding, else the newest."""
    newest: dict[tuple[str, str], Run] = {}
    for run in runs:
        if run.claim_id is not None or replays(run):
            continue
        key = (run.check_id, json.dumps(run.options, sort_keys=True))
        before = newest.get(key)
        if before is None or finding_of(run) is not None or finding_of(before) is None:
            newest[key] = run
    return sorted(newest.values(), key=lambda run: -run.pk)
