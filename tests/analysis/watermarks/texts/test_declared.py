"""What a repo declares: settings as transformers writes them, and whatever else somebody wrote."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.watermarks.texts.declared import (
    DEFAULT_KEY,
    EXAMPLE_KEYS,
    GreenList,
    SynthId,
    declared_watermark,
)

GREEN = {"greenlist_ratio": 0.25, "bias": 2.0, "hashing_key": 77, "seeding_scheme": "selfhash"}
SYNTH = {"ngram_len": 5, "keys": [3, 1, 4], "sampling_table_size": 4096}


def declared(said):
    found = declared_watermark({"watermarking_config": said})
    assert found is not None
    return found


def test_a_green_list_is_read():
    found = declared({**GREEN, "context_width": 4})
    assert found.mark == GreenList(0.25, 2.0, 77, "selfhash", 4)
    assert found.scheme == "greenlist"
    assert "green list of 25% of the tokens (bias 2, selfhash)" in found.sentence
    assert "in the repo for all to read" in found.sentence
    assert "does not say who wrote it" in found.sentence


def test_synthid_is_read():
    found = declared(SYNTH)
    assert found.mark == SynthId(5, (3, 1, 4), sampling_table_size=4096)
    assert (found.scheme, "3 keys over 5 tokens" in found.sentence) == ("synthid", True)


@pytest.mark.parametrize("said", [{}, {"hashing_key": DEFAULT_KEY}])
def test_the_key_of_the_documentation_is_called_so(said):
    assert "the one of the documentation" in declared(said).sentence


def test_the_keys_of_the_documentation_are_called_so():
    assert "the one of the doc" in declared({**SYNTH, "keys": [*EXAMPLE_KEYS, 29]}).sentence


@pytest.mark.parametrize("config", [{}, {"watermarking_config": None}, {"do_sample": True}])
def test_most_repos_declare_nothing(config):
    assert declared_watermark(config) is None


def test_what_transformers_saves_is_read(tmp_path):
    import transformers

    mark = transformers.WatermarkingConfig(greenlist_ratio=0.5, hashing_key=99, context_width=2)
    transformers.GenerationConfig(watermarking_config=mark).save_pretrained(tmp_path)
    saved = json.loads((tmp_path / "generation_config.json").read_text())
    found = declared_watermark(saved)
    assert found is not None
    assert found.mark == GreenList(0.5, 2.0, 99, "lefthash", 2)
    synthid = transformers.SynthIDTextWatermarkingConfig(ngram_len=5, keys=[1, 2, 3])
    transformers.GenerationConfig(watermarking_config=synthid).save_pretrained(tmp_path)
    found = declared_watermark(json.loads((tmp_path / "generation_config.json").read_text()))
    assert found is not None
    assert found.mark == SynthId(5, (1, 2, 3))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({**GREEN, "greenlist_ratio": 0}, "greenlist_ratio is a number between 0 and 1"),
        ({**GREEN, "greenlist_ratio": 1.0}, "greenlist_ratio"),
        ({**GREEN, "greenlist_ratio": True}, "greenlist_ratio"),
        ({**GREEN, "greenlist_ratio": math.nan}, "greenlist_ratio"),
        ({**GREEN, "bias": math.inf}, "bias"),
        ({**GREEN, "bias": "2"}, "bias"),
        ({**GREEN, "hashing_key": 0}, "hashing_key"),
        ({**GREEN, "hashing_key": 1 << 63}, "hashing_key"),
        ({**GREEN, "hashing_key": 1.0}, "hashing_key"),
        ({**GREEN, "seeding_scheme": "other"}, "lefthash or selfhash"),
        ({**GREEN, "seeding_scheme": []}, "lefthash or selfhash"),
        ({**GREEN, "context_width": 0}, "context_width"),
        ({**GREEN, "context_width": 1 << 40}, "context_width"),
        ({**GREEN, "more": 1}, "does not have"),
        ({**SYNTH, "bias": 1}, "does not have"),
        ({"keys": [1]}, "ngram_len and keys"),
        ({"ngram_len": 5}, "ngram_len and keys"),
        ({**SYNTH, "ngram_len": 1}, "ngram_len"),
        ({**SYNTH, "keys": []}, "1 to 100"),
        ({**SYNTH, "keys": [1] * 101}, "1 to 100"),
        ({**SYNTH, "keys": "123"}, "a list of whole numbers"),
        ({**SYNTH, "keys": [1, True]}, "keys"),
        ({**SYNTH, "keys": [1 << 63]}, "keys"),
        ({**SYNTH, "sampling_table_size": 1 << 25}, "sampling_table_size"),
        ({**SYNTH, "sampling_table_seed": -1}, "sampling_table_seed"),
        ({**SYNTH, "context_history_size": 1 << 20}, "context_history_size"),
        ({**SYNTH, "debug_mode": 1}, "debug_mode"),
        ([1], "no set of settings"),
        ("greenlist", "no set of settings"),
    ],
)
def test_settings_that_cannot_be_are_said_to_be_so(said, words):
    found = declared(said)
    assert found.mark is None
    assert words in found.sentence
    assert found.sentence.endswith(".")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*GREEN, *SYNTH, "x"]), JSON, max_size=5))
def test_whatever_is_declared_is_answered_in_words(said):
    found = declared(said)
    assert found.sentence.startswith("The repo declares")


def test_keys_do_not_show():
    assert "77" not in repr(declared(GREEN).mark)
    assert "3, 1" not in repr(declared(SYNTH).mark)
