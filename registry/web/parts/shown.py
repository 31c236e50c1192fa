"""The model that a page is about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from registry.models import Repo, Revision
from registry.web.addresses import Address


@dataclass(frozen=True, slots=True)
class Shown:
    """A model at a commit, None where only its record is mirrored, and how it was asked for."""

    repo: Repo
    revision: Revision | None
    address: Address
    namesakes: Sequence[Repo] = field(default=())

    def canonical(self, part: str) -> str:
        """Return the one address of this content, however it was asked for."""
        is_head = self.revision is None or self.revision.sha == self.repo.head_sha
        sha = "" if is_head or self.revision is None else self.revision.sha
        return Address(self.repo, sha).to(part)


Build = Callable[[HttpRequest, Shown], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """A page of a model. ``build`` returns what its template needs beyond what all parts have."""

    title: str
    template: str
    build: Build
    under: str | None = None  # the tab that it belongs to, where it has none of its own
    of_repo: bool = False  # says nothing of a commit: its tab leads to that of the model
