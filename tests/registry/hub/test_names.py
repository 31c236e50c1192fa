"""Names that are taken, and names that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.hub import names
from registry.hub.problems import BadName


@pytest.mark.parametrize(
    "name",
    ["gpt2", "a/b", "org/model-1.0_x", "GD/qqp_", "RonEliav/_my", "a/b--c", "a/" + "b" * 198],
)
def test_names_that_hubs_have(name):
    assert names.repo_fault(name, 200) == ""


@pytest.mark.parametrize(
    "name",
    [
        *("", "/", "a/", "/a", "a/b/c", "..", "a/..", "../a", "a/b..c", ".hidden/b"),
        *("a b", "a/b\n", "a/b\0", "a/é", "a\\b", "-a/b", "http://x", "a/" + "b" * 199),
    ],
)
def test_names_that_break_the_rules(name):
    assert names.repo_fault(name, 200)
    with pytest.raises(BadName):
        names.quoted_repo(name, 200)


@pytest.mark.parametrize("path", ["a", "a/b.bin", ".gitattributes", "a b/ü%?#.txt", "..a/b..", "é"])
def test_paths_that_repos_have(path):
    assert names.path_fault(path) == ""


@pytest.mark.parametrize(
    "path",
    [
        *("", "/etc/passwd", "../x", "a/../b", "a/..", "a//b", "./a", "a/.", "a\\b", "a\0b"),
        *("a\nb", "a\x7f", "\ud800", "x" * 1001, "é" * 1000 + "/"),
    ],
)
def test_paths_that_leave_or_break(path):
    assert names.path_fault(path)
    with pytest.raises(BadName):
        names.quoted_path(path)


@given(
    st.lists(
        st.text(max_size=8)
        | st.text("./a-\n", max_size=6)
        | st.sampled_from(["a", "a/b.bin", ".gitattributes", "x" * 1000, "x" * 1001, "-a", "a/-"]),
        max_size=6,
    )
)
def test_good_paths_are_those_without_a_fault(paths):
    expected = tuple(dict.fromkeys(path for path in paths if not names.path_fault(path)))
    assert names.good_paths(paths) == expected


@pytest.mark.parametrize("revision", ["", "..", "a/../b", "a b", "x\n", "-f", "é", "a" * 201])
def test_revisions_that_are_none(revision):
    with pytest.raises(BadName):
        names.quoted_revision(revision)


def test_a_revision_is_one_segment():
    assert names.quoted_revision("refs/pr/1") == "refs%2Fpr%2F1"


def test_what_is_shown_of_a_hostile_name_is_short_and_printable():
    shown = names.shown("\x1b[31m" + "x" * 5000)
    assert len(shown) < 120
    assert shown.isprintable()
