"""One side of P4 in a process of its own: ``python -m benchmarks.attacks_worker ours|reference``.

It reads jobs, one JSON object a line, and answers each by one line: how long it took, how often the
network was asked, and which images stand. Both sides have the same networks, images and threads.
"""

import json
import logging
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import nn

from analysis.attacks.norms import lengths
from benchmarks import attacks_networks

_TOLERANCE = 1e-5  # the reference's sums in L1 are rounded
_COMPARED = 16  # images


class Counted(nn.Module):
    """Counts images that go through a network, and gradients that come back."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.forwards = self.backwards = 0

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Ask the network."""
        self.forwards += len(images)
        logits: torch.Tensor = self.network(images)
        if logits.requires_grad:
            logits.register_hook(self._came_back)  # type: ignore[no-untyped-call]
        return logits

    def _came_back(self, gradient: torch.Tensor) -> None:
        self.backwards += len(gradient)


Attacked = Callable[[Counted, torch.Tensor, torch.Tensor, dict[str, Any]], torch.Tensor]


def main(side: str) -> int:
    """Answer jobs until there are no more."""
    logging.disable(logging.WARNING)
    attacked = {"ours": _ours, "reference": _reference}[side]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    for line in sys.stdin:
        print(json.dumps(_measured(attacked, json.loads(line), device)), flush=True)
    return 0


def _measured(attacked: Attacked, job: dict[str, Any], device: str) -> dict[str, Any]:
    home = Path(job["home"])
    network = attacks_networks.network(home, job["network"]).to(device)
    images, labels = attacks_networks.images(home, job["network"], job["first"], job["count"])
    images, labels = images.to(device), labels.to(device)
    with torch.no_grad():
        right = network(images).argmax(1) == labels
    counted = Counted(network)
    cpu, began = time.process_time(), time.perf_counter()
    found = attacked(counted, images, labels, job).to(device)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    with torch.no_grad():
        wrong = network(found).argmax(1) != labels
    far = lengths((found - images).double(), job["norm"])
    inside = far <= job["eps"] + _TOLERANCE * max(job["eps"], 1)
    inside &= (found.flatten(1) >= 0).all(1) & (found.flatten(1) <= 1).all(1)
    changed = (found != images).flatten(1).any(1)
    return {
        "wall_s": wall,
        "cpu_s": cpu,
        "forward": counted.forwards,
        "backward": counted.backwards,
        "right": _places(right, job),
        "broken": _places(right & wrong & inside, job),
        # Said to be broken, which the plain network in float32 does not agree to.
        "unconfirmed": _places(right & changed & ~(wrong & inside), job),
    }


def _places(flags: torch.Tensor, job: dict[str, Any]) -> list[int]:
    return [job["first"] + place for place in flags.nonzero()[:, 0].tolist()]


def _ours(
    network: Counted, images: torch.Tensor, labels: torch.Tensor, job: dict[str, Any]
) -> torch.Tensor:
    from analysis.attacks import Threat, attack
    from analysis.attacks.prepared import prepared
    from analysis.attacks.square import Square
    from analysis.attacks.versions import searches_of

    threat = Threat(job["norm"], job["eps"])
    searches = [
        Square(threat, job["queries"]) if search.name == "square" else search
        for search in searches_of(threat, 10)
    ]
    some = images[:_COMPARED]
    # It takes time as all else does.
    fast = Counted(prepared(network.network, some, compiled=images.device.type == "cuda"))
    network.forwards += 2 * len(some)
    ids = torch.arange(job["first"], job["first"] + len(images))
    outcome = attack(
        network, images, labels, ids, threat, searches=searches, batch_size=job["batch"], fast=fast
    )
    network.forwards += fast.forwards
    network.backwards += fast.backwards
    return outcome.adversarial


def _reference(
    network: Counted, images: torch.Tensor, labels: torch.Tensor, job: dict[str, Any]
) -> torch.Tensor:
    # By name: it is not part of this environment, and only this process sees where it lies.
    attack = import_module("pyautoattack").AutoAttack(
        network, norm=job["norm"], eps=job["eps"], version="standard", seed=0, device=images.device
    )
    attack.square.n_queries = job["queries"]
    found: torch.Tensor
    found, _ = attack.run_standard_evaluation(images, labels, batch_size=job["batch"])
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
