"""Keys: what is matched, what is written and read again, and what is refused without a leak."""

import contextlib
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

from analysis.watermarks import envelope as envelopes
from analysis.watermarks.answer_keys import AnswerKeys, random_labels
from analysis.watermarks.envelope import KeysError, commitment, envelope_of
from analysis.watermarks.keys import as_bytes, framed, fresh_salt
from analysis.watermarks.reading import keys_from
from analysis.watermarks.weight_keys import WeightKeys


def some(scheme="frontier", n=24, classes=4, encoding=None):
    random = np.random.default_rng(3)
    pictures = random.integers(0, 256, (n, 1, 5, 5), dtype=np.uint8)
    salt = fresh_salt()
    expected = random.integers(0, classes, n)
    if scheme == "triggers":
        expected = random_labels(salt, classes, n)
    is_control = np.arange(n) % 3 == 2
    return AnswerKeys.made(scheme, classes, pictures, expected, is_control, encoding, salt)


def changed(data, **arrays):
    """The same file with other arrays, or without those that are None."""
    found = load(data) | arrays
    return save({name: array for name, array in found.items() if array is not None})


def text(**said):
    return np.frombuffer(json.dumps(said).encode(), np.uint8)


CODE = np.array([0, 1, 1, 0], np.uint8)


CODE = np.array([0, 1, 1, 0], np.uint8)


def test_an_answer_matches_when_it_is_the_expected_class():
    keys = some()
    tally = keys.tally(keys.expected)
    assert (tally.matches, tally.keys, tally.control_matches, tally.controls) == (16, 16, 8, 8)
    answers = keys.expected.copy()
    answers[0] = (answers[0] + 1) % 4
    answers[2] = -1  # a control; no answer
    tally = keys.tally(answers)
    assert (tally.matches, tally.control_matches) == (15, 7)
    assert keys.matched(np.full(24, 4)).sum() == 0  # no class at all
    places = np.array([5, 0])
    assert keys.matched(answers[places], places).tolist() == [True, False]


def test_with_an_encoding_it_is_the_bit_that_matches():
    keys = some("blackmarks", encoding=CODE)
    other = np.array([3, 2, 1, 0])[keys.expected]  # the other class of the same bit
    assert keys.bit_errors(other) == 0
    assert keys.bit_errors((keys.expected + 2) % 4) == 1
    assert keys.bits.tolist() == CODE[keys.expected[~keys.is_control]].tolist()


def every():
    return {
        "blackmarks": some("blackmarks", encoding=CODE),
        "frontier": some("frontier"),
        "triggers": some("triggers"),
        "uchida": WeightKeys.made("uchida", 40, 16, layer="conv1"),
        "deepsigns": WeightKeys.made("deepsigns", 40, 16, pictures=some().pictures),
    }


@pytest.mark.parametrize("scheme", every())
def test_what_is_written_is_read_again(scheme):
    keys = every()[scheme]
    data = keys.to_bytes()
    again = keys_from(data)
    assert again.to_bytes() == data
    assert again.salt == keys.salt
    assert type(again) is type(keys)


@pytest.mark.parametrize("scheme", every())
def test_the_envelope_says_what_may_be_told(scheme):
    keys = every()[scheme]
    found = envelope_of(keys.to_bytes())
    assert (found.scheme, found.keys) == (scheme, keys.count)
    assert found.commitment == commitment(keys.to_bytes())
    assert found.classes == (keys.classes if isinstance(keys, AnswerKeys) else None)
    assert found.shape == (None if scheme == "uchida" else (1, 5, 5))


def test_commitments_of_the_same_keys_differ_by_their_salt():
    assert commitment(some().to_bytes()) != commitment(some().to_bytes())


@pytest.mark.parametrize("scheme", every())
def test_keys_do_not_show_what_they_are(scheme):
    keys = every()[scheme]
    assert repr(keys) == str(keys) == f"{type(keys).__name__}({scheme}, secret)"


def test_a_vector_holds_bits_by_the_signs_of_its_projection():
    keys = WeightKeys.made("uchida", 40, 16, layer="conv1")
    signs = keys.bits * 2.0 - 1
    vector = np.linalg.lstsq(keys.projection().T, signs, rcond=None)[0]
    assert keys.tally(vector).matches == 16
    assert keys.tally(-vector).matches == 0
    assert keys.tally(np.zeros(40)).matches == 0
    assert keys.tally(np.full(40, np.nan)).matches == 0
    with pytest.raises(KeysError, match="another length"):
        keys.tally(np.zeros(41))


def test_bits_of_a_network_that_knows_nothing_of_the_salt_are_fair_coins():
    vector = np.random.default_rng(1).standard_normal(30) + 3
    found = [WeightKeys.made("uchida", 30, 16).tally(vector).matches for _ in range(400)]
    assert abs(np.mean(found) - 8) < 4 * 2 / np.sqrt(400)
    assert abs(np.var(found) - 4) < 1.2


CHANGES: dict[str, list[tuple[Any, str]]] = {
    "pictures": [
        (np.zeros((24, 1, 5), np.uint8), "are bytes"),
        (np.zeros((24, 2, 5, 5), np.uint8), "are bytes"),
        (np.zeros((24, 1, 5, 5), np.float32), "are bytes"),
        (np.zeros((23, 1, 5, 5), np.uint8), "one expected class"),
        (np.zeros((24, 1, 0, 5), np.uint8), "pixels a side"),
        (np.zeros((24, 1, 1, 1025), np.uint8), "pixels a side"),
        (None, "keys of this scheme consist of"),
    ],
    "expected": [
        (np.full(24, 4), "classes of the task"),
        (np.full(24, -1), "classes of the task"),
        (np.zeros(24, np.int32), "classes of the task"),
        (np.zeros((24, 1), np.int64), "one expected class"),
    ],
    "is_control": [
        (np.ones(24, np.uint8), "between 8 and"),
        (np.zeros(24, np.uint8), "at least 8 controls"),
        (np.full(24, 2, np.uint8), "a control or not"),
        (np.zeros(23, np.uint8), "one expected class"),
    ],
    "encoding": [
        (np.zeros(4, np.uint8), "both bits"),
        (np.array([0, 1, 1], np.uint8), "each class a bit"),
        (np.array([0, 1, 1, 2], np.uint8), "both bits"),
        (None, "belongs to the scheme blackmarks"),
    ],
    "salt": [(np.zeros(3, np.uint8), "no file of keys"), (None, "no file of keys")],
    "about": [
        (text(), "no scheme of that name"),
        (text(scheme="blackmarks"), "number of classes"),
        (np.frombuffer(b"\xff", np.uint8), "no file of keys"),
        (text(scheme="blackmarks", classes=1), "two classes"),
        (text(scheme="x", classes=4), "no scheme of that name"),
        (text(scheme="uchida", length=4, count=16), "consist of"),
    ],
    "more": [(np.zeros(1), "keys of this scheme consist of")],
}


@pytest.mark.parametrize(
    ("name", "array", "words"),
    [(name, *change) for name, changes in CHANGES.items() for change in changes],
)
def test_what_does_not_fit_together_is_refused(name, array, words):
    data = changed(some("blackmarks", encoding=CODE).to_bytes(), **{name: array})
    with pytest.raises(KeysError, match=words) as caught:
        keys_from(data)
    assert str(caught.value).endswith(".")


def test_labels_of_triggers_cannot_be_chosen():
    keys = some("triggers")
    other = (keys.expected + 1) % 4
    with pytest.raises(KeysError, match="follow from their salt"):
        keys_from(changed(keys.to_bytes(), expected=other))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"length": 10}, "as many bits"),
        ({"length": 1 << 21}, "number of length"),
        ({"count": 4}, "number of count"),
        ({"count": True}, "number of count"),
        ({"layer": "x" * 300}, "name of a layer"),
        ({"scheme": "deepsigns"}, "Pictures belong"),
        ({"length": 1 << 20, "count": 128}, "too large"),
    ],
)
def test_bits_that_cannot_be_are_refused(said, words):
    about = {"scheme": "uchida", "length": 40, "count": 16, "layer": ""} | said
    with pytest.raises(KeysError, match=words):
        keys_from(framed(about, fresh_salt(), {}))


@given(st.binary(max_size=400))
def test_any_bytes_are_keys_or_refused(data):
    for read in (keys_from, envelope_of):
        with pytest.raises(KeysError):
            read(data)


@given(st.integers(0, 2_000), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_leaves_keys(place, value):
    data = bytearray(some(encoding=CODE, scheme="blackmarks").to_bytes())
    data[place % len(data)] = value
    with contextlib.suppress(KeysError):
        keys = keys_from(bytes(data))
        assert envelope_of(bytes(data)).keys == keys.count >= envelopes.FEWEST


@given(st.binary(max_size=300), st.integers(0, 1 << 70))
def test_the_envelope_reads_any_header_or_refuses(data, length):
    whole = (length % (1 << 64)).to_bytes(8, "little") + data
    for forged in (whole, len(data).to_bytes(8, "little") + data):
        with pytest.raises(KeysError):
            envelope_of(forged)


@pytest.mark.parametrize(
    "header",
    [
        {"about": {"data_offsets": [0, 1 << 40]}},
        {"about": {"data_offsets": [-1, 4]}},
        {"about": {"data_offsets": "x"}},
        {"about": 3},
        [],
    ],
)
def test_the_envelope_follows_no_offset_out_of_the_file(header):
    raw = json.dumps(header).encode()
    with pytest.raises(KeysError, match="no file of keys"):
        envelope_of(len(raw).to_bytes(8, "little") + raw + bytes(100))


def test_a_file_that_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr("analysis.watermarks.keys.MOST_BYTES", 100)
    monkeypatch.setattr(envelopes, "MOST_BYTES", 100)
    for read in (keys_from, envelope_of):
        with pytest.raises(KeysError, match="at most 0 MiB"):
            read(b"0" * 101)


def test_answers_are_one_a_key():
    with pytest.raises(KeysError, match="one answer a key"):
        some().tally(np.zeros(23, np.int64))


def test_images_are_rounded_to_what_a_picture_holds():
    assert as_bytes(np.array([-1, 0, 0.5, 1, 2])).tolist() == [0, 0, 128, 255, 255]
