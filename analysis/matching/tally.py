"""How many of many claims can be measured, and what the others lack."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from analysis.matching.known_datasets import known_dataset
from analysis.matching.match import Match

PIECES = frozenset({"task", "metric", "value", "dataset"})


@dataclass(slots=True)
class Tally:
    """Counts over claims.

    ``understood`` have a task that is measured here, a metric and a dataset that we know;
    ``complete`` lack nothing. ``reasons`` counts the worst gap of each that is not complete.
    """

    claims: int = 0
    understood: int = 0
    complete: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)  # (piece, reason)

    def add(self, found: Match) -> None:
        """Count one claim."""
        self.claims += 1
        lacks = {gap.piece for gap in found.gaps}
        is_known = bool(found.dataset) and known_dataset(found.dataset) is not None
        self.understood += is_known and not lacks & PIECES
        self.complete += not lacks
        if found.gaps:
            worst = found.gaps[0]
            self.reasons[worst.piece, worst.reason] += 1

    def lines(self, most: int = 10) -> list[str]:
        """Say it in sentences."""
        share = f" ({self.complete / self.claims:.1%})" if self.claims else ""
        return [
            f"{self.claims:,} claims",
            f"{self.understood:,} have a task, a metric and a dataset that are known here",
            f"{self.complete:,} lack nothing{share}",
            *(
                f"{number:,} lack the {piece}: {reason}"
                for (piece, reason), number in self.reasons.most_common(most)
            ),
        ]


def tally(matches: Iterable[Match]) -> Tally:
    """Count many."""
    total = Tally()
    for found in matches:
        total.add(found)
    return total
