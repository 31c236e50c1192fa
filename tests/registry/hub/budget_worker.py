"""A worker that calls a hub as fast as its budget lets it, until it is killed or time is up.

``python -m tests.registry.hub.budget_worker URL SECONDS THREADS``; prints one JSON object.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter

from tests.registry.hub.limited_hub import ROOT


def start(
    hub: str, seconds: float, *, threads: int = 2, more: dict[str, str]
) -> "subprocess.Popen[str]":
    """Start a worker on the database of this process."""
    words = [sys.executable, "-m", "tests.registry.hub.budget_worker", hub]
    return subprocess.Popen(
        [*words, str(seconds), str(threads)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "registry.settings"} | more,
        stdout=subprocess.PIPE,
        text=True,
    )


def database_url() -> str:
    """Return the address of the database that this process is connected to."""
    from urllib.parse import quote

    from django.db import connection

    place = connection.get_connection_params()
    found = f"postgresql://{quote(place['user'])}"
    if place.get("password"):
        found += f":{quote(place['password'])}"
    host, port = place.get("host") or "", place.get("port") or ""
    return f"{found}@/{place['dbname']}?host={quote(host)}&port={port}"


def main() -> None:
    import django

    django.setup()
    from registry.hub.client import HubClient
    from registry.hub.problems import HubProblem

    until = time.monotonic() + float(sys.argv[2])
    done: Counter[str] = Counter()

    def work() -> None:
        while time.monotonic() < until:
            try:
                client.refs("a/net")
                done["calls"] += 1
            except HubProblem as error:
                done[str(error)] += 1

    with HubClient(sys.argv[1], os.environ.get("HUB_TOKEN", "")) as client:
        threads = [threading.Thread(target=work) for _ in range(int(sys.argv[3]))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    sys.stdout.write(json.dumps(done) + "\n")


if __name__ == "__main__":
    main()
