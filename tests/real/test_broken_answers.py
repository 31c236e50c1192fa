"""The 29,432 records of February 2022 behind a proxy that breaks 1 % of what the hub says.

Every record is listed. Details, trees, branches and cards are read for the 500 most downloaded
only, in the long form for 2,000, so that the test takes minutes.
"""

import gzip
import hashlib
import json
import os
import sys
import time
from collections import Counter, defaultdict
from typing import Any

import pytest

from registry.hub import errands, transport
from registry.hub.client import HubClient
from registry.hub.sync import mirror
from registry.models import Card, Claim, Edge, Errand, File, Hub, Repo, SyncProblem
from tests import hubs
from tests.breaking import NONSENSE, WAYS, BreakingProxy, between, chance, chosen

pytestmark = [
    pytest.mark.real,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("broken-answers"),
]

SEED = 3
SHARE = 0.01
IN_FULL = 2_000 if os.environ.get("ASSAY_LONG") else 500
SILENCE_S = 1.5
STAGES = ("detail", "tree", "refs", "card")


def facts(records):
    """Names with their downloads and whether they have a card that a crawler got."""
    found = {}
    with gzip.open(records, "rt") as lines:
        for line in lines:
            record = json.loads(line)
            downloads = record["info"].get("downloads") or 0
            card = record["card"] or ""
            found[record["id"]] = (downloads, bool(card) and not card.startswith("Error:"))
    return found


def plan(found):
    """Choose one record in a hundred: what breaks for good, in the listing or behind it."""
    most = sorted(found, key=lambda name: (-found[name][0], name))[:IN_FULL]
    popular = set(most)
    records, parts = {}, {}
    for name in found:
        # A name that is too long is a bad record of its own.
        if chance(SEED, "bad", name) >= SHARE or len(name) > 200:
            continue
        if name in popular and chance(SEED, "where", name) < 0.8:
            stages = STAGES if found[name][1] else STAGES[:-1]
            stage = chosen(stages, SEED, "stage", name)
            parts[name, stage] = chosen(WAYS, SEED, "for good", name)
        else:
            records[name] = chosen(NONSENSE, SEED, "kind", name)
    return popular, records, parts


def read(url, popular):
    """Mirror the listing, then read the popular in full; return both passes and their seconds."""
    began = time.monotonic()
    sync = mirror(url, client=HubClient(url, sleep=lambda _: None), details=0)
    waiting = Errand.objects.filter(repo__hub=sync.hub)
    waiting.exclude(repo__name__in=popular).delete()
    waiting.update(not_before=None)
    behind = errands.fetch(url, client=HubClient(url, sleep=lambda _: None), file_security=True)
    return sync, behind, time.monotonic() - began


def state(url):
    """What is stored of each repo of a hub."""
    hub = Hub.objects.get(url=url)
    of = "revision__repo__"
    found: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(list))
    for name, *rest in Repo.objects.filter(hub=hub, state="present").values_list(
        "name", "head_sha", "read_sha", "licence", "pipeline_tag", "library", "tags",
        "datasets", "languages", "downloads", "likes", "author__name", "problem",
    ):  # fmt: skip
        found[name]["repo"] = rest
    for name, text, *rest in Card.objects.filter(revision__repo__hub=hub).values_list(
        f"{of}name", "text", "front_matter", "has_front_matter", "problem"
    ):
        found[name]["card"] = [hashlib.sha256(text.encode()).hexdigest(), *rest]
    for name, *rest in Claim.objects.filter(revision__repo__hub=hub).values_list(
        f"{of}name", "key", "metric", "value", "dataset", "line"
    ):
        found[name]["claims"].append(rest)
    for name, *rest in File.objects.filter(revision__repo__hub=hub).values_list(
        f"{of}name", "path", "size", "git_oid"
    ):
        found[name]["files"].append(rest)
    for name, *rest in Edge.objects.filter(child__repo__hub=hub).values_list(
        "child__repo__name", "parent_name", "relation", "parent__name"
    ):
        found[name]["edges"].append(rest)
    for parts in found.values():
        for what in ("claims", "files", "edges"):
            parts[what].sort(key=repr)
    return found


def problems(*syncs):
    return set(SyncProblem.objects.filter(sync__in=syncs).values_list("repo_name", "stage"))


def differences(wanted, got, names):
    return [name for name in names if wanted.get(name) != got.get(name)]


def test_every_good_record_is_stored_and_every_bad_one_named(
    real_data, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(transport, "READ_TIMEOUT_S", SILENCE_S / 1.5)
    (tmp_path / "models").mkdir()
    records = real_data / "records" / "hub-models-2022-02.jsonl.gz"
    found = facts(records)
    popular, bad_records, bad_parts = plan(found)
    with hubs.served(tmp_path, "--records", str(records)) as url:
        *clean, clean_s = read(url, popular)
        assert {sync.status for sync in clean} == {"done"}
        wanted = state(url)
        proxy = BreakingProxy(
            url, records=bad_records, parts=bad_parts, passing=SHARE, passing_pages=0.3,
            silence_s=SILENCE_S, seed=SEED,
        )  # fmt: skip
        with between(proxy) as through:
            *broken, broken_s = read(through, popular)
            stored, said = state(through), problems(*broken)
            # Now the hub is well: what was bad comes in by itself.
            proxy.healed = True
            *healed, healed_s = read(through, popular)
            after = state(through)

    with capsys.disabled():
        passing = ", ".join(f"{way} {times}" for way, times in sorted(proxy.broken.items()))
        sys.stdout.write(
            f"\n{len(bad_records)} records and {len(bad_parts)} parts bad for good; in passing:"
            f" {passing}. Clean {clean_s:.0f} s, broken {broken_s:.0f} s, healed {healed_s:.0f} s\n"
        )
    assert [sync.reason for sync in broken] == ["", ""]
    assert min(Counter(way for _, way in map(str.split, proxy.broken)).values()) >= 1
    # Every good record is there, and as from a hub that never failed.
    bad = bad_records.keys() | {name for name, _ in bad_parts}
    good = wanted.keys() - bad
    assert differences(unlinked(wanted), unlinked(stored), good) == []
    assert stored.keys() == wanted.keys() - bad_records.keys()
    heads = {name: stored[name]["repo"][0] for name, _ in bad_parts}
    assert heads == {name: wanted[name]["repo"][0] for name in heads}
    # Every bad one is named, with its stage, and nothing else is but what a well hub has, too.
    nameless = {name for name, kind in bad_records.items() if kind == "nameless"}
    told = {(name, "list") for name in bad_records.keys() - nameless} | set(bad_parts)
    assert said - problems(*clean) - {("", "list")} == told
    reasons = [
        reason
        for reason in broken[0].problems.filter(repo_name="").values_list("reason", flat=True)
        if "has no id" in reason
    ]
    assert len(reasons) == len(nameless)
    assert all(any(name[:50] in reason for reason in reasons) for name in nameless)
    assert broken[0].failed == clean[0].failed + len(bad_records)
    assert broken[0].seen == clean[0].seen == len(found)
    # And nothing is lost for later.
    assert [sync.reason for sync in healed] == ["", ""]
    assert differences(wanted, after, wanted.keys() | after.keys()) == []


def unlinked(stored):
    """Leave out whether the parent of an edge is known: it may be a bad record."""
    return {
        name: parts | {"edges": [row[:2] for row in parts["edges"]]}
        for name, parts in stored.items()
    }
