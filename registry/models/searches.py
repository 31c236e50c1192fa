"""Searches that people keep: what is asked, and up to which model they have looked."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class SavedSearch(models.Model):
    """A search of somebody who is signed in. Whoever is not keeps its address instead."""

    owner: "models.ForeignKey[User, User]" = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(max_length=100)
    query = models.TextField(blank=True)  # canonical, as `registry.search.Question` writes it
    # The greatest number of a model that was listed when its owner looked last: the mirror numbers
    # models as it meets them, so what is new has a greater one.
    seen = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)  # it can be had back for a day

    class Meta:
        indexes = [models.Index(fields=["owner", "-id"], name="search_by_owner")]

    def __str__(self) -> str:
        return self.name
