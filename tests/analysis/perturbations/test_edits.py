"""Edits: how they are made and shown."""

import subprocess
import sys

from analysis.perturbations.edits import Edit, Excerpt, apply, excerpts, leave_out
from analysis.perturbations.splitting import find_words

TEXT = "one two three four"


def edit(before: str, after: str) -> Edit:
    return Edit("test", TEXT.index(before), before, after, TEXT.split().index(before))


def test_edits_are_made_in_any_order():
    assert apply(TEXT, [edit("three", "3"), edit("one", "first")]) == "first two 3 four"
    assert apply(TEXT, []) == TEXT


def test_a_word_is_left_out_with_a_space():
    words = find_words(TEXT)
    found = [apply(TEXT, [leave_out(TEXT, word, place)]) for place, word in enumerate(words)]
    assert found == ["two three four", "one three four", "one two four", "one two three "]
    all_of_it = [leave_out(TEXT, word, place) for place, word in enumerate(words)]
    assert apply(TEXT, all_of_it) == ""


def test_what_stands_around_an_edit_is_shown():
    assert excerpts(TEXT, [edit("three", "3"), edit("one", "1")], around=4) == [
        Excerpt("", "one", "1", " two…"),
        Excerpt("…two ", "three", "3", " fou…"),
    ]
    assert excerpts(TEXT, [edit("two", "2")]) == [Excerpt("one ", "two", "2", " three four")]


def test_the_package_needs_no_torch():
    program = (
        "import sys, analysis.perturbations, analysis.perturbations.summary;"
        "print([name for name in ('torch', 'transformers', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
