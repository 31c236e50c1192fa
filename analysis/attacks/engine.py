"""Attacks in their order on many images, each image for as long as it stands.

A batch of fixed size is kept full: an image leaves it the moment a point of its ball is answered
wrongly, and the next one takes its place. What was found is asked once more in float32, inside the
ball and in [0, 1]; only then the image is broken.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch

from analysis.attacks.batch import Batch, Hits, Owner
from analysis.attacks.losses import is_wrong
from analysis.attacks.network import Asked, Network, Passes, Precision
from analysis.attacks.norms import lengths, per_row
from analysis.attacks.search import Goal, Norm, Search, Threat
from analysis.attacks.versions import searches_of

_TOLERANCE = 1e-6
_LOOK_EVERY = {"cpu": 1}  # steps; elsewhere looking makes the host wait for the device
_LOOK_EVERY_ELSEWHERE = 10
_FULL_ENOUGH = 32  # rows of which a step on a CPU costs little less than one of fewer


@dataclass(slots=True)
class Outcome:
    """What became of each image.

    ``robust`` is what no attack has broken: the real robust accuracy is not above it. ``broken_by``
    is the index of the attack, -1 where the image stands or was answered wrongly before.
    ``survived`` counts the attacks that an image has stood in full: a stopped run goes on there.
    """

    attacks: tuple[str, ...]
    robust: torch.Tensor  # (n,) bool
    broken_by: torch.Tensor  # (n,) int64
    adversarial: torch.Tensor  # (n, c, h, w); the clean image where there is none
    clean: torch.Tensor  # (n, classes) logits
    survived: torch.Tensor  # (n,) int64
    passes: dict[str, Passes]  # "clean" and each attack; confirming counts for its attack

    def robust_after(self, attack: int) -> int:
        """Count the images that stand after the attacks up to this index (-1: before all)."""
        broken_later = (self.broken_by > attack) & ~self.robust
        return int((self.robust | broken_later).sum())


def attack(
    network: Callable[[torch.Tensor], object],
    images: torch.Tensor,
    labels: torch.Tensor,
    ids: torch.Tensor,
    threat: Threat,
    *,
    batch_size: int = 256,
    searches: Sequence[Search] | None = None,
    on_progress: Callable[[Outcome], None] | None = None,
    since: Outcome | None = None,
    device: str | torch.device | None = None,
    precision: Precision = "float32",
    fast: Callable[[torch.Tensor], object] | None = None,
) -> Outcome:
    """Attack each image with the searches in order, until one breaks it.

    ``labels`` are the network's own clean answers where the caller has no others. An image's fate
    depends on nothing but itself, its id and the threat. ``on_progress`` is called after each look
    with what is known so far (the same object, changed in place); what it raises stops the run, and
    ``since`` takes a stopped run up again. ``fast`` is a copy of the network that searches ask in
    its place; clean answers and breaks are the network's own. Raises CheckError where the network
    cannot be asked.
    """
    _refuse(images, labels, ids, threat)
    where = torch.device(images.device if device is None else device)
    asked = Asked(
        _adapted(network), batch_size, precision, fast=None if fast is None else _adapted(fast)
    )
    outcome = since or _clean(asked, images, labels, where)
    if searches is None:
        searches = searches_of(threat, outcome.clean.shape[1])
    outcome.attacks = tuple(search.name for search in searches)
    for number, search in enumerate(searches):
        asked.passes = outcome.passes.setdefault(search.name, Passes())
        standing = outcome.robust & (outcome.survived <= number)
        siege = _Siege(asked, search, number, images, labels, ids, threat, outcome, where)
        siege.run(standing.nonzero()[:, 0].tolist(), batch_size, on_progress)
    return outcome


def _adapted(network: Callable[[torch.Tensor], object]) -> Network:
    return network if isinstance(network, Network) else Network(network)


def _refuse(images: torch.Tensor, labels: torch.Tensor, ids: torch.Tensor, threat: Threat) -> None:
    if images.dim() != 4 or images.dtype != torch.float32:
        raise ValueError("images are float32 (n, c, h, w)")
    if not len(images) == len(labels) == len(ids) or len(set(ids.tolist())) != len(ids):
        raise ValueError("each image has a label and an id of its own")
    if len(images) and not (images.min() >= 0 and images.max() <= 1):
        raise ValueError("images are in [0, 1]")
    if not 0 < threat.eps < float("inf"):
        raise ValueError("eps is above 0")


def _clean(
    asked: Asked, images: torch.Tensor, labels: torch.Tensor, device: torch.device
) -> Outcome:
    starts = range(0, len(images), asked.most)
    found = [asked.exact(images[at : at + asked.most].to(device)).cpu() for at in starts]
    clean = torch.cat(found) if found else torch.empty(0, 2)
    robust = (clean.argmax(1) == labels.cpu()) & clean.isfinite().all(1)
    n = len(images)
    nothing = torch.zeros(n, dtype=torch.int64)
    return Outcome(
        (), robust, nothing - 1, images.clone().cpu(), clean, nothing.clone(),
        {"clean": asked.passes},
    )  # fmt: skip


class _Siege:
    """One search on all images that still stand."""

    def __init__(
        self,
        asked: Asked,
        search: Search,
        number: int,
        images: torch.Tensor,
        labels: torch.Tensor,
        ids: torch.Tensor,
        threat: Threat,
        outcome: Outcome,
        device: torch.device,
    ) -> None:
        self.asked, self.search, self.number, self.threat = asked, search, number, threat
        self.images, self.labels, self.ids, self.device = images, labels, ids, device
        self.outcome = outcome
        self.batch = Batch(search)
        self.ahead: dict[int, list[int]] = {}  # image -> runs that are not yet begun, in order
        self.waiting: deque[int] = deque()  # images of which no row is in the batch
        self.hits: list[Hits] = []  # not yet confirmed; their images wait for it

    def run(
        self,
        standing: Iterable[int],
        batch_size: int,
        on_progress: Callable[[Outcome], None] | None,
    ) -> None:
        """Go on until each image is broken or has stood all runs."""
        self.ahead = {image: list(range(self.search.runs)) for image in standing}
        self.waiting.extend(self.ahead)
        on_cpu = self.device.type == "cpu"
        look_every = _LOOK_EVERY.get(self.device.type, _LOOK_EVERY_ELSEWHERE)
        while True:
            self._fill(batch_size, min(_FULL_ENOUGH, batch_size) if on_cpu else batch_size)
            for _ in range(look_every if len(self.batch) else 0):
                self.batch.step(self.asked)
            if len(self.batch):
                self._look()
            unconfirmed = sum(len(hits.owners) for hits in self.hits)
            if unconfirmed >= batch_size or not (len(self.batch) or self.waiting):
                self._confirm()
            if on_progress is not None:
                on_progress(self.outcome)
            if not (len(self.batch) or self.waiting or self.hits):
                return

    def _fill(self, batch_size: int, enough: int) -> None:
        """Begin runs of images that wait; while the batch is thin, further runs of the others."""
        chosen: list[Owner] = []
        while self.waiting and len(self.batch) + len(chosen) < batch_size:
            image = self.waiting.popleft()
            chosen.append(Owner(image, self.ahead[image].pop(0)))
        if len(self.batch) + len(chosen) < enough:
            present = dict.fromkeys(owner.image for owner in [*self.batch.owners, *chosen])
            more = [Owner(image, run) for image in present for run in self.ahead[image]]
            more.sort(key=lambda owner: owner.run)
            for owner in more[: enough - len(self.batch) - len(chosen)]:
                self.ahead[owner.image].remove(owner.run)
                chosen.append(owner)
        if chosen:
            self.batch.add(chosen, self.search.begin(self._goal(chosen)))

    def _goal(self, owners: Sequence[Owner]) -> Goal:
        places = [owner.image for owner in owners]
        return Goal(
            ids=self.ids[places].to(self.device, torch.int64),
            images=self.images[places].to(self.device),
            labels=self.labels[places].to(self.device, torch.int64),
            logits=self.outcome.clean[places].to(self.device),
            run=torch.tensor([owner.run for owner in owners], device=self.device),
        )

    def _look(self) -> None:
        hits, ended = self.batch.look()
        if hits is not None:
            hits, spare = hits.one_an_image()
            self.hits.append(hits)
            for owner in [*spare, *self.batch.drop({owner.image for owner in hits.owners})]:
                self._put_back(owner)
        held = {owner.image for hits in self.hits for owner in hits.owners}
        present = {owner.image for owner in self.batch.owners}
        for image in dict.fromkeys(owner.image for owner in ended):
            if image in present or image in held:
                continue
            self._go_on(image)

    def _go_on(self, image: int) -> None:
        """Begin the image's next run when there is room, or count the attack as survived."""
        if self.ahead[image]:
            self.waiting.append(image)
        else:
            self.outcome.survived[image] = self.number + 1

    def _put_back(self, owner: Owner) -> None:
        self.ahead[owner.image] = sorted([*self.ahead[owner.image], owner.run])

    def _confirm(self) -> None:
        """Ask about what was found in float32; where it does not hold the row goes on."""
        found, self.hits = self.hits, []
        for hits in found:
            images = hits.rows["images"]
            points = inside(hits.points, images, self.threat.norm, self.threat.eps)
            holds = is_wrong(self.asked.exact(points), hits.rows["labels"])
            holds &= is_inside(points, images, self.threat.norm, self.threat.eps)
            flags = holds.tolist()
            broken = [owner.image for owner, flag in zip(hits.owners, flags, strict=True) if flag]
            self.outcome.robust[broken] = False
            self.outcome.broken_by[broken] = self.number
            self.outcome.adversarial[broken] = points[holds].cpu()
            again = hits.at([place for place, flag in enumerate(flags) if not flag])
            self.batch.add(again.owners, again.rows)


def inside(points: torch.Tensor, images: torch.Tensor, norm: Norm, eps: float) -> torch.Tensor:
    """Pull points in by what rounding has put them out of the ball."""
    changes = points.double() - images.double()
    length = lengths(changes, norm)
    pulled = images + changes * per_row((eps / length).clamp_max(1), changes)
    return torch.where(per_row(length > eps, points), pulled.float().clamp(0, 1), points)


def is_inside(points: torch.Tensor, images: torch.Tensor, norm: Norm, eps: float) -> torch.Tensor:
    """Say which points lie within the ball and in [0, 1], up to a millionth."""
    length = lengths(points.double() - images.double(), norm)
    flat = points.flatten(1)
    within = length <= eps + _TOLERANCE * max(eps, 1)
    return within & (flat >= -_TOLERANCE).all(1) & (flat <= 1 + _TOLERANCE).all(1)
