"""P1: a pass fits the Hub's own limits with nothing to spare on our side.

Processes that share one budget call a hub that enforces fixed windows and bans offenders. Ours is
the share of the allowed calls that they used after the first window; the reference is all of them.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks.harness import Row

TARGET = 0.95
QUOTA = 300
LENGTH_S = 4.0
WORKERS = 4


def rows(*, quick: bool) -> Iterator[Row]:
    """One row: the share of the allowed calls that was used, and no refusal."""
    from tests.registry.hub import budget_worker
    from tests.registry.hub.limited_hub import limited_hub

    seconds = LENGTH_S * (6 if quick else 14)
    with (
        _database() as url,
        limited_hub("--quota", str(QUOTA), "--length", str(LENGTH_S)) as hub,
    ):
        workers = [
            budget_worker.start(hub.url, seconds, more={"DATABASE_URL": url})
            for _ in range(WORKERS)
        ]
        for worker in workers:
            worker.wait(seconds + 120)
        time.sleep(0.1)
        (caller,) = hub.stats()["callers"].values()
    yield _row(caller)


def _row(caller: dict[str, Any]) -> Row:
    # In the first window the limit was not known, in the second one workers were still starting,
    # and the last one ended with them.
    windows = caller["windows"][2:-1]
    shares = [window["served"] / window["quota"] for window in windows]
    refused = sum(window["refused"] for window in caller["windows"][1:])
    used = sum(shares) / len(shares)
    low, _, high = quantiles(shares, n=4)
    return Row(
        promise="P1",
        row="share of the allowed calls",
        ours=used,
        reference=1.0,
        unit="of the calls",
        ratio=used,
        target=f">= {TARGET}, no 429",
        holds=used >= TARGET and refused == 0 and not caller["banned"],
        n=len(shares),
        spread=(high - low) / 2,
        details={
            "refused_after_the_first_window": refused,
            "refused_in_the_first_window": caller["windows"][0]["refused"],
            "least": min(shares),
            "served": [window["served"] for window in caller["windows"]],
            "workers": WORKERS,
            "quota": QUOTA,
            "window_s": LENGTH_S,
        },
    )


@contextmanager
def _database() -> Iterator[str]:
    """A database with Assay's tables: that of DATABASE_URL, or one that is thrown away."""
    from urllib.parse import quote

    named = os.environ.get("DATABASE_URL", "")
    # Only the last folder is ours alone: the servers' account must be able to enter it.
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        if not named:
            os.environ["ASSAY_HOME"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
        import django

        django.setup()
        from django.db import connection

        from registry import embedded, tables

        with embedded.running(home):
            tables.migrate()
            place = connection.get_connection_params()
            connection.close()
            socket = quote(str(place.get("host", "")))
            yield named or (
                f"postgresql://{quote(place['user'])}@/{place['dbname']}"
                f"?host={socket}&port={place.get('port', '')}"
            )
