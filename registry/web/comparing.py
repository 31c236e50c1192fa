"""Models side by side: what is known of them, what each claims, what was measured."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from urllib.parse import quote_plus

from django.db.models import Q

from analysis.matching.known_datasets import known_dataset
from analysis.metrics import METRICS, Metric
from analysis.rankings import Measured, are_apart
from registry.converters import fits_sha
from registry.models import Claim, Repo, Revision
from registry.visibility import public_repos, public_revisions
from registry.web import claims as claim_rows
from registry.web.claims import ClaimRow
from registry.web.scales import stated

MOST = 6
MOST_ROWS = 50
MOST_CLAIMS = 200  # of one model
LONGEST_NAME = 400  # a longer one is no name
_NEAR = ("config", "split")  # what may differ where a claim is shown greyed


@dataclass(frozen=True, slots=True)
class Column:
    """A model as it was asked for: ``name`` or ``name@sha``; a sentence where there is none."""

    asked: str
    name: str
    repo: Repo | None
    revision: Revision | None
    sentence: str
    without: str  # the query of the same page without it


@dataclass(frozen=True, slots=True)
class Thing:
    """What claims of several models may be about: the same task, data and metric."""

    task: str
    dataset: str
    config: str
    split: str
    metric: str
    args: str

    def is_near(self, other: "Thing") -> bool:
        """Say whether only the part of the dataset is another one."""
        same = ("task", "dataset", "metric", "args")
        return all(getattr(self, name) == getattr(other, name) for name in same)


_WEIGHT = {"overstated": 0, "understated": 1, "inconclusive": 2, "confirmed": 3}


@dataclass(slots=True)
class Cell:
    """What one model claims of a thing; ``greyed`` says why it is not compared."""

    row: ClaimRow
    more: int = 0
    greyed: str = ""
    is_best: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A thing with a cell for each column, None where a model says nothing of it."""

    claim: Claim
    thing: Thing
    cells: list[Cell | None]
    best: str  # which is ahead, or which tie; empty where there are not two to compare
    differs: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known of each model; a text for each column, empty where unknown."""

    name: str
    texts: list[str]
    differs: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything on the page."""

    columns: list[Column]
    left_out: list[str]
    facts: list[Fact]
    lines: list[Line]
    more: int = 0
    names: list[str] = field(default_factory=list)

    def only_differences(self) -> "Compared":
        """Leave out what is the same everywhere."""
        facts = [fact for fact in self.facts if fact.differs]
        lines = [line for line in self.lines if line.differs]
        return Compared(self.columns, self.left_out, facts, lines, self.more, self.names)


def query(asked: Sequence[str], **more: str) -> str:
    """Write what is asked for as a query."""
    parts = [f"m={quote_plus(name, safe='/@')}" for name in asked]
    return "&".join([*parts, *(f"{name}={value}" for name, value in more.items())])


def compare(asked: Iterable[str]) -> Compared:
    """Put at most six models side by side: a fixed number of queries, however many they are."""
    names = (name.replace("\0", "").strip()[:LONGEST_NAME] for name in asked)
    wanted = list(dict.fromkeys(name for name in names if name))
    shown, left_out = wanted[:MOST], wanted[MOST:]
    columns = _columns(shown)
    revisions = [column.revision for column in columns if column.revision is not None]
    rows = _rows(revisions)
    lines = _lines(columns, rows)
    return Compared(
        columns,
        left_out,
        _facts(columns, rows),
        lines[:MOST_ROWS],
        max(len(lines) - MOST_ROWS, 0),
        shown,
    )


def _columns(wanted: Sequence[str]) -> list[Column]:
    parted = [(asked, *_parted(asked)) for asked in wanted]
    repos: dict[str, Repo] = {}
    found = public_repos().filter(name__in=[name for _, name, _ in parted]).select_related("author")
    for repo in found.order_by("synced_at", "pk"):
        held = repos.get(repo.name)
        if held is None or held.state != Repo.State.PRESENT or repo.state == Repo.State.PRESENT:
            repos[repo.name] = repo
    commits = _commits([(repos[name], sha) for _, name, sha in parted if name in repos])
    return [
        _column(asked, name, sha, repos.get(name), commits, wanted) for asked, name, sha in parted
    ]


def _parted(asked: str) -> tuple[str, str]:
    """Part ``name@sha``; what follows the sign is no commit unless it may be one."""
    name, _, sha = asked.rpartition("@")
    return (name, sha) if name and fits_sha(sha) else (asked, "")


def _commits(wanted: Iterable[tuple[Repo, str]]) -> dict[tuple[int, str], list[Revision]]:
    """Find the commits that are asked for, the heads where none is, by repo and what was asked."""
    keys = {(repo.pk, sha): repo for repo, sha in wanted}
    if not keys:
        return {}
    chosen = [
        Q(repo=pk, sha__startswith=sha) if sha else Q(repo=pk, sha=repo.head_sha)
        for (pk, sha), repo in keys.items()
    ]
    found = list(public_revisions().filter(reduce(or_, chosen)).order_by("-pk")[:100])
    by_key: dict[tuple[int, str], list[Revision]] = {}
    for (pk, sha), repo in keys.items():
        for revision in found:
            if revision.repo_id == pk and revision.sha.startswith(sha or repo.head_sha):
                revision.repo = repo
                by_key.setdefault((pk, sha), []).append(revision)
    return by_key


def _column(
    asked: str,
    name: str,
    sha: str,
    repo: Repo | None,
    commits: Mapping[tuple[int, str], list[Revision]],
    wanted: Sequence[str],
) -> Column:
    without = query([other for other in wanted if other != asked])
    if repo is None:
        sentence = "No model of this name is mirrored here."
        return Column(asked, name, None, None, sentence, without)
    found = commits.get((repo.pk, sha), [])
    sentence = ""
    if len(found) > 1:
        found, sentence = [], "Several commits begin so. Write more digits of it."
    elif not found:
        sentence = (
            "No such commit of this model is mirrored here."
            if sha
            else "Only its record is mirrored yet; its card and files were not read."
        )
    return Column(asked, name, repo, found[0] if found else None, sentence, without)


def _rows(revisions: Sequence[Revision]) -> dict[int, list[ClaimRow]]:
    """Return the rows of the claims of all revisions, by revision: two queries."""
    by_key = {revision.pk: revision for revision in revisions}
    if not by_key:
        return {}
    first, *others = [
        Claim.objects.filter(revision=pk, problem="").order_by("pk")[:MOST_CLAIMS] for pk in by_key
    ]
    found = list(first.union(*others, all=True) if others else first)
    for claim in found:
        claim.revision = by_key[claim.revision_id]
    rows: dict[int, list[ClaimRow]] = {}
    for row in claim_rows.rows(found, list(claim_rows.answers_to(found))):
        rows.setdefault(row.claim.revision_id, []).append(row)
    return rows


def thing_of(claim: Claim) -> Thing:
    """Return what a claim is about, other spellings of a dataset and a metric taken together."""
    said = stated(claim)
    dataset = (claim.dataset or claim.dataset_name).strip().lower()
    known = known_dataset(dataset) if dataset else None
    args = said.args if said else claim.args
    return Thing(
        claim.task.lower(),
        known.id.lower() if known and not known.id.endswith("*") else dataset,
        claim.config.lower(),
        (claim.split or (said.split if said else "")).lower(),
        said.metric.id if said else claim.metric.lower(),
        ", ".join(f"{name} {args[name]}" for name in sorted(args)),
    )


def _lines(columns: Sequence[Column], rows: Mapping[int, list[ClaimRow]]) -> list[Line]:
    held: list[dict[Thing, Cell]] = []
    for column in columns:
        cells: dict[Thing, Cell] = {}
        for row in rows.get(column.revision.pk, []) if column.revision else []:
            thing = thing_of(row.claim)
            cell = cells.setdefault(thing, Cell(row))
            if cell.row is not row:
                cell.more += 1
                cell.row = min(cell.row, row, key=_weight)
        held.append(cells)
    things = list(dict.fromkeys(thing for cells in held for thing in cells))
    # What several models speak of first: that is what the reader came for.
    things.sort(key=lambda thing: -sum(thing in cells for cells in held))
    return [_line(thing, held, [column.name for column in columns]) for thing in things]


def _weight(row: ClaimRow) -> int:
    """Return a small number for what a reader must not miss: that a claim of several is wrong."""
    return _WEIGHT.get(row.state.key, len(_WEIGHT) + (row.finding is None))


def _line(thing: Thing, held: Sequence[Mapping[Thing, Cell]], names: Sequence[str]) -> Line:
    cells = [_cell(thing, of) for of in held]
    exact = [cell for cell in cells if cell is not None and not cell.greyed]
    for cell in exact[1:]:
        cell.greyed = _apart_by(exact[0].row, cell.row)
    said = {_said(cell) for cell in cells}
    return Line(exact[0].row.claim, thing, cells, _best(cells, names), len(said) > 1)


def _cell(thing: Thing, of: Mapping[Thing, Cell]) -> Cell | None:
    """Return the cell of a thing; where there is none, that of another part of the same dataset."""
    if thing in of:
        found = of[thing]
        return Cell(found.row, found.more)
    near = [other for other in of if other.is_near(thing)]
    if not near:
        return None
    other = min(near, key=lambda one: sum(getattr(one, n) != getattr(thing, n) for n in _NEAR))
    why = [
        f"another {name}: {getattr(other, name) or 'not named'}"
        for name in _NEAR
        if getattr(other, name) != getattr(thing, name)
    ]
    return Cell(of[other].row, greyed="; ".join(why))


def _apart_by(first: ClaimRow, other: ClaimRow) -> str:
    """Say why two claims of the same thing cannot be compared; empty where they can."""
    named = (first.claim.dataset_revision, other.claim.dataset_revision)
    if all(named) and named[0] != named[1]:
        return f"another revision of the dataset: {named[1]}"
    if first.finding is None or other.finding is None or not first.run or not other.run:
        return ""
    shas = (first.run.dataset_sha, other.run.dataset_sha)
    if all(shas) and shas[0] != shas[1]:
        return f"measured on another revision of the dataset: {shas[1][:12]}"
    sizes = [getattr(row.run, "population", None) for row in (first, other)]
    if all(type(size) is int for size in sizes) and sizes[0] != sizes[1]:
        return f"measured on another subset: {sizes[1]:,} rows"
    return ""


def _said(cell: Cell | None) -> tuple[str, ...]:
    if cell is None:
        return ()
    shown = cell.row.comparison
    return (shown.claimed, shown.measured, shown.interval, cell.row.state.key, cell.greyed)


def _best(cells: Sequence[Cell | None], names: Sequence[str]) -> str:
    """Mark the best cell where it is apart from all others; say which one it is, or which tie."""
    metric: Metric | None = None
    measured: dict[int, Measured] = {}
    for place, cell in enumerate(cells):
        finding = cell.row.finding if cell and not cell.greyed else None
        said = stated(cell.row.claim) if cell and finding else None
        if finding is not None and finding.value is not None and said is not None:
            metric = METRICS[said.metric.id]
            measured[place] = Measured(place, finding.value, finding.low, finding.high, finding.n)
    if metric is None or len(measured) < 2:
        return ""
    sign = 1 if metric.higher_is_better else -1
    best = max(measured.values(), key=lambda one: sign * one.value)
    others = [one for one in measured.values() if one is not best]
    apart = are_apart(best, others, metric=metric.id, higher_is_better=metric.higher_is_better)
    if all(apart):
        marked = cells[best.key]
        if marked is not None:
            marked.is_best = True
        return f"Best: {names[best.key]}"
    ties = [best, *(one for one, is_apart in zip(others, apart, strict=True) if not is_apart)]
    return "Tie, not told apart by the intervals: " + ", ".join(
        names[one.key] for one in sorted(ties, key=lambda one: one.key)
    )


def _facts(columns: Sequence[Column], rows: Mapping[int, list[ClaimRow]]) -> list[Fact]:
    facts = []
    for name, text in _FACTS.items():
        texts = [
            text(column.repo, column.revision) if column.repo is not None else ""
            for column in columns
        ]
        facts.append(Fact(name, texts, len(set(texts)) > 1))
    counts = [_counts(rows.get(c.revision.pk, [])) if c.revision else "" for c in columns]
    return [*facts, Fact("Claims", counts, len(set(counts)) > 1)]


def _counts(rows: Sequence[ClaimRow]) -> str:
    measured = sum(row.finding is not None for row in rows)
    number = f"{MOST_CLAIMS} or more" if len(rows) == MOST_CLAIMS else str(len(rows))
    return f"{number}, of which {measured} measured"


def _day(repo: Repo) -> str:
    return f"{repo.hub_modified_at:%-d %b %Y}" if repo.hub_modified_at else ""


def _parameters(repo: Repo, revision: Revision | None) -> str:
    found = (revision.parameters if revision else None) or repo.parameters
    return f"{found:,}" if found else ""


_FACTS: dict[str, Callable[[Repo, Revision | None], str]] = {
    "Task": lambda repo, _: repo.pipeline_tag,
    "Library": lambda repo, _: repo.library,
    "Licence": lambda repo, _: repo.licence,
    "Architecture": lambda _, revision: revision.architecture if revision else "",
    "Parameters": _parameters,
    "Access": lambda repo, _: "open" if repo.gate == Repo.Gate.OPEN else "gated",
    "Requests at the hub, 30 days": lambda repo, _: f"{repo.downloads:,}",
    "Updated": lambda repo, _: _day(repo),
}
