"""A process that asks a slow network until it is killed: ``python -m tests.workers.dying HOME``."""

import sys
import time
from pathlib import Path

from tests.workers.networks_in_rows import KEY, Network, asking_of
from workers.predictions import Predictions


class Slow(Network):
    """Takes its time for each part."""

    def parts(self, rows):
        for part in super().parts(rows):
            time.sleep(0.05)
            yield part


def main(home: Path) -> None:
    """Ask for everything, and keep what was answered a few times a second."""
    store = Predictions(home, 1 << 20)
    with asking_of(Slow(), home, store, run=1, flush_s=0.2) as asking:
        for _ in asking.parts():
            pass
    raise SystemExit("nobody killed it")


if __name__ == "__main__":
    print(KEY, flush=True)  # noqa: T201
    main(Path(sys.argv[1]))
