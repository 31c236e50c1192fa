"""Audio classification: a network that the test trains on tones, and forged parts."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from analysis.contract import Case, CheckError, Columns, Feature, Part, Unsupported
from analysis.metrics import state
from analysis.tasks.audio_classification import AudioClassification
from tests import sound_networks as sounds
from tests.analysis import jobs, samples

TASK = AudioClassification()
AUDIO, LABEL, TEXT, NUMBER = (Feature(kind) for kind in ("audio", "label", "text", "number"))
PITCHES = (300.0, 1_200.0, 3_000.0)
LABELS = ("low", "middle", "high")
ACCURACY = state(samples.claim(task=TASK.id))


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("networks") / "listener"
    return sounds.write_tiny_listener(folder, PITCHES, LABELS)


def run(folder: Path, repo: Path, cells: list[Any], **options: Any) -> list[Part]:
    return list(TASK.probe(jobs.make(folder, repo, TASK.id, {"audio": cells}, **options)))


def tones(count: int) -> list[dict[str, Any]]:
    return [
        sounds.cells([PITCHES[n % 3]], seconds=0.3 + 0.05 * (n % 4), loudness=0.2 + 0.1 * (n % 5))[
            0
        ]
        for n in range(count)
    ]


def test_a_trained_network_is_measured_by_name(tmp_path: Path, listener: Path):
    parts = run(tmp_path, listener, tones(30))
    names = ("high", "low", "middle")
    targets = [names.index(LABELS[n % 3]) for n in range(30)]
    targets[4] = (targets[4] + 1) % 3  # one label is wrong
    case = Case(samples.subject(), targets, 30, names)
    found = samples.measured(TASK, ACCURACY, case, parts)
    assert found.estimate.value == pytest.approx(29 / 30)
    assert found.evidence["classes_matched"] == "by name"
    assert found.evidence["sampling_rate"] == 16_000
    assert not found.assumptions


def test_scores_are_those_of_the_pipeline(tmp_path: Path, listener: Path):
    from transformers import pipeline

    cells = tones(9)
    scores = jobs.joined(run(tmp_path, listener, cells), "scores")
    pipe: Any = pipeline("audio-classification", model=str(listener), device="cpu", top_k=3)
    for cell, row in zip(cells, scores, strict=True):
        read = soundfile.read(io.BytesIO(cell["bytes"]), dtype="float32")[0]
        expected = {answer["label"]: answer["score"] for answer in pipe(read)}
        np.testing.assert_allclose(row, [expected[name] for name in LABELS], atol=1e-4)


def test_what_cannot_be_heard_is_no_answer(tmp_path: Path, listener: Path):
    cells = [{"bytes": b"broken", "path": None}, *tones(1), {"bytes": None, "path": "/x"}]
    scores = jobs.joined(run(tmp_path, listener, cells), "scores")
    assert np.isnan(scores).all(1).tolist() == [True, False, True]


def test_of_a_long_sound_the_beginning_is_heard(
    tmp_path: Path, listener: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("analysis.tasks.audio_classification._LONGEST_S", 1)
    cells = sounds.cells([300.0], seconds=2) + sounds.cells([300.0], seconds=1)
    parts = run(tmp_path, listener, cells)
    first, second = jobs.joined(parts, "scores")
    np.testing.assert_allclose(first, second, atol=1e-6)
    case = Case(samples.subject(), ["low", "high"], 2)
    others = Case(samples.subject(), ["cat", "dog"], 2)
    with pytest.raises(Unsupported):
        TASK.reader(ACCURACY, others, parts[0].values)
    reader = TASK.reader(ACCURACY, case, parts[0].values)
    reader.read(parts[1])
    assert reader.evidence["cut_samples"] == 1
    assert "only the beginning" in reader.assumptions[-1]


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ({"audio": AUDIO, "label": LABEL}, Columns(("audio",), "label")),
        ({"file": TEXT, "speech": AUDIO, "label": TEXT}, Columns(("speech",), "label")),
        (
            {"audio": AUDIO, "intent_class": LABEL, "lang_id": LABEL},
            Columns(("audio",), "intent_class"),
        ),
        ({"audio": AUDIO, "category": TEXT, "fold": NUMBER}, Columns(("audio",), "category")),
    ],
)
def test_columns_are_chosen(features: dict[str, Feature], expected: Columns):
    assert TASK.columns(features) == expected


@pytest.mark.parametrize(
    "features",
    [{}, {"audio": AUDIO}, {"label": LABEL}, {"a": AUDIO, "b": AUDIO, "label": LABEL},
     {"audio": AUDIO, "coarse": LABEL, "fine": LABEL}],
)  # fmt: skip
def test_columns_that_do_not_fit_are_unsupported(features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        TASK.columns(features)
    assert caught.value.missing == "dataset"


@pytest.mark.parametrize("cut", [-1, 2, None, True])
def test_a_forged_count_is_noticed(cut: Any):
    network: Any = {"classes": 2, "labels": [[0, "a"], [1, "b"]]}
    reader = TASK.reader(ACCURACY, Case(samples.subject(), ["a", "b"], 2), network)
    part = jobs.predictions(scores=np.array([[0.5, 0.5]], dtype=np.float32))
    with pytest.raises(CheckError, match="no sensible number"):
        reader.read(Part("predictions", {"start": 0, "cut": cut}, part.arrays))
