"""Marks and matches as commands print them, in words and as JSON."""

from typing import Any

from registry.models import Mark, MarkMatch


def line(mark: Mark) -> str:
    """Say in one line what a mark is; it was read ``with_home()``."""
    home = f", in {mark.home_shown}" if mark.home_shown else ""
    state = "withdrawn" if mark.withdrawn_at else mark.state
    return (
        f"{mark.pk}  {mark.name}  [{state}]  {mark.scheme}, {mark.keys} keys, {mark.task}{home};"
        f" {mark.owner}, {mark.registered_at:%Y-%m-%d %H:%M} UTC"
    )


def described(mark: Mark) -> dict[str, Any]:
    """Return what everybody may know of a mark."""
    return {
        "id": mark.pk,
        "name": mark.name,
        "owner": mark.owner.get_username(),
        "scheme": mark.scheme,
        "task": mark.task,
        "classes": mark.classes,
        "keys": mark.keys,
        "commitment": mark.commitment,
        "registered_at": mark.registered_at.isoformat(),
        "state": mark.state,
        "reason": mark.reason,
        "withdrawn_at": mark.withdrawn_at.isoformat() if mark.withdrawn_at else None,
        "home": mark.home_shown,
    }


def told(match: MarkMatch) -> dict[str, Any]:
    """Return what a run found of a mark."""
    return {
        "mark": match.mark_id,
        "run": match.run_id,
        "matches": match.matches,
        "keys": match.keys,
        "control_matches": match.control_matches,
        "controls": match.controls,
        "p": match.p,
        "carries": match.carries,
        "is_after": match.is_after,
        "sentence": match.sentence,
    }
