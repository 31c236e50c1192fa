"""The family of a model out of the edges of lineage, bounded in every direction.

Parents are followed four levels up, each by its own newest commit; children one level down. Nothing
of a private model is read on, and a circle of models that name each other ends where it began.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from registry.models import Edge, MarkMatch, Repo, Revision

LEVELS = 4
MOST_PARENTS = 120  # edges upwards
MOST_READ = 5_000  # edges downwards that are looked at
MOST_CHILDREN = 500  # of those, with most requests, that are known by name
_RELATIONS: dict[str, str] = dict(Edge.Relation.choices)

# Each level reads the edges of the newest commits of the level before, at most so many; a model is
# followed once. PostgreSQL keeps its working table by level, so that UNION ends a circle.
_UP = """
WITH RECURSIVE up (id, child_repo, level) AS (
    (SELECT e.id, %(repo)s::bigint, 1 FROM registry_edge e
     WHERE e.child_id = %(revision)s ORDER BY e.parent_name, e.id LIMIT %(most)s)
  UNION
    (SELECT next.id, u.parent_id, u.level + 1
     FROM (SELECT DISTINCT e.parent_id, up.level FROM up JOIN registry_edge e ON e.id = up.id
           WHERE up.level < %(levels)s AND e.parent_id IS NOT NULL
             AND e.parent_id <> %(repo)s) u
     JOIN registry_repo r ON r.id = u.parent_id AND NOT r.is_private
     JOIN registry_revision v ON v.repo_id = r.id AND v.sha = r.head_sha
     JOIN LATERAL (SELECT e.id FROM registry_edge e WHERE e.child_id = v.id
                   ORDER BY e.parent_name, e.id LIMIT %(most)s) next ON true
     LIMIT %(most)s)
)
SELECT up.child_repo, min(up.level), e.child_id, e.parent_id, e.parent_name, e.relation, e.basis,
    r.name, r.state, coalesce(r.is_private, false)
FROM up JOIN registry_edge e ON e.id = up.id LEFT JOIN registry_repo r ON r.id = e.parent_id
GROUP BY 1, 3, 4, 5, 6, 7, 8, 9, 10
ORDER BY 2, 1, 5, 7 LIMIT %(most)s
"""
# One row a child repo: the newest commit that names this one, declared before measured.
_DOWN = """
SELECT found.* FROM (
    SELECT DISTINCT ON (v.repo_id) v.repo_id, e.child_id, e.relation, e.basis, r.name, r.state,
        r.downloads
    FROM (SELECT id, child_id, relation, basis FROM registry_edge
          WHERE parent_id = %(repo)s LIMIT %(read)s) e
    JOIN registry_revision v ON v.id = e.child_id
    JOIN registry_repo r ON r.id = v.repo_id
    WHERE NOT r.is_private AND r.state = 'present'
    ORDER BY v.repo_id, v.id DESC, e.basis, e.id
) found ORDER BY found.downloads DESC, found.repo_id
"""


@dataclass(frozen=True, slots=True)
class Kin:
    """An edge: ``child`` was made from ``parent``; ``repo`` is the other end, where it is mirrored.

    Keys are ``r<number>`` for a mirrored model and ``n<name>`` for one that is only named.
    """

    child: str
    parent: str
    name: str  # of the other end
    repo: Repo | None
    relation: str
    basis: str
    level: int
    revision: int  # the commit that says so, or in which it was measured
    run: int | None = None  # that measured it

    @property
    def said(self) -> str:
        """Say how, and who says so."""
        word = "Relation unknown" if self.relation == "unknown" else _RELATIONS[self.relation]
        return f"{word}, {self.basis}"


@dataclass(frozen=True, slots=True)
class Family:
    """A model with its parents up to LEVELS levels, and its children by requests at the hub."""

    key: str
    name: str
    parents: list[Kin]
    children: list[Kin]
    left_out: list[tuple[str, int]]  # children that are known by number only, by relation
    is_cut: bool  # there are more children than were looked at

    def __bool__(self) -> bool:
        """Say whether there is anybody."""
        return bool(self.parents or self.children)


def of(revision: Revision) -> Family:
    """Return the family of a commit: its own parents, and the children of its model."""
    repo = revision.repo
    given = {"repo": repo.pk, "revision": revision.pk, "levels": LEVELS}
    up = _rows(_UP, given | {"most": MOST_PARENTS})
    down = _rows(_DOWN, {"repo": repo.pk, "read": MOST_READ + 1})
    parents = [_parent(row) for row in up if not row[9]]
    reachable = _reachable(parents, f"r{repo.pk}")
    rest = Counter(str(row[2]) for row in down[MOST_CHILDREN:])
    children = [_child(row, repo) for row in down[:MOST_CHILDREN]]
    parents, children = _with_runs(reachable, children)
    return Family(
        key=f"r{repo.pk}",
        name=repo.name,
        parents=parents,
        children=children,
        left_out=rest.most_common(),
        is_cut=len(down) > MOST_READ,
    )


def _rows(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _repo(pk: int, name: str, state: str) -> Repo:
    """Return a repo with what its address needs."""
    return Repo(pk=pk, name=name, state=state)


def _parent(row: tuple[Any, ...]) -> Kin:
    child, level, revision, parent, named, relation, basis, name, state, _ = row
    repo = _repo(parent, name, state) if parent is not None else None
    key = f"r{parent}" if parent is not None else f"n{named}"
    return Kin(f"r{child}", key, name or named, repo, relation, basis, level, revision)


def _child(row: tuple[Any, ...], of_repo: Repo) -> Kin:
    pk, revision, relation, basis, name, state, _ = row
    repo = _repo(pk, name, state)
    return Kin(f"r{pk}", f"r{of_repo.pk}", name, repo, relation, basis, -1, revision)


def _reachable(parents: Iterable[Kin], start: str) -> list[Kin]:
    """Leave out what hangs only on a model that is not shown."""
    known, kept = {start}, []
    for kin in sorted(parents, key=lambda one: one.level):
        if kin.child in known:
            known.add(kin.parent)
            kept.append(kin)
    return kept


def _with_runs(*several: list[Kin]) -> list[list[Kin]]:
    """Name for each measured edge the run that measured it: a mark of the parent was found."""
    measured = [kin for kins in several for kin in kins if kin.basis == Edge.Basis.MEASURED]
    if not measured:
        return list(several)
    found = MarkMatch.objects.filter(
        revision__in={kin.revision for kin in measured}, carries=True, mark__home__isnull=False
    )
    runs = {
        (revision, f"r{home}"): run
        for revision, home, run in found.order_by("pk").values_list(
            "revision", "mark__home", "run"
        )[: 2 * MOST_CHILDREN]
    }
    return [
        [
            Kin(
                kin.child,
                kin.parent,
                kin.name,
                kin.repo,
                kin.relation,
                kin.basis,
                kin.level,
                kin.revision,
                runs.get((kin.revision, kin.parent)) if kin.basis == Edge.Basis.MEASURED else None,
            )
            for kin in kins
        ]
        for kins in several
    ]
