"""What a dataset's page shows: which metrics there are, ranks with ties, claims not measured."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.metrics import Stated
from analysis.rankings import Measured, Ranked, ranked
from registry.ecosystem.boards import MOST_RANKED, Choice, best, choices
from registry.ecosystem.datasets import Tally, folded, own_name
from registry.models import Claim, DatasetTally, Finding, Repo
from registry.web.claims import Comparison, compare_stated
from registry.web.paging import Stretch
from registry.web.scales import stated
from registry.web.states import STATES, State

__all__ = ["Choice", "Place", "Ranking", "choices", "chosen", "ranking", "with_pages"]


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the ranking."""

    ranked: Ranked
    finding: Finding
    claim: Claim
    repo: Repo
    state: State
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best models, and those whose metric was computed in another way than most."""

    places: list[Ranked]
    rows: Mapping[int, tuple[Finding, Claim, Stated]]  # by the finding's number
    otherwise: int
    is_cut: bool
    args: str

    def shown(self, page: Stretch) -> list[Place]:
        """Return a page of it."""
        some = self.places[page.start : page.end]
        return [_place(one, *self.rows[one.measured.key]) for one in some]


def chosen(among: Sequence[Choice], asked: Mapping[str, str]) -> Choice | None:
    """Return the choice that is asked for, the first where none is; None for one there is not."""
    if "metric" not in asked:
        return among[0] if among else None
    names = ("metric", "config", "split")
    wanted = tuple(asked.get(name, "") for name in names)
    return next((one for one in among if (one.metric, one.config, one.split) == wanted), None)


def ranking(tally: Tally, choice: Choice) -> Ranking:
    """Rank the models with the best measured values: one query, or two where many claim it."""
    metric = choice.known
    if metric is None:
        return Ranking([], {}, 0, is_cut=False, args="")
    findings = list(best(tally, choice, MOST_RANKED + 1))
    is_cut = len(findings) > MOST_RANKED
    kept: dict[int, tuple[Finding, Claim, Stated]] = {}
    for finding in findings[:MOST_RANKED]:
        claim = finding.run.claim
        said = stated(claim) if claim else None
        if claim is not None and said is not None and said.metric is metric:
            kept.setdefault(finding.run.revision.repo_id, (finding, claim, said))
    counter = Counter(_args(said) for _, _, said in kept.values())
    usual = counter.most_common(1)[0][0] if counter else ""
    rows = {row[0].pk: row for row in kept.values() if _args(row[2]) == usual}
    places = ranked(
        (_measured(finding) for finding, _, _ in rows.values()),
        metric=metric.id,
        higher_is_better=metric.higher_is_better,
    )
    return Ranking(list(places), rows, len(kept) - len(rows), is_cut, usual)


def _args(said: Stated) -> str:
    return ", ".join(f"{key} {said.args[key]}" for key in sorted(said.args))


def _measured(finding: Finding) -> Measured:
    return Measured(finding.pk, finding.value or 0.0, finding.low, finding.high, finding.n)


def _place(one: Ranked, finding: Finding, claim: Claim, said: Stated) -> Place:
    state = STATES[finding.verdict]
    tolerance = getattr(finding, "tolerance", None)
    comparison = compare_stated(claim, said, finding, state, tolerance)
    return Place(one, finding, claim, finding.run.revision.repo, state, comparison)


def with_pages(claims: Sequence[Claim]) -> dict[int, str]:
    """Return the name of each claim's dataset, by the claim's number, where it has a page.

    A claim that counts today gives its dataset a page by itself; one query asks about the others.
    """
    named = [claim for claim in claims if claim.dataset]
    found = {claim.pk: own_name(claim.dataset) for claim in named if _counts(claim)}
    others = {claim.pk: folded(claim.dataset) for claim in named if claim.pk not in found}
    if others:
        counted = DatasetTally.objects.filter(pk__in=set(others.values()))
        known = dict(counted.values_list("folded", "name"))
        found |= {pk: known[key] for pk, key in others.items() if key in known}
    return found


def _counts(claim: Claim) -> bool:
    """Say whether a tally made now would count the claim."""
    repo = claim.revision.repo
    is_shown = repo.state == Repo.State.PRESENT and not repo.is_private
    return is_shown and not claim.problem and claim.revision.sha == repo.head_sha
