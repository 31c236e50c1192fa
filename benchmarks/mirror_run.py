"""The halves of P1 that need the database, each in a process of its own.

``python -m benchmarks.mirror_run migrate | mirror URL | copy`` prints one JSON object.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import django

# What a pass writes once, whatever the number of repos.
_NOT_ROWS = {"registry_hub", "registry_sync", "registry_syncproblem"}


def main() -> None:
    """Do one half."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
    django.setup()
    halves: dict[str, Callable[..., dict[str, Any]]] = {
        "migrate": _migrate,
        "mirror": _mirror,
        "copy": _copy,
    }
    print(json.dumps(halves[sys.argv[1]](*sys.argv[2:])))


def _migrate() -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE registry_hub, registry_author CASCADE")
    return {}


def _mirror(url: str) -> dict[str, Any]:
    from registry.hub.sync import mirror

    began, cpu = time.perf_counter(), time.process_time()
    sync = mirror(url, details=0)
    return {
        "seconds": time.perf_counter() - began,
        "cpu_s": time.process_time() - cpu,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "status": sync.status,
        "reason": sync.reason,
        "seen": sync.seen,
        "created": sync.created,
        "changed": sync.changed,
        "failed": sync.failed,
    }


def _copy() -> dict[str, Any]:
    """Time a COPY of all rows of a pass into tables of the same shape with the same indexes."""
    from django.apps import apps
    from django.db import connection

    tables = [model._meta.db_table for model in apps.get_app_config("registry").get_models()]
    took: dict[str, float] = {}
    rows: dict[str, int] = {}
    with connection.cursor() as cursor:
        for table in sorted(set(tables) - _NOT_ROWS):
            with tempfile.TemporaryFile() as file:
                with cursor.copy(f"COPY {table} TO STDOUT") as out:
                    file.writelines(bytes(chunk) for chunk in out)
                if not file.tell():
                    continue
                file.seek(0)
                cursor.execute(f"CREATE TABLE bare (LIKE {table} INCLUDING ALL)")
                began = time.perf_counter()
                with cursor.copy("COPY bare FROM STDIN") as into:
                    while chunk := file.read(1 << 20):
                        into.write(chunk)
                took[table] = round(time.perf_counter() - began, 3)
                rows[table] = cursor.rowcount
                cursor.execute("DROP TABLE bare")
    return {"seconds": sum(took.values()), "tables": took, "rows": rows}


if __name__ == "__main__":
    main()
