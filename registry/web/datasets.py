"""What a dataset's page shows: which metrics there are, ranks with ties, claims not measured."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Lower

from analysis.metrics import METRICS, Metric, find
from analysis.rankings import Measured, Ranked, ranked
from registry.ecosystem.datasets import Tally, spellings
from registry.models import Claim, Finding, Repo, Run
from registry.models.claims import ClaimQuerySet
from registry.visibility import public_claims
from registry.web.claims import Comparison, compare
from registry.web.scales import stated
from registry.web.states import STATES, State

MOST_RANKED = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """A metric, config and split that models claim something for; ``written`` as claims do."""

    metric: str
    name: str
    config: str
    split: str
    written: tuple[str, ...]
    claims: int
    measured: int

    @property
    def query(self) -> str:
        """Return the query that chooses it."""
        asked = {"metric": self.metric, "config": self.config, "split": self.split}
        return urlencode(asked)

    @property
    def words(self) -> str:
        """Name it in one line."""
        return ", ".join(part for part in (self.name, self.config, self.split) if part)

    @property
    def known(self) -> Metric | None:
        """Return the metric where it is one whose direction is known."""
        return METRICS.get(self.metric)


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

    places: list[Place]
    otherwise: int
    is_cut: bool
    args: str


def choices(tally: Tally) -> list[Choice]:
    """Return what can be chosen, the most measured first; spellings of a metric are one."""
    found: dict[tuple[str, str, str], Choice] = {}
    for written, config, split, claims, measured in tally.parts:
        known = find(written)
        metric = (known.complement_of or known.id) if known else written
        key = (metric, config, split)
        before = found.get(key)
        found[key] = Choice(
            *(metric, METRICS[metric].name if metric in METRICS else written, config, split),
            (*(before.written if before else ()), written),
            claims + (before.claims if before else 0),
            measured + (before.measured if before else 0),
        )
    return sorted(found.values(), key=lambda choice: (-choice.measured, -choice.claims))


def chosen(among: Sequence[Choice], asked: Mapping[str, str]) -> Choice | None:
    """Return the choice that is asked for, the first where none is; None for one there is not."""
    if "metric" not in asked:
        return among[0] if among else None
    names = ("metric", "config", "split")
    wanted = tuple(asked.get(name, "") for name in names)
    return next((one for one in among if (one.metric, one.config, one.split) == wanted), None)


def claims_of(name: str, choice: Choice) -> ClaimQuerySet:
    """Select the readable claims that models make of this today."""
    return (
        public_claims()
        .standing()
        .alias(folded=Lower("dataset"))
        .filter(
            folded__in=spellings(name),
            metric__in=choice.written,
            config=choice.config,
            split=choice.split,
            problem="",
            revision__repo__state=Repo.State.PRESENT,
        )
    )


def ranking(name: str, choice: Choice) -> Ranking:
    """Rank the models with the best measured values: one query."""
    metric = choice.known
    if metric is None:
        return Ranking([], 0, is_cut=False, args="")
    findings = list(_findings(name, choice, metric)[: MOST_RANKED + 1])
    is_cut = len(findings) > MOST_RANKED
    kept: dict[int, tuple[Finding, Claim, str]] = {}
    for finding in findings[:MOST_RANKED]:
        claim = finding.run.claim
        said = stated(claim) if claim else None
        if claim is not None and said is not None and said.metric is metric:
            args = ", ".join(f"{key} {said.args[key]}" for key in sorted(said.args))
            kept.setdefault(finding.run.revision.repo_id, (finding, claim, args))
    counter = Counter(args for _, _, args in kept.values())
    usual = counter.most_common(1)[0][0] if counter else ""
    rows = {finding.pk: (finding, claim) for finding, claim, args in kept.values() if args == usual}
    places = ranked(
        (_measured(finding) for finding, _ in rows.values()),
        metric=metric.id,
        higher_is_better=metric.higher_is_better,
    )
    found = [_place(one, *rows[one.measured.key]) for one in places]
    return Ranking(found, len(kept) - len(rows), is_cut, usual)


def _findings(name: str, choice: Choice, metric: Metric) -> "QuerySet[Finding]":
    newest = (
        Run.objects.filter(claim__in=claims_of(name, choice).values("pk"), finding__isnull=False)
        .order_by("claim", "-pk")
        .distinct("claim")
    )
    return (
        Finding.objects.filter(run__in=newest.values("pk"), value__isnull=False)
        .select_related("run__claim", "run__revision__repo")
        .defer("evidence", "envelope")
        .annotate(tolerance=F("evidence__measure__tolerance"))
        .order_by("-value" if metric.higher_is_better else "value", "pk")
    )


def _measured(finding: Finding) -> Measured:
    return Measured(finding.pk, finding.value or 0.0, finding.low, finding.high, finding.n)


def _place(one: Ranked, finding: Finding, claim: Claim) -> Place:
    state = STATES[finding.verdict]
    comparison = compare(claim, finding, state, getattr(finding, "tolerance", None))
    return Place(one, finding, claim, finding.run.revision.repo, state, comparison)


def unmeasured(name: str, choice: Choice) -> ClaimQuerySet:
    """Select the claims that nobody has measured yet."""
    answered = Run.objects.filter(claim=OuterRef("pk"), finding__isnull=False)
    found = claims_of(name, choice).filter(~Exists(answered))
    return found.select_related("revision__repo")
