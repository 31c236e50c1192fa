"""A scan is killed at random points, with the broker away; it goes on and does nothing twice."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.registry.processes import ROOT, environment, throwaway_home, using

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]

REPOS = 300
KILLS = 20
AWAY = "redis://127.0.0.1:9/0"  # the port of nobody

PREPARE = f"""
from registry.scans import control
from registry.scans.drafts import Draft
from tests import factories
for _ in range({REPOS}):
    factories.claim(factories.revision(factories.repo()))
factories.listed()
scan = control.create(Draft("all", "q=net", ("claim",), window=20))
control.run_now(scan, "alice")
"""
# A worker of one line: what is queued ends with a finding, in the transaction that workers use.
CARRY = """
import sys
from datetime import timedelta
from django.db import transaction
from django.utils.timezone import now
from registry.models import Run
from registry.scans import engine, planning
from tests import factories
planning.CHUNK, planning.AHEAD = 20, 50
def work():
    for run in Run.objects.filter(status="queued").order_by("pk")[:7]:
        with transaction.atomic():
            ended = {"status": "done", "started_at": now(), "finished_at": now()}
            if Run.objects.filter(pk=run.pk, status="queued").update(**ended):
                factories.finding(run)
from registry.models import ScanExecution
print("ready", flush=True)
while not ScanExecution.objects.get().is_over:
    engine.tick()
    work()
"""
COUNT = """
import json
from collections import Counter
from registry.models import Run, ScanExecution, ScanItem
execution = ScanExecution.objects.get()
items = list(ScanItem.objects.values_list("outcome", "claim", "run", "is_own"))
print(json.dumps({
    "state": execution.state,
    "runs": Run.objects.count(),
    "items": len(items),
    "claims": len({claim for _, claim, _, _ in items}),
    "runs_of_items": len({run for _, _, run, _ in items}),
    "own": sum(own for *_, own in items),
    "outcomes": Counter(outcome for outcome, *_ in items),
    "counts": {name: n for name, n in execution.counts.items() if n},
    "begun": execution.begun,
    "total": execution.totals["runs"],
    "bytes": execution.spent_bytes == execution.totals["bytes"],
    "repos": execution.repos,
}))
"""


def program(home: Path, code: str) -> list[str]:
    return [sys.executable, "-c", f"import django; django.setup()\n{code}"]


def env(home: Path) -> dict[str, str]:
    return environment(home, DJANGO_SETTINGS_MODULE="registry.settings") | {"BROKER_URL": AWAY}


def carry(home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        program(home, CARRY),
        env=env(home),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def run(home: Path, code: str) -> str:
    ran = subprocess.run(
        program(home, code), env=env(home), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_killed_twenty_times_a_scan_ends_as_if_it_had_not_been() -> None:
    chance = random.Random(20_261_122)  # noqa: S311 - when to kill
    with throwaway_home() as home, using(home):
        migrated = [sys.executable, "manage.py", "migrate"]
        named = environment(home, DJANGO_SETTINGS_MODULE="registry.settings")
        subprocess.run(migrated, env=named, cwd=ROOT, check=True, capture_output=True)
        run(home, PREPARE)
        killed = 0
        for _ in range(KILLS):
            process = carry(home)
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.01, 0.5))
            killed += process.poll() is None
            process.kill()
            process.communicate()
        last = carry(home)
        assert last.wait(300) == 0
        last.communicate()
        found = json.loads(run(home, COUNT))
    assert killed >= KILLS // 2, "it was over before it was killed often enough"
    assert found == {
        "state": "done",
        "runs": REPOS,
        "items": REPOS,
        "claims": REPOS,
        "runs_of_items": REPOS,
        "own": REPOS,
        "outcomes": {"measured": REPOS},
        "counts": {"measured": REPOS},
        "begun": REPOS,
        "total": REPOS,
        "bytes": True,
        "repos": REPOS,
    }
