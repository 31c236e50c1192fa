"""The read side of search: one narrow row for each repo that the lists show."""

from django.db import models

from registry.models.repos import Repo


class StaleListing(models.Model):
    """A repo whose row of the read side must be made anew. Whoever changes a repo leaves one."""

    repo = models.OneToOneField(Repo, on_delete=models.CASCADE, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return f"stale: repo {self.repo_id}"
