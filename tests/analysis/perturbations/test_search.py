"""The attack: what it finds, what it costs, and that a text has the same fate in any batch."""

from typing import Any

import numpy as np
import pytest

from analysis.contract import CheckError
from analysis.perturbations import Budget, Ended, Result, attack, attack_each
from analysis.perturbations.candidates import Candidates
from analysis.perturbations.edits import apply
from analysis.perturbations.splitting import edit_distance, find_words
from tests.analysis.perturbations import reviews
from tests.analysis.perturbations.reviews import Counting, constant, one_word, rough

TEXT = "We saw it on Monday, and the acting was excellent, said my brother, who knows."
RECIPES: Any = ["characters", "words", "both"]
ODD = [
    "",
    " ",
    "a",
    "\U0001f600",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f!",
    "the of and to a in it",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "你好\uff0c世界\u3002",
    "e\u0301te\u0301 nai\u0308ve हिन्दी",
    "x" * 5000,
    "12345 @someone #tag https://example.org/a?b=c",
    "one\ttwo\nthree\u00a0four\x00five",
]


def broken(ask: Any, text: str, **options: Any) -> Result:
    (found,) = attack(ask, [text], [0], **{"seed": 1, **options})
    return found


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_network_that_sees_one_word_is_broken_there(recipe: Any):
    found = broken(one_word("excellent"), TEXT, recipe=recipe)
    assert found.broken
    assert (found.before, found.after, found.ended) == (1, 0, Ended.BROKEN)
    (edit,) = found.edits
    assert edit.before == "excellent" == TEXT[edit.start : edit.end]
    assert find_words(TEXT)[edit.word].text == "excellent"
    assert apply(TEXT, found.edits) == found.text != TEXT
    assert found.share == pytest.approx(1 / found.words)


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_most_important_word_comes_first(recipe: Any):
    ask = Counting(one_word("excellent"))
    found = broken(ask, TEXT, recipe=recipe)
    scored = len({text for text in ask.texts if len(find_words(text)) < found.words})
    # Itself, each word left out, what may stand for the one that counts, and once more.
    tried = {text for text in ask.texts if "excellent" not in text and len(text.split()) == 15}
    assert 0 < scored <= found.words
    assert found.queries == len(ask.texts) <= 1 + scored + len(tried) + 1


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_constant_network_is_never_broken(recipe: Any):
    texts, _ = reviews.reviews(30)
    for found, text in zip(
        attack(constant, texts, range(30), recipe=recipe, seed=0), texts, strict=True
    ):
        assert not found.broken
        assert found.before == found.after == 1
        assert found.text == text
        assert found.edits == ()
        assert found.ended in (Ended.WORDS, Ended.UNCHANGEABLE)


@pytest.mark.parametrize("queries", [1, 2, 3, 4, 5, 8, 13, 30, 100])
@pytest.mark.parametrize("lead", [0.0, 3.0, 9.0])
def test_no_text_is_asked_more_often_than_the_budget_allows(queries: int, lead: float):
    spent, endings = [], set()
    for number, text in enumerate(reviews.reviews(12)[0]):
        ask = Counting(lambda texts: rough(texts, lead=lead))
        (found,) = attack(ask, [text], [number], recipe="both", queries=queries, seed=3)
        assert found.queries == len(ask.texts) <= queries
        spent.append(found.queries)
        endings.add(found.ended)
    if lead == 9.0 and queries <= 30:  # nothing breaks: all of the budget is used, but for
        assert max(spent) >= queries - 1  # the query that is kept to confirm a break
        assert Ended.QUERIES in endings


def test_words_that_were_not_tried_to_the_end_are_no_end():
    assert broken(constant, "wonderful", queries=6).ended is Ended.QUERIES
    assert broken(constant, "wonderful", queries=60).ended is Ended.WORDS


@pytest.mark.parametrize(("share", "most"), [(0.01, 1), (0.1, 2), (0.2, 4), (0.3, 6), (1.0, 20)])
def test_the_share_of_words_is_kept_and_used(share: float, most: int):
    text = " ".join(["wonderful"] * 20)
    found, changed = greedy(text, share=share)
    assert max(changed) == most
    assert found.ended is Ended.WORDS


@pytest.mark.parametrize(("share", "is_broken"), [(0.2, False), (0.4, True)])
def test_a_contraction_of_two_words_counts_as_two(share: float, is_broken: bool):
    found = broken(one_word("not"), "we do not know it", recipe="words", share=share)
    assert found.broken == is_broken
    assert found.share == (0.4 if is_broken else 0)


def test_a_word_is_changed_once_at_most():
    text = "we do not know it"

    def ask(texts: Any) -> Any:
        lead = [9.0 - 3 * ("not" not in other) - (other != text) for other in texts]
        return np.stack([lead, np.zeros(len(texts))], 1)

    counting = Counting(ask)
    broken(counting, text, recipe="both", share=1.0)
    asked = [other for other in counting.texts if "n\u043et" in other or "n0t" in other]
    assert len(asked) > 2
    assert not any("don't" in other for other in asked)


@pytest.mark.parametrize("distance", [0, 1, 5, 9])
@pytest.mark.parametrize("recipe", RECIPES)
def test_the_distance_is_kept(distance: int, recipe: Any):
    text = " ".join(["the movie was terrible but mistaken"] * 2)
    ask = Counting(lambda texts: downhill(text, texts))
    broken(ask, text, recipe=recipe, distance=distance, share=1.0, queries=3000)
    far = [edit_distance(text, asked) for asked in ask.texts if count(asked) == count(text)]
    assert max(far) <= distance
    if recipe == "characters":
        assert max(far) == distance


def count(text: str) -> int:
    return len(text.split())


def test_slips_of_a_long_text_are_at_most_thirty():
    text = " ".join(["wonderful"] * 80)
    found, changed = greedy(text, share=1.0, queries=10_000)
    assert max(changed) == 30
    assert found.ended is Ended.WORDS


def greedy(text: str, **options: Any) -> tuple[Result, list[int]]:
    """Attack a network that every change brings nearer to the other class, but never there."""
    ask = Counting(lambda texts: downhill(text, texts))
    found = broken(ask, text, **{"queries": 3000, **options})
    words = text.split()
    changed = [
        sum(a != b for a, b in zip(words, asked.split(), strict=True))
        for asked in ask.texts
        if count(asked) == len(words)
    ]
    return found, changed


def downhill(text: str, texts: Any) -> Any:
    words = text.split()
    same = [sum(a == b for a, b in zip(words, other.split(), strict=False)) for other in texts]
    return np.stack([1.0 + np.array(same), np.zeros(len(texts))], 1)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_text_has_the_same_fate_in_any_batch(recipe: Any):
    texts = [*reviews.reviews(40)[0], *ODD]
    ids = [7 * number for number in range(len(texts))]
    options: Any = {"recipe": recipe, "seed": 5, "queries": 60}
    expected = attack(lambda t: rough(t, lead=2.2), texts, ids, **options)
    assert {found.ended for found in expected} >= {Ended.BROKEN, Ended.UNCHANGEABLE}
    for batch in (1, 7, 64):
        assert attack(lambda t: rough(t, lead=2.2), texts, ids, batch=batch, **options) == expected
    turned = attack(lambda t: rough(t, lead=2.2), texts[::-1], ids[::-1], batch=16, **options)
    assert turned[::-1] == expected
    alone = attack(lambda t: rough(t, lead=2.2), texts[3:4], ids[3:4], **options)
    assert alone == expected[3:4]


def test_another_seed_or_id_draws_other_slips():
    ask = one_word("excellent")
    found = {broken(ask, TEXT, seed=seed).text for seed in range(8)}
    by_id = {attack(ask, [TEXT], [number], seed=1)[0].text for number in range(8)}
    assert len(found) > 3
    assert len(by_id) > 3


def test_what_is_broken_has_another_class_when_asked_again():
    texts, labels = reviews.reviews(80)
    ask = reviews.BagOfWords(texts, labels)
    found = attack(ask, texts, range(80), recipe="both", share=0.4, seed=0)
    hits = [one for one in found if one.broken]
    assert len(hits) > 60
    again = ask([one.text for one in hits]).argmax(1)
    assert (again == [one.after for one in hits]).all()
    assert (again != [one.before for one in hits]).all()
    for one in hits:
        limit = max(1, int(0.4 * one.words + 1e-9))
        assert 0 < sum(edit.words for edit in one.edits) <= limit
        assert apply(texts[one.id], one.edits) == one.text


def has_fewer_words(texts: Any) -> Any:
    return np.array([len(find_words(text)) < len(find_words(TEXT)) for text in texts])


def test_what_one_edit_breaks_is_broken():
    """Also where the word that counts most has no edit that helps: its place is not wasted."""
    texts, labels = reviews.reviews(60)
    ask = reviews.BagOfWords(texts, labels)
    found = attack(ask, texts, range(60), recipe="words", share=0.01, seed=1, queries=5000)
    for text, label, one in zip(texts, labels, found, strict=True):
        candidates = Candidates(text, "words", 1, one.id)
        edits = [edit for place in candidates.changeable() for edit in candidates.of(place)]
        each = [apply(text, [edit]) for edit in edits if edit.words == 1]
        assert one.broken == bool((ask(each).argmax(1) != label).any())

    def stubborn(asked: Any) -> Any:
        """Count a word most that slips hardly help with, and change with the other one."""
        kept = np.array(["monday" in text.lower() for text in asked])
        looks = np.array(["excellent" in text for text in asked])
        lead = np.where(looks, 2.0, np.where(has_fewer_words(asked), 1.0, -1.0))
        return np.stack([lead - np.where(~kept & looks, 1.5, 0.0), np.zeros(len(asked))], 1)

    (edit,) = broken(stubborn, TEXT, share=0.01).edits
    assert edit.before == "excellent"


def test_edits_that_a_break_does_not_need_are_taken_back():
    decoys = ("acting", "brother", "Monday")

    def ask(texts: Any) -> Any:
        """Look at decoys first, and change with one word alone."""
        there = np.array([sum(word in reviews.split(text) for word in decoys) for text in texts])
        is_whole = np.array(["excellent" in text for text in texts])
        lead = np.where(is_whole, 1.0 + 5 * there, -1.0)
        lead = np.where(~is_whole & has_fewer_words(texts), 50.0, lead)
        return np.stack([lead, np.zeros(len(texts))], 1)

    found = broken(ask, TEXT, share=0.5)
    assert found.broken
    assert [edit.before for edit in found.edits] == ["excellent"]
    for queries in range(20, found.queries + 3, 7):
        counting = Counting(ask)
        one = broken(counting, TEXT, share=0.5, queries=queries)
        assert one.queries == len(counting.texts) <= queries
        assert ask([one.text])[0].argmax() == one.after


def test_a_break_that_the_network_does_not_repeat_is_none():
    seen: set[str] = set()

    def wavering(texts: Any) -> Any:
        rows = np.array([[2.0, 1.0] if t == TEXT or t in seen else [1.0, 2.0] for t in texts])
        seen.update(texts)
        return rows

    assert not broken(wavering, TEXT).broken


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("text", ODD)
def test_odd_texts_are_answered(recipe: Any, text: str):
    for ask in (constant, rough):
        found = broken(ask, text, recipe=recipe, queries=40)
        assert found.queries <= 40
        assert apply(text, found.edits) == found.text
        assert found.broken == bool(found.edits)
        if not find_words(text):
            assert found.ended is Ended.UNCHANGEABLE


def test_a_text_of_ten_thousand_words_is_searched_by_blocks():
    words = ["filler", "words", "that", "say", "nothing"] * 2000
    words[6217] = "excellent"
    found = broken(one_word("excellent"), " ".join(words), queries=500)
    assert found.broken
    assert [edit.word for edit in found.edits] == [6217]
    assert found.queries <= 500


@pytest.mark.parametrize("changes", [0, 1])
def test_of_pairs_only_one_text_is_changed(changes: Any):
    pairs = [(f"{TEXT} First.", f"{TEXT} Second.")]

    def ask(asked: Any) -> Any:
        score = np.array([2 * ("excellent" in pair[changes]) - 1.0 for pair in asked])
        return np.stack([-score, score], 1)

    counting = Counting(ask)
    (found,) = attack(counting, pairs, [4], seed=0, changes=changes)
    assert found.broken
    assert find_words(pairs[0][changes])[found.edits[0].word].text == "excellent"
    assert {pair[1 - changes] for pair in counting.texts} == {pairs[0][1 - changes]}
    assert apply(pairs[0][changes], found.edits) == found.text


def test_what_is_no_answer_breaks_nothing():
    def shy(texts: Any) -> Any:
        return np.array([[0.0, 1.0] if text == TEXT else [np.nan, 0.0] for text in texts])

    found = broken(shy, TEXT)
    assert not found.broken
    assert found.queries == broken(constant, TEXT).queries  # nothing was there to confirm
    found = broken(lambda texts: np.full((len(texts), 2), np.nan), TEXT)
    assert (found.before, found.ended, found.queries) == (-1, Ended.UNANSWERED, 1)


@pytest.mark.parametrize(
    "answer",
    [
        lambda n: np.zeros((n, 1)),
        lambda n: np.zeros(n),
        lambda n: np.zeros((n + 1, 2)),
        lambda n: np.full((n, 2), "a"),
    ],
)
def test_answers_that_are_no_logits_are_refused(answer: Any):
    with pytest.raises(CheckError):
        attack(lambda texts: answer(len(texts)), [TEXT], [0], seed=0)


def test_batches_are_full_until_the_last_text_has_begun():
    texts, _ = reviews.reviews(300)
    ask = Counting(lambda asked: rough(asked, lead=2.0))
    found = attack(ask, texts, range(300), seed=0, batch=64)
    begun = max(ask.texts.index(text) for text in texts)
    ends = np.cumsum(ask.batches)
    short = [
        size for size, end in zip(ask.batches, ends, strict=True) if size < 64 and end <= begun
    ]
    assert short == []
    assert sum(one.queries for one in found) == len(ask.texts)
    assert len(ask.batches) < len(ask.texts) / 64 + 40


def test_a_stopped_attack_goes_on_as_if_it_had_not_been():
    texts, _ = reviews.reviews(30)
    options: Any = {"recipe": "characters", "budget": Budget(80), "seed": 2}
    expected = dict(attack_each(rough, texts, range(30), **options))
    going = attack_each(rough, texts, range(30), batch=16, **options)
    done = dict(next(going) for _ in range(11))
    left = [number for number in range(30) if number not in done]
    rest = attack_each(rough, [texts[number] for number in left], left, **options)
    assert done | {left[place]: found for place, found in rest} == expected


@pytest.mark.parametrize(
    "options",
    [
        {"recipe": "letters"},
        {"queries": 0},
        {"share": 0.0},
        {"share": 1.1},
        {"distance": -1},
        {"batch": 0},
    ],
)
def test_senseless_orders_are_refused(options: Any):
    with pytest.raises(ValueError, match=r"recipe|budget|distance|batch"):
        broken(constant, TEXT, **options)
    with pytest.raises(ValueError, match="ids"):
        attack(constant, [TEXT], [1, 2], seed=0)
