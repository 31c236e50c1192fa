"""Green lists: the tokens that transformers counts, and p-values that hold."""

import numpy as np
import pytest
import torch
import transformers

from analysis.verdicts import wilson
from analysis.watermarks.statistics import chance_tail, ownership
from analysis.watermarks.texts import greenlist, torch_draws
from analysis.watermarks.texts.declared import GreenList
from analysis.watermarks.texts.keys import TextKeys
from tests.analysis.watermarks.texts import some
from tests.analysis.watermarks.texts.some import VOCABULARY

MARKS = [
    GreenList(0.25, 4.0, 77, "lefthash", 1),
    GreenList(0.5, 4.0, 123_456_789_012_345, "lefthash", 3),
    GreenList(0.25, 4.0, 15_485_867, "selfhash", 1),
    GreenList(0.4, 4.0, (1 << 62) + 12_345, "selfhash", 3),
]


def setting(mark):
    return transformers.WatermarkingConfig(
        mark.greenlist_ratio, mark.bias, mark.hashing_key, mark.seeding_scheme, mark.context_width
    )


def processor(mark, vocabulary=VOCABULARY):
    return setting(mark).construct_processor(vocabulary, "cpu")


def detector(mark, *, once=True):
    config = some.network().config
    return transformers.WatermarkDetector(config, "cpu", setting(mark), once)


@pytest.mark.parametrize("seed", [0, 1, 5_489, (1 << 32) + 1, (1 << 63) + 12_345, (1 << 64) - 2])
def test_draws_are_those_of_torch(seed):
    generator = torch.Generator()
    expected = torch.randperm(1_000, generator=generator.manual_seed(seed)).tolist()
    for count in (1, 400, 999, 1_000):
        assert torch_draws.permutation(seed, 1_000, count).tolist() == expected[:count]
    bits = torch.randint(0, 2, (5_000,), generator=generator.manual_seed(seed)).tolist()
    assert torch_draws.bits(seed, 5_000).tolist() == bits
    for first in (1, 250, 999):
        partners = torch_draws.swaps(seed, first, 1_000)
        found = [token for token in range(1_000) if torch_draws.is_among_first(token, partners)]
        assert found == sorted(expected[:first])


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("vocabulary", [7, VOCABULARY, 50_257])
def test_the_green_list_is_that_of_transformers(mark, vocabulary):
    ids = np.random.default_rng(0).integers(1, vocabulary, 40)
    theirs = processor(mark, vocabulary)
    width = mark.context_width if mark.seeding_scheme == "selfhash" else 2
    for window in np.lib.stride_tricks.sliding_window_view(ids, width):
        context = window if mark.seeding_scheme == "selfhash" else window[:-1]
        expected = int(window[-1]) in theirs._get_greenlist_ids(torch.tensor(context)).tolist()
        (coin,) = greenlist.coins([window], mark)
        assert greenlist.count([coin], mark, vocabulary).matches == expected


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("is_marked", [True, False])
def test_the_count_is_that_of_transformers_where_each_coin_occurs_once(mark, is_marked):
    """Their unit is an n-gram, ours the coin; in texts without repeats they are the same."""
    ids = some.written(setting(mark) if is_marked else None, texts=1, tokens=60)[0]
    width = 2 if mark.seeding_scheme == "lefthash" else mark.context_width
    first = mark.context_width + 1 - (mark.seeding_scheme == "selfhash") - width
    theirs = detector(mark)(torch.tensor(ids)[None], return_dict=True)
    ours = greenlist.coins([ids[first:]], mark)
    if len(ours) == theirs.num_tokens_scored[0]:
        tally = greenlist.count(ours, mark, VOCABULARY)
        assert tally.matches == theirs.num_green_tokens[0]
    else:  # n-grams that have a coin in common, or one that all keys share
        assert len(ours) < theirs.num_tokens_scored[0]
        assert len(ours) > 50


@pytest.mark.parametrize("mark", MARKS)
def test_a_marked_network_is_recognised_by_its_texts(mark):
    keys = TextKeys.made(mark, VOCABULARY)
    found = ownership(keys.tally(some.written(setting(mark))), chance=keys.chance)
    assert found.carries
    assert found.p < 1e-9
    plain = ownership(keys.tally(some.written()), chance=keys.chance)
    assert not plain.carries
    assert plain.p > 0.01


@pytest.mark.parametrize(
    "other",
    [
        GreenList(0.25, 4.0, 78, "lefthash", 1),
        GreenList(0.25, 4.0, 77, "selfhash", 2),
    ],
)
def test_other_keys_find_nothing(other):
    ids = some.written(setting(MARKS[0]))
    keys = TextKeys.made(other, VOCABULARY)
    assert not ownership(keys.tally(ids), chance=keys.chance).carries


def drawn_marks(count, scheme, width):
    keys = np.random.default_rng(4).integers(1, 1 << 32, count).tolist()
    return [GreenList(0.25, 2.0, key, scheme, width) for key in keys]


# Few words again and again, as networks write them without a mark.
REPEATS = some.zipf(250, vocabulary=9)


@pytest.mark.parametrize(("scheme", "width"), [("lefthash", 4), ("selfhash", 3)])
def test_p_holds_for_random_keys_on_a_text_that_repeats_itself(scheme, width):
    found = []
    for mark in drawn_marks(500, scheme, width):
        coins = greenlist.coins([REPEATS, some.zipf(60)], mark)
        tally = greenlist.count(coins, mark, VOCABULARY)
        found.append(chance_tail(tally.matches, tally.keys, 0.25))
    for level in (0.05, 0.01):
        assert wilson(sum(p <= level for p in found), len(found))[0] <= level
    assert 0.3 < float(np.mean(found)) < 0.7  # and not by never saying anything


@pytest.mark.parametrize(
    ("width", "once"),
    [(1, False), (4, True)],
    ids=["each repeat is a witness", "n-grams that differ before the last token are witnesses"],
)
def test_the_p_of_transformers_does_not_hold(width, once):
    """With lefthash only the last token counts, however wide the context is said to be."""
    found = [
        detector(mark, once=once)(torch.tensor(REPEATS)[None], return_dict=True).p_value[0]
        for mark in drawn_marks(60, "lefthash", width)
    ]
    assert wilson(sum(p <= 0.01 for p in found), len(found))[0] > 0.1


def test_the_normal_approximation_is_wrong_for_short_texts():
    """8 of 10 green, by chance 2.5: 24 times as likely as transformers says."""
    exact, theirs = chance_tail(8, 10, 0.25), detector(MARKS[0])._compute_pval(5.5 / 1.875**0.5)
    assert exact == pytest.approx(4.2e-4, rel=0.02)
    assert exact > 10 * float(theirs)


def test_what_is_the_same_for_all_keys_does_not_count():
    mark = MARKS[0]
    assert greenlist.coins([np.array([0, 9, 0, 8])], mark) == [(77 * 9, 0)]


def test_repeats_count_once_and_over_all_texts():
    text = np.array([1, 2, 3, 1, 2, 3])
    coins = greenlist.coins([text, text], MARKS[0])
    assert [token for _, token in coins] == [2, 3, 1]


def test_no_more_than_so_many_count(monkeypatch):
    monkeypatch.setattr(greenlist, "MOST", 10)
    assert len(greenlist.coins([np.arange(1, 100)], MARKS[0])) == 10
