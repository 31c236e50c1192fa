"""Answers that are kept: several metrics cost one pass, and nothing else changes."""

import contextlib
import os
import threading

import numpy as np
import pytest

from analysis.arrays import pack
from analysis.contract import Part
from registry import services
from registry.hub.sync import mirror
from registry.models import Finding, Repo, Run
from tests import factories, hubs, networks
from workers import measure
from workers.predictions import Predictions, Segment, key_of

KEY = key_of({"any": "thing"})
ASKED = 30


def network(**said):
    return Part("network", {"classes": 2, "batch_size": 8} | said)


def answer(start, rows, fill=0):
    return Part("predictions", {"start": start}, {"top": pack(np.full((rows, 5), fill, np.int32))})


def kept(store, *parts, run=1, first=0, asked=ASKED, has_ended=False, before=None):
    """Keep parts as a run would; return what is there afterwards."""
    with contextlib.closing(store.draft()) as draft:
        for part in parts:
            draft.add(part)
        segment = Segment(run, first, 0, {"level": "x"})
        draft.finish(segment, asked, has_ended=has_ended)
        store.keep(KEY, draft, before)
    return store.find(KEY)


class Store(Predictions):
    """Closes in the end what a test has found."""

    def __init__(self, home, most_bytes):
        super().__init__(home, most_bytes)
        self.found = []

    def find(self, key):
        found = super().find(key)
        self.found += [found] if found else []
        return found


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path, 1 << 20)
    yield store
    for found in store.found:
        found.close()


def test_it_works(store):
    parts = [network(), answer(0, 10, 1), answer(10, 20, 2)]
    found = kept(store, *parts, has_ended=True)
    assert list(found.parts(ASKED)) == parts
    assert found.usable(ASKED) == ASKED
    assert found.index.segments == [Segment(1, 0, ASKED, {"level": "x"})]


def test_nothing_is_found_under_another_key(store):
    kept(store, network(), answer(0, 30))
    assert store.find(key_of({"any": "other"})) is None


@pytest.mark.parametrize(
    ("parts", "usable"),
    [
        ([network()], None),
        ([network(), answer(0, 10), answer(10, 10)], 20),  # the arrays told the truth before
        ([network(), answer(0, 10)], None),  # do its arrays have a line a row? nobody knows
        ([network(), answer(0, 30)], 30),
        ([network(), answer(0, 99), answer(10, 7)], 10),  # more lines than rows: of the last, none
        ([network(), Part("predictions", {"start": 0, "rows": 12})], 12),  # it says so itself
        ([network(), Part("predictions", {"start": 0}), answer(9, 1), answer(10, 20)], 30),
        ([network(), Part("documents"), answer(0, 10), answer(10, 10)], None),
    ],
)
def test_of_a_run_that_stopped_early_the_rows_that_are_certain_are_kept(store, parts, usable):
    found = kept(store, *parts)
    assert (found and found.usable(ASKED)) == usable


def test_parts_without_rows_are_kept_only_as_a_whole(store):
    parts = [network(), Part("documents"), answer(0, 10)]
    found = kept(store, *parts, has_ended=True)
    assert list(found.parts(ASKED)) == parts
    assert found.usable(ASKED) == ASKED
    assert not found.serves(ASKED + 1)
    assert not found.serves(ASKED - 1)


def test_fewer_rows_are_served_up_to_the_part_that_goes_beyond(store):
    found = kept(store, network(), answer(0, 10), answer(10, 20), has_ended=True)
    assert found.usable(25) == 10
    assert list(found.parts(25)) == [network(), answer(0, 10)]
    assert found.usable(9) == 0


def test_the_rest_goes_behind_what_was_there(store):
    before = kept(store, network(), answer(0, 10), answer(10, 10))
    found = kept(store, answer(20, 10), run=2, first=20, before=before, has_ended=True)
    assert [part.values.get("start") for part in found.parts(ASKED)] == [None, 0, 10, 20]
    assert [(one.run, one.first, one.rows) for one in found.index.segments] == [
        (1, 0, 20),
        (2, 20, 10),
    ]


def test_less_does_not_replace_more(store):
    kept(store, network(), answer(0, 30, 1), run=1)
    found = kept(store, network(), answer(0, 10, 2), answer(10, 10, 2), run=2)
    assert found.index.segments[0].run == 1


@pytest.mark.parametrize("place", [20, -5, -60])
def test_a_bit_that_changed_makes_it_as_nothing(store, tmp_path, place):
    kept(store, network(), answer(0, 30)).close()
    (path,) = (tmp_path / "predictions").glob("*.parts")
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert store.find(KEY) is None
    assert not path.exists()


def test_what_was_cut_off_is_as_nothing(store, tmp_path):
    kept(store, network(), answer(0, 30)).close()
    (path,) = (tmp_path / "predictions").glob("*.parts")
    content = path.read_bytes()
    for size in (0, 10, 45, len(content) - 1):
        path.write_bytes(content[:size])
        assert store.find(KEY) is None


def test_the_least_recently_used_go_first(tmp_path):
    store = Predictions(tmp_path, 4_000)
    folder = tmp_path / "predictions"
    for number, name in enumerate(("a", "b", "c")):
        with contextlib.closing(store.draft()) as draft:
            draft.add(answer(0, 60))
            draft.finish(Segment(1, 0, 0, {}), 60, has_ended=True)
            store.keep(name, draft, None)
        os.utime(folder / f"{name}.parts", (number, number))
        if name == "b":
            found = store.find("a")  # used just now
            assert found is not None
            found.close()
    assert {path.stem for path in folder.glob("*.parts")} == {"a", "c"}


def test_an_open_answer_outlives_its_name(store):
    found = kept(store, network(), answer(0, 30))
    store.drop(KEY)
    assert store.find(KEY) is None
    assert len(list(found.parts(ASKED))) == 2


def test_two_at_once_leave_one_that_is_whole(store):
    def write(run):
        for _ in range(20):
            kept(store, network(), answer(0, 30, run), run=run, has_ended=True).close()

    threads = [threading.Thread(target=write, args=[run]) for run in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = store.find(KEY)
    run = found.index.segments[0].run
    assert list(found.parts(ASKED)) == [network(), answer(0, 30, run)]


# Real runs.

ROWS = 600  # three windows of pictures
CLAIM = {"task": "image-classification", "dataset": "measure/noise", "config": "default"}
PAIRS = {"task": "sentence-similarity", "dataset": "measure/pairs", "config": "default"}
METRICS = (
    "cosine_spearman",
    "cosine_pearson",
    "euclidean_spearman",
    "manhattan_spearman",
    "dot_pearson",
)
IN_A_SANDBOX = [
    pytest.mark.sandbox,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("measure"),
]


def write_pairs(folder):
    from datasets import Dataset

    words = ["cat", "dog", "man", "woman", "sits", "runs", "plays", "sings"]
    rng = np.random.default_rng(5)
    texts = [" ".join(rng.choice(words, 4)) for _ in range(120)]
    rows = {"sentence1": texts[:60], "sentence2": texts[60:], "score": rng.random(60).tolist()}
    folder.mkdir(parents=True)
    Dataset.from_dict(rows).to_parquet(folder / "test.parquet")


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    hubs.write_noise(folder / "datasets" / "measure" / "noise", ROWS)
    claim = CLAIM | {"split": "test", "metric": "accuracy", "value": 90.0}
    networks.write_lenet5(folder / "models" / "measure" / "calm", None, [claim])
    write_pairs(folder / "datasets" / "measure" / "pairs")
    claims = [PAIRS | {"split": "test", "metric": metric, "value": 0.99} for metric in METRICS]
    encoder = networks.write_tiny_encoder(folder / "models" / "measure" / "encoder")
    networks.write_card(encoder, claims, library="sentence-transformers")
    with hubs.served(folder) as url:
        yield url


@pytest.fixture
def home(tmp_path):
    yield tmp_path
    measure.close_sandbox()


@pytest.fixture
def runs(hub, home, settings):
    settings.ASSAY_HOME = home
    settings.ASSAY_ALLOW_CODE = True
    assert mirror(hub).failed == 0

    def carry(name="calm", **options):
        revision = Repo.objects.get(name=f"measure/{name}").revisions.get()
        asked = services.request_checks(revision, options=options)
        for run in asked:
            measure.execute(factories.taken(run))
            run.refresh_from_db()
            assert run.status == Run.Status.DONE, run.reason
        return [Finding.objects.get(run=run) for run in asked]

    return carry


class TestRuns:
    pytestmark = IN_A_SANDBOX

    def test_five_metrics_cost_one_pass_and_say_the_same(self, runs):
        cached = runs("encoder", whole=True)
        assert len(cached) == len(METRICS)
        first = cached[0].run_id
        passes = [finding.evidence["predictions"]["passes"] for finding in cached]
        assert [[one["run"] for one in each] for each in passes] == [[first]] * len(METRICS)
        reused = [finding.evidence["predictions"]["reused_rows"] for finding in cached]
        assert reused == [0] + [60] * (len(METRICS) - 1)
        assert all(finding.evidence["sandbox"]["level"] for finding in cached)
        fresh = runs("encoder", whole=True, fresh=True)
        assert [f.evidence["predictions"]["reused_rows"] for f in fresh] == [0] * len(METRICS)
        assert len({f.evidence["predictions"]["passes"][0]["run"] for f in fresh}) == len(METRICS)
        for one, other in zip(cached, fresh, strict=True):
            assert (one.verdict, one.value, one.low, one.high, one.n) == (
                other.verdict, other.value, other.low, other.high, other.n
            )  # fmt: skip

    def test_more_rows_are_asked_behind_those_that_are_known(self, runs):
        (first, *_) = runs(n=512, whole=True)
        (second, *_) = runs(whole=True)
        assert second.evidence["predictions"]["reused_rows"] == 512
        passes = second.evidence["predictions"]["passes"]
        assert [(one["run"], one["first_row"], one["rows"]) for one in passes] == [
            (first.run_id, 0, 512),
            (second.run_id, 512, ROWS - 512),
        ]
        (fresh, *_) = runs(whole=True, fresh=True)
        assert (second.value, second.n) == (fresh.value, ROWS)

    def test_another_order_or_batch_size_is_asked_anew(self, runs):
        runs(n=256)
        for options in ({"seed": 5}, {"batch_size": 16}, {"probe_seed": 5}):
            (other, *_) = runs(n=256, **options)
            assert other.evidence["predictions"]["reused_rows"] == 0, options

    def test_nothing_is_kept_where_the_operator_says_so(self, runs, home, settings):
        settings.ASSAY_PREDICTIONS_BYTES = 0
        runs(n=16)
        assert not (home / "predictions").exists()
