"""Where a model's pages stand: by its name, by its number, or at exactly a commit."""

from dataclasses import dataclass

from django.urls import reverse

from registry.converters import fits_address, fits_sha
from registry.models import Repo


@dataclass(frozen=True, slots=True)
class Address:
    """How a reader came to a model; the pages of its parts stand at the same kind of address.

    ``sha`` is the commit that was asked for, "" for the newest. A model whose name does not fit an
    address, or belongs to another one by now, is addressed by its number.
    """

    repo: Repo
    sha: str = ""
    by_number: bool = False

    def to(self, part: str = "") -> str:
        """Return the address of a part, of the first page without one."""
        name = self.repo.name
        if self.sha and fits_address(name) and fits_sha(self.sha):
            if not part:
                return reverse("web:revision-show", args=[name, self.sha])
            return reverse("web:revision-part", args=[name, self.sha, part])
        is_named = self.repo.state == Repo.State.PRESENT and fits_address(name)
        if is_named and not self.by_number:
            return reverse(f"web:repo-{part or 'show'}", args=[name])
        if not part:
            return reverse("web:repo-by-number", args=[self.repo.pk])
        return reverse("web:number-part", args=[self.repo.pk, part])

    def newest(self) -> "Address":
        """Return the address of the model at its newest commit."""
        return Address(self.repo, by_number=self.by_number)
