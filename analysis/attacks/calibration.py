"""Attacks on a network of which it is known what can be broken: one that fails here proves nothing.

The network is linear, so the most that a change within a ball and within [0, 1] can do to the lead
of a class over another is known in closed form, in each norm. Images are drawn so that a known
share of the radius is enough to break them. Many of their entries lie at 0 or 1, where attacks with
a clamp in the gradient's way stand still.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from analysis.attacks import draws
from analysis.attacks.engine import attack
from analysis.attacks.search import Norm, Search, Threat
from analysis.attacks.versions import searches_of

_SEED = 20  # fixed, so that the network and its images are the same in each run
_SHAPE, _CLASSES = (3, 8, 8), 10
_N_WEAK, _N_FIRM = 40, 12
# Share of the radius that is needed to break an image. A search that sees no gradient gets less
# near in L2 and L1, where the best change is nothing that windows could paint.
_WEAK, _FIRM = (0.8, 0.95), (1.1, 1.5)
_BLIND = {"square"}
_WEAK_BLIND: dict[Norm, tuple[float, float]] = {
    "Linf": (0.6, 0.9), "L2": (0.2, 0.4), "L1": (0.2, 0.4),
}  # fmt: skip
_ENOUGH = 0.9  # of the images that a search can break
_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Calibration:
    """How many of its ``weak`` images each search has ``broken``, and of firm ones by mistake."""

    weak: Mapping[str, int]
    broken: Mapping[str, int]
    firm: int
    wrongly_broken: int
    holds: bool
    sentence: str


class Linear:
    """A linear classifier with fixed weights."""

    def __init__(self, device: torch.device | str = "cpu") -> None:
        entries = _SHAPE[0] * _SHAPE[1] * _SHAPE[2]
        drawn = draws.normal(_SEED, torch.arange(_CLASSES), 0, entries)
        self.weights = drawn.to(device)

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Return its logits."""
        return images.flatten(1) @ self.weights.to(images.dtype).T


def calibrate(
    threat: Threat,
    *,
    searches: Sequence[Search] | None = None,
    device: torch.device | str = "cpu",
) -> Calibration:
    """Let each search show on its own what it can break at this threat's norm and radius."""
    network = Linear(device)
    searches = searches_of(threat, _CLASSES) if searches is None else searches
    weak: dict[str, int] = {}
    broken: dict[str, int] = {}
    for search in searches:
        shares = _WEAK_BLIND[threat.norm] if search.name in _BLIND else _WEAK
        drawn = drawn_images(network, threat, _N_WEAK, shares, first_id=0)
        weak[search.name] = len(drawn[0])
        broken[search.name] = _n_broken(network, drawn, threat, search, device)
    firm = drawn_images(network, threat, _N_FIRM, _FIRM, first_id=_N_WEAK)
    wrongly = _n_broken(network, firm, threat, searches[0], device)
    return _judged(weak, broken, len(firm[0]), wrongly)


def _n_broken(
    network: Linear,
    drawn: tuple[torch.Tensor, torch.Tensor],
    threat: Threat,
    search: Search,
    device: torch.device | str,
) -> int:
    images, labels = drawn
    ids = torch.arange(len(images))
    outcome = attack(network, images, labels, ids, threat, searches=[search], device=device)
    return int((~outcome.robust).sum())


def _judged(
    weak: Mapping[str, int], broken: Mapping[str, int], firm: int, wrongly: int
) -> Calibration:
    failed = [f"{name} {broken[name]} of {n}" for name, n in weak.items()
              if broken[name] < _ENOUGH * n]  # fmt: skip
    nothing = not all(weak.values())
    if nothing:
        sentence = "No image can be drawn that this radius just breaks, so nothing was shown."
    elif failed:
        sentence = (
            "On a linear network some searches broke too few of the images that can be broken: "
            + ", ".join(failed) + "."
        )  # fmt: skip
    elif wrongly:
        sentence = f"{wrongly} of {firm} images were broken that cannot be broken in this ball."
    else:
        sentence = "On a linear network each search broke nearly all images that can be broken" + (
            f", and none of {firm} that cannot." if firm else "."
        )
    return Calibration(weak, broken, firm, wrongly, not (nothing or failed or wrongly), sentence)


def drawn_images(
    network: Linear, threat: Threat, n: int, shares: tuple[float, float], *, first_id: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw images that break from a share of the threat's radius on, between two ``shares``.

    Returns images and their classes. There are fewer than ``n`` where the radius is so large that
    some cannot be drawn.
    """
    ids = torch.arange(first_id, first_id + n)
    entries = network.weights.shape[1]
    mixed = draws.uniform(_SEED, ids, 1, entries, stream=1)
    base = (2 * mixed - 0.5).clamp(0, 1).double()  # half of the entries at 0 or 1
    labels = ids % _CLASSES
    weights = network.weights.cpu().double()
    way = (weights[labels] - weights.mean(0)).sign()
    share = torch.linspace(*shares, n, dtype=torch.float64)
    low, high = -torch.ones(n, 1, dtype=torch.float64), torch.ones(n, 1, dtype=torch.float64)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        images = (base + middle * way).clamp(0, 1)
        is_firm = firmness(weights, images, labels, share * threat.eps, threat.norm) > 0
        low = torch.where(is_firm[:, None], low, middle)
        high = torch.where(is_firm[:, None], middle, high)
    images = (base + high * way).clamp(0, 1)
    rest = firmness(weights, images, labels, share * threat.eps, threat.norm)
    drawn = (rest > 0) & (rest < 1e-3)
    shaped = images[drawn].float().reshape(-1, *_SHAPE)
    return shaped, labels[drawn]


def firmness(
    weights: torch.Tensor,
    images: torch.Tensor,
    labels: torch.Tensor,
    eps: torch.Tensor,
    norm: Norm,
) -> torch.Tensor:
    """Return the smallest lead that changes of length ``eps`` (n,) can leave: (n,).

    Below 0 the images can be broken. Computed in the precision of what comes in.
    """
    flat = images.flatten(1)
    logits = flat @ weights.T
    left = torch.full_like(logits, torch.inf)
    for rival in range(len(weights)):
        way = weights[rival] - weights[labels]  # (n, entries)
        lead = logits.gather(1, labels[:, None])[:, 0] - logits[:, rival]
        room = torch.where(way > 0, 1 - flat, flat)
        left[:, rival] = lead - (way.abs() * _best_change(way.abs(), room, eps, norm)).sum(1)
    return left.scatter(1, labels[:, None], torch.inf).amin(1)


def _best_change(
    gain: torch.Tensor, room: torch.Tensor, eps: torch.Tensor, norm: Norm
) -> torch.Tensor:
    """Spread a change of length ``eps`` over entries with a ``gain`` each, up to their room."""
    eps = eps[:, None]
    if norm == "Linf":
        return torch.minimum(room, eps)
    if norm == "L1":
        order = gain.argsort(1, descending=True)
        sorted_room = room.gather(1, order)
        left = (eps - (sorted_room.cumsum(1) - sorted_room)).clamp_min(0)
        return torch.zeros_like(room).scatter(1, order, torch.minimum(sorted_room, left))
    # Entries grow as their gains do, each until its room is used up; ``knots`` is where that is.
    knots, order = (room / gain.clamp_min(1e-12)).sort(1)
    full = room.gather(1, order).square().cumsum(1)
    squares = gain.gather(1, order).square()
    rest = (squares.sum(1, keepdim=True) - squares.cumsum(1)).clamp_min(0)
    n_full = (full + knots.square() * rest < eps**2).sum(1, keepdim=True)
    used = torch.cat([torch.zeros_like(eps), full], 1).gather(1, n_full)
    free = torch.cat([squares.sum(1, keepdim=True), rest], 1).gather(1, n_full)
    scale = ((eps**2 - used).clamp_min(0) / free.clamp_min(1e-12)).sqrt()
    return torch.minimum(room, scale * gain)
