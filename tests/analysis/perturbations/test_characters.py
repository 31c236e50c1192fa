"""Slips of the finger: one letter, never the first or the last, never another word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.perturbations import characters
from analysis.perturbations.characters import KEYBOARD, SLIPS, can_slip, slips
from analysis.perturbations.dice import Dice
from analysis.perturbations.lexicon import lexicon
from analysis.perturbations.splitting import edit_distance, letters_of


@pytest.mark.parametrize(
    ("kind", "word", "expected"),
    [
        ("swap", "film", {"flim"}),
        ("swap", "good", set()),
        ("swap", "acting", {"atcing", "acitng", "actnig"}),
        ("deletion", "film", {"flm", "fim"}),
        ("deletion", "good", {"god"}),
        ("insertion", "abcd", {f"ab{k}cd" for k in "bvghn"} | {f"abc{k}d" for k in "cxvdf"}),
        ("keyboard", "Most", {f"M{key}st" for key in "ipkl"} | {f"Mo{key}t" for key in "adwezx"}),
        ("keyboard", "MOST", {f"M{key}ST" for key in "IPKL"} | {f"MO{key}T" for key in "ADWEZX"}),
        ("look-alike", "bad", {"b@d", "b\u0430d"}),
        ("look-alike", "Bob", {"8ob", "\u0412ob", "B0b", "B\u043eb"}),
        ("swap", "nai\u0308ve", {"ni\u0308ave", "navi\u0308e"}),
        ("deletion", "привет", {"пивет", "првет", "приет", "привт"}),
        ("swap", "don't", {"dno't"}),
        ("deletion", "你好世界", set()),
    ],
)  # fmt: skip
def test_slips_of_each_kind(kind: str, word: str, expected: set[str]):
    assert set(SLIPS[kind](letters_of(word))) == expected


def test_keys_stand_beside_each_other():
    assert set(KEYBOARD["g"]) == set("fhtyvb")
    assert set(KEYBOARD["q"]) == set("wa")
    assert set(KEYBOARD["p"]) == set("ol")
    assert set(KEYBOARD["m"]) == set("njk")
    assert all(key in KEYBOARD[other] for key, beside in KEYBOARD.items() for other in beside)


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "M"]), min_size=1, max_size=12), st.integers(0, 99))
def test_a_slip_is_one_letter_away_and_leaves_both_ends(word: str, seed: int):
    found = slips(word, Dice(seed, 0))
    assert not found or can_slip(word)
    assert len({slip for _, slip in found}) == len(found)
    for kind, slip in found:
        assert slip != word
        assert edit_distance(word, slip) == 1
        if kind != "look-alike":
            before, after = letters_of(word), letters_of(slip)
            assert len(before) >= characters.SHORTEST
            assert (before[0], before[-1]) == (after[0], after[-1])


@pytest.mark.parametrize("word", ["a", "to", "it", "", "x" * 41, "你好", "สวัสดี"])
def test_some_words_cannot_be_read_with_a_slip(word: str):
    assert not can_slip(word)
    assert slips(word, Dice(0, 0)) == []


def test_short_words_have_look_alikes_alone():
    assert {kind for kind, _ in slips("was", Dice(0, 0))} == {"look-alike"}


def test_no_slip_is_another_word():
    for word in ("from", "trial", "though", "quiet", "best", "film", "story", "worst"):
        for seed in range(30):
            made = {slip.lower() for _, slip in slips(word, Dice(seed, 0), each=9)}
            assert not made & lexicon().words
    assert "form" in characters.swaps(list("from"))  # it would have been one


def test_the_seed_draws_and_draws_alike_again():
    drawn = {tuple(slips("wonderful", Dice(seed, 3, 5))) for seed in range(20)}
    assert len(drawn) > 15
    assert slips("wonderful", Dice(1, 3, 5)) == slips("wonderful", Dice(1, 3, 5))
    kinds = [kind for kind, _ in slips("wonderful", Dice(1, 3, 5))]
    assert kinds == [kind for kind in SLIPS for _ in range(2)]


def test_draws_are_evenly_spread():
    counts = [0] * 5
    for seed in range(2000):
        counts[Dice(seed, 1).below(5)] += 1
    assert min(counts) > 320
    assert sorted(Dice(0, 0).some("abc", 9)) == ["a", "b", "c"]
