"""Keys of texts: written and read again, hidden, and refused where they cannot be used."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from analysis.watermarks.envelope import KeysError, envelope_of
from analysis.watermarks.reading import keys_from
from analysis.watermarks.texts import keys as module
from analysis.watermarks.texts.declared import EXAMPLE_KEYS, GreenList, SynthId
from analysis.watermarks.texts.keys import TextKeys

GREEN = GreenList(0.25, 2.0, 987_654_321, "selfhash", 2)
SYNTH = SynthId(5, (31_337, -4, 555))
TEXT = np.random.default_rng(0).integers(1, 500, 400)


@pytest.mark.parametrize("mark", [GREEN, SYNTH])
def test_what_is_written_is_read_again(mark):
    keys = TextKeys.made(mark, 500, 70)
    data = keys.to_bytes()
    again = keys_from(data)
    assert isinstance(again, TextKeys)
    assert again.to_bytes() == data
    assert (again.mark, again.vocabulary, again.count) == (mark, 500, 70)
    assert again.salt == keys.salt


@pytest.mark.parametrize(("mark", "scheme"), [(GREEN, "greenlist"), (SYNTH, "synthid")])
def test_the_envelope_tells_the_scheme(mark, scheme):
    found = envelope_of(TextKeys.made(mark, 500, 70).to_bytes())
    assert (found.scheme, found.keys, found.classes, found.shape) == (scheme, 70, None, None)


def test_most_keys_fit_into_the_envelope():
    mark = SynthId(64, (-(1 << 63),) * 100, 65_536, (1 << 63) - 1, 1 << 24)
    assert envelope_of(TextKeys.made(mark, 5_000_000).to_bytes()).keys == 64


@pytest.mark.parametrize("mark", [GREEN, SYNTH])
def test_keys_do_not_show_what_they_are(mark):
    keys = TextKeys.made(mark, 500)
    assert repr(keys) == str(keys) == f"TextKeys({keys.scheme}, secret)"
    assert "987" not in repr(keys.mark)
    assert "31337" not in repr(keys.mark)


@pytest.mark.parametrize(
    ("mark", "vocabulary", "count", "words"),
    [
        (GREEN, 500, 7, "Between 8 and"),
        (GREEN, 500, 5_000, "Between 8 and"),
        (GREEN, 1, 64, "vocabulary has between"),
        (GREEN, 10**8, 64, "vocabulary has between"),
        (GREEN, 3, 64, "no token of the vocabulary is green"),
        (GreenList(), 500, 64, "everybody has"),
        (replace(GREEN, hashing_key=1 << 32), 500, 64, "the same after many"),
        (replace(GREEN, hashing_key=((1 << 64) - 1) // 3), 500, 64, "the same after many"),
        (SynthId(5, EXAMPLE_KEYS), 500, 64, "everybody has"),
        (replace(SYNTH, sampling_table_size=512), 500, 64, "at least 1,024"),
        (SynthId(5, (1, 2) * 50, sampling_table_size=2_048), 500, 64, "too small"),
        (replace(SYNTH, debug_mode=True), 500, 64, "debug mode"),
    ],
)
def test_keys_that_cannot_be_used_are_refused(mark, vocabulary, count, words):
    with pytest.raises(KeysError, match=words):
        TextKeys.made(mark, vocabulary, count)


def about(**changes):
    arrays = load(TextKeys.made(GREEN, 500).to_bytes())
    said = json.loads(arrays["about"].tobytes()) | changes
    return save({**arrays, "about": np.frombuffer(json.dumps(said).encode(), np.uint8)})


@pytest.mark.parametrize(
    "data",
    [
        about(mark=None),
        about(mark={"hashing_key": 987_654_321.5}),
        about(mark={"hashing_key": "987654321"}),
        about(mark={"other_key": 987_654_321}),
        about(scheme="synthid"),
        about(vocabulary=987_654_321),
        about(vocabulary=True),
        about(count=1 << 40),
        about(scheme=["greenlist"]),
        save({**load(TextKeys.made(GREEN, 500).to_bytes()), "more": np.zeros(3)}),
        save({**load(TextKeys.made(GREEN, 500).to_bytes()), "salt": np.zeros(3, np.uint8)}),
    ],
)
def test_files_of_keys_are_refused_without_a_word_of_their_content(data):
    with pytest.raises(KeysError) as caught:
        keys_from(data)
    assert "987" not in str(caught.value)
    assert str(caught.value).endswith(".")


@settings(deadline=None)
@given(st.integers(0, 2_000), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_leaves_keys(place, value):
    data = bytearray(TextKeys.made(GREEN, 500).to_bytes())
    data[place % len(data)] = value
    try:
        keys = keys_from(bytes(data))
    except KeysError:
        return
    assert keys.count >= 8


@pytest.mark.parametrize("mark", [GREEN, SYNTH])
@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([], "too short: 0 of"),
        ([TEXT[:8]], "too short"),
        ([np.full(400, 7)], "Repeated pieces count once"),
        ([np.append(TEXT, 500)], "not in the vocabulary"),
        ([np.append(TEXT, -1)], "not in the vocabulary"),
        ([TEXT.astype(np.float64)], "row of token ids"),
        ([TEXT.reshape(20, 20)], "row of token ids"),
        ([TEXT.astype(np.uint64) + (1 << 63)], "not in the vocabulary"),
    ],
)
def test_texts_of_which_nothing_can_be_said_are_refused(mark, texts, words):
    with pytest.raises(KeysError, match=words):
        TextKeys.made(mark, 500).tally(texts)


def test_keys_of_another_vocabulary_are_refused():
    keys = TextKeys.made(GREEN, 500)
    assert keys.tally([TEXT], 500) == keys.tally([TEXT])
    with pytest.raises(KeysError, match="another number of tokens"):
        keys.tally([TEXT], 501)


def test_texts_are_not_longer_than_somebody_can_wait(monkeypatch):
    monkeypatch.setattr(module, "MOST_TOKENS", 500)
    with pytest.raises(KeysError, match="at most 500 tokens"):
        TextKeys.made(GREEN, 500).tally([TEXT, TEXT])


def test_texts_are_counted_whatever_type_their_ids_have():
    for mark in (GREEN, SYNTH):
        keys = TextKeys.made(mark, 500)
        assert keys.tally([TEXT.astype(np.int32)]) == keys.tally([TEXT.astype(np.uint16)])
