"""The lock files hold on every Python that the README allows, not on the one they were made by."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([a-z0-9][^\s=]*)==", re.MULTILINE)
APART = {"torch"}  # requirements/torch.txt


def pinned(lock: str) -> set[str]:
    text = (ROOT / "requirements" / lock).read_text()
    return {canonicalize_name(name) for name in PIN.findall(text)}


def wanted(name: str, python: str) -> set[str]:
    """What a distribution asks for on a version of Python, by its own words."""
    place = {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "extra": "",
    }
    asked = [Requirement(line) for line in metadata.requires(name) or []]
    return {
        canonicalize_name(one.name)
        for one in asked
        if one.marker is None or one.marker.evaluate(place)
    }


@pytest.mark.parametrize("python", ["3.11.0", "3.11.2", "3.11.9", "3.12.0", "3.13.0"])
@pytest.mark.parametrize("lock", ["web.lock", "worker.lock", "dev.lock"])
def test_all_that_is_pinned_finds_what_it_needs(lock: str, python: str) -> None:
    there = pinned(lock)
    assert len(there) > 30
    missing = {name: wanted(name, python) - there - APART for name in there}
    assert not {name: lacks for name, lacks in missing.items() if lacks}
