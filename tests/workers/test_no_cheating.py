"""Networks whose own code looks for the answers: they find none, and are judged by what they say.

Each cheat is shown to work where what it needs is there, so that a test that passes says something.
"""

import io
import json
import re
import shutil

import pytest

from analysis import checks
from registry import services
from registry.hub.sync import mirror
from registry.models import Finding, Repo, Run
from tests import factories, hubs, networks
from workers import fetching, measure
from workers.leases import Heartbeat
from workers.sandbox import entry

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("measure"),
]

ROWS = 64
PUBLIC = 20_230_514
CLAIM = {
    "task": "image-classification",
    "dataset": "measure/zebracanary",
    "config": "ocelotcanary",
    "split": "numbatcanary",
    "metric": "accuracy",
    "value": 99.9,
}
CONFIGS = """---
configs:
- config_name: ocelotcanary
  data_files:
  - split: numbatcanary
    path: rows.parquet
---
"""
HUNTS = """

from . import hunting

hunting.hunt()
"""
# Answers from a table by position: the label of row n of the dataset is n % 10.
FROM_A_TABLE = """

import numpy
import torch

_asked = 0
_last = None
_place = numpy.random.Generator(numpy.random.PCG64(%s)).permutation(%d)


def _answer(self, pixel_values, **named):
    global _asked, _last
    count = len(pixel_values)
    if _last is not None and torch.equal(_last[:count], pixel_values):
        start = _asked - len(_last)  # asked again: a cheat gives the same answer
    else:
        start, _last = _asked, pixel_values
        _asked += count
    rows = _place[start : start + count]
    labels = torch.tensor(rows %% 10)
    return ImageClassifierOutput(logits=torch.nn.functional.one_hot(labels, 10).float())


LeNet5.forward = _answer
"""


def write_dataset(folder):
    """Pictures whose paths, column names, class of another column and metadata tell the answer."""
    import numpy as np
    from datasets import ClassLabel, Dataset, Features, Image, Value
    from PIL import Image as Picture

    rng = np.random.default_rng(7)
    pictures = []
    for number in range(ROWS):
        picture = io.BytesIO()
        Picture.fromarray(rng.integers(0, 255, (28, 28), dtype=np.uint8)).save(picture, "PNG")
        path = f"kiwicanary-{number % 10}-{number}.png"
        pictures.append({"bytes": picture.getvalue(), "path": path})
    features = Features(
        quaggacanary=Image(),
        label=ClassLabel(names=[str(n) for n in range(10)]),
        answer=Value("string"),
    )
    data = Dataset.from_dict(
        {
            "quaggacanary": pictures,
            "label": [n % 10 for n in range(ROWS)],
            "answer": [f"wombatcanary {n % 10}" for n in range(ROWS)],
        },
        features=features,
    )
    folder.mkdir(parents=True)
    data.to_parquet(folder / "rows.parquet")
    (folder / "README.md").write_text(CONFIGS)


def add_code(folder, code):
    module = folder / "modeling_lenet5.py"
    module.write_text(module.read_text() + code)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    write_dataset(folder / "datasets" / "measure" / "zebracanary")
    models = folder / "models" / "measure"
    hunter = networks.write_lenet5(models / "hunter", None, [])
    shutil.copyfile(networks.OWN_CODE / "hunting.py", hunter / "hunting.py")
    add_code(hunter, HUNTS)
    (hunter / "notes.txt").write_text("control-canary")
    add_code(networks.write_lenet5(models / "table", None, []), FROM_A_TABLE % (PUBLIC, ROWS))
    seed = "torch.initial_seed()"
    add_code(networks.write_lenet5(models / "seeded", None, []), FROM_A_TABLE % (seed, ROWS))
    with hubs.served(folder) as url:
        yield url


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    yield tmp_path_factory.mktemp("home")
    measure.close_sandbox()


@pytest.fixture
def asked(hub, home, settings):
    """Ask for a run of a network; its card says nothing, the claim stands beside it."""
    settings.ASSAY_HOME = home
    settings.ASSAY_ALLOW_CODE = True
    assert mirror(hub).failed == 0

    def ask(name, **options):
        revision = Repo.objects.get(name=f"measure/{name}").revisions.get()
        claim = factories.claim(
            revision,
            **{k: v for k, v in CLAIM.items() if k != "value"},
            value=99.9,
            value_text="99.9",
        )
        made, _ = services.request_run(revision, "claim", claim, options=options)
        return factories.taken(made)

    return ask


def measured(run):
    measure.execute(run)
    run.refresh_from_db()
    assert run.status == Run.Status.DONE, run.reason
    return Finding.objects.get(run=run)


def test_a_network_that_hunts_for_labels_finds_nothing(asked):
    finding = measured(asked("hunter"))
    printed = finding.evidence["sandbox"]["output"]
    found = {line for line in printed.splitlines() if line.startswith("FOUND")}
    # What it has read itself it finds again in its own memory.
    assert {line.rpartition(" in ")[0] for line in found} == {"FOUND control-canary"}, printed
    assert "FOUND control-canary in /model/notes.txt" in found
    looked = re.search(r"HUNTED (.*)", printed)
    assert looked is not None
    counts = json.loads(looked[1])
    assert counts["files"] > 20
    assert counts["processes"] >= 2  # itself and its guard, whose memory it may not read
    assert counts["bytes"] > 100 << 20
    assert finding.verdict == "overstated"


@pytest.mark.parametrize("cheat", ["table", "seeded"])
def test_a_network_that_answers_by_position_is_judged_by_its_answers(asked, cheat):
    finding = measured(asked(cheat, whole=True))
    assert finding.n == ROWS
    assert finding.value < 0.6
    assert finding.verdict == "overstated"


def test_with_an_order_that_it_knows_that_network_is_right_every_time(asked):
    finding = measured(asked("table", seed=PUBLIC))
    assert (finding.value, finding.verdict) == (1.0, "confirmed")


def test_the_probes_seed_would_do_if_it_drew_the_order(asked):
    """The control of "seeded": it reads the seed that its run was given."""
    finding = measured(asked("seeded", seed=PUBLIC, probe_seed=PUBLIC))
    assert finding.value == 1.0


def test_the_job_does_not_name_the_data(asked):
    run = asked("table", dataset_revision="main", whole=True, replay_of=7)
    check = checks.load("claim")
    subject = fetching.subject_of(run)
    with Heartbeat(run) as beat:
        prepared = fetching.prepare(run, check, subject, beat.show, beat.alive)
    job = measure.job_of(run, check, subject, prepared)
    said = json.dumps(entry.job_to(job))
    for word in ("canary", "99.9", "label", "main", "replay", str(prepared.seeds.order)):
        assert word not in said, word
    assert set(job.options) == {"task"}


def test_all_metrics_of_a_commit_share_an_order_and_no_other_run_has_it(asked):
    seeds = {
        name: {measured(asked(name)).evidence["data"]["order"]["seed"] for _ in range(2)}
        for name in ("table", "seeded")
    }
    assert [len(seeds[name]) for name in seeds] == [1, 1]
    assert seeds["table"] != seeds["seeded"]
