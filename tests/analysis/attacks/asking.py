"""A network that is asked as searches ask it, and a search driven without the engine. For tests."""

import torch

from analysis.attacks.losses import is_wrong
from analysis.attacks.norms import lengths
from analysis.attacks.search import Goal, Norm


class Asked:
    """Counts what is asked of a plain callable."""

    def __init__(self, network):
        self.network = network
        self.forward = self.backward = 0

    def logits(self, images):
        self.forward += len(images)
        with torch.no_grad():
            return self.network(images)

    def gradient(self, images, loss):
        logits, values, gradients = self.gradients(images, [loss])
        return logits, values[0], gradients[0]

    def gradients(self, images, losses):
        self.forward += len(images)
        self.backward += len(images) * len(losses)
        inputs = images.detach().requires_grad_()
        logits = self.network(inputs)
        values = torch.stack([loss(logits) for loss in losses])
        found = [torch.autograd.grad(v.sum(), inputs, retain_graph=True)[0] for v in values]
        return logits.detach(), values.detach(), torch.stack(found)


def goal(network, images, *, ids=None, run=0):
    """Begin with the network's own clean answers."""
    logits = network(images).detach()
    ids = torch.arange(len(images)) if ids is None else ids
    return Goal(ids, images, logits.argmax(1), logits, torch.full_like(ids, run))


def driven(search, network, started, steps, threat):
    """Do steps on all rows; each point must keep the rules. Returns rows and who was broken."""
    rows, asked = search.begin(started), Asked(network)
    broken = torch.zeros(len(started.ids), dtype=torch.bool)
    for _ in range(steps):
        points, logits = search.step(rows, asked)
        rounding = threat.eps * 1e-5 + 3e-8 * points[0].numel()
        assert lengths(points - started.images, threat.norm).max() <= threat.eps + rounding
        assert points.min() >= 0
        assert points.max() <= 1
        assert torch.allclose(logits, network(points), atol=1e-4)
        broken |= is_wrong(logits, started.labels)
    return rows, broken


class Linear:
    """A linear network, whose smallest perturbations are known."""

    def __init__(self, classes=4, size=(1, 6, 6), seed=0):
        generator = torch.Generator().manual_seed(seed)
        self.weight = torch.randn(classes, *size, generator=generator) / size[-1]
        # Images in the middle of the box, so that it is the plane alone that counts.
        self.images = 0.5 + (torch.rand(16, *size, generator=generator) - 0.5) / 50
        self.shift = -torch.einsum("kchw,chw->k", self.weight, torch.full(size, 0.5))

    def __call__(self, images):
        return torch.einsum("nchw,kchw->nk", images, self.weight) + self.shift

    def distances(self, norm, run=None):
        """Say how far each image is from the nearest boundary, or from that of a run's target."""
        logits = self(self.images)
        order = logits.argsort(1, descending=True)
        own = order[:, :1]
        duals: dict[Norm, Norm] = {"Linf": "L1", "L2": "L2", "L1": "Linf"}
        found = []
        for other in range(1, logits.shape[1]):
            target = order[:, other]
            gap = (logits.gather(1, own) - logits.gather(1, target[:, None]))[:, 0]
            found.append(gap / lengths(self.weight[own[:, 0]] - self.weight[target], duals[norm]))
        return found[run] if run is not None else torch.stack(found).amin(0)
