"""What is known of datasets beyond their own files: other names, the split that has labels.

The rows stand in ``datasets.toml`` beside this file, each with its source.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Known:
    """A dataset. ``id`` is its name on the hub; names that are no longer used are aliases.

    ``task`` is the only one that its labels are for, empty where there are several. ``split`` is
    its only split outside of training that has labels, by config in ``splits``; ``config`` its
    only config. ``gone`` says why it cannot be had any more, ``unsplit`` why no split can be taken
    for what a claim calls its test set. Both are sentences.
    """

    id: str
    source: str
    aliases: tuple[str, ...] = ()
    task: str = ""
    config: str = ""
    split: str = ""
    splits: Mapping[str, str] = field(default_factory=dict)
    unsplit: str = ""
    gone: str = ""

    def split_of(self, config: str) -> str:
        """Return the only labelled split outside of training of a config; "" for none."""
        return self.splits.get(config, self.split)


@dataclass(frozen=True, slots=True)
class _Table:
    by_name: Mapping[str, Known]
    families: tuple[Known, ...]  # ``id`` ends with "*"


@cache
def _table() -> _Table:
    rows = tomllib.loads(Path(__file__).with_name("datasets.toml").read_text())
    known = [_row(row) for row in rows["dataset"]]
    by_name: dict[str, Known] = {}
    for entry in known:
        for name in (entry.id, *entry.aliases):
            if by_name.setdefault(name.lower(), entry) is not entry:
                raise ValueError(f"datasets.toml has two rows for {name!r}")
    return _Table(by_name, tuple(_row(row) for row in rows["family"]))


def _row(row: Mapping[str, Any]) -> Known:
    return Known(**{**row, "aliases": tuple(row.get("aliases", ()))})


def known_dataset(name: str) -> Known | None:
    """Look a dataset up by its id or an old name, letters of either case."""
    wanted = name.strip().lower()
    table = _table()
    found = table.by_name.get(wanted)
    if found is None:
        found = next((row for row in table.families if wanted.startswith(row.id[:-1])), None)
    return found


def all_known() -> list[Known]:
    """List all rows that name one dataset."""
    return sorted({row.id: row for row in _table().by_name.values()}.values(), key=lambda r: r.id)
