"""Which models a model was made from, and which were made from it: a drawing and a list."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from registry.web import family, family_drawing
from registry.web.family import Family, Kin
from registry.web.parts.shown import Shown

MOST_LINES = 200  # of the nested list of parents
MOST_LISTED = 50  # children


@dataclass(slots=True)
class Branch:
    """A parent in the nested list, with its own parents; ``again`` stands further up already."""

    kin: Kin
    again: bool = False
    branches: list["Branch"] = field(default_factory=list)


def build(_: HttpRequest, shown: Shown) -> dict[str, Any]:
    """Return the family of a commit, as a drawing and as lists: three queries."""
    if shown.revision is None:
        return {}
    found = family.of(shown.revision)
    return {
        "family": found,
        "parents": _branches(found),
        "children": found.children[:MOST_LISTED],
        "more_children": max(len(found.children) - MOST_LISTED, 0),
        "drawing": family_drawing.drawn(found) if found else None,
    }


def _branches(found: Family) -> list[Branch]:
    """Nest the parents below the models that were made from them.

    Each model is opened once, and never below itself: a family with a circle in it ends.
    """
    above: dict[str, list[Kin]] = {}
    for kin in found.parents:
        above.setdefault(kin.child, []).append(kin)
    opened, lines = {found.key}, 0

    def nest(key: str) -> list[Branch]:
        nonlocal lines
        branches = []
        for kin in above.get(key, []):
            lines += 1
            if lines > MOST_LINES:
                break
            again = kin.parent in opened
            branch = Branch(kin, again)
            branches.append(branch)
            if not again:
                opened.add(kin.parent)
                branch.branches = nest(kin.parent)
        return branches

    return nest(found.key)
