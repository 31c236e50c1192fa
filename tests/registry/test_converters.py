"""Repo ids and commits in addresses."""

import pytest
from django.urls import NoReverseMatch, resolve, reverse

from registry.converters import fits_address, fits_sha


@pytest.mark.parametrize("name", ["gpt2", "org/net", "a/b.c_d-e", "org/.hidden", "名前/模型"])
def test_a_repo_id_goes_there_and_back(name):
    assert fits_address(name)
    found = resolve(f"/models/{name}")
    assert (found.view_name, found.kwargs) == ("web:repo-show", {"name": name})
    assert reverse("web:repo-show", args=[name]).startswith("/models/")


@pytest.mark.parametrize(
    "name",
    ["", "..", "a/..", "../a", "a/b/c", "a b", "a@b", "a?b", "-", "a/-", "a\n", "a/<b>", "/a"],
)
def test_what_does_not_fit_an_address_is_known(name):
    assert not fits_address(name)
    with pytest.raises(NoReverseMatch):
        reverse("web:repo-show", args=[name])


@pytest.mark.parametrize(
    ("address", "view"),
    [
        ("/models/gpt2/@0123abc", "web:revision-show"),
        ("/models/a/b/@" + "0" * 40, "web:revision-show"),
        ("/models/-/12", "web:repo-by-number"),
        ("/models/gpt2/claims", "web:repo-show"),
    ],
)
def test_sub_pages_are_never_taken_for_repos(address, view):
    assert resolve(address).view_name == view


@pytest.mark.parametrize(
    ("sha", "fits"), [("0123abc", True), ("0123ab", False), ("0" * 65, False), ("xyz" * 5, False)]
)
def test_a_commit_has_seven_to_sixty_four_digits(sha, fits):
    assert fits_sha(sha) is fits
