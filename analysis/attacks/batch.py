"""The batch under search: rows leave it once they are decided, and others take their place."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from analysis.attacks.losses import is_wrong, margin
from analysis.attacks.search import Ask, Rows, Search


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose row it is: the place of the image among all, and the run."""

    image: int
    run: int


@dataclass(slots=True)
class Hits:
    """Rows that tried a point which is answered wrongly, as they were when it was looked."""

    owners: list[Owner]
    rows: Rows
    points: torch.Tensor

    def at(self, places: list[int]) -> "Hits":
        """Take some of them."""
        owners = [self.owners[place] for place in places]
        return Hits(owners, taken(self.rows, places), self.points[places])

    def one_an_image(self) -> tuple["Hits", list[Owner]]:
        """Keep the first row of each image; return the owners of the others, too."""
        first: dict[int, int] = {}
        for place, owner in enumerate(self.owners):
            first.setdefault(owner.image, place)
        kept = list(first.values())
        spare = [owner for place, owner in enumerate(self.owners) if place not in set(kept)]
        return (self.at(kept) if spare else self), spare


class Batch:
    """Rows of one search, with what each has found since it was last looked.

    What was found stays on the device behind masks, so that no step waits for the host.
    """

    def __init__(self, search: Search) -> None:
        self.search = search
        self.owners: list[Owner] = []
        self._rows: Rows = {}
        self._points = torch.empty(0)  # the most wrong one of each row
        self._margins = torch.empty(0)  # below 0 where there is one

    def __len__(self) -> int:
        return len(self.owners)

    def add(self, owners: Sequence[Owner], rows: Rows) -> None:
        """Let rows take part, from the step at which they are."""
        if not owners:
            return
        margins = torch.full((len(owners),), torch.inf, device=rows["images"].device)
        points = rows["images"].clone()
        if self.owners:
            rows = {name: torch.cat([value, rows[name]]) for name, value in self._rows.items()}
            margins = torch.cat([self._margins, margins])
            points = torch.cat([self._points, points])
        self.owners = [*self.owners, *owners]
        self._rows, self._margins, self._points = rows, margins, points

    def step(self, ask: Ask) -> None:
        """Do one step of all rows, and note what is answered wrongly."""
        labels = self._rows["labels"]
        takes_part = ~self.search.ended(self._rows)
        points, logits = self.search.step(self._rows, ask)
        lead = torch.where(takes_part & is_wrong(logits, labels), margin(logits, labels), torch.inf)
        more = lead < self._margins
        self._margins = torch.where(more, lead, self._margins)
        self._points = torch.where(more[:, None, None, None], points, self._points)

    def look(self) -> tuple[Hits | None, list[Owner]]:
        """Take out the rows that found something, and those whose run is over: their owners."""
        hit = self._margins < torch.inf
        over = self.search.ended(self._rows) & ~hit
        state = (hit.long() + 2 * over.long()).tolist()  # the one place that waits for the device
        if not any(state):
            return None, []
        places: list[list[int]] = [[], [], []]
        for place, value in enumerate(state):
            places[value].append(place)
        stays, hits, ends = places
        found = None
        if hits:
            found = Hits(self.owners, self._rows, self._points).at(hits)
        ended = [self.owners[place] for place in ends]
        self._keep(stays)
        return found, ended

    def drop(self, images: set[int]) -> list[Owner]:
        """Take out all rows of these images; return whose they were."""
        dropped = [owner for owner in self.owners if owner.image in images]
        if dropped:
            self._keep([n for n, owner in enumerate(self.owners) if owner.image not in images])
        return dropped

    def _keep(self, places: list[int]) -> None:
        self.owners = [self.owners[place] for place in places]
        self._rows = taken(self._rows, places)
        self._points, self._margins = self._points[places], self._margins[places]


def taken(rows: Rows, places: list[int]) -> Rows:
    """Take some rows of all tensors."""
    return {name: value[places] for name, value in rows.items()}
