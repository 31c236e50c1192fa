"""Lineage: which repo a revision was made from."""

from django.db import models
from django.db.models import Q

from registry.models.repos import Repo
from registry.models.revisions import Revision


class Edge(models.Model):
    """Child revision → parent repo. A declared parent may be unknown here, or not exist at all."""

    class Relation(models.TextChoices):
        """How the child was made."""

        FINETUNE = "finetune"
        ADAPTER = "adapter"
        MERGE = "merge"
        QUANTIZED = "quantized"
        DISTILLED = "distilled"
        UNKNOWN = "unknown"

    class Basis(models.TextChoices):
        """Who says so."""

        DECLARED = "declared"
        MEASURED = "measured"

    child = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="parents")
    parent_name = models.CharField(max_length=300)
    parent = models.ForeignKey(Repo, on_delete=models.SET_NULL, null=True, related_name="children")
    relation = models.CharField(max_length=10, choices=Relation, default=Relation.UNKNOWN)
    basis = models.CharField(max_length=8, choices=Basis, default=Basis.DECLARED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child", "parent_name", "basis"], name="edge_once"),
        ]
        indexes = [
            models.Index(  # the mirror: which edges wait for a parent that has now come
                fields=["parent_name"], condition=Q(parent=None), name="edge_unlinked"
            ),
            # Lists of edges by what they say, the newest first.
            models.Index(fields=["parent_name", "-id"], name="edge_by_parent_name"),
            models.Index(fields=["relation", "-id"], name="edge_by_relation"),
            models.Index(fields=["basis", "-id"], name="edge_by_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.child} ← {self.parent_name} ({self.relation})"

    @property
    def shown_parent(self) -> Repo | None:
        """Return the parent, where it is mirrored and not private."""
        return self.parent if self.parent and not self.parent.is_private else None
