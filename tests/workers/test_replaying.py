"""Runs repeated from their evidence alone, here and on an installation that never saw them."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import pytest
from django.core.management import call_command

from registry import replaying, services
from registry.hub.sync import mirror
from registry.models import Finding, Hub, Repo, Run
from registry.replaying import CannotReplay, Result
from tests import factories, hubs, networks
from workers import measure

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(400),
    pytest.mark.xdist_group("measure"),
]

ROWS = 64
CLAIM = {
    "task": "image-classification",
    "dataset": "measure/noise",
    "config": "default",
    "split": "test",
    "metric": "accuracy",
    "value": 90.0,
}


@pytest.fixture
def folder(tmp_path):
    """A hub's folder: pictures of noise, and a network that needs no code of its own."""
    hubs.write_noise(tmp_path / "hub" / "datasets" / "measure" / "noise", ROWS)
    digits = [str(digit) for digit in range(10)]
    vit = networks.write_tiny_vit(tmp_path / "hub" / "models" / "measure" / "vit", digits)
    networks.write_card(vit, [CLAIM])
    return tmp_path / "hub"


@pytest.fixture
def hub(folder):
    with hubs.served(folder) as url:
        yield url


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    yield tmp_path_factory.mktemp("home")
    measure.close_sandbox()


@pytest.fixture
def home(place, settings):
    settings.ASSAY_HOME = place
    return place


@pytest.fixture
def finding(hub, home):
    assert mirror(hub).failed == 0
    (run,) = services.request_checks(Repo.objects.get().revisions.get(), options={"whole": True})
    return Finding.objects.get(run=carried(run))


def carried(run):
    measure.execute(factories.taken(run))
    run.refresh_from_db()
    return run


def replayed(evidence, **more):
    """Ask for a replay, carry it as a worker does, compare."""
    run = carried(replaying.ask(evidence, **more))
    found = Finding.objects.filter(run=run).first()
    return replaying.compare(Result.told(evidence), Result.of(found) if found else None, run)


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)


def test_it_works(finding):
    answer, why = replayed(finding.evidence, batch_size=7)
    assert answer == "agrees", why
    again = Finding.objects.latest("pk")
    assert again.evidence["sandbox"]["batch_size"] == 4  # the power of two below
    assert again.evidence["predictions"]["reused_rows"] == 0
    assert again.evidence["data"] == finding.evidence["data"]


def test_a_result_that_was_not_measured_disagrees(finding):
    evidence = json.loads(json.dumps(finding.evidence))
    evidence["result"]["estimate"]["value"] += 0.2
    assert replayed(evidence)[0] == "disagrees"


def test_a_bit_that_changed_on_the_hub_is_named(finding, folder):
    flip_a_bit(folder / "models" / "measure" / "vit" / "model.safetensors")
    expected = {f["path"]: f["sha256"] for f in finding.evidence["subject"]["files"]}
    with pytest.raises(CannotReplay, match=expected["model.safetensors"]) as refused:
        replaying.ask(finding.evidence)
    assert "model.safetensors" in str(refused.value)
    assert refused.value.missing == "files"


def test_a_small_file_that_changed_on_the_hub_is_named(finding, folder):
    config = folder / "models" / "measure" / "vit" / "config.json"
    config.write_text(config.read_text() + "\n")
    with pytest.raises(CannotReplay, match=r"The file config\.json is not the one"):
        replaying.ask(finding.evidence)


@pytest.mark.parametrize(
    ("part", "name", "value", "code", "words"),
    [
        ("files", "model.safetensors", "5b" * 32, "weights", "expected was 5b5b"),
        ("data", "first_rows", [1, 2, 3], "order", "another order"),
        ("data", "rows_of_split", 65, "dataset", "rows_of_split is 64"),
        ("data", "config", "fr", "dataset", "config is 'default'"),
    ],
)
def test_what_a_worker_finds_different_is_named(finding, part, name, value, code, words):
    options = replaying.asked(finding.evidence, finding.run)
    options["expect"][part][name] = value
    run, _ = services.request_run(finding.run.revision, "claim", finding.run.claim, options=options)
    run = carried(run)
    assert (run.status, run.code) == (Run.Status.UNSUPPORTED, code)
    assert words in run.reason


def test_other_rows_are_named_whatever_reads_them(finding):
    options = replaying.asked(finding.evidence, finding.run)
    options["expect"]["data"]["fingerprint"] = "of another version of the library"
    claim, revision = finding.run.claim, finding.run.revision
    run, _ = services.request_run(revision, "claim", claim, options=options)
    assert carried(run).status == Run.Status.DONE  # the digest of the rows is the same
    options["expect"]["data"]["sha256"] = "0" * 64
    run, _ = services.request_run(revision, "claim", claim, options=options)
    assert "The rows of the dataset are not those" in carried(run).reason


def test_an_installation_that_never_saw_the_commit_mirrors_it(finding, folder):
    """The repo has moved on: the card is another one now, the commit is gone at the head."""
    evidence = json.loads(json.dumps(finding.evidence))
    Hub.objects.create(url="https://elsewhere.example")
    with hubs.served(folder) as other:
        assert not Repo.objects.filter(hub__url=other).exists()
        answer, why = replayed(evidence, hub=other)
        assert answer == "agrees", why
        assert Repo.objects.get(hub__url=other).revisions.get().claims.count() == 1


def manage(home, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=hubs.ROOT,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "registry.settings", "ASSAY_HOME": str(home)}
        | {name: str(value) for name, value in environment.items()},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_another_installation_repeats_it_from_a_file(finding, folder, hub, tmp_path):
    """Another process, home, database, batch size and number of threads."""
    file = tmp_path / "evidence.json"
    key = tmp_path / "key.pem"
    call_command("evidence", str(finding.run_id), out=file)
    call_command("evidence", str(finding.run_id), verify=True)
    key.write_text(public_key())
    home = tempfile.mkdtemp(prefix="assay-replay-")
    try:
        done = manage(
            home, "replay", "--file", file, "--key", key, "--batch-size", 5,
            ASSAY_THREADS=2, OMP_NUM_THREADS=2,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.startswith("agrees: overstated")
        flip_a_bit(folder / "models" / "measure" / "vit" / "model.safetensors")
        done = manage(home, "replay", "--file", file)
        assert done.returncode == 2
        assert "The file model.safetensors is not the one that was measured" in done.stdout
        tampered = json.loads(file.read_text())
        tampered["payload"] = "e30" + tampered["payload"][3:]
        file.write_text(json.dumps(tampered))
        done = manage(home, "replay", "--file", file, "--key", key)
        assert done.returncode == 2
        assert "signature" in done.stdout
    finally:
        shutil.rmtree(home, ignore_errors=True)


def public_key():
    from django.conf import settings

    from registry import signing

    return signing.described(signing.load_key(settings.ASSAY_HOME).public_key())["pem"]
