"""The trending models of 721 days, mirrored day by day: each day's state can be had again.

The short form takes every fifth day.
"""

import gzip
import hashlib
import json
import os
import sys
import time
from collections import defaultdict
from datetime import UTC, date, datetime
from datetime import time as clock_time
from functools import partial
from typing import Any

import pytest

from registry import history
from registry.hub.client import HubClient
from registry.hub.records import moment
from registry.hub.sync import mirror
from registry.models import Change, CounterSeries, File, Repo
from tests.registry.hub.stub_hub import StubHub

pytestmark = [pytest.mark.real, pytest.mark.django_db(transaction=True), pytest.mark.timeout(1200)]


def days_of(real_data):
    """The rows of each day, in order, by the name of the model."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    with gzip.open(real_data / "records" / "trending-daily-2024-2026.jsonl.gz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            found[row["day"]][row["id"]] = row
    return dict(sorted(found.items()))


def record(row):
    """A row as a hub lists it; its sizes are the names of its files."""
    digest = hashlib.sha256(f"{row['lastModified']} {row['sizes']}".encode()).hexdigest()
    info = {
        "id": row["id"],
        "_id": hashlib.sha256(row["id"].encode()).hexdigest()[:24],
        "author": row["author"],
        "sha": digest[:40],
        "downloads": int(row["downloads"]),
        "likes": int(row["likes"]),
        "trendingScore": int(row["trending"]),
        "lastModified": row["lastModified"],
        "gated": row["gated"] == "True",
        "pipeline_tag": row["pipeline_tag"],
        "tags": [],
        "siblings": [{"rfilename": name} for name in names(row)],
    }
    if row["numParameters"]:
        info["safetensors"] = {"total": int(float(row["numParameters"]))}
    return info


def names(row):
    return [f"{n}-{size}.bin" for n, size in enumerate((row["sizes"] or "").split(" | "))]


def at(moment):
    return moment


def replay(days):
    """Mirror each day at its noon; return the seconds that it took."""
    begun = time.monotonic()
    hub = StubHub()
    today: list[dict[str, Any]] = []
    hub.listed = lambda _: today
    try:
        for day, rows in days.items():
            today[:] = [record(row) for row in rows.values()]
            noon = datetime.combine(date.fromisoformat(day), clock_time(12), UTC)
            sync = mirror(hub.url, client=HubClient(hub.url), details=0, clock=partial(at, noon))
            assert (sync.status, sync.failed) == ("done", 0), sync.reason
    finally:
        hub.close()
    return time.monotonic() - begun


EVERY = 1 if os.environ.get("ASSAY_LONG") else 5  # days


def test_each_days_state_of_each_model_is_given_back(real_data, capsys):
    days = days_of(real_data)
    assert (len(days), sum(map(len, days.values()))) == (721, 111_873)
    days = dict(list(days.items())[::EVERY])
    known = {name for rows in days.values() for name in rows}
    took = replay(days)
    repos = {repo.name: repo for repo in Repo.objects.select_related("author")}
    assert repos.keys() == known
    assert len(repos) == 276 or EVERY > 1
    files = defaultdict(set)
    heads = File.objects.values_list("revision__repo__name", "revision__sha", "path")
    for name, sha, path in heads:
        files[name, sha].add(path)
    parameters: dict[str, Any] = {}
    checked = 0
    for day, rows in days.items():
        states = history.states(repos.values(), date.fromisoformat(day))
        for name, repo in repos.items():
            state, row = states.get(repo.pk), rows.get(name)
            if state is None or row is None:
                assert row is None, (day, name)
                assert state is None or state.state == "gone", (day, name)
                continue
            checked += 1
            parameters[name] = record(row).get("safetensors", {}).get("total") or parameters.get(
                name
            )
            assert seen(state, files) == told(row, parameters[name]), (day, name)
    assert checked == sum(map(len, days.values()))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{checked:,} states of {len(repos)} models given back;"
            f" {len(days)} passes in {took:.0f} s; {Change.objects.count():,} changes,"
            f" {CounterSeries.objects.count():,} rows of counters\n"
        )


def seen(state, files):
    attributes, counters = state.attributes, state.counters
    return (
        state.state,
        counters.downloads,
        counters.likes,
        counters.trending,
        attributes["hub_modified_at"],
        attributes["gate"],
        attributes["pipeline_tag"],
        attributes["parameters"],
        files[attributes["name"], attributes["head_sha"]],
    )


def told(row, parameters):
    return (
        "present",
        int(row["downloads"]),
        int(row["likes"]),
        float(row["trending"]),
        moment(row["lastModified"]),
        "manual" if row["gated"] == "True" else "open",
        row["pipeline_tag"],
        parameters,
        set(names(row)),
    )
