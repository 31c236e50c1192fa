"""Runs as a worker carries them: a real hub, a real sandbox, networks that behave and do not."""

import os
import tempfile
from pathlib import Path

import pytest

from registry import services
from registry.hub import transport
from registry.hub.sync import mirror
from registry.models import Finding, Repo, Run
from tests import factories, hubs, networks
from workers import measure

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("measure"),
]

ROWS = 32
TRACE = Path(tempfile.gettempdir()) / f"assay-trace-{os.getpid()}"
LIMITS = {"wall_s": 8.0, "memory_bytes": 1 << 30, "scratch_bytes": 32 << 20}
CLAIM = {
    "task": "image-classification",
    "dataset": "measure/noise",
    "config": "default",
    "split": "test",
    "metric": "accuracy",
}
SLOW, MANY = "time.sleep(0.3 + len(named['pixel_values']) / 100)", 480
# What a network does when it is called, and what its run must say.
HOSTILE = {
    "allocates": ("hoard = [bytearray(1 << 26) for _ in range(10 ** 6)]", "out-of-memory"),
    "sleeps": ("time.sleep(10 ** 6)", "timeout"),
    "forks": ("[os.fork() for _ in range(200)]", "process-limit"),
    "calls-home": ("socket.socket().connect(('127.0.0.1', 9))", "forbidden-call"),
    "fills-the-disk": (
        "[open('/scratch/full', 'ab').write(bytes(1 << 20)) for _ in range(10 ** 5)]",
        "scratch-full",
    ),
}


class Payload:
    """Would leave a trace if it were ever loaded."""

    def __reduce__(self):
        return (os.system, (f"touch {TRACE}",))


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    import torch

    folder = tmp_path_factory.mktemp("hub")
    hubs.write_noise(folder / "datasets" / "measure" / "noise", ROWS)
    claims = [CLAIM | {"value": 90.0}]
    models = folder / "models" / "measure"
    networks.write_lenet5(models / "calm", None, claims)
    for name, (statement, _) in HOSTILE.items():
        hubs.misbehave(networks.write_lenet5(models / name, None, claims), statement)
    hubs.write_noise(folder / "datasets" / "measure" / "more", MANY)
    slow = networks.write_lenet5(
        models / "slow", None, [CLAIM | {"dataset": "measure/more", "value": 90.0}]
    )
    hubs.misbehave(slow, SLOW)
    pickled = networks.write_lenet5(models / "pickled", None, claims)
    (pickled / "model.safetensors").unlink()
    torch.save({"conv1.weight": Payload()}, pickled / "pytorch_model.bin")
    networks.write_lenet5(models / "no-dataset", None, [CLAIM | {"dataset": "", "value": 90.0}])
    networks.write_lenet5(models / "no-split", None, [CLAIM | {"split": "dev", "value": 90.0}])
    networks.write_lenet5(models / "no-config", None, [CLAIM | {"config": "fr", "value": 90.0}])
    networks.write_lenet5(models / "odd-metric", None, [CLAIM | {"metric": "joy", "value": 90.0}])
    with hubs.served(folder) as url:
        yield url


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    yield tmp_path_factory.mktemp("home")
    measure.close_sandbox()


@pytest.fixture
def run(hub, home, settings):
    settings.ASSAY_HOME = home
    settings.ASSAY_ALLOW_CODE = True
    assert mirror(hub).failed == 0

    def carry(name, **options):
        revision = Repo.objects.get(name=f"measure/{name}").revisions.get()
        wanted = {"limits": LIMITS} | options
        (asked,) = services.request_checks(revision, options=wanted)
        measure.execute(factories.taken(asked))
        asked.refresh_from_db()
        return asked

    return carry


def test_it_works(run):
    done = run("calm")
    assert done.status == Run.Status.DONE, done.reason
    finding = Finding.objects.get(run=done)
    assert finding.verdict == "overstated"
    assert finding.n == finding.evidence["measure"]["stopped_after"] < ROWS
    assert finding.evidence["subject"]["revision"] == done.revision.sha
    assert finding.evidence["data"]["revision"] == done.dataset_sha
    assert {file["path"] for file in finding.evidence["subject"]["files"]} >= {"model.safetensors"}
    assert finding.evidence["sandbox"]["level"]


def test_a_run_that_ran_out_of_time_goes_on_where_it_was(run):
    asked = {"limits": LIMITS | {"wall_s": 6.0}, "whole": True}
    late = run("slow", **asked)
    assert (late.status, late.code) == (Run.Status.DEAD, "timeout"), late.reason
    again = run("slow", **asked)
    for _ in range(6):
        assert again.pk == late.pk
        if again.status == Run.Status.DONE:
            break
        assert again.code == "timeout", again.reason
        again = run("slow", **asked)
    finding = Finding.objects.get(run=again)
    passes = finding.evidence["predictions"]["passes"]
    firsts = [one["first_row"] for one in passes]
    assert len(passes) >= 2
    assert firsts == sorted(set(firsts))
    assert finding.evidence["predictions"]["reused_rows"] == firsts[-1] > 0
    assert [one["was_cut"] for one in passes] == [True] * (len(passes) - 1) + [False]
    assert sum(one["rows"] for one in passes) == finding.n == MANY


def test_a_run_may_ask_for_the_whole_split(run):
    finding = Finding.objects.get(run=run("calm", whole=True))
    assert (finding.n, finding.evidence["measure"]["method"]) == (ROWS, "full split")


def test_an_option_that_makes_no_sense_is_said(run):
    ended = run("calm", tolerance=-1)
    assert (ended.status, ended.code) == (Run.Status.UNSUPPORTED, "options")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_network_ends_with_its_reason_and_the_worker_goes_on(run, name):
    hostile = run(name)
    assert (hostile.status, hostile.code) == (Run.Status.DEAD, HOSTILE[name][1]), hostile.reason
    assert hostile.reason.endswith(".")
    assert not Finding.objects.exists()
    assert run("calm", fresh=True).status == Run.Status.DONE


def test_a_hostile_pickle_is_not_loaded_and_leaves_no_trace(run):
    refused = run("pickled")
    assert (refused.status, refused.code) == (Run.Status.UNSUPPORTED, "weights")
    assert "posix" in refused.reason
    assert not TRACE.exists()


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("no-dataset", "dataset"),
        ("no-split", "split"),
        ("no-config", "config"),
        ("odd-metric", "metric"),
    ],
)
def test_what_is_missing_is_named(run, name, piece):
    ended = run(name)
    assert (ended.status, ended.code) == (Run.Status.UNSUPPORTED, piece), ended.reason
    # Where a commit of the dataset was looked at, it is known which: another may have the piece.
    assert bool(ended.dataset_sha) is (piece in {"split", "config"})


def test_code_that_the_operator_does_not_allow_is_not_run(run, settings):
    settings.ASSAY_ALLOW_CODE = False
    ended = run("calm")
    assert (ended.status, ended.code) == (Run.Status.UNSUPPORTED, "code")


def test_a_hub_that_is_away_is_tried_again_and_given_up_after_three_times(run, monkeypatch):
    monkeypatch.setattr(transport, "DELAYS_S", (0.1, 0.1))
    done = run("calm", n=1)
    hub = done.revision.repo.hub
    hub.url = f"http://127.0.0.1:{hubs.free_port()}"
    hub.save()
    (asked,) = services.request_checks(done.revision, options={"n": 2})
    for attempt in (1, 2, 3):
        measure.execute(factories.taken(asked))
        asked.refresh_from_db()
        assert asked.attempt == attempt
    assert (asked.status, asked.code) == (Run.Status.DEAD, "machine")
    assert "could not be reached" in asked.reason


def test_part_of_a_split_is_drawn_in_the_order_of_the_seed(run):
    first, again, other = run("calm", n=8), run("calm", n=8, again=1), run("calm", n=8, seed=5)
    values = [Finding.objects.get(run=r).evidence for r in (first, again, other)]
    assert [value["data"]["rows_used"] for value in values] == [8, 8, 8]
    assert values[0]["measure"] == values[1]["measure"]
    assert values[0]["data"]["order"] != values[2]["data"]["order"]
