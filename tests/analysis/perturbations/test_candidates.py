"""What may stand for each word, whatever the text is made of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.perturbations.candidates import RECIPES, Candidates
from analysis.perturbations.edits import apply
from analysis.perturbations.splitting import edit_distance

PIECES = st.one_of(
    st.sampled_from(("I", "do", "not", "don't", "a", "an", "big", "movie's", "it", "is", "BEGAN")),
    st.sampled_from((" ", " ", " ", ". ", ", ", "'", "\u2019", "\n", "\u201c", "-")),
    st.text(max_size=4),
)


@settings(deadline=None, max_examples=200)
@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from(RECIPES))
def test_each_edit_stands_where_it_says_and_changes_the_text(text: str, recipe: str):
    candidates = Candidates(text, recipe, 0, 0)  # type: ignore[arg-type]
    for place in range(len(candidates.words)):
        edits = candidates.of(place)
        assert bool(edits) <= (place in candidates.changeable())
        for edit in edits:
            assert text[edit.start : edit.end] == edit.before
            assert edit.word == place
            assert apply(text, [edit]) != text
            assert 1 <= edit.words <= 2
        assert len({apply(text, [edit]) for edit in edits}) == len(edits)


@pytest.mark.parametrize(("recipe", "kinds"), [("characters", 5), ("words", 1), ("both", 6)])
def test_recipes_make_their_kinds_of_edits(recipe: str, kinds: int):
    (first,) = Candidates("wonderful", recipe, 0, 0).changeable()  # type: ignore[arg-type]
    edits = Candidates("wonderful", recipe, 0, 0).of(first)  # type: ignore[arg-type]
    assert len({edit.kind for edit in edits}) == kinds
    slips = [edit for edit in edits if edit.kind != "synonym"]
    assert all(edit_distance(edit.before, edit.after) == 1 for edit in slips)


def test_a_text_in_another_language_keeps_its_words():
    text = "Das war eine sehr brave Katze in dem alten Park"
    assert Candidates(text, "words", 0, 0).changeable() == []
    assert Candidates("brave Katze", "words", 0, 0).changeable() == [0]  # too short to tell
    assert len(Candidates(text, "both", 0, 0).changeable()) > 5
