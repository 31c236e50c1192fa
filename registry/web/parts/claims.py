"""What a model claims: a page of its claims, and how all of them stand."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from registry import keysets, past_claims
from registry.models import Claim, Finding, Revision, Run
from registry.web import claims, datasets
from registry.web.claims import ClaimRow
from registry.web.parts.shown import Shown
from registry.web.states import STATES, State, finding_of

PAGE_SIZE = 40
MOST_COUNTED = 2_000  # claims of one commit; beyond it a count says "more than"
MOST_UNREAD = 30
BY_PLACE = keysets.Order("place", ("id",))
_HOLD, _FAIL = ("confirmed", "understated"), ("overstated",)
_UNCHECKED = ("unsupported", "dead", "cancelled")
_WAITING = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Standing:
    """The verdict card: how the claims of a revision stand, what its risks are, since when.

    ``counts`` are states with a number, a start and a width in percent.
    """

    measured: int
    total: int
    more: bool  # there are more claims than were counted
    counts: list[tuple[State, int, float, float]]
    lines: list[tuple[State, str]]
    risks: list[tuple[State, int]]
    newest: datetime | None


def standing(revision: Revision, runs: Sequence[Run]) -> Standing:
    """Count a revision's claims by where they stand; ``runs`` are all of it, by ``answers``."""
    readable = revision.claims.filter(problem="").order_by("pk")
    found = list(readable.values_list("pk", flat=True)[: MOST_COUNTED + 1])
    pks = found[:MOST_COUNTED]
    chosen = claims.chosen(runs)
    counter = Counter(claims.standing_of(chosen.get(pk)).key for pk in pks)
    start, counts = 0.0, []
    for key, state in STATES.items():
        if counter[key]:
            share = 100 * counter[key] / len(pks)
            counts.append((state, counter[key], round(start, 3), round(share, 3)))
            start += share
    findings = [finding for run in chosen.values() if (finding := finding_of(run))]
    risks = _risks(runs)
    at = [finding.created_at for finding in findings] + [one.created_at for one in risks]
    return Standing(
        measured=sum(counter[verdict] for verdict in Finding.Verdict.values),
        total=len(pks),
        more=len(found) > MOST_COUNTED,
        counts=counts,
        lines=_lines(counter),
        risks=_tally(risks),
        newest=max(at, default=None),
    )


def _risks(runs: Iterable[Run]) -> list[Finding]:
    """Return the newest finding of each check that measures no claim."""
    newest: dict[str, Finding] = {}
    for run in runs:
        finding = finding_of(run)
        if run.claim_id is None and finding is not None and not claims.replays(run):
            newest[run.check_id] = finding
    return list(newest.values())


def _tally(found: Iterable[Finding]) -> list[tuple[State, int]]:
    counter = Counter(str(finding.verdict) for finding in found)
    return [(state, counter[key]) for key, state in STATES.items() if counter[key]]


def _lines(counter: Counter[str]) -> list[tuple[State, str]]:
    """Say what holds, what does not and what is not known: only what there is."""
    said = [
        (STATES["confirmed"], _HOLD, "holds", "hold"),
        (STATES["overstated"], _FAIL, "does not hold", "do not hold"),
        (STATES["inconclusive"], ("inconclusive",), "could not be settled", "could not be settled"),
        (STATES["dead"], _UNCHECKED, "could not be checked", "could not be checked"),
        (STATES["queued"], _WAITING, "is under way", "are under way"),
        (STATES["none"], ("none",), "is not evaluated", "are not evaluated"),
    ]
    lines = []
    for state, keys, one, many in said:
        count = sum(counter[key] for key in keys)
        if count:
            lines.append((state, f"{count:,} {one if count == 1 else many}"))
    return lines


def page(
    revision: Revision, cursor: str = "", start: int = 0, size: int = PAGE_SIZE
) -> keysets.Page[Claim]:
    """Return a page of the claims that could be read, in their order; raise BadCursor.

    ``start`` is the first one where there is no cursor.
    """
    readable = revision.claims.filter(problem="")
    if start and not cursor:
        readable = readable.filter(pk__gte=start)
    asked = keysets.question({"claims": [str(revision.pk)]})
    found = keysets.page(readable, BY_PLACE, size=size, cursor=cursor, asked=asked)
    for claim in found.rows:
        claim.revision = revision
    return found


def rows(revision: Revision, stated: Sequence[Claim], runs: Iterable[Run]) -> list[ClaimRow]:
    """Return the rows of these claims."""
    earlier = past_claims.carried_over(revision, stated)
    return claims.rows(stated, runs, earlier, datasets=datasets.with_pages(stated))


def build(request: HttpRequest, shown: Shown) -> dict[str, Any]:
    """Return a page of claims; ``at`` is the number of the one to begin with."""
    if shown.revision is None:
        return {}
    at = request.GET.get("at", "")
    start = int(at) if at.isascii() and at.isdecimal() and len(at) < 19 else 0
    found = page(shown.revision, request.GET.get("cursor", ""), start)
    runs = claims.answers(shown.revision).filter(claim__in=[claim.pk for claim in found.rows])
    return {
        "page": found,
        "rows": rows(shown.revision, found.rows, runs),
        "starts_within": bool(start),
    }
