"""Names of repositories and files."""

import pytest

from registry.gate.names import is_listed_id, is_repo_id, why_unsafe


@pytest.mark.parametrize(
    ("repo_id", "is_accepted", "is_listed"),
    [
        ("gpt2", True, True),
        ("org/name", True, True),
        ("Org_1/na-me.v2_", True, True),
        ("a" * 96, True, True),
        ("a" * 97, False, True),
        ("org/" + "a" * 256, False, False),
        ("a--b/c", False, True),
        ("a/b..c", False, True),
        ("a/b.git", False, True),
        ("-a/b", False, True),
        ("a/.b", False, True),
        ("a/b/c", False, False),
        ("", False, False),
        ("a/", False, False),
        ("../a", False, False),
        ("a/..", False, False),
        ("a\\b", False, False),
        ("a/b\n", False, False),
        ("café/x", False, False),
        ("datasets/x", False, False),
        ("api", False, False),
    ],
)
def test_an_id_is_what_clients_accept_and_hubs_list(repo_id, is_accepted, is_listed):
    assert (is_repo_id(repo_id), is_listed_id(repo_id)) == (is_accepted, is_listed)


@pytest.mark.parametrize(
    "path", ["README.md", ".gitattributes", "a b/ü ö.txt", "文件/モデル.bin", "a/..b", "x" * 255]
)
def test_ordinary_paths_are_served(path):
    assert why_unsafe(path) == ""


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "..",
        "a/../b",
        "./a",
        "a//b",
        "a/",
        "a\\b",
        "C:x",
        "a\0b",
        "a\nb",
        "\udcff",
        "x" * 256,
        "/".join(["y" * 200] * 11),
    ],
)
def test_paths_that_could_do_harm_are_not_served(path):
    assert why_unsafe(path)
