"""``python -m benchmarks.marks_table NETWORK``: what each mark costs, shows, and survives.

Marks are embedded with the first half of a test split and measured on the other. One core.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from analysis.watermarks import schemes
from analysis.watermarks.envelope import KeysError
from analysis.watermarks.keys import draws_of
from analysis.watermarks.recipes import Embedded
from analysis.watermarks.removal import distilled, pruned, quantised
from analysis.watermarks.statistics import ownership
from analysis.watermarks.training import Data, accuracy, tuned
from benchmarks import attacks_networks
from benchmarks.harness import machine
from benchmarks.marks_networks import PLANS, Plan, loaded, unmarked

_AFTER_REMOVAL = 1_000  # images that say how well a network works that was changed
_SHARES = tuple(share / 10 for share in range(1, 10))
MARKED, BEFORE = "marked", "as it was"


@dataclass(frozen=True, slots=True)
class Row:
    """What one network showed of one mark; ``seconds`` of a processor made it."""

    network: str
    scheme: str
    what: str
    matches: int = 0
    keys: int = 0
    control_matches: int = 0
    controls: int = 0
    p: float = 1.0
    accuracy: float | None = None
    images: int = 0
    seconds: float | None = None
    problem: str = ""


def main() -> int:
    """Measure what was asked for, or print the tables of what was measured before."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.marks_table", description=__doc__)
    parser.add_argument("network", choices=[*PLANS], nargs="?")
    parser.add_argument("--scheme", choices=schemes.SCHEMES, action="append")
    parser.add_argument("--cache", type=Path, default=Path(".marks"), help="for unmarked networks")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--tables", type=Path, nargs="+", help="of rows that were written before")
    arguments = parser.parse_args()
    if arguments.tables:
        lines = [line for path in arguments.tables for line in path.read_text().splitlines()]
        print(tables([Row(**json.loads(line)) for line in lines]))
        return 0
    home = attacks_networks.folder()
    if home is None or arguments.network is None:
        parser.error("name a network; the folder of real test material must be there")
    torch.set_num_threads(1)
    rows = []
    for row in _measured(home, arguments.network, arguments.scheme, arguments.cache):
        rows.append(row)
        if arguments.json:
            print(json.dumps(asdict(row)), flush=True)
    if not arguments.json:
        print(tables(rows))
        print(", ".join(f"{key} {value}" for key, value in machine().items()))
    return 0


def _measured(home: Path, name: str, only: list[str] | None, cache: Path) -> Iterator[Row]:
    network, fit, held = loaded(home, name)
    plan = PLANS[name]
    for scheme in only or schemes.SCHEMES:
        began = time.process_time()
        try:
            found = schemes.embed(
                scheme, network, fit, 10, plan.recipe_of(scheme), salt=_salt(scheme, 1)
            )
        except KeysError as error:
            yield Row(name, scheme, MARKED, problem=str(error))
            continue
        seconds = time.process_time() - began
        ask = _Asking(name, scheme, found)
        yield ask.row(BEFORE, network, held)
        yield ask.row(MARKED, found.network, held, seconds)
        for what, other in unmarked(name, network, fit, cache):
            yield ask.row(what, other)
        for what, changed in _removals(scheme, network, found, fit, plan):
            yield ask.row(what, changed, held.first(_AFTER_REMOVAL))


def _removals(
    scheme: str, network: nn.Module, found: Embedded, fit: Data, plan: Plan
) -> Iterator[tuple[str, nn.Module]]:
    marked = found.network
    yield "no change", marked
    yield f"fine-tuned, {plan.tuning.steps} steps", tuned(marked, fit, plan.tuning)
    for share in _SHARES:
        yield f"pruned, {share:.0%}", pruned(marked, share)
    yield "int8", quantised(marked)
    try:
        again = schemes.embed(
            scheme, marked, fit, 10, plan.recipe_of(scheme), salt=_salt(scheme, 2)
        )
        yield "overwritten", again.network
    except KeysError as error:
        print(f"{scheme} was not overwritten: {error}", file=sys.stderr)
    yield f"distilled, {plan.scratch.steps} steps", distilled(marked, fit.images, plan.scratch)


@dataclass(frozen=True, slots=True)
class _Asking:
    name: str
    scheme: str
    found: Embedded

    def row(
        self, what: str, network: nn.Module, held: Data | None = None, seconds: float | None = None
    ) -> Row:
        """Ask a network for the mark, and for its accuracy where there are images."""
        works = None if held is None else accuracy(network, held)
        count = 0 if held is None else len(held.labels)
        keys = self.found.keys
        try:
            tally = schemes.tally_of(keys, network)
        except KeysError as error:
            return Row(self.name, self.scheme, what, problem=str(error), accuracy=works)
        p = ownership(tally, chance=keys.chance).p
        return Row(
            self.name, self.scheme, what, tally.matches, tally.keys, tally.control_matches,
            tally.controls, p, works, count, seconds,
        )  # fmt: skip


def _salt(scheme: str, number: int) -> bytes:
    """Return a salt that is no secret, so that the table can be repeated."""
    return draws_of(number.to_bytes(32, "big"), scheme).bytes(32)


def tables(rows: Iterable[Row]) -> str:
    """Write what was measured as Markdown."""
    rows = list(rows)
    parts = []
    for name in dict.fromkeys(row.network for row in rows):
        here = [row for row in rows if row.network == name]
        of = {scheme: [row for row in here if row.scheme == scheme] for scheme in schemes.SCHEMES}
        of = {scheme: found for scheme, found in of.items() if found}
        parts += [f"### {name}", "", *_marked(of), "", *_apart(of), "", *_removed(of), ""]
    return "\n".join(parts)


def _marked(of: dict[str, list[Row]]) -> list[str]:
    lines = _head(
        "scheme", "keys", "matched before", "matched with the mark", "bit errors", "p", "accuracy",
        "embedding",
    )  # fmt: skip
    for scheme, rows in of.items():
        marked = next(row for row in rows if row.what == MARKED)
        if marked.problem:
            lines.append(f"| {scheme} | {marked.problem} | | | | | | |")
            continue
        before = next(row for row in rows if row.what == BEFORE)
        errors = 1 - marked.matches / marked.keys
        lines.append(
            f"| {scheme} | {_keys(marked)} | {_matched(before)} | {_matched(marked)} "
            f"| {errors:.1%} "
            f"| {marked.p:.0e} | {before.accuracy:.2%} → {marked.accuracy:.2%} "
            f"| {marked.seconds:.0f} s |"
        )
    return lines


def _apart(of: dict[str, list[Row]]) -> list[str]:
    lines = _head(
        "scheme", "networks without the mark", "n", "keys matched", "controls matched", "p",
        "called marked",
    )  # fmt: skip
    for scheme, rows in of.items():
        for what in ("fine-tuned", "trained apart", "another architecture"):
            found = [row for row in rows if row.what == what]
            asked = [row for row in found if not row.problem]
            if not asked:
                lines += [
                    f"| {scheme} | {what} | {len(found)} | made for other layers | | | |"
                ] * bool(found)
                continue
            low, high = min(row.p for row in asked), max(row.p for row in asked)
            matched = _span(row.matches / row.keys for row in asked)
            controls = _span(row.control_matches / row.controls for row in asked if row.controls)
            lines.append(
                f"| {scheme} | {what} | {len(asked)} | {matched} | {controls} "
                f"| {low:.2g} to {high:.2g} | {sum(row.p <= 1e-3 for row in asked)} |"
            )
    return lines


def _removed(of: dict[str, list[Row]]) -> list[str]:
    lines = _head("after", *of)
    changes = [row.what for rows in of.values() for row in rows if row.images == _AFTER_REMOVAL]
    for what in dict.fromkeys(changes):
        cells = []
        for rows in of.values():
            row = next((row for row in rows if row.what == what), None)
            cells.append("–" if row is None else _cell(row))
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    return lines


def _head(*titles: str) -> list[str]:
    return ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]


def _cell(row: Row) -> str:
    p = f"p = {row.p:.0e}" if row.p <= 1e-3 else f"**gone**, p = {row.p:.2g}"
    return f"{_matched(row)}, {p}; {row.accuracy:.1%}"


def _keys(row: Row) -> str:
    return f"{row.keys} + {row.controls} controls" if row.controls else f"{row.keys}"


def _matched(row: Row) -> str:
    return f"{row.matches}" + (f", {row.control_matches}" if row.controls else "")


def _span(shares: Iterable[float]) -> str:
    found = list(shares)
    return f"{min(found):.0%} to {max(found):.0%}" if found else "–"


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
