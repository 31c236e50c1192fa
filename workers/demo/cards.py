"""Cards of the demo repos: front matter, a model-index and readable text."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Card:
    """A README: ``front`` becomes YAML between two lines of dashes, ``body`` follows it."""

    front: Mapping[str, Any]
    body: str

    def render(self) -> str:
        """The text of the README."""
        front = yaml.safe_dump(dict(self.front), sort_keys=False, allow_unicode=True)
        return f"---\n{front}---\n\n{self.body}"


@dataclass(frozen=True, slots=True)
class Stated:
    """What an author states about a network: one metric on one split of one dataset."""

    task: str
    dataset: str
    dataset_name: str
    metric: str
    metric_name: str
    value: float | str
    split: str = "test"
    source: Mapping[str, str] | None = None

    def as_index(self, name: str) -> list[dict[str, Any]]:
        """The ``model-index`` of a card: this one statement about the network ``name``."""
        result: dict[str, Any] = {
            "task": {"type": self.task},
            "dataset": {
                "type": self.dataset,
                "name": self.dataset_name,
                "config": "default",
                "split": self.split,
            },
            "metrics": [{"type": self.metric, "value": self.value, "name": self.metric_name}],
        }
        if self.source:
            result["source"] = dict(self.source)
        return [{"name": name, "results": [result]}]


def write_readme(folder: Path, card: Card | str) -> None:
    """Write the README of a repo; a plain text is written as it is."""
    text = card if isinstance(card, str) else card.render()
    (folder / "README.md").write_text(text, encoding="utf-8")
