"""Losses: against plain formulas, at extreme scales, and with few classes."""

import numpy as np
import pytest
import torch

from analysis.attacks import draws, losses


def logits_of(n=30, classes=7, scale=4.0):
    return scale * draws.normal(5, torch.arange(n), 0, classes), torch.arange(n) % classes


def slopes(loss, logits):
    free = logits.clone().requires_grad_()
    return torch.autograd.grad(loss(free).sum(), free)[0]


def test_the_odds_go_where_the_cross_entropy_goes():
    logits, labels = logits_of()
    usual = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
    odds = losses.log_odds(logits, labels)
    assert torch.allclose(torch.nn.functional.softplus(odds), usual, atol=1e-5)
    assert torch.allclose(losses.cross_entropy(logits, labels), usual, atol=1e-5)
    ours = slopes(lambda z: losses.log_odds(z, labels), logits)
    theirs = slopes(lambda z: torch.nn.functional.cross_entropy(z, labels), logits.double())
    ours, theirs = (torch.nn.functional.normalize(s.double(), dim=1) for s in (ours, theirs))
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_the_odds_do_not_underflow():
    logits, _ = logits_of(scale=1e4)
    labels = logits.argmax(1)
    assert not slopes(lambda z: torch.nn.functional.cross_entropy(z, labels), logits).any()
    assert slopes(lambda z: losses.log_odds(z, labels), logits).abs().amax(1).min() > 0.9


def plain_dlr(z, y):
    ordered = np.sort(z)[::-1]
    other = ordered[0] if z.argmax() != y else ordered[1]
    return -(z[y] - other) / (ordered[0] - ordered[2])


def plain_targeted(z, y, t):
    ordered = np.sort(z)[::-1]
    return -(z[y] - z[t]) / (ordered[0] - (ordered[2] + ordered[3]) / 2)


def test_ratios_follow_their_formulas():
    logits, labels = logits_of()
    targets = (labels + 2) % 7
    found = losses.dlr(logits, labels).numpy()
    wanted = [plain_dlr(z, y) for z, y in zip(logits.numpy(), labels.tolist(), strict=True)]
    assert np.allclose(found, wanted, atol=1e-5)
    found = losses.targeted_dlr(logits, labels, targets).numpy()
    rows = zip(logits.numpy(), labels.tolist(), targets.tolist(), strict=True)
    assert np.allclose(found, [plain_targeted(*row) for row in rows], atol=1e-5)
    assert np.allclose(losses.dlr(1e3 * logits, labels), losses.dlr(logits, labels), atol=1e-4)


@pytest.mark.parametrize("classes", [2, 3])
def test_few_classes_have_losses_that_grow_as_the_label_loses(classes):
    logits, _ = logits_of(classes=classes)
    labels = logits.argmax(1)
    targets = (labels + 1) % classes
    for loss in (
        lambda z: losses.dlr(z, labels),
        lambda z: losses.targeted_dlr(z, labels, targets),
    ):
        assert loss(logits).isfinite().all()
        slope = slopes(loss, logits).gather(1, labels[:, None])
        assert (slope <= 0).all()
        assert (slope < -1e-3).double().mean() > 0.9


def test_margins_and_wrong_answers():
    logits = torch.tensor([[3.0, 1, 2], [1, 2, 0], [torch.nan, 1, 0], [torch.inf, 0, 1]])
    labels = torch.tensor([0, 0, 1, 1])
    assert losses.margin(logits, labels)[:2].tolist() == [1, -1]
    assert losses.is_wrong(logits, labels).tolist() == [False, True, False, False]


def test_targets_come_in_the_order_of_the_clean_logits():
    logits = torch.tensor([[5.0, 1, 4, 3], [5, 1, 4, 3], [9, 1, 4, 3]])
    labels = torch.tensor([0, 2, 0])
    first = losses.target_classes(logits, labels, torch.tensor([0, 0, 2]))
    assert first.tolist() == [2, 0, 1]
