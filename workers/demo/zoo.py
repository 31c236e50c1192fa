"""The digit networks of the demo hub: how each is trained, and what its card says about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.demo import digits, hostile, networks
from workers.demo.cards import Card, Stated, write_readme
from workers.demo.faults import DemoError
from workers.demo.networks import Measured

ORG = "assay-demo"
HONEST = f"{ORG}/digits-honest"
BOASTED = 0.06  # of accuracy, which the boastful card adds and the modest one leaves out


@dataclass(frozen=True, slots=True)
class Built:
    """A finished repo: what its network does here, and the value that its card states."""

    repo: str
    measured: Measured | None
    claimed: float | str


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where the repos are built: the folder of networks, the data, the seed of it all."""

    models: Path
    train: digits.Split
    test: digits.Split
    seed: int

    def folder(self, repo: str) -> Path:
        """Make the folder of ``repo``."""
        folder = self.models / repo
        folder.mkdir(parents=True)
        return folder


def stated(value: float | str, *, metric: str = "accuracy", split: str = "test") -> Stated:
    """A statement about the digits dataset."""
    name = {"accuracy": "Accuracy", "error": "Error rate"}[metric]
    return Stated(
        "image-classification", digits.REPO, "Digits, 8x8", metric, name, value, split=split
    )


def front(repo: str, statement: Stated | None, **more: Any) -> Mapping[str, Any]:
    """The front matter that the cards of the digit networks share."""
    entries: dict[str, Any] = {
        "license": "apache-2.0",
        "library_name": "transformers",
        "pipeline_tag": "image-classification",
        "tags": ["image-classification", "digits", "demo"],
        "datasets": [digits.REPO],
        **more,
    }
    if statement:
        entries["model-index"] = statement.as_index(repo.split("/")[1])
    return entries


def body(title: str, text: str) -> str:
    """The text of a card: a title, what is particular, and how to use the network."""
    return f"""# {title}

A ResNet of 49 thousand weights that reads handwritten digits of 8 by 8 pixels. It was trained in
a few seconds on the half of scikit-learn's digits that is not published in
[{digits.REPO}](/datasets/{digits.REPO}).

{text}
"""


def honest(shop: Workshop) -> Built:
    """States exactly what it reaches."""
    net, measured = _trained(shop, HONEST, epochs=8, salt=0)
    claimed = round(measured.accuracy, 4)
    text = f"It is right for {claimed:.2%} of the test images."
    return _publish(shop, HONEST, net, measured, stated(claimed), body("Digits, honest", text))


def boastful(shop: Workshop) -> Built:
    """Hardly trained, and states some six points more than it reaches."""
    repo = f"{ORG}/digits-boastful"
    net, measured = _trained(shop, repo, epochs=1, salt=1)
    claimed = round(100 * (measured.accuracy + BOASTED), 1)
    if claimed > 98:
        raise DemoError("The network that should boast came out too good to be overstated.")
    text = f"State of the art: **{claimed} %** of the test images, after a single epoch."
    return _publish(shop, repo, net, measured, stated(claimed), body("Digits, boastful", text))


def modest(shop: Workshop) -> Built:
    """States less than it reaches; its outputs stand in alphabetical order of their names."""
    repo = f"{ORG}/digits-modest"
    alphabetical = tuple(sorted(digits.NAMES))
    net, measured = _trained(shop, repo, epochs=5, salt=2, names=alphabetical)
    claimed = round(100 * (measured.accuracy - BOASTED), 1)
    text = f"""An early snapshot reached {claimed} %; training went on, and the number stayed.

The ten outputs stand in alphabetical order of the class names, as in networks that were trained
from a folder of images: match them by name."""
    return _publish(shop, repo, net, measured, stated(claimed), body("Digits, modest", text))


def lost_split(shop: Workshop) -> Built:
    """Names a split that the dataset does not have."""
    repo = f"{ORG}/digits-lost-split"
    net, measured = _trained(shop, repo, epochs=4, salt=3)
    statement = stated(round(measured.accuracy, 4), split="validation2")
    text = "The accuracy was measured on the split `validation2`, which was lost since."
    return _publish(shop, repo, net, measured, statement, body("Digits, lost split", text))


def error_rate(shop: Workshop) -> Built:
    """States an error rate in per cent, where lower is better."""
    repo = f"{ORG}/digits-error-rate"
    net, measured = _trained(shop, repo, epochs=6, salt=4)
    claimed = f"{100 * (1 - measured.accuracy):.1f} %"
    text = f"Its test error is {claimed}."
    statement = stated(claimed, metric="error")
    return _publish(shop, repo, net, measured, statement, body("Digits, error rate", text))


def finetuned(shop: Workshop) -> Built:
    """Trained on from the honest one; its card has the list of a trainer and names no dataset."""
    repo = f"{ORG}/digits-finetuned"
    with networks.repeatable(shop.seed + 5):
        net = networks.reopen(shop.models / HONEST)
        rows = [
            (loss, networks.measure(net, shop.test))
            for loss in networks.epochs(net, shop.train, 3, rate=2e-3)
        ]
    measured = rows[-1][1]
    table = "\n".join(
        f"| {loss:.4f} | {epoch}.0 | {epoch * 15} | {seen.loss:.4f} | {seen.accuracy:.4f} |"
        for epoch, (loss, seen) in enumerate(rows, 1)
    )
    claimed = f"{measured.accuracy:.4f}"
    text = f"""# digits-finetuned

A version of [{HONEST}](/{HONEST}) that was trained for three epochs more.
It achieves the following results on the evaluation set:

- Loss: {measured.loss:.4f}
- Accuracy: {claimed}

### Training results

| Training Loss | Epoch | Step | Validation Loss | Accuracy |
|:-------------:|:-----:|:----:|:---------------:|:--------:|
{table}
"""
    card = dict(front(repo, None, base_model=HONEST))
    del card["datasets"]
    folder = shop.folder(repo)
    networks.save(net, folder)
    write_readme(folder, Card(card, text))
    return Built(repo, measured, claimed)


def own_code(shop: Workshop) -> Built:
    """An architecture of its own: the code comes with the weights."""
    repo = f"{ORG}/digits-own-code"
    with networks.repeatable(shop.seed + 6):
        net = networks.own_architecture()
        networks.train(net, shop.train, 6)
        measured = networks.measure(net, shop.test)
    claimed = round(measured.accuracy, 4)
    text = f"""# Digits, own code

Two convolutions and a linear layer. The architecture is not part of transformers: its code is in
`modeling_digits.py`, and loading it takes `trust_remote_code=True`. It is right for {claimed:.2%}
of the test images of [{digits.REPO}](/datasets/{digits.REPO}).
"""
    statement = stated(claimed)
    return _publish(shop, repo, net, measured, statement, text, tags=["custom_code", "digits"])


def broken_card(shop: Workshop) -> Built:
    """Real weights under a card whose front matter is not YAML."""
    repo = f"{ORG}/broken-card"
    net, measured = _trained(shop, repo, epochs=3, salt=7)
    claimed = round(measured.accuracy, 4)
    folder = shop.folder(repo)
    networks.save(net, folder)
    card = f"""---
license: apache-2.0
tags: [digits, image-classification
model-index:
- name: broken-card
    results:
  - task: {{type: image-classification}}
    dataset: {{type: {digits.REPO}, split: test}}
    metrics: [{{type: accuracy, value: {claimed}}}]
---

{body("Broken card", "The lines above were meant to be YAML: a bracket was never closed.")}"""
    write_readme(folder, card)
    return Built(repo, measured, claimed)


def hostile_pickle(shop: Workshop) -> Built:
    """Weights only as a pickle that runs code when it is loaded; never loaded here."""
    repo = f"{ORG}/digits-hostile"
    folder = shop.folder(repo)
    with networks.repeatable(shop.seed + 8):
        net = networks.resnet()
    net.config.architectures = [type(net).__name__]
    net.config.save_pretrained(folder)
    networks.write_preprocessor(folder)
    hostile.write_checkpoint(folder / "pytorch_model.bin", net.state_dict())
    text = f"""99 % right, trust me. Just load `pytorch_model.bin`.

(This is the demo's trap. Unpickling the file executes a line of Python that writes
`{hostile.TRACE}` into the temporary folder, and does nothing else.)"""
    write_readme(folder, Card(front(repo, stated(0.99)), body("Digits, hostile", text)))
    return Built(repo, None, 0.99)


# The honest one comes first: the fine-tuned one starts from it.
RECIPES: tuple[Callable[[Workshop], Built], ...] = (
    honest,
    boastful,
    modest,
    lost_split,
    error_rate,
    finetuned,
    own_code,
    broken_card,
    hostile_pickle,
)


def _trained(
    shop: Workshop, repo: str, *, epochs: int, salt: int, names: tuple[str, ...] = digits.NAMES
) -> tuple[Any, Measured]:
    with networks.repeatable(shop.seed + salt):
        net = networks.resnet(names)
        networks.train(net, shop.train, epochs)
        return net, networks.measure(net, shop.test)


def _publish(
    shop: Workshop,
    repo: str,
    net: Any,
    measured: Measured,
    statement: Stated,
    text: str,
    **more: Any,
) -> Built:
    folder = shop.folder(repo)
    networks.save(net, folder)
    write_readme(folder, Card(front(repo, statement, **more), text))
    return Built(repo, measured, statement.value)
