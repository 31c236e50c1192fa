"""Cards as pages show them: rendered once, and again when the renderer or the text changes."""

from django.db import models

from registry.models.revisions import Revision


class RenderedCard(models.Model):
    """The card of a revision as safe HTML. Beside the card: a row of a list never reads it."""

    revision = models.OneToOneField(Revision, on_delete=models.CASCADE, related_name="rendered")
    version = models.PositiveSmallIntegerField()  # of the renderer
    taken = models.CharField(max_length=64)  # digest of text, addresses and claims it was made of
    html = models.TextField()
    notes = models.JSONField(default=list)  # sentences: what was cut or left out
    marked = models.JSONField(default=list)  # numbers of the claims that are marked in it
    rendered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"rendered card of {self.revision_id}"
