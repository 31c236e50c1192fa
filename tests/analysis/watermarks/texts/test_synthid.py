"""SynthID: the bits that transformers computes, and p-values that hold."""

import numpy as np
import pytest
import torch
import transformers

from analysis.verdicts import wilson
from analysis.watermarks.statistics import chance_tail, ownership
from analysis.watermarks.texts import synthid
from analysis.watermarks.texts.declared import SynthId
from analysis.watermarks.texts.keys import TextKeys
from tests.analysis.watermarks.texts import some
from tests.analysis.watermarks.texts.some import VOCABULARY

SECRET = (91, -17, 1 << 40, 5_003, 77_777, 12, 4_242, 90_001)
MARKS = [
    SynthId(5, SECRET),
    SynthId(2, SECRET, context_history_size=16, sampling_table_seed=9),
    SynthId(3, SECRET[:3], sampling_table_size=50_021, skip_first_ngram_calls=True),
]


def setting(mark):
    return transformers.SynthIDTextWatermarkingConfig(
        mark.ngram_len, list(mark.keys), mark.context_history_size, mark.sampling_table_seed,
        mark.sampling_table_size, mark.skip_first_ngram_calls, mark.debug_mode,
    )  # fmt: skip


@pytest.mark.parametrize("mark", MARKS)
def test_bits_and_repeats_are_those_of_transformers(mark):
    text = some.zipf(300, vocabulary=12)  # which repeats itself a lot
    theirs = setting(mark).construct_processor(VOCABULARY, "cpu")
    ids = torch.tensor(text)[None]
    is_new = theirs.compute_context_repetition_mask(ids)[0].numpy()
    assert 10 < is_new.sum() < len(is_new)
    expected = theirs.compute_g_values(ids)[0].numpy()[is_new]
    found = synthid.table_of(mark)[synthid.cells([text], mark)]
    assert (found == expected).all()


@pytest.mark.parametrize("mark", MARKS)
def test_a_marked_network_is_recognised_by_its_texts(mark):
    keys = TextKeys.made(mark, VOCABULARY)
    found = ownership(keys.tally(some.written(setting(mark))), chance=keys.chance)
    assert found.p < 1e-9
    plain = ownership(keys.tally(some.written()), chance=keys.chance)
    assert plain.p > 0.01


def test_other_keys_find_nothing():
    ids = some.written(setting(MARKS[0]))
    for other in (SynthId(5, tuple(key + 1_000 for key in SECRET)), SynthId(4, SECRET)):
        keys = TextKeys.made(other, VOCABULARY)
        assert not ownership(keys.tally(ids), chance=keys.chance).carries


def test_the_chance_is_the_share_of_ones_in_the_table():
    for mark in (MARKS[0], SynthId(5, SECRET, sampling_table_size=1 << 12, sampling_table_seed=3)):
        table = setting(mark).construct_processor(VOCABULARY, "cpu").sampling_table
        assert TextKeys.made(mark, VOCABULARY).chance == float(table.double().mean())


@pytest.mark.parametrize("length", [5, 2])
def test_p_holds_for_random_keys_on_a_text_that_repeats_itself(length):
    text = some.zipf(700)
    random = np.random.default_rng(4)
    found = []
    for _ in range(1_000):
        keys = tuple(random.integers(0, 1 << 32, 20).tolist())
        mark = SynthId(length, (*keys, keys[0]), sampling_table_size=1 << 14)  # one of them twice
        table = synthid.table_of(mark)
        tally = synthid.count(synthid.cells([text], mark), table)
        found.append(chance_tail(tally.matches, tally.keys, float(table.mean())))
    for level in (0.05, 0.01):
        assert wilson(sum(p <= level for p in found), len(found))[0] <= level
    assert 0.3 < float(np.mean(found)) < 0.7


def test_a_cell_counts_once_whatever_falls_into_it():
    """Hashes are taken modulo the table: tokens that are equal modulo it have the same bits."""
    mark = SynthId(2, SECRET, sampling_table_size=1 << 10)
    text = np.arange(1, 8)
    cells = synthid.cells([text, text, text + (1 << 10)], mark)
    assert cells.shape == (18, len(SECRET))
    assert synthid.count(cells, synthid.table_of(mark)).keys <= 6 * len(SECRET)


def test_contexts_are_forgotten_after_so_many():
    mark = SynthId(2, SECRET, context_history_size=3)
    text = np.array([1, 2, 3, 1, 2, 3, 4, 5, 1, 9])
    # Contexts 1 2 3 | 1 2 3 | 4 5, and 1, which is five places behind its last.
    assert len(synthid.cells([text], mark)) == 3 + 2 + 1
    assert len(synthid.cells([text[:6]], mark)) == 3


def test_short_texts_have_nothing_to_count():
    assert synthid.cells([np.arange(4), np.arange(0)], MARKS[0]).shape == (0, len(SECRET))
    assert len(synthid.cells([np.arange(5)], MARKS[0])) == 1


def test_no_more_than_half_of_the_table_is_filled():
    mark = SynthId(2, SECRET, sampling_table_size=1 << 10)
    assert synthid.most(mark) == 512 // 8
    assert len(synthid.cells([np.arange(300)], mark)) == 64
