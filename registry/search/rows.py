"""From what is stored of a repo to its listing: sort keys, words, labels."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from analysis.metrics import METRICS
from registry.models.listings import BEFORE_ALL
from registry.search import words
from registry.search.facets import Facts, labels

LONGEST_NAME = 300
_INT4 = (1 << 31) - 1
NO_GAP = -1
_MOST_GAP = 1_000_000


def coarse(number: float) -> int:
    """Round to two significant digits, so that a counter that creeps does not move its row."""
    whole = max(0, int(number)) if math.isfinite(number) else 0
    if whole < 100:
        return whole
    step: int = 10 ** (len(str(whole)) - 2)
    return whole // step * step


def gap_of(metric_id: str, stated: float, measured: float) -> int:
    """Return by how much a claim is overstated, in thousandths of the metric's span.

    The span of a share is the width of its range within 0 to 1, else the claim's own size; so
    that a point of accuracy weighs as much as a point of F1, and a perplexity can be compared.
    """
    metric = METRICS.get(metric_id)
    if metric is None or not (math.isfinite(stated) and math.isfinite(measured)):
        return NO_GAP
    span = min(metric.high, 1.0) - max(metric.low, 0.0) if metric.percent else 0.0
    span = span if math.isfinite(span) and span > 0 else abs(stated) or 1.0
    over = stated - measured if metric.higher_is_better else measured - stated
    return max(0, min(_MOST_GAP, round(1000 * over / span)))


@dataclass(slots=True)
class Found:
    """What was found at a head."""

    verdicts: set[str] = field(default_factory=set)
    risks: set[str] = field(default_factory=set)
    gap: int = NO_GAP

    def add(
        self, is_risk: bool, verdict: str, value: float | None, metric: str | None, said: str | None
    ) -> None:
        """Take a finding in."""
        self.verdicts.add(verdict)
        if is_risk:
            self.risks.add(verdict)
        if verdict == "overstated" and value is not None and metric and said:
            try:
                stated = float(said)
            except ValueError:
                return
            self.gap = max(self.gap, gap_of(metric, stated, value))


def found_at(findings: Sequence[tuple[Any, ...]]) -> Mapping[int, Found]:
    """Gather findings by the revision that they belong to."""
    heads: dict[int, Found] = defaultdict(Found)
    for head, *finding in findings:
        heads[head].add(*finding)
    return heads


@dataclass(frozen=True, slots=True)
class Draft:
    """A listing whose labels have no numbers yet."""

    repo: int
    name: str
    words: list[str]
    labels: list[tuple[str, str]]
    downloads: int
    likes: int
    trending: int
    parameters: int
    gap: int
    updated: datetime
    created: datetime

    def row(self, ids: Mapping[tuple[str, str], int]) -> tuple[Any, ...]:
        """Return the columns."""
        folded = words.fold(self.name)[:LONGEST_NAME]
        base = words.fold(self.name.rpartition("/")[2])[:LONGEST_NAME]
        numbers = sorted({ids[label] for label in self.labels})
        # Literals, made here: psycopg looks at each item of a list, which takes longer than all
        # the rest. A word is letters and digits, and quoted, for one of them may be "null".
        tokens = '{"' + '","'.join(self.words) + '"}' if self.words else "{}"
        labelled = "{" + ",".join(map(str, numbers)) + "}"
        return (
            *(self.repo, folded, base, tokens, labelled, self.downloads, self.likes),
            *(self.trending, self.parameters, self.gap, self.updated, self.created),
        )


def draft(facts: tuple[Any, ...], heads: Mapping[int, Found]) -> Draft:
    """Make a listing of a row of `statements.FACTS`."""
    (repo, name, task, library, licence, languages, datasets, architecture, parameters, tags, gate,
     verified, author, downloads, likes, trending, updated, created, head, has_claims,
     endings) = facts  # fmt: skip
    found = heads.get(head) or Found()
    known = Facts(
        task, library, licence, languages, datasets, architecture, parameters, endings, tags, gate,
        has_claims, sorted(found.verdicts), sorted(found.risks), verified, author,
    )  # fmt: skip
    return Draft(
        repo=repo,
        name=name,
        words=words.with_beginnings(
            words.of_row(name, tags, (task, library, licence, architecture, *languages))
        ),
        labels=labels(known),
        downloads=coarse(downloads),
        likes=min(_INT4, coarse(likes)),
        trending=min(_INT4, coarse(trending)),
        parameters=max(0, parameters),
        gap=found.gap,
        updated=updated or BEFORE_ALL,
        created=created or BEFORE_ALL,
    )
