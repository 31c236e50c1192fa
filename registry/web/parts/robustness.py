"""How well a commit stands attacks and corruptions: what was measured, beside what stands clean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from analysis import catalog
from analysis import options as schema
from registry.models import Finding, Run
from registry.web import drawings, other_checks
from registry.web.drawings import Drawings
from registry.web.parts.shown import Shown
from registry.web.staff import is_staff
from registry.web.states import finding_of

CHECKS = ("adversarial", "corruptions", "text-robustness")
MOST_RUNS = 200
MOST_SHOWN = 6  # findings that are laid out
MOST_RADII = 20


@dataclass(frozen=True, slots=True)
class Radius:
    """What stands where an attacker may go so far; shares as text."""

    eps: str
    value: str
    interval: str
    broken_by: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A finding on robustness; ``threat`` is what the attacker was allowed."""

    run: Run
    finding: Finding
    title: str
    threat: str
    clean: str
    radii: list[Radius]
    drawings: Drawings
    is_stale: bool


def build(request: HttpRequest, shown: Shown) -> dict[str, Any]:
    """Return what was measured, the newest first, and the forms to ask for more: one query."""
    revision = shown.revision
    if revision is None:
        return {}
    may_ask = is_staff(request) and not shown.repo.is_private
    found = Run.objects.filter(revision=revision, check_id__in=CHECKS)
    newest = found.select_related("finding").defer("finding__envelope").order_by("-pk")
    runs = list(newest[:MOST_RUNS])[::-1]
    checks = [one for one in other_checks.of(runs, with_forms=may_ask) if one.id in CHECKS]
    answers = [answer.run for one in checks for answer in one.answers]
    answered = sorted((run for run in answers if finding_of(run)), key=lambda run: -run.pk)
    return {
        "measured": [_measured(run) for run in answered[:MOST_SHOWN]],
        "more_measured": max(len(answered) - MOST_SHOWN, 0),
        "checks": checks,
        "may_ask": may_ask,
    }


def _measured(run: Run) -> Measured:
    finding = run.finding
    evidence = finding.evidence if isinstance(finding.evidence, dict) else {}
    measure = evidence.get("measure")
    entry = catalog.entries().get(run.check_id)
    radii = _radii(measure if isinstance(measure, dict) else {})
    options = schema.said(entry.options, run.options) if entry else ""
    return Measured(
        run=run,
        finding=finding,
        title=entry.title if entry else run.check_id,
        threat=options,
        clean=radii[0].value if radii and radii[0].eps == "0" else "",
        radii=radii,
        drawings=drawings.of(evidence),
        is_stale=entry is not None and run.check_version < entry.version,
    )


def _radii(measure: Mapping[str, Any]) -> list[Radius]:
    """Read the table of radii; what is no row of numbers is left out."""
    stored = measure.get("radii")
    rows = stored[:MOST_RADII] if isinstance(stored, list) else []
    found = []
    for row in rows:
        numbers = [row.get(name) for name in ("eps", "value")] if isinstance(row, dict) else [None]
        if all(_is_share(number, 1e9) for number in numbers):
            found.append(_radius(row))
    return found


def _radius(row: Mapping[str, Any]) -> Radius:
    low, high = row.get("low"), row.get("high")
    is_span = _is_share(low) and _is_share(high)
    by = row.get("broken_by")
    broken = [
        f"{str(name)[:40]} {count:,}"
        for name, count in (list(by.items())[:12] if isinstance(by, dict) else [])
        if type(count) is int and count > 0
    ]
    return Radius(
        eps=_eps(row["eps"]),
        value=_share(row["value"]),
        interval=f"{_share(low).removesuffix(' %')}–{_share(high)}" if is_span else "",
        broken_by=", ".join(broken),
    )


def _is_share(value: Any, most: float = 1.0) -> bool:
    return type(value) in (int, float) and 0 <= value <= most


def _share(value: Any) -> str:
    return f"{100 * value:.1f} %"


def _eps(value: float) -> str:
    """Write a radius; one of pixels as people do, in 255ths."""
    in_255ths = value * 255
    if 0 < value < 1 and abs(in_255ths * 2 - round(in_255ths * 2)) < 1e-6:
        return f"{in_255ths:g}/255"
    return f"{value:.4g}"
