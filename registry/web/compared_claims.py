"""What several models claim, side by side: a line for each thing, with the best cell marked.

Claims are read of all models; what was measured is read for the lines that are shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from analysis.matching.known_datasets import known_dataset
from analysis.metrics import METRICS, Metric, Stated
from analysis.rankings import Measured, are_apart
from registry.models import Claim, Revision, Run
from registry.web import claims as claim_rows
from registry.web.claims import ClaimRow
from registry.web.scales import stated

MOST_CLAIMS = 200  # of one model
_NEAR = ("config", "split")  # what may differ where a claim is shown greyed


@dataclass(frozen=True, slots=True)
class Thing:
    """What claims of several models may be about: the same task, data and metric."""

    task: str
    dataset: str
    config: str
    split: str
    metric: str
    args: str

    @property
    def whole(self) -> tuple[str, ...]:
        """Return what it is about but for the part of the dataset."""
        return (self.task, self.dataset, self.metric, self.args)


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


class _Told(NamedTuple):
    """A claim, and what it states where that is clear."""

    claim: Claim
    said: Stated | None


@dataclass(frozen=True, slots=True)
class _Model:
    """What one model claims, by what it is about; ``near`` are the parts of the same whole."""

    name: str
    told: list[_Told]
    by_thing: dict[Thing, list[_Told]] = field(default_factory=dict)
    near: dict[tuple[str, ...], list[Thing]] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, claims: Iterable[Claim]) -> "_Model":
        made = cls(name, [_Told(claim, stated(claim)) for claim in claims])
        for told in made.told:
            thing = thing_of(*told)
            if thing not in made.by_thing:
                made.near.setdefault(thing.whole, []).append(thing)
            made.by_thing.setdefault(thing, []).append(told)
        return made

    def nearest(self, thing: Thing) -> Thing | None:
        """Return the thing itself, else another part of the same dataset, where it claims one."""
        if thing in self.by_thing:
            return thing
        differing = {
            other: sum(getattr(other, name) != getattr(thing, name) for name in _NEAR)
            for other in self.near.get(thing.whole, ())
        }
        return min(differing, key=lambda other: differing[other], default=None)


@dataclass(frozen=True)
class Claimed:
    """What all of the models claim."""

    models: list[_Model]

    @classmethod
    def of(cls, named: Sequence[tuple[str, Revision | None]]) -> "Claimed":
        """Read the claims of all models, those without a revision having none: one query."""
        found = _read([revision for _, revision in named if revision is not None])
        return cls(
            [_Model.of(name, found.get(revision.pk, []) if revision else [])
            for name, revision in named]
        )  # fmt: skip

    @cached_property
    def things(self) -> list[Thing]:
        """Return what several models speak of first: that is what the reader came for."""
        found = dict.fromkeys(thing for model in self.models for thing in model.by_thing)
        return sorted(found, key=lambda one: -sum(one in model.by_thing for model in self.models))

    @property
    def counts(self) -> list[str]:
        """Say of each model how many claims it makes, and how many of them were measured."""
        return [_count([told.claim for told in model.told]) for model in self.models]

    def lines(self, things: Sequence[Thing]) -> list[Line]:
        """Return a line for each of these things: one query for all of them."""
        grid = [[model.nearest(thing) for model in self.models] for thing in things]
        shown = {
            told.claim.pk: told
            for places in grid
            for model, place in zip(self.models, places, strict=True)
            if place is not None
            for told in model.by_thing[place]
        }
        claims = [told.claim for told in shown.values()]
        said = {pk: told.said for pk, told in shown.items()}
        found = claim_rows.rows(claims, list(claim_rows.answers_to(claims)), said=said)
        rows = {row.claim.pk: row for row in found}
        names = [model.name for model in self.models]
        return [
            _line(thing, [
                None if place is None else _cell(thing, place, model.by_thing[place], rows)
                for model, place in zip(self.models, places, strict=True)
            ], names)
            for thing, places in zip(things, grid, strict=True)
        ]  # fmt: skip


def _read(revisions: Sequence[Revision]) -> dict[int, list[Claim]]:
    """Return the claims by revision; ``is_measured`` says of each whether it has a finding."""
    by_key = {revision.pk: revision for revision in revisions}
    if not by_key:
        return {}
    answered = Run.objects.filter(claim=OuterRef("pk"), finding__isnull=False)
    readable = Claim.objects.filter(problem="").annotate(is_measured=Exists(answered))
    first, *others = [readable.filter(revision=pk).order_by("pk")[:MOST_CLAIMS] for pk in by_key]
    found: dict[int, list[Claim]] = {}
    for claim in first.union(*others, all=True) if others else first:
        claim.revision = by_key[claim.revision_id]
        found.setdefault(claim.revision_id, []).append(claim)
    return found


def _count(claims: Sequence[Claim]) -> str:
    measured = sum(getattr(claim, "is_measured", False) for claim in claims)
    number = f"{MOST_CLAIMS} or more" if len(claims) == MOST_CLAIMS else str(len(claims))
    return f"{number}, of which {measured} measured"


def thing_of(claim: Claim, said: Stated | None) -> Thing:
    """Return what a claim is about, other spellings of a dataset and a metric taken together."""
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


def _cell(thing: Thing, place: Thing, told: Sequence[_Told], rows: Mapping[int, ClaimRow]) -> Cell:
    """Return the cell of what a model claims there; grey where it is of another part."""
    row = min((rows[one.claim.pk] for one in told), key=_weight)
    if place == thing:
        return Cell(row, len(told) - 1)
    why = [
        f"another {name}: {getattr(place, name) or 'not named'}"
        for name in _NEAR
        if getattr(place, name) != getattr(thing, name)
    ]
    return Cell(row, greyed="; ".join(why))


def _weight(row: ClaimRow) -> int:
    """Return a small number for what a reader must not miss: that a claim of several is wrong."""
    return _WEIGHT.get(row.state.key, len(_WEIGHT) + (row.finding is None))


def _line(thing: Thing, cells: list[Cell | None], names: Sequence[str]) -> Line:
    exact = [cell for cell in cells if cell is not None and not cell.greyed]
    for cell in exact[1:]:
        cell.greyed = _apart_by(exact[0].row, cell.row)
    said = {_said(cell) for cell in cells}
    return Line(exact[0].row.claim, thing, cells, _best(cells, names), len(said) > 1)


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
        said = cell.row.said if cell and finding else None
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
