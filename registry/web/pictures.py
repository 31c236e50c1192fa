"""Pictures of a finding as groups that stand side by side."""

from dataclasses import dataclass

from registry.models import Finding, FindingPicture

TINY = 96  # pixels a side; below it a picture is shown larger, its pixels as squares
_SHOWN = 192  # pixels a side of one that is shown larger, about


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture with the size that it is shown in."""

    picture: FindingPicture
    width: int
    height: int
    is_tiny: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures of one caption."""

    caption: str
    pictures: list[Shown]


def of(finding: Finding) -> list[Group]:
    """Return the groups of a finding's pictures; no query where its evidence names none."""
    evidence = finding.evidence if isinstance(finding.evidence, dict) else {}
    if not evidence.get("pictures"):
        return []
    groups: dict[str, Group] = {}
    for picture in finding.pictures.described():
        group = groups.setdefault(picture.group, Group(picture.group, []))
        group.pictures.append(_shown(picture))
    return list(groups.values())


def _shown(picture: FindingPicture) -> Shown:
    longest = max(picture.width, picture.height, 1)
    factor = max(1, _SHOWN // longest) if longest < TINY else 1
    return Shown(picture, picture.width * factor, picture.height * factor, longest < TINY)
