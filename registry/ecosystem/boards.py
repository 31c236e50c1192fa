"""The best findings on a dataset: looked up where few claim it, made ahead where many do."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Lower

from analysis.metrics import METRICS, Metric, find
from registry import keysets
from registry.ecosystem.datasets import Tally, folds
from registry.models import Claim, DatasetBoard, DatasetTally, Finding, Repo, Run
from registry.models.claims import ClaimQuerySet
from registry.visibility import public_claims

MOST_RANKED = 200
LARGE = 500  # claims; beyond this the newest answers to all of them take too long for a page
NEAR = 300  # claims among which a page of unmeasured ones is looked for first
STATED = keysets.Order("stated", ("id",))


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

    @property
    def key(self) -> str:
        """Return a short name of it."""
        return hashlib.sha256(self.query.encode()).hexdigest()


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


def claims_of(name: str, choice: Choice) -> ClaimQuerySet:
    """Select the readable claims that models make of this today."""
    today = public_claims().standing().filter(revision__repo__state=Repo.State.PRESENT)
    return _about(today, name, choice)


def _about(claims: ClaimQuerySet, name: str, choice: Choice) -> ClaimQuerySet:
    return claims.alias(folded=Lower("dataset")).filter(
        folded__in=folds(name),
        metric__in=choice.written,
        config=choice.config,
        split=choice.split,
        problem="",
    )


def unmeasured(name: str, choice: Choice) -> ClaimQuerySet:
    """Select the claims that nobody has measured yet."""
    answered = Run.objects.filter(claim=OuterRef("pk"), finding__isnull=False)
    found = claims_of(name, choice).filter(~Exists(answered))
    return found.select_related("revision__repo")


def unmeasured_page(tally: Tally, choice: Choice, *, size: int, cursor: str) -> keysets.Page[Claim]:
    """Return a page of those, in the order in which they were read; raise BadCursor.

    Of many claims those next to the cursor are looked at first, for to find out of all of them
    whether they were measured takes too long for a page; where that fills no page, all are. That
    all are measured is as old as the tally.
    """
    rows = unmeasured(tally.name, choice)
    asked = keysets.question({"dataset": [tally.name], "choice": [choice.query]})
    if choice.claims > LARGE:
        is_back, key = keysets.read(cursor, STATED, asked)
        if choice.measured >= choice.claims:
            return keysets.Page([], "", "")
        near = _about(Claim.objects.all(), tally.name, choice).order_by("-pk" if is_back else "pk")
        if key is not None:
            near = near.filter(pk__lt=key[0]) if is_back else near.filter(pk__gt=key[0])
        close = rows.filter(pk__in=near.values("pk")[:NEAR])
        page = keysets.page(close, STATED, size=size, cursor=cursor, asked=asked)
        if page.previous if is_back else page.next:
            return page
    return keysets.page(rows, STATED, size=size, cursor=cursor, asked=asked)


def best(tally: Tally, choice: Choice, most: int) -> "QuerySet[Finding]":
    """Select the newest findings on each claim, the best first, with what a row of a ranking shows.

    Those of many claims were put in order by `remake`, and are as old as the tally.
    """
    board = None
    if choice.claims > LARGE:
        board = DatasetBoard.objects.filter(folded=tally.folded, key=choice.key).first()
    found = _ordered(tally.name, choice) if board is None else _those(board.findings, choice)
    return (
        found.select_related("run__claim", "run__revision__repo")
        .only(*_OF_A_ROW, *(f"run__claim__{field.name}" for field in Claim._meta.concrete_fields))
        .annotate(tolerance=F("evidence__measure__tolerance"))[:most]
    )


# Hundreds of rows are ranked for a page of them: what nobody looks at is not read.
_OF_A_ROW = (
    *("run", "verdict", "value", "low", "high", "n", "run__claim", "run__revision"),
    *("run__revision__repo", "run__revision__repo__name", "run__revision__repo__state"),
)


def _ordered(name: str, choice: Choice) -> "QuerySet[Finding]":
    newest = (
        Run.objects.filter(claim__in=claims_of(name, choice).values("pk"), finding__isnull=False)
        .order_by("claim", "-pk")
        .distinct("claim")
    )
    found = Finding.objects.filter(run__in=newest.values("pk"), value__isnull=False)
    return found.order_by(*_order(choice))


def _those(findings: Sequence[int], choice: Choice) -> "QuerySet[Finding]":
    """Select findings of a board; a model that was hidden since is left out at once."""
    shown = Finding.objects.filter(pk__in=findings, run__revision__repo__is_private=False)
    present = shown.filter(run__revision__repo__state=Repo.State.PRESENT)
    return present.order_by(*_order(choice))


def _order(choice: Choice) -> tuple[str, str]:
    higher = choice.known is None or choice.known.higher_is_better
    return ("-value" if higher else "value", "pk")


def remake() -> int:
    """Put the findings of every dataset with many claims in order; return how many boards."""
    kept = []
    for stored in DatasetTally.objects.filter(claims__gt=LARGE).iterator(chunk_size=100):
        tally = Tally(stored.folded, stored.name, parts=stored.parts)
        for choice in choices(tally):
            if choice.claims <= LARGE or choice.known is None:
                continue
            keys = _ordered(tally.name, choice).values_list("pk", flat=True)[: MOST_RANKED + 1]
            board, _ = DatasetBoard.objects.update_or_create(
                folded=tally.folded, key=choice.key, defaults={"findings": list(keys)}
            )
            kept.append(board.pk)
    DatasetBoard.objects.exclude(pk__in=kept).delete()
    return len(kept)
