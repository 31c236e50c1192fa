"""What runs found of marks: stored with their findings, and what follows from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.dates import moment_words
from registry.models import Edge, Finding, Mark, MarkMatch, Repo, Revision, Run


def record(finding: Finding, run: Run, found: Iterable[Mapping[str, Any]]) -> None:
    """Store what a run found of each of its marks; in the transaction of its finding.

    Where a network carries a mark that is also measured in the mark's home, it was made from it:
    an edge of lineage. What an owner says about the home is not enough for one.
    """
    rows = [
        MarkMatch(
            mark_id=one["mark"],
            run=run,
            revision=run.revision,
            matches=one["matches"],
            keys=one["keys"],
            control_matches=one["control_matches"],
            controls=one["controls"],
            p=one["p"],
            carries=one["carries"],
            is_after=one["is_after"],
            rank=0 if one["carries"] and not one["is_after"] else 1,
            sentence=one["sentence"],
            created_at=finding.created_at,
        )
        for one in found
    ]
    MarkMatch.objects.bulk_create(rows)
    carried = [row.mark_id for row in rows if row.carries]
    for mark in Mark.objects.filter(pk__in=carried).select_related("home").order_by("pk"):
        _settle_home(mark, run.revision.repo)
        _draw_edges(mark, run.revision)


def _settle_home(mark: Mark, repo: Repo) -> None:
    """Know the home of a mark that was registered before it was published, once it carries it."""
    if mark.home is None and mark.home_name == repo.name:
        Mark.objects.filter(pk=mark.pk, home=None).update(home=repo)
        mark.home = repo


def _draw_edges(mark: Mark, revision: Revision) -> None:
    """Draw the edges that follow from a mark that this revision carries, each once."""
    home = mark.home
    if home is None:
        return
    carrying = MarkMatch.objects.filter(mark=mark, carries=True)
    if revision.repo_id == home.pk:  # now it is measured: earlier hits elsewhere follow
        hits = carrying.filter(rank=0).exclude(revision__repo=home)
    elif carrying.filter(revision__repo=home).exists():
        hits = carrying.filter(rank=0, revision=revision)
    else:
        return
    children = hits.order_by("revision").values_list("revision", flat=True).distinct()
    edges = [
        Edge(child_id=child, parent=home, parent_name=home.name, basis=Edge.Basis.MEASURED)
        for child in children
    ]
    Edge.objects.bulk_create(edges, ignore_conflicts=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """Which marks a network carries.

    ``held`` has the newest match of each mark that it carries, the earliest commitment first;
    ``sentence`` says whose is earlier where several owners claim it; ``missed`` counts the marks
    that were looked for without evidence of them.
    """

    held: tuple[MarkMatch, ...]
    sentence: str
    missed: int


def standing(of: Revision | Repo) -> Standing:
    """Return which marks a revision carries, or a repo at any of its revisions. One query."""
    found = MarkMatch.objects.select_related("mark__owner")
    if isinstance(of, Revision):
        found = found.filter(revision=of)
    else:
        found = found.filter(revision__repo=of)
    newest = list(found.order_by("mark", "-pk").distinct("mark"))
    held = sorted(
        (match for match in newest if match.carries),
        key=lambda match: (match.mark.registered_at, match.mark_id),
    )
    return Standing(tuple(held), _whose(held), len(newest) - len(held))


def _whose(held: list[MarkMatch]) -> str:
    """Say whose commitment is earlier; "" where no two owners claim the network."""
    first: dict[str, MarkMatch] = {}
    for match in held:
        first.setdefault(match.mark.owner.get_username(), match)
    if len(first) < 2:
        return ""
    (name, earliest), *others = first.items()
    later = ", ".join(f"{owner} ({_dated(match)})" for owner, match in others)
    return (
        f"{len(first)} owners claim this network. The earliest commitment is that of {name}"
        f" ({_dated(earliest)}), before {later}."
    )


def _dated(match: MarkMatch) -> str:
    after = ", after the network was public" if match.is_after else ""
    return f"{moment_words(match.mark.registered_at)}{after}"
