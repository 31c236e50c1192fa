"""Speech recognition: tiny networks against transformers' own pipeline, and forged parts."""

import io
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
import transformers
from safetensors.torch import load_file, save_file

from analysis.answers import Texts
from analysis.contract import Case, CheckError, Columns, Feature, Part, Refused, Unsupported
from analysis.loading.speech import load_recogniser
from analysis.metrics import state
from analysis.tasks.speech_recognition import SpeechRecognition
from tests import sound_networks as sounds
from tests.analysis import jobs, samples

TASK = SpeechRecognition()
AUDIO, TEXT = Feature("audio"), Feature("text")
PITCHES = (300.0, 1_200.0, 50.0, 700.0)
WER = state(samples.claim(task=TASK.id, metric="wer", value_text="12.5", value=12.5))

pytestmark = pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask")


@pytest.fixture(scope="module")
def ctc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sounds.write_tiny_ctc(tmp_path_factory.mktemp("networks") / "ctc")


@pytest.fixture(scope="module")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sounds.write_tiny_whisper(tmp_path_factory.mktemp("networks") / "whisper")


def run(folder: Path, repo: Path, cells: Sequence[Any], **options: Any) -> list[Part]:
    return list(TASK.probe(jobs.make(folder, repo, TASK.id, {"audio": cells}, **options)))


def texts(parts: Sequence[Part]) -> list[Any]:
    found: list[Any] = []
    for part in parts[1:]:
        told: Any = part.values["texts"]
        found += told
    return found


def varied(count: int = 4) -> list[dict[str, Any]]:
    """Tones of several lengths."""
    return [sounds.cells([PITCHES[n % 4]], seconds=0.3 + 0.1 * (n % 3))[0] for n in range(count)]


def read(cells: Sequence[Any]) -> list[Any]:
    return [soundfile.read(io.BytesIO(cell["bytes"]), dtype="float32")[0] for cell in cells]


def piped(repo: Path, cells: Sequence[Any]) -> list[str]:
    """Ask transformers' own pipeline, one sound at a time."""
    pipe: Any = transformers.pipeline(TASK.id, model=str(repo), device="cpu")
    return [pipe(each)["text"].strip() for each in read(cells)]


def generated(repo: Path, cells: Sequence[Any], **options: Any) -> list[str]:
    """Ask Whisper by its own ``generate``, one sound at a time."""
    network = transformers.WhisperForConditionalGeneration.from_pretrained(repo)
    processor = transformers.WhisperProcessor.from_pretrained(repo)
    found = []
    for sound in read(cells):
        batch = processor(sound, sampling_rate=16_000, return_tensors="pt")
        ids = network.generate(**batch, **options)
        found += processor.batch_decode(ids, skip_special_tokens=True)
    return [text.strip() for text in found]


@pytest.mark.parametrize("has_mask", [True, False])
@pytest.mark.parametrize("kind", ["wav2vec2", "hubert", "wavlm"])
def test_ctc_writes_what_the_pipeline_writes(tmp_path: Path, kind: str, has_mask: bool):
    repo = sounds.write_tiny_ctc(tmp_path / "net", kind=kind, has_mask=has_mask)
    cells = varied(6)
    parts = run(tmp_path, repo, cells)
    assert texts(parts) == piped(repo, cells)
    assert len(set(texts(parts))) > 2
    assert parts[0].values["batch_size"] == (32 if has_mask else 1)


@pytest.mark.parametrize("language", ["de", "en", ""])
def test_whisper_writes_what_the_pipeline_writes(tmp_path: Path, whisper: Path, language: str):
    cells = varied(3)
    options = {"task": TASK.id, "language": f"{language}-XX" if language else "default"}
    parts = run(tmp_path, whisper, cells, options=options)
    told = {"language": language, "task": "transcribe"} if language else {"task": "transcribe"}
    expected = generated(whisper, cells, **told, max_new_tokens=24, max_length=None)
    assert texts(parts) == expected
    assert bool(parts[0].values["assumption"]) is (not language)


def test_whisper_writes_otherwise_in_another_language(tmp_path: Path, whisper: Path):
    cells = varied(2)
    found = [
        texts(run(tmp_path, whisper, cells, options={"task": TASK.id, "language": each}))
        for each in ("de", "en")
    ]
    assert found[0] != found[1]


def test_a_language_in_the_repo_is_kept(tmp_path: Path, whisper: Path):
    repo = Path(shutil.copytree(whisper, tmp_path / "net"))
    path = repo / "generation_config.json"
    settings = json.loads(path.read_text()) | {"language": "en", "task": "transcribe"}
    path.write_text(json.dumps(settings))
    cells = varied(2)
    english = texts(run(tmp_path, whisper, cells, options={"task": TASK.id, "language": "en"}))
    assert texts(run(tmp_path, repo, cells)) == english


def test_how_to_search_is_not_the_repos_to_say(tmp_path: Path, whisper: Path):
    repo = Path(shutil.copytree(whisper, tmp_path / "net"))
    path = repo / "generation_config.json"
    greedy = load_recogniser(repo, device="cpu", allow_code=False, language="de")
    evil = {"num_beams": 10**6, "do_sample": True, "max_length": 10**9, "max_time": 1e-9}
    path.write_text(json.dumps(json.loads(path.read_text()) | evil))
    again = load_recogniser(repo, device="cpu", allow_code=False, language="de")
    tones = [sounds.tone(300), sounds.tone(50)]
    assert again.transcribe(tones) == greedy.transcribe(tones)


def test_long_recordings_are_cut_and_it_is_said(tmp_path: Path, ctc: Path):
    cells = sounds.cells([300], seconds=31) + sounds.cells([300])
    parts = run(tmp_path, ctc, cells)
    assert parts[1].values["cut"] == 1
    first = sounds.cells([300], seconds=30)
    rest = [{"bytes": sounds.wav(sounds.tone(300, seconds=31)[30 * 16_000 :]), "path": None}]
    joined = " ".join(texts(run(tmp_path, ctc, first + rest)))
    assert texts(parts)[0] == joined
    case = Case(samples.subject(), ["a", "b"], 2)
    reader = TASK.reader(WER, case, parts[0].values)
    reader.read(parts[1])
    assert reader.evidence["cut_samples"] == 1
    assert "more than 30 s were cut" in reader.assumptions[-1]


def test_batches_do_not_change_what_is_written(tmp_path: Path, ctc: Path):
    cells = varied(20)
    together = texts(run(tmp_path, ctc, cells))
    alone = [texts(run(tmp_path, ctc, [cell]))[0] for cell in cells[:4]]
    assert together[:4] == alone
    assert together == [alone[0], alone[1], alone[2], alone[3], *together[4:]]


def test_what_cannot_be_heard_is_no_answer(tmp_path: Path, ctc: Path):
    short = {"bytes": sounds.wav(sounds.tone(300, seconds=0.001)), "path": None}
    cells = [{"bytes": b"broken", "path": None}, *varied(1), {"bytes": None, "path": "/x"}, short]
    found = texts(run(tmp_path, ctc, cells))
    assert [text is None for text in found] == [True, False, True, False]


def test_another_rate_and_stereo_are_heard_alike(tmp_path: Path, ctc: Path):
    plain = sounds.cells([300], seconds=0.5)
    stereo = sounds.wav(sounds.tone(300, rate=48_000, channels=2), rate=48_000)
    found = run(tmp_path, ctc, [*plain, {"bytes": stereo, "path": None}])
    first, second = texts(found)
    assert set(first) == set(second)


def break_weights(repo: Path, folder: Path, name: str) -> Path:
    broken = Path(shutil.copytree(repo, folder / "broken"))
    tensors = load_file(broken / "model.safetensors")
    tensors[name] = torch.full_like(tensors[name], float("inf"))
    save_file(tensors, broken / "model.safetensors", metadata={"format": "pt"})
    return broken


def test_nan_in_ctc_is_no_answer(tmp_path: Path, ctc: Path):
    repo = break_weights(ctc, tmp_path, "lm_head.weight")
    assert texts(run(tmp_path, repo, varied(2))) == [None, None]


def test_nan_in_whisper_is_no_answer(tmp_path: Path, whisper: Path):
    repo = break_weights(whisper, tmp_path, "model.decoder.layer_norm.weight")
    options = {"task": TASK.id, "language": "de"}
    assert texts(run(tmp_path, repo, varied(2), options=options)) == [None, None]


@pytest.mark.parametrize(
    ("absent", "missing", "message"),
    [
        ("preprocessor_config.json", "weights", "no preprocessor_config.json"),
        ("vocab.json", "tokenizer", "has no tokenizer"),
        ("model.safetensors", "weights", "has no model.safetensors"),
        ("config.json", "weights", "has no config.json"),
    ],
)
def test_each_missing_piece_has_its_reason(
    tmp_path: Path, ctc: Path, absent: str, missing: str, message: str
):
    repo = Path(shutil.copytree(ctc, tmp_path / "net"))
    (repo / absent).unlink()
    with pytest.raises(Unsupported, match=message) as caught:
        load_recogniser(repo, device="cpu", allow_code=False)
    assert caught.value.missing == missing


def test_a_tokenizer_of_its_own_is_refused(tmp_path: Path, ctc: Path):
    repo = Path(shutil.copytree(ctc, tmp_path / "net"))
    (repo / "tokenizer_config.json").write_text('{"auto_map": {"AutoTokenizer": ["x.Y", null]}}')
    with pytest.raises(Refused, match="own code"):
        load_recogniser(repo, device="cpu", allow_code=False)


def test_a_language_model_that_is_not_used_is_said(tmp_path: Path, ctc: Path):
    repo = Path(shutil.copytree(ctc, tmp_path / "net"))
    (repo / "language_model").mkdir()
    found = load_recogniser(repo, device="cpu", allow_code=False)
    assert "was not used" in found.assumption


# -- columns and options -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ({"audio": AUDIO, "text": TEXT}, Columns(("audio",), "text")),
        ({"path": TEXT, "audio": AUDIO, "sentence": TEXT}, Columns(("audio",), "sentence")),
        ({"recording": AUDIO, "words": TEXT}, Columns(("recording",), "words")),
        ({"audio": AUDIO, "transcription": TEXT, "id": TEXT}, Columns(("audio",), "transcription")),
    ],
)
def test_columns_are_chosen(features: dict[str, Feature], expected: Columns):
    assert TASK.columns(features) == expected


@pytest.mark.parametrize(
    "features",
    [{}, {"audio": AUDIO}, {"text": TEXT}, {"a": AUDIO, "b": AUDIO, "text": TEXT},
     {"audio": AUDIO, "a": TEXT, "b": TEXT}],
)  # fmt: skip
def test_columns_that_do_not_fit_are_unsupported(features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        TASK.columns(features)
    assert caught.value.missing == "dataset"


def test_the_language_is_that_of_the_claim_or_of_its_config():
    assert TASK.options(samples.claim(config="sv-SE"))["language"] == "sv-SE"
    told = replace(samples.claim(config="all"), args={"language": "de"})
    assert TASK.options(told)["language"] == "de"


# -- reading -----------------------------------------------------------------------------------

NETWORK = {"window_s": 30}
CASE = Case(samples.subject(), ["one", "two"], 2)


def written(*given: Any, start: Any = 0, cut: Any = 0) -> Part:
    return Part("predictions", {"start": start, "texts": list(given), "cut": cut})


def test_texts_stand_beside_what_is_right():
    reader = TASK.reader(WER, CASE, NETWORK)
    answers = reader.read(written("eins", None))
    assert answers == Texts([["one"], ["two"]], ["eins", None])
    assert (reader.rows, reader.units, reader.evidence["failed_samples"]) == (2, 2, 1)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (written("a", "b", "c"), "more samples"),
        (written(), "more samples"),
        (written("a", 1), "right form"),
        (written("a", "b" * 4_000_001), "right form"),
        (Part("predictions", {"start": 0, "texts": "ab", "cut": 0}), "right form"),
        (written("a", start=1), "out of order"),
        (written("a", cut=2), "no sensible number"),
        (written("a", cut=None), "no sensible number"),
        (Part("other", {"start": 0, "texts": ["a"], "cut": 0}), "out of order"),
    ],
)
def test_forged_parts_are_noticed(part: Part, message: str):
    with pytest.raises(CheckError, match=message):
        TASK.reader(WER, CASE, NETWORK).read(part)


def test_recordings_without_a_text_are_unsupported():
    with pytest.raises(Unsupported, match="without a text"):
        TASK.reader(WER, Case(samples.subject(), ["a", None], 2), NETWORK)


def test_silence_is_heard(tmp_path: Path, ctc: Path):
    silence = {"bytes": sounds.wav(np.zeros(8_000, dtype=np.float32)), "path": None}
    assert isinstance(texts(run(tmp_path, ctc, [silence]))[0], str)
