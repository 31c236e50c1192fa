"""What the first page shows: counts, the newest findings, and claims against measurements."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import F, QuerySet

from analysis import catalog
from analysis.metrics import Stated
from registry.models import Finding, Repo, SearchCount
from registry.visibility import public_claims, public_findings, public_repos, public_runs
from registry.web.claims import compare
from registry.web.clouds import Cloud, Dot, cloud
from registry.web.scales import Scale, stated
from registry.web.states import STATES

SHOWN = 6
SPREAD, MOST_OF_ONE = 60, 2  # the newest findings, of which a model may have so many shown
READ = 120  # the newest findings on claims, among which the biggest gaps are looked for
COUNTED = 20_000  # beyond this a count says "more than"
KEPT_S = 60  # counting takes longer than all the rest of the page


@dataclass(frozen=True, slots=True)
class Told:
    """A finding on a claim, what the claim says, and how far apart they are."""

    finding: Finding
    said: Stated
    gap: float  # measured minus claimed, in shares of the metric's span


def counts() -> list[tuple[str, str, str]]:
    """Return what there is, how much of it, and where it is listed; at most a minute old."""
    return cache.get_or_set("overview.counts", _counts, KEPT_S) or []


def _counts() -> list[tuple[str, str, str]]:
    known = SearchCount.objects.values_list("total", flat=True).first()
    models = f"{known:,}" if known else _capped(public_repos().listed())
    waiting = public_runs().filter(status__in=["queued", "running"])
    return [
        ("models", models, "web:repo-list"),
        ("claims read", _capped(public_claims()), "web:repo-list"),
        ("findings", _capped(public_findings()), "web:run-list"),
        ("runs under way", _capped(waiting), "web:run-list"),
    ]


def _capped(rows: "QuerySet[Any]") -> str:
    """Count up to a bound, which keeps the page quick at millions of rows."""
    number = rows.order_by()[: COUNTED + 1].count()
    return f"{COUNTED:,}+" if number > COUNTED else f"{number:,}"


def is_empty() -> bool:
    """Say whether nothing is mirrored yet."""
    return not Repo.objects.filter(state=Repo.State.PRESENT, is_private=False).exists()


def _findings() -> "QuerySet[Finding]":
    """Return findings, newest first; of the evidence, which may be long, only the tolerance."""
    found = public_findings().select_related("run__revision__repo", "run__claim")
    return found.defer("envelope", "evidence").order_by("-pk")


def newest() -> list[dict[str, object]]:
    """Return the newest findings as lines, of one model only while there is no other.

    A model with a hundred claims would else be all that a visitor sees for a day.
    """
    held: Counter[int] = Counter()
    found = []
    for place, finding in enumerate(_findings()[:SPREAD]):
        repo = finding.run.revision.repo_id
        found.append((held[repo] >= MOST_OF_ONE, place, finding))
        held[repo] += 1
    chosen = sorted(found, key=lambda one: one[:2])[:SHOWN]
    return lines([finding for _, _, finding in sorted(chosen, key=lambda one: one[1])])


def told() -> list[Told]:
    """Return the newest findings on claims, one a claim."""
    found: dict[int, Told] = {}
    for finding in _findings().filter(run__claim__isnull=False)[:READ]:
        claim = finding.run.claim
        said = stated(claim) if claim else None
        if claim is None or said is None or finding.value is None or claim.pk in found:
            continue
        span = Scale(said.metric).span or abs(said.value) or 1.0
        found[claim.pk] = Told(finding, said, (finding.value - said.value) / span)
    return list(found.values())


def widest(among: Sequence[Told]) -> list[dict[str, object]]:
    """Return the widest gaps between claim and measurement as lines."""
    apart = [one for one in among if one.finding.verdict in {"overstated", "understated"}]
    apart.sort(key=lambda one: -abs(one.gap))
    return lines([one.finding for one in apart[:SHOWN]])


def lines(found: Sequence[Finding]) -> list[dict[str, object]]:
    """Return what the list of findings shows of each: one query for all of them."""
    keys = [finding.pk for finding in found]
    near = F("evidence__measure__tolerance")
    rows = Finding.objects.filter(pk__in=keys).annotate(near=near).values_list("pk", "near")
    entries = catalog.entries() if any(finding.run.claim is None for finding in found) else {}
    titles = {id_: entry.title for id_, entry in entries.items()}
    tolerances = dict(rows)
    return [_line(finding, tolerances.get(finding.pk), titles) for finding in found]


def _line(finding: Finding, tolerance: Any, titles: Mapping[str, str]) -> dict[str, object]:
    run, state = finding.run, STATES[finding.verdict]
    shown = compare(run.claim, finding, state, tolerance)
    check = titles.get(run.check_id, run.check_id)
    return {"finding": finding, "run": run, "state": state, "comparison": shown, "check": check}


def scatter(among: Sequence[Told]) -> Cloud | None:
    """Draw claimed against measured, for the metrics that are shares; None for fewer than three."""
    shares = [one for one in among if Scale(one.said.metric).span == 1.0]
    dots = [
        Dot(one.said.value, one.finding.value, STATES[one.finding.verdict])
        for one in shares
        if one.finding.value is not None and 0 <= one.said.value <= 1
    ]
    return cloud(dots) if len(dots) > 2 else None
