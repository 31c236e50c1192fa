"""How repo ids and commits are written in addresses."""

import re
from urllib.parse import quote

from django.urls import reverse

_SEGMENT = r"(?!\.{1,2}(?:/|$))[\w.][\w.-]*"


class RepoIdConverter:
    """``name`` or ``owner/name``. A segment never starts with "-", so ``/-/`` starts sub-pages.

    A hub may hold names that do not fit; they are addressed by number instead.
    """

    regex = f"(?:{_SEGMENT}/)?{_SEGMENT}"

    def to_python(self, value: str) -> str:
        """Take the id as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Write the id as it is."""
        return value


class ShaConverter:
    """A commit, whole or shortened to at least seven digits."""

    regex = "[0-9a-f]{7,64}"

    def to_python(self, value: str) -> str:
        """Take the digits as they are."""
        return value

    def to_url(self, value: str) -> str:
        """Write the digits as they are."""
        return value


def fits_address(name: str) -> bool:
    """Say whether a repo's name can stand in an address."""
    return re.fullmatch(RepoIdConverter.regex, name) is not None


def fits_sha(sha: str) -> bool:
    """Say whether a commit's name can stand in an address."""
    return re.fullmatch(ShaConverter.regex, sha) is not None


def dataset_address(name: str) -> str:
    """Return the address of a dataset's page; its name may be anything that an author wrote."""
    if fits_address(name):
        return reverse("web:dataset-show", args=[name])
    return f"{reverse('web:dataset-named')}?name={quote(name, safe='')}"
