"""Auto-PGD (Croce and Hein, ICML 2020; in L1: ICML 2021): ascent that chooses its own step size.

The gradient of a loss is followed with momentum. At checkpoints that come ever closer the step is
halved, and the run goes back to its best point, if too few steps raised the loss. In L1 the share
of entries that move follows the sparsity of the best point instead.
"""

from typing import ClassVar

import torch

from analysis.attacks import losses
from analysis.attacks.norms import ascent, per_row, projected, random_start
from analysis.attacks.schedules import Schedule, schedule
from analysis.attacks.search import Ask, Goal, Rows, Threat

ITERATIONS = 100
_MOMENTUM = 0.25  # of the move before in the next one
_RISING = 0.75  # of the steps between two checkpoints must raise the loss
_FIRST_SHARE = 0.2  # of the entries that move at first, in L1
_SPARSER = 1.5  # the share that moves, against the sparsity of the best point
_L1_SHRINK, _L1_LEAST = 1.5, 10.0
_STREAMS = {"apgd-ce": 1, "apgd-dlr": 2, "apgd-t": 3, "apgd-ce-long": 4}


class Apgd:
    """One run a restart; each begins somewhere else in the ball, the second at a corner (Linf)."""

    name: ClassVar[str] = ""

    def __init__(
        self,
        threat: Threat,
        *,
        runs: int = 1,
        iterations: int = ITERATIONS,
        draws: int = 1,
        large_first: bool = False,
    ) -> None:
        """``draws`` gradients are averaged at each point; ``large_first`` is a schedule of L1."""
        self.runs, self.threat, self.draws = runs, threat, draws
        self.iterations, self.large_first = iterations, large_first
        self.steps = len(self._schedule(torch.device("cpu")))

    def _schedule(self, device: torch.device) -> Schedule:
        return schedule(
            self.threat.norm, self.iterations, large_first=self.large_first, device=device
        )

    def targets(self, goal: Goal) -> torch.Tensor:
        """Return the class that each row is led to; where there is none, its own."""
        return goal.labels.clone()

    def begins_at_corner(self, goal: Goal) -> torch.Tensor:
        """Let each second restart begin where saturated gradients have been left behind."""
        return goal.run % 2 == 1

    def loss(
        self, logits: torch.Tensor, labels: torch.Tensor, targets: torch.Tensor
    ) -> torch.Tensor:
        """Return what grows along the search, one value a row."""
        raise NotImplementedError

    def begin(self, goal: Goal) -> Rows:
        """Draw the first points."""
        norm, eps = self.threat.norm, self.threat.eps
        radius = eps * float(self._schedule(torch.device("cpu")).radii[0])
        start = random_start(
            goal.images, norm, radius,
            seed=self.threat.seed, ids=goal.ids, run=goal.run, stream=_STREAMS[self.name],
            at_corner=self.begins_at_corner(goal),
        )  # fmt: skip
        nothing = torch.zeros(len(start), device=start.device)
        rows = goal.rows() | {
            "targets": self.targets(goal),
            "clean": goal.logits.clone(),
            "points": start,
            "before": start.clone(),
            "gradients": torch.zeros_like(start),
            "best": start.clone(),
            "best_gradients": torch.zeros_like(start),
            "best_loss": nothing,
            "size": nothing.clone(),
        }
        if norm == "L1":
            return rows | {"share": nothing.clone(), "moved": nothing.clone()}
        return rows | {
            "loss": nothing.clone(),
            "rises": nothing.clone(),
            "checked_loss": nothing.clone(),
            "was_halved": torch.ones(len(start), dtype=torch.bool, device=start.device),
        }

    def ended(self, rows: Rows) -> torch.Tensor:
        """Say which rows have made all of their moves."""
        return rows["step"] >= self.steps

    def step(self, rows: Rows, ask: Ask) -> tuple[torch.Tensor, torch.Tensor]:
        """Move, ask, and look back at checkpoints."""
        now = self._schedule(rows["images"].device).at(rows)
        eps = self.threat.eps * now.radii
        points = self._moved(rows, now, eps)
        logits, loss, gradients = self._asked(rows, points, ask)
        rows["before"], rows["points"], rows["gradients"] = rows["points"], points, gradients
        self._begin_phase(rows, now, eps)
        better = now.begins | (loss > rows["best_loss"])
        rows["best"] = _where(better, points, rows["best"])
        rows["best_gradients"] = _where(better, gradients, rows["best_gradients"])
        rows["best_loss"] = torch.where(better, loss, rows["best_loss"])
        if self.threat.norm == "L1":
            self._look_back_in_l1(rows, now, eps)
        else:
            self._look_back(rows, now, loss)
        rows["step"] = rows["step"] + 1
        if not self.large_first:
            return points, logits
        # Points of the early phases lie outside of the ball.
        return _where(now.counts, points, rows["images"]), _where(now.counts, logits, rows["clean"])

    def _moved(self, rows: Rows, now: Schedule, eps: torch.Tensor) -> torch.Tensor:
        """Follow the gradient; where a phase begins, take its first point."""
        norm, images, points = self.threat.norm, rows["images"], rows["points"]
        way = ascent(rows["gradients"], norm, rows.get("share"))
        moved = projected(points + per_row(rows["size"], points) * way, images, norm, eps)
        if norm != "L1":
            kept = per_row(torch.where(now.has_momentum, _MOMENTUM, 0.0), points)
            mixed = points + (moved - points) * (1 - kept) + (points - rows["before"]) * kept
            moved = projected(mixed, images, norm, eps)
        if not self.large_first:
            return _where(now.begins, points, moved)
        # A phase begins at the best point of the phase before, or where the run began.
        return _where(now.begins, projected(rows["best"], images, norm, eps), moved)

    def _asked(
        self, rows: Rows, points: torch.Tensor, ask: Ask
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        def of_logits(logits: torch.Tensor) -> torch.Tensor:
            return self.loss(logits, rows["labels"], rows["targets"])

        logits, value, gradients = ask.gradient(points, of_logits)
        for _ in range(self.draws - 1):
            logits, value, another = ask.gradient(points, of_logits)
            gradients = gradients + another
        return logits, value, gradients

    def _begin_phase(self, rows: Rows, now: Schedule, eps: torch.Tensor) -> None:
        begins, points = now.begins, rows["points"]
        longest = eps if self.threat.norm == "L1" else 2 * eps
        rows["size"] = torch.where(begins, longest, rows["size"])
        rows["before"] = _where(begins, points, rows["before"])
        if self.threat.norm != "L1":
            return
        entries = points[0].numel()
        if self.large_first:
            moved = _changed(points, rows["images"])
            share = moved / entries / _SPARSER
        else:
            moved = torch.full_like(rows["moved"], entries)
            share = torch.full_like(moved, _FIRST_SHARE)
        rows["moved"] = torch.where(begins, moved, rows["moved"])
        rows["share"] = torch.where(begins, share, rows["share"])

    def _look_back(self, rows: Rows, now: Schedule, loss: torch.Tensor) -> None:
        """Halve the step and go back to the best point where too little was gained."""
        best = rows["best_loss"]
        rises = rows["rises"] + (loss > rows["loss"])
        rises = torch.where(now.begins, 0.0, rises)
        checked = torch.where(now.begins, best, rows["checked_loss"])
        stands_still = ~rows["was_halved"] & (checked >= best)
        halved = now.checks & ((rises <= _RISING * now.widths) | stands_still)
        rows["loss"] = loss
        rows["rises"] = torch.where(now.checks, 0.0, rises)
        rows["checked_loss"] = torch.where(now.checks, best, checked)
        rows["was_halved"] = torch.where(now.checks, halved, rows["was_halved"])
        rows["size"] = torch.where(halved, rows["size"] / 2, rows["size"])
        self._go_back(rows, halved)

    def _look_back_in_l1(self, rows: Rows, now: Schedule, eps: torch.Tensor) -> None:
        """Let fewer entries move where the best point has become sparser."""
        moved = _changed(rows["best"], rows["images"])
        sparser = moved / rows["moved"] < 0.95
        share = moved / rows["best"][0].numel() / _SPARSER
        shorter = (rows["size"] / _L1_SHRINK).maximum(eps / _L1_LEAST).minimum(eps)
        size = torch.where(sparser, eps, shorter)
        rows["share"] = torch.where(now.checks, share, rows["share"])
        rows["size"] = torch.where(now.checks, size, rows["size"])
        rows["moved"] = torch.where(now.checks, moved, rows["moved"])
        self._go_back(rows, now.checks & sparser)

    def _go_back(self, rows: Rows, chosen: torch.Tensor) -> None:
        rows["points"] = _where(chosen, rows["best"], rows["points"])
        rows["gradients"] = _where(chosen, rows["best_gradients"], rows["gradients"])


class ApgdCe(Apgd):
    """Against the cross-entropy, of whose value only the order and the direction matter."""

    name: ClassVar[str] = "apgd-ce"

    def loss(
        self, logits: torch.Tensor, labels: torch.Tensor, targets: torch.Tensor
    ) -> torch.Tensor:
        """Take the odds, which do not underflow; averages need the cross-entropy itself."""
        averages = self.draws > 1
        return (losses.cross_entropy if averages else losses.log_odds)(logits, labels)


class LongApgdCe(ApgdCe):
    """The same with more iterations, which in L1 find what more restarts seldom do."""

    name: ClassVar[str] = "apgd-ce-long"


class ApgdDlr(Apgd):
    """Against the difference of logits ratio."""

    name: ClassVar[str] = "apgd-dlr"

    def loss(
        self, logits: torch.Tensor, labels: torch.Tensor, targets: torch.Tensor
    ) -> torch.Tensor:
        """Ask no particular class to win."""
        return losses.dlr(logits, labels)


class ApgdT(Apgd):
    """Towards the classes that the clean image is nearest to, one a run."""

    name: ClassVar[str] = "apgd-t"

    def loss(
        self, logits: torch.Tensor, labels: torch.Tensor, targets: torch.Tensor
    ) -> torch.Tensor:
        """Ask the target to win."""
        return losses.targeted_dlr(logits, labels, targets)

    def targets(self, goal: Goal) -> torch.Tensor:
        """Take them in the order of the clean logits."""
        return losses.target_classes(goal.logits, goal.labels, goal.run)

    def begins_at_corner(self, goal: Goal) -> torch.Tensor:
        """Begin as the paper does: a run here is a target, not a restart."""
        return torch.zeros_like(goal.run, dtype=torch.bool)


def _where(chosen: torch.Tensor, yes: torch.Tensor, no: torch.Tensor) -> torch.Tensor:
    return torch.where(per_row(chosen, yes), yes, no)


def _changed(points: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """Count the entries that differ."""
    return (points != images).flatten(1).sum(1).float()
