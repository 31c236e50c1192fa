"""Square attack (Andriushchenko et al. 2020): random search by windows, which needs no gradient.

Each query repaints one window of the image, at a place drawn for this image alone, and is kept
where the margin of the right class goes down. The windows shrink as the queries go on.

The margin goes down ever more slowly, so the pace of the last queries says how many more would be
needed at the least. An image that is far from the end is left early; one that is about to be broken
when its queries are used up goes on for a while, so that its fate hangs less on the draws. Of 60
images of a network trained against attacks, 27 broke after 500 queries or more: at no look were
more than 2,200 needed at their pace. They are left at 9,000 and, later, at 5,500 to 3,500.
"""

from functools import lru_cache
from typing import ClassVar

import torch

from analysis.attacks import draws
from analysis.attacks.losses import margin
from analysis.attacks.norms import lengths, per_row, projected
from analysis.attacks.search import Ask, Goal, Rows, Threat

_SHARE = 0.8  # of the image that the first windows cover
_HALVED_AFTER = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)  # queries
_LOOK_EVERY = 1000  # queries
_FIRST_LIMIT, _LIMIT = 2, 1.5  # times the queries, within which the pace must promise a break
_START, _QUERY = 20, 21  # streams of draws
_TINY = 1e-12


class Square:
    """Square attack with the margin as its loss; the start is asked about, then each query.

    Where ``whole``, each image gets the same number of queries.
    """

    name: ClassVar[str] = "square"
    runs = 1

    def __init__(self, threat: Threat, queries: int = 5000, *, whole: bool = False) -> None:
        self.steps = round(queries * (1 if whole else _LIMIT)) + 1
        self._threat, self._queries, self._is_whole = threat, queries, whole

    def begin(self, goal: Goal) -> Rows:
        """Begin with stripes (Linf) or with tiles that each hold a bump and a dent (L2, L1)."""
        rows = goal.rows()
        rows["margin"] = torch.full_like(goal.logits[:, 0], torch.inf)
        rows["before"] = rows["margin"].clone()  # the margin when it was last looked at
        rows["is_left"] = torch.zeros_like(goal.ids, dtype=torch.bool)
        is_linf = self._threat.norm == "Linf"
        rows["best"] = self._stripes(rows) if is_linf else self._tiles(rows)
        return rows

    def step(self, rows: Rows, ask: Ask) -> tuple[torch.Tensor, torch.Tensor]:
        """Ask about the best point so far with one window repainted."""
        channels = rows["images"].shape[1]
        drawn = self._uniform(rows, rows["step"], 6 + channels, _QUERY)
        is_linf = self._threat.norm == "Linf"
        level = _levels(self.steps, drawn.device)[rows["step"].clamp_max(self.steps - 1)]
        painted = self._painted(rows, level, drawn) if is_linf else self._bumped(rows, level, drawn)
        is_start = per_row(rows["step"] == 0, painted)
        tried = torch.where(is_start, rows["best"], painted)
        logits = ask.logits(tried)
        found = margin(logits, rows["labels"])
        is_better = found < rows["margin"]
        rows["margin"] = torch.where(is_better, found, rows["margin"])
        rows["best"] = torch.where(per_row(is_better, tried), tried, rows["best"])
        rows["step"] = rows["step"] + 1
        self._look(rows)
        return tried, logits

    def ended(self, rows: Rows) -> torch.Tensor:
        """After all queries, or where it will not be broken by then."""
        return (rows["step"] >= self.steps) | rows["is_left"]

    def _look(self, rows: Rows) -> None:
        """Now and then leave the images whose pace does not promise a break."""
        query, found, before = rows["step"] - 1, rows["margin"], rows["before"]
        is_half = query == _LOOK_EVERY // 2  # the first look needs a pace
        is_time = (query % _LOOK_EVERY == 0) & (query > 0)
        is_first = query == _LOOK_EVERY
        passed = torch.where(is_first, _LOOK_EVERY // 2, _LOOK_EVERY)
        needed = found / (before - found).clamp_min(_TINY) * passed
        limit = torch.where(is_first, _FIRST_LIMIT, _LIMIT) * self._queries
        if not self._is_whole:
            rows["is_left"] = rows["is_left"] | (is_time & (query + needed > limit))
        rows["before"] = torch.where(is_time | is_half, found, before)

    def _uniform(self, rows: Rows, step: torch.Tensor, size: int, stream: int) -> torch.Tensor:
        when = rows["run"] * self.steps + step
        return draws.uniform(self._threat.seed, rows["ids"], when, size, stream=stream)

    def _stripes(self, rows: Rows) -> torch.Tensor:
        images = rows["images"]
        count, channels, _, width = images.shape
        drawn = self._uniform(rows, rows["step"], channels * width, _START)
        signs = _signs(drawn).view(count, channels, 1, width)
        return (images + self._threat.eps * signs).clamp(0, 1)

    def _painted(self, rows: Rows, level: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
        """Set a window to one corner of the ball, channel by channel."""
        images = rows["images"]
        side = _sides(*images.shape[2:], 1, images.device)[level]
        is_inside = _window(images, side, drawn[:, 0], drawn[:, 1])
        signs = _signs(drawn[:, 6:])[:, :, None, None]
        return torch.where(is_inside, (images + self._threat.eps * signs).clamp(0, 1), rows["best"])

    def _tiles(self, rows: Rows) -> torch.Tensor:
        images = rows["images"]
        count, channels, height, width = images.shape
        side = max(min(height, width) // 5, 1)
        across = width // side
        pattern = _pattern(side, self._threat.norm, images.device)
        down, right = (
            torch.arange(length, device=images.device) - (length - side * (length // side)) // 2
            for length in (height, width)
        )
        tile = (down // side)[:, None] * across + (right // side)[None, :]
        is_inside = ((down >= 0) & (down < side * (height // side)))[:, None]
        is_inside = is_inside & ((right >= 0) & (right < side * across))[None, :]
        tiles = (height // side) * across
        drawn = self._uniform(rows, rows["step"], tiles * (channels + 1), _START)
        drawn = drawn.view(count, channels + 1, tiles)[:, :, tile.clamp(0, tiles - 1)]
        upright = pattern[down % side][:, right % side]
        lying = pattern.t()[down % side][:, right % side]
        bumps = torch.where(drawn[:, :1] < 0.5, upright, lying) * _signs(drawn[:, 1:])
        return self._within(images, bumps * is_inside)

    def _bumped(self, rows: Rows, level: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
        """Empty one window and spend what it held, and what was left of the ball, on another."""
        images, norm, eps = rows["images"], self._threat.norm, self._threat.eps
        side = _sides(*images.shape[2:], 3, images.device)[level]
        delta = rows["best"] - images
        channels = images.shape[1]
        gets = _window(images, side, drawn[:, 0], drawn[:, 1])
        gives = _window(images, side, drawn[:, 2], drawn[:, 3])
        spent = _size(delta, norm, (1, 2, 3))
        held = _size(delta * (gets | gives), norm, (2, 3))
        old = delta * gets
        bump = _bump(images, level, drawn, norm) * _signs(drawn[:, 6:])[:, :, None, None]
        bump = bump + old / (_size(old, norm, (2, 3)) + _TINY)
        bump = bump / (_size(bump, norm, (2, 3)) + _TINY)
        if norm == "L2":
            bump = bump * ((eps**2 - spent**2).clamp_min(0) / channels + held**2).sqrt()
        else:
            bump = bump * ((eps - spent).clamp_min(0) + held * channels)
        return self._within(images, torch.where(gets, bump, delta * ~gives))

    def _within(self, images: torch.Tensor, delta: torch.Tensor) -> torch.Tensor:
        """Scale a perturbation to the ball (L2) or project it onto ball and box (L1)."""
        norm, eps = self._threat.norm, self._threat.eps
        if norm == "L2":
            delta = delta * per_row(eps / lengths(delta, norm).clamp_min(_TINY), images)
        return projected(images + delta, images, norm, eps)


def _signs(drawn: torch.Tensor) -> torch.Tensor:
    return (drawn < 0.5).to(drawn.dtype) * 2 - 1


def _size(values: torch.Tensor, norm: str, dims: tuple[int, ...]) -> torch.Tensor:
    if norm == "L1":
        return values.abs().sum(dims, keepdim=True)
    return values.square().sum(dims, keepdim=True).sqrt()


@lru_cache(maxsize=8)
def _levels(steps: int, device: torch.device) -> torch.Tensor:
    """How often the share of a window was halved at each step; step 1 is query 0."""
    found = [sum(query > after for after in _HALVED_AFTER) for query in range(-1, steps - 1)]
    return torch.tensor(found, device=device)


@lru_cache(maxsize=8)
def _sides(height: int, width: int, smallest: int, device: torch.device) -> torch.Tensor:
    """Side of a window at each level; in L2 and L1 they are odd, so that they have a middle."""
    found = []
    for level in range(len(_HALVED_AFTER) + 1):
        side = max(round((_SHARE / 2**level * height * width) ** 0.5), smallest)
        side += int(smallest > 1 and side % 2 == 0)
        found.append(min(side, height, width))
    return torch.tensor(found, device=device)


def _offset(side: torch.Tensor, length: int, drawn: torch.Tensor) -> torch.Tensor:
    """(n, length): how far each line lies behind the first of a window at a drawn place."""
    first = (drawn * (length - side + 1)).long().clamp_max(length - 1)
    return torch.arange(length, device=side.device) - first[:, None]


def _window(
    images: torch.Tensor, side: torch.Tensor, down: torch.Tensor, right: torch.Tensor
) -> torch.Tensor:
    """(n, 1, h, w) bool: a square at a drawn place."""
    height, width = images.shape[2:]
    rows, columns = _offset(side, height, down), _offset(side, width, right)
    is_row = (rows >= 0) & (rows < side[:, None])
    is_column = (columns >= 0) & (columns < side[:, None])
    return (is_row[:, :, None] & is_column[:, None, :])[:, None]


def _bump(
    images: torch.Tensor, level: torch.Tensor, drawn: torch.Tensor, norm: str
) -> torch.Tensor:
    """(n, 1, h, w): a bump and a dent in the first window, upright or lying."""
    height, width = images.shape[2:]
    side = _sides(height, width, 3, images.device)[level]
    table = _patterns(height, width, norm, images.device)
    rows = _offset(side, height, drawn[:, 0])[:, :, None]
    columns = _offset(side, width, drawn[:, 1])[:, None, :]
    is_upright = drawn[:, 4, None, None] < 0.5
    last = table.shape[1] - 1
    one = torch.where(is_upright, rows, columns).clamp(0, last)
    other = torch.where(is_upright, columns, rows).clamp(0, last)
    is_inside = _window(images, side, drawn[:, 0], drawn[:, 1])
    return table[level[:, None, None], one, other][:, None] * is_inside


@lru_cache(maxsize=8)
def _patterns(height: int, width: int, norm: str, device: torch.device) -> torch.Tensor:
    """(levels, side, side): the pattern of each level, from the first corner on."""
    sides = _sides(height, width, 3, torch.device("cpu")).tolist()
    table = torch.zeros(len(sides), max(sides), max(sides), device=device)
    for level, side in enumerate(sides):
        table[level, :side, :side] = _pattern(side, norm, device)
    return table


def _pattern(side: int, norm: str, device: torch.device) -> torch.Tensor:
    """A bump over a dent, each half of the window high; of size 1."""
    half = side // 2
    parts = [_hill(half, side, norm, device), -_hill(side - half, side, norm, device)]
    both = torch.cat([part / (_size(part, norm, (0, 1)) + _TINY) for part in parts])
    return both / _size(both, norm, (0, 1))


def _hill(height: int, width: int, norm: str, device: torch.device) -> torch.Tensor:
    """Fall off from the middle, ring by ring."""
    down = (torch.arange(height, device=device) - height // 2).abs()[:, None]
    right = (torch.arange(width, device=device) - width // 2).abs()[None, :]
    rings = max(height, width) // 2 + 1
    power = 2 if norm == "L2" else 4
    drops = 1 / torch.arange(1, rings + 1, device=device, dtype=torch.float32) ** power
    heights = drops.flip(0).cumsum(0).flip(0)
    return heights[torch.maximum(down, right)]
