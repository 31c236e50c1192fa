"""The lexicon and what it puts into a text: forms, case, articles, contractions."""

from collections import Counter

import pytest

from analysis.perturbations.edits import apply
from analysis.perturbations.lexicon import Lexicon, lexicon
from analysis.perturbations.splitting import find_words
from analysis.perturbations.words import is_english, replacements


def forms_of(base: str) -> list[tuple[str, ...]]:
    return [e.forms for group in lexicon().groups for e in group.entries if e.forms[0] == base]


def changed(text: str) -> set[str]:
    """Make each text that one replacement gives."""
    words = find_words(text)
    return {
        apply(text, [edit])
        for place in range(len(words))
        for edit in replacements(text, words, place)
    }


def test_the_lexicon_has_hundreds_of_groups_of_each_kind():
    table: Lexicon = lexicon()
    counts = Counter(group.kind for group in table.groups)
    assert len(table.groups) >= 700
    assert min(counts[kind] for kind in ("adjective", "adverb", "verb", "noun")) >= 80
    assert len(table.replacements) >= 2000
    for group in table.groups:
        bases = [entry.forms[0] for entry in group.entries]
        assert len(bases) >= 2, bases
        assert len(set(bases)) == len(bases), bases
        assert any(len(entry.spared) < len(entry.forms) for entry in group.entries), bases


def test_all_words_are_plain_letters():
    assert all(word.isalpha() and word.islower() for word in lexicon().words)


def test_no_form_has_two_meanings_of_one_kind():
    senses: dict[tuple[str, str, int], set[str]] = {}
    for group in lexicon().groups:
        kind = "adjective" if group.kind == "compared" else group.kind
        for entry in group.entries:
            for place, form in enumerate(entry.forms):
                if place not in entry.spared:
                    key = (form, kind, place)
                    senses.setdefault(key, set()).add(group.entries[0].forms[0])
    assert {key: found for key, found in senses.items() if len(found) > 1} == {}


def test_what_replaces_is_another_word():
    for form, by_place in lexicon().replacements.items():
        for others in by_place.values():
            assert others
            assert form not in others
            assert len(set(others)) == len(others)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("begin", ("begin", "begins", "began", "begun", "beginning")),
        ("buy", ("buy", "buys", "bought", "bought", "buying")),
        ("stop", ("stop", "stops", "stopped", "stopped", "stopping")),
        ("reply", ("reply", "replies", "replied", "replied", "replying")),
        ("destroy", ("destroy", "destroys", "destroyed", "destroyed", "destroying")),
        ("die", ("die", "dies", "died", "died", "dying")),
        ("flee", ("flee", "flees", "fled", "fled", "fleeing")),
        ("prefer", ("prefer", "prefers", "preferred", "preferred", "preferring")),
        ("differ", ("differ", "differs", "differed", "differed", "differing")),
        ("fix", ("fix", "fixes", "fixed", "fixed", "fixing")),
        ("clutch", ("clutch", "clutches", "clutched", "clutched", "clutching")),
        ("weep", ("weep", "weeps", "wept", "wept", "weeping")),
        ("big", ("big", "bigger", "biggest")),
        ("large", ("large", "larger", "largest")),
        ("silly", ("silly", "sillier", "silliest")),
        ("story", ("story", "stories")),
        ("boss", ("boss", "bosses")),
        ("child", ("child", "children")),
        ("thief", ("thief", "thieves")),
        ("holiday", ("holiday", "holidays")),
        ("gorgeous", ("gorgeous",)),
    ],
)
def test_words_are_inflected(base: str, expected: tuple[str, ...]):
    assert expected in forms_of(base)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a big dog", {"a large dog", "a big hound"}),
        ("BIG!", {"LARGE!"}),
        ("Big, I know.", {"Large, I know."}),
        ("the movie's end", {"the film's end"}),
        ("the movie\u2019s end", {"the film\u2019s end"}),
        ("two movies", {"two films"}),
        ("It began.", {"It started.", "It commenced."}),
        ("It has begun.", {"It has started.", "It has commenced."}),
        ("It has already started.", {"It has already begun.", "It has already commenced."}),
        ("It started.", {"It began.", "It commenced."}),
        ("They start it", set()),  # a start?
        ("an error", set()),  # no "an mistake"
        ("a mistake", set()),
        ("the errors", {"the mistakes"}),
        ("an excellent day", {"an outstanding day"}),
        ("I met Rich", set()),  # a name
        ("I am RICH", {"I am WEALTHY", "I'm RICH"}),
        ("it is boring", {"it is dull", "it is tedious", "it's boring"}),
        ("it bores", set()),
        ("it surprised me", {"it startled me"}),
        ("a frightening day", {"a terrifying day"}),  # not "a scaring day"
        ("my love", set()),  # a noun, too
        ("we loved it", {"we adored it"}),
        ("gOoD bIg", set()),
    ],
)
def test_words_are_replaced_in_their_form(text: str, expected: set[str]):
    assert changed(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I do not know", {"I don't know"}),
        ("I don't know", {"I do not know"}),
        ("I don\u2019t know", {"I do not know"}),
        ("\u201cyes\u201d, I do not", {"\u201cyes\u201d, I don\u2019t"}),
        ("DO NOT go", {"DON'T go"}),
        ("Do not go", {"Don't go"}),
        ("Don't go", {"Do not go"}),
        ("Don't you go?", set()),
        ("Isn't the day over?", set()),
        ("it can't go", {"it cannot go"}),
        ("it cannot go", {"it can't go"}),
        ("it can not go", {"it can't go"}),
        ("we won't go", {"we will not go"}),
        ("I'm here", {"I am here"}),
        ("I'M HERE", {"I AM HERE"}),
        ("that is what it is.", {"that's what it is."}),
        ("it's over", set()),  # or "it has"?
        ("they have gone", set()),
        ("they have been there", {"they've been there"}),
        ("do, not", set()),
        ("do  not", set()),
    ],
)
def test_contractions_go_both_ways(text: str, expected: set[str]):
    assert changed(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("big", True),
        ("We were in the park and it was fun for all of them", True),
        ("Wir waren im Park und es war sehr lustig mit allen", False),
        ("Nous avons vu le film hier soir et il est triste", False),
        ("", True),
    ],
)
def test_english_is_told_by_its_commonest_words(text: str, expected: bool):
    assert is_english(find_words(text)) is expected
