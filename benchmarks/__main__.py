"""``python -m benchmarks [P1 P3 ...] [--json] [--quick]``: measure the promises."""

import argparse
import json
import sys
from collections.abc import Iterator

from benchmarks.harness import Row, machine, measure, promises, table


def main() -> int:
    """Measure what was asked for; exit code 1 where a promise does not hold."""
    known = promises()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("promise", nargs="*", help=f"of: {' '.join(known)}; none for all")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--quick", action="store_true", help="fewer samples, for CI")
    arguments = parser.parse_args()
    wanted = [name.upper() for name in arguments.promise] or list(known)
    if unknown := [name for name in wanted if name not in known]:
        parser.error(f"nothing measures {', '.join(unknown)}; there are: {', '.join(known)}")
    rows: list[Row] = []
    for row in _rows([module for name in wanted for module in known[name]], arguments.quick):
        rows.append(row)
        if arguments.json:
            print(json.dumps(row.to_json()), flush=True)
    if not arguments.json:
        print(table(rows))
        print(", ".join(f"{key} {value}" for key, value in machine().items()))
    return 0 if all(row.holds for row in rows) else 1


def _rows(modules: list[str], quick: bool) -> Iterator[Row]:
    for module in modules:
        yield from measure(module, quick=quick)


if __name__ == "__main__":
    sys.exit(main())
