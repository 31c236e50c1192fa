"""What attacks maximise: functions of the logits (n, classes) and the labels, one value a row.

A network with few classes gets what is sound for it: the difference of logits ratio (DLR) needs
three classes, its targeted form four. With fewer the plain difference is taken; a ratio of what is
left would be constant where the way leads to the last class.
"""

import torch

_TINY = 1e-12


def margin(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Say by how much the label leads; below 0 the answer is another class."""
    own = labels[:, None]
    others = logits.scatter(1, own, -torch.inf).amax(1)
    return logits.gather(1, own)[:, 0] - others


def is_wrong(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Say where the answer is another class. Logits that are no numbers are no answer."""
    return (logits.argmax(1) != labels) & logits.isfinite().all(1)


def log_odds(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the logarithm of the odds against the label.

    The cross-entropy is log(1 + exp(this)): it grows where this grows, and its gradient has the
    same direction. But it underflows where a network is very sure, and then hides the way.
    """
    own = labels[:, None]
    others = logits.scatter(1, own, -torch.inf).logsumexp(1)
    return others - logits.gather(1, own)[:, 0]


def cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy itself: what is averaged over the draws of a randomised network."""
    return torch.nn.functional.softplus(log_odds(logits, labels))


def dlr(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the difference of logits ratio: indifferent to the scale of the logits."""
    lead = margin(logits, labels)
    if logits.shape[1] < 3:
        return -lead
    largest = logits.topk(3, dim=1).values
    return -lead / (largest[:, 0] - largest[:, 2] + _TINY)


def targeted_dlr(logits: torch.Tensor, labels: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the difference of logits ratio towards one other class."""
    lead = (logits.gather(1, labels[:, None]) - logits.gather(1, targets[:, None]))[:, 0]
    if logits.shape[1] < 4:
        return -lead
    largest = logits.topk(4, dim=1).values
    return -lead / (largest[:, 0] - largest[:, 2:].mean(1) + _TINY)


def target_classes(logits: torch.Tensor, labels: torch.Tensor, run: torch.Tensor) -> torch.Tensor:
    """Return the class of each row with the ``run``-th largest logit (from 0) but for the label."""
    others = logits.scatter(1, labels[:, None], -torch.inf)
    return others.argsort(1, descending=True).gather(1, run[:, None])[:, 0]
