"""Fills a database of its own with listings, or measures list pages of it; prints one JSON object.

``python -m benchmarks.lists_worker fill HOME REPOS``, then ``... time HOME PAGES``. Processes of
their own, because Django's settings are read once, and because what filling leaves to be written
is no part of reading: the server stops in between.
"""

import json
import logging
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

_BY_HAND_MS = 20_000  # a statement by hand that takes longer is counted as this


def main(what: str, home: Path, number: int) -> None:
    """Fill and count so many repos, or warm up and measure so many pages; print."""
    os.environ["ASSAY_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "registry.settings"
    os.environ.pop("DATABASE_URL", None)
    os.environ |= dict.fromkeys(("ASSAY_LIMIT_PAGES", "ASSAY_LIMIT_API"), "0")
    import django

    from registry import embedded

    with embedded.running(home, durable=False):
        django.setup()
        logging.disable(logging.WARNING)
        print(json.dumps({"fill": filled, "time": timed}[what](number)))


def filled(repos: int) -> dict[str, Any]:
    """Fill the listings and count them; say how long that took."""
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.lists_fill import fill
    from registry.search import counts

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    said = fill(repos)
    said["fill_s"] = round(time.perf_counter() - began, 1)
    _say(f"filled: {said}")
    began = time.perf_counter()
    counts.recount()
    said["count_s"] = round(time.perf_counter() - began, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        said["database_gib"] = round((cursor.fetchone() or (0,))[0] / 2**30, 2)
    _say(f"counted: {said}")
    return said


def timed(number: int) -> dict[str, Any]:
    """Ask for mixed pages of a database that is filled: once to warm up, once by the clock."""
    from django.db import connection
    from django.test import Client

    from benchmarks.lists_pages import pages

    client = Client(headers={"host": "localhost"})  # one: a server loads its middleware once
    for page in pages(max(40, number // 2), seed=1):
        _get(client, page.address)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone() or (0,)
    chosen = pages(number, seed=2)
    times, on_cpu, slowest = [], [], []
    kinds: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for page in chosen:
        before = on_cpu_ms(backend)
        taken = _get(client, page.address)
        ran = on_cpu_ms(backend) - before
        times.append(taken)
        on_cpu.append(ran)
        kinds[page.kind.removesuffix(", API")].append((taken, ran))
        slowest.append((round(taken, 1), page.address[:150]))
    return {
        "times_ms": times,
        "on_cpu_ms": on_cpu,
        "by_hand_ms": [_by_hand(page) for page in chosen],
        "kinds": {kind: _spread(found) for kind, found in kinds.items()},
        "slowest": sorted(slowest, reverse=True)[:12],
    }


def _spread(found: list[tuple[float, float]]) -> dict[str, float]:
    """Return the middle and the worst of wall-clock time and of time on a core."""
    taken, ran = (sorted(values) for values in zip(*found, strict=True))
    middle = len(found) // 2
    figures = {
        "median_ms": taken[middle], "worst_ms": taken[-1],
        "on_cpu_median_ms": ran[middle], "on_cpu_worst_ms": ran[-1],
    }  # fmt: skip
    return {name: round(figure, 1) for name, figure in figures.items()}


def _get(client: Any, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    taken = (time.perf_counter() - began) * 1000
    if answer.status_code not in {200, 503}:
        raise RuntimeError(f"{address}: {answer.status_code} {answer.content[:300]!r}")
    return 2_000.0 if answer.status_code == 503 else taken


def on_cpu_ms(backend: int) -> float:
    """How long this process and its database backend have run: free of what others do meanwhile."""
    try:
        ran_ns = int(Path(f"/proc/{backend}/schedstat").read_text().split()[0])
    except OSError:
        ran_ns = 0
    return time.process_time() * 1000 + ran_ns / 1e6


def _by_hand(page: Any) -> float:
    from django.core.exceptions import EmptyResultSet
    from django.db import OperationalError, connection

    try:
        sql, params = page.by_hand()
    except EmptyResultSet:
        return 0.0
    taken = float(_BY_HAND_MS)
    for _ in range(2):  # the second time is warm
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {_BY_HAND_MS}")
            began = time.perf_counter()
            try:
                cursor.execute(sql, params)
                cursor.fetchall()
            except OperationalError:
                return float(_BY_HAND_MS)
            finally:
                cursor.execute("SET statement_timeout = 0")
            taken = (time.perf_counter() - began) * 1000
        if taken > 1_000:
            break
    return taken


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
