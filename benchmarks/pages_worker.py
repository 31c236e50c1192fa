"""Fills a database of its own for the pages, or measures them; prints one JSON object.

``python -m benchmarks.pages_worker fill HOME REPOS``, then ``... time HOME TIMES [PAGE ...]``: all
pages, or those named, as in `pages_kinds`. Processes of their own, as those of `lists_worker`.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.lists_worker import on_cpu_ms

_REPEATED = 3  # the statements of a page, for the floor


def main(what: str, home: Path, number: int, *pages: str) -> None:
    """Fill so many repos and what belongs to them, or ask for each page so many times; print."""
    os.environ["ASSAY_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "registry.settings"
    os.environ.pop("DATABASE_URL", None)
    os.environ |= dict.fromkeys(("ASSAY_LIMIT_PAGES", "ASSAY_LIMIT_API"), "0")
    import django

    from registry import embedded

    with embedded.running(home, durable=False):
        django.setup()
        logging.disable(logging.WARNING)
        print(json.dumps(filled(number) if what == "fill" else timed(number, pages)))


def filled(repos: int) -> dict[str, Any]:
    """Fill, and count what lists show counts of."""
    from django.core.management import call_command

    from benchmarks import pages_fill
    from registry.search import counts

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    said = pages_fill.fill(repos)
    counts.recount()
    return said | {"fill_s": round(time.perf_counter() - began, 1)}


def timed(times: int, pages: Sequence[str] = ()) -> dict[str, Any]:
    """Ask for each page, or for these, so many times, its instances taking turns, after once each.

    Raises KeyError for a page that there is not.
    """
    from django.db import connection
    from django.test import Client

    from benchmarks.pages_kinds import kinds

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone() or (0,)
    client = Client(headers={"host": "localhost"})
    found = {}
    known = kinds()
    for name, addresses in {name: known[name] for name in pages or known}.items():
        print(name, file=sys.stderr, flush=True)
        if addresses:
            found[name] = _page(client, addresses, times, backend)
    return found


def _page(client: Any, addresses: list[str], times: int, backend: int) -> dict[str, Any]:
    sizes = [len(_asked(client, address)) for address in addresses]
    taken, ran = [], []
    for turn in range(max(times, 2)):
        before, began = on_cpu_ms(backend), time.perf_counter()
        _asked(client, addresses[turn % len(addresses)])
        taken.append((time.perf_counter() - began) * 1000)
        ran.append(on_cpu_ms(backend) - before)
    statements, floor_ms = _statements(client, addresses[0])
    return {
        "address": addresses[0][:200],
        "times_ms": taken,
        "on_cpu_ms": ran,
        "statements": statements,
        "statements_ms": floor_ms,
        "bytes": max(sizes),
    }


def _asked(client: Any, address: str) -> bytes:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code} {answer.content[:300]!r}")
    return bytes(answer.content)


def _statements(client: Any, address: str) -> tuple[int, float]:
    """Return how many statements a page sends, and what they take by themselves."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as sent:
        _asked(client, address)
    reads = [one["sql"] for one in sent if one["sql"].lstrip("( ").upper().startswith("SELECT")]
    best = float("inf")
    for _ in range(_REPEATED):
        began = time.perf_counter()
        with connection.cursor() as cursor:
            for sql in reads:
                cursor.cursor.execute(sql)
                cursor.fetchall()
        best = min(best, (time.perf_counter() - began) * 1000)
    return len(sent), best


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
