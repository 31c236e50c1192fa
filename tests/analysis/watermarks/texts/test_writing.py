"""What a network writes: the same for the same job, and with the mark that its repo declares."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from analysis.arrays import pack
from analysis.contract import CheckError, Job, Part, Unsupported
from analysis.watermarks.statistics import ownership
from analysis.watermarks.texts import writing
from analysis.watermarks.texts.declared import GreenList, SynthId
from analysis.watermarks.texts.keys import TextKeys
from analysis.watermarks.texts.parts import Writing, texts_of
from analysis.watermarks.texts.writing import write_texts
from tests.text_networks import write_gpt2, write_json

GREEN: dict[str, Any] = {
    "greenlist_ratio": 0.25,
    "bias": 4.0,
    "hashing_key": 1_234_577,
    "context_width": 2,
}
SYNTH: dict[str, Any] = {"ngram_len": 4, "keys": [91, -17, 5_003, 77_777, 12, 4_242]}
PROMPTS = ("the cat sits", "Anna", "")


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A repo of a drawn network that is not sure of its next word."""
    folder: Path = tmp_path_factory.mktemp("gpt2")
    write_gpt2(folder, positions=200)
    weights = folder / "model.safetensors"
    from safetensors.torch import load_file, save_file

    tensors = load_file(weights)
    tensors["transformer.ln_f.weight"] *= 0.5
    save_file(tensors, weights, metadata={"format": "pt"})
    return folder


def repo(folder: Path, network: Path, settings: Any = None, config: Any = None) -> Path:
    import shutil

    shutil.copytree(network, folder, dirs_exist_ok=True)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if settings is not None:
        write_json(folder / "generation_config.json", settings)
    path = folder / "config.json"
    write_json(path, {**json.loads(path.read_text()), **(config or {})})
    return folder


def job(snapshot: Path, seed: int = 7, **fields: Any) -> Job:
    return Job("watermarks", snapshot, None, 0, (), "cpu", seed, **fields)


def written(snapshot, prompts=PROMPTS, writing=None, **fields):
    first, *parts = write_texts(job(snapshot, **fields), prompts, writing or Writing(4, 120))
    return first.values, [text for part in parts for text in texts_of(part)]


@pytest.mark.parametrize(
    ("said", "mark", "place"),
    [
        (GREEN, GreenList(**GREEN), "generation_config.json"),
        (GREEN, GreenList(**GREEN), "config.json"),
        (
            {**GREEN, "seeding_scheme": "selfhash"},
            GreenList(**GREEN, seeding_scheme="selfhash"),
            "generation_config.json",
        ),
        (SYNTH, SynthId(4, tuple(SYNTH["keys"])), "generation_config.json"),
    ],
)
def test_a_declared_mark_is_in_the_texts_and_its_key_finds_it(tmp_path, network, said, mark, place):
    setting = {"watermarking_config": said}
    if place == "config.json":
        snapshot = repo(tmp_path, network, None, setting)
    else:
        snapshot = repo(tmp_path, network, setting)
    about, texts = written(snapshot)
    keys = TextKeys.made(mark, about["vocabulary"])
    found = ownership(keys.tally(texts, about["vocabulary"]), chance=keys.chance)
    assert found.p < 1e-6
    assert about["declared"].startswith("The repo declares that its texts are marked")
    _, plain = written(snapshot, writing=Writing(4, 120, as_declared=False))
    assert ownership(keys.tally(plain), chance=keys.chance).p > 0.01


def test_synthid_in_config_json_is_refused_by_transformers_itself(tmp_path, network):
    """It takes whatever stands there for a green list (generation_config.json is read by us)."""
    with pytest.raises(Unsupported, match="ngram_len"):
        written(repo(tmp_path, network, None, {"watermarking_config": SYNTH}))


def test_the_same_job_writes_the_same_and_leaves_no_trace(tmp_path, network):
    snapshot = repo(tmp_path, network)
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    about, first = written(snapshot)
    assert (torch.random.get_rng_state() == before).all()
    torch.rand(5)
    _, again = written(snapshot)
    _, other = written(snapshot, seed=8)
    assert len(first) == 12
    assert about["declared"] is None
    assert [text.tolist() for text in first] == [text.tolist() for text in again]
    assert [text.tolist() for text in first] != [text.tolist() for text in other]
    # A run that goes on behind the first prompt writes what it would have written.
    _, rest = written(snapshot, PROMPTS[1:], first_row=1)
    assert [text.tolist() for text in rest] == [text.tolist() for text in first[4:]]


def test_texts_end_where_the_network_ends_them(tmp_path, network):
    snapshot = repo(tmp_path, network, {"eos_token_id": [9, 11]})
    about, texts = written(snapshot)
    assert all(not {9, 11} & set(text.tolist()) for text in texts)
    assert len({len(text) for text in texts}) > 3
    assert all(len(text) <= 120 for text in texts)
    assert about["tokens"] == 120


def test_settings_of_sampling_are_followed_where_the_file_samples(tmp_path, network):
    few = {"do_sample": True, "top_k": 1}
    _, texts = written(repo(tmp_path / "a", network, few))
    assert len({tuple(text) for text in texts[:4]}) == 1
    _, texts = written(repo(tmp_path / "b", network, {**few, "do_sample": False}))
    assert len({tuple(text) for text in texts[:4]}) == 4


def test_texts_fit_into_what_the_network_takes(tmp_path, network):
    _, texts = written(repo(tmp_path, network), ("the cat " * 300,), Writing(2, 2_000))
    assert [len(text) for text in texts] == [48, 48]  # three quarters of 64


def test_many_texts_are_written_some_at_a_time(tmp_path, network, monkeypatch):
    monkeypatch.setattr(writing, "_BATCH_NUMBERS", 130)
    _, texts = written(repo(tmp_path, network), ("the",), Writing(5, 20))
    assert len(texts) == 5
    assert len({tuple(text) for text in texts}) == 5


def test_a_mark_that_cannot_be_is_not_followed(tmp_path, network):
    snapshot = repo(tmp_path, network, {"watermarking_config": {**GREEN, "context_width": 1 << 60}})
    about, texts = written(snapshot, ("the",))
    assert about["declared"].startswith("The repo declares a watermark that cannot be")
    assert texts


@pytest.mark.parametrize("said", [{"do_sample": True, "temperature": -1}, {"top_k": "x"}])
def test_settings_that_make_no_sense_are_refused(tmp_path, network, said):
    with pytest.raises(CheckError):
        written(repo(tmp_path, network, {"do_sample": True, **said}))


def test_a_network_whose_numbers_are_none_writes_nothing(tmp_path, network):
    from tests.text_networks import spoil

    snapshot = repo(tmp_path, network)
    spoil(snapshot, "transformer.h.1.mlp.c_fc.weight")
    with pytest.raises(CheckError):
        written(snapshot)


def test_a_repo_without_a_tokenizer_is_refused(tmp_path, network):
    snapshot = repo(tmp_path, network)
    (snapshot / "tokenizer.json").unlink()
    with pytest.raises(Unsupported, match="tokenizer"):
        written(snapshot)


def part(ids, lengths):
    return Part("texts", {}, {"ids": pack(np.array(ids)), "lengths": pack(np.array(lengths))})


INT = np.int32


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (Part("texts"), "token ids"),
        (Part("texts", {}, {"ids": pack(np.zeros(2, INT))}), "token ids"),
        (part(np.zeros(2), np.array([2], INT)), "token ids"),
        (part(np.zeros((2, 1), INT), np.array([2], INT)), "token ids"),
        (part(np.zeros(2, INT), np.array([3], INT)), "as long as they say"),
        (part(np.zeros(2, INT), np.array([3, -1], INT)), "more or longer"),
        (part(np.zeros(2, INT), np.array([], INT)), "as long as they say"),
        (part(np.zeros(9_999, INT), np.array([9_999], INT)), "more or longer"),
        (part(np.zeros(0, INT), np.zeros(9_999, INT)), "more or longer"),
    ],
)
def test_texts_that_a_hostile_network_sends_are_refused(sent, words):
    with pytest.raises(CheckError, match=words):
        texts_of(sent)


def test_texts_come_back_as_they_were_sent():
    found = texts_of(part(np.arange(5, dtype=INT), np.array([2, 0, 3], INT)))
    assert [text.tolist() for text in found] == [[0, 1], [], [2, 3, 4]]
    assert texts_of(part(np.zeros(0, INT), np.zeros(0, INT))) == []


@pytest.mark.parametrize("amount", [(0, 5), (1_001, 5), (5, 0), (5, 3_000)])
def test_so_much_is_not_written(amount):
    with pytest.raises(ValueError, match="So much"):
        Writing(*amount)
