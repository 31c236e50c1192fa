"""Marks in every state that a page can show."""

from registry import marks
from registry.models import Embedding, Mark, Revision
from tests import factories, owners


def hang(home: Revision, hostile: str) -> None:
    """Make marks, and what was found of them; texts of one of them are an attack."""
    alice, bob = factories.user("alice"), factories.user("bob")
    owners.mark(alice, state=Mark.State.NEW, home_name="alice/coming")
    owners.mark(bob, state=Mark.State.REFUSED, reason="Its controls are too few.")
    marks.withdraw(owners.mark(bob))
    owners.mark(factories.user("root", is_staff=True), name="Of the staff")
    disputed = owners.mark(alice, name="Disputed", home=home.repo)
    second = owners.mark(bob)
    Mark.objects.filter(pk=second.pk).update(name=hostile, home_name=hostile)
    copy = factories.revision(factories.repo("bob/copy"))
    owners.match(disputed, home, p=1e-12)
    for revision, p in ((copy, 1e-9), (factories.revision(factories.repo("carol/other")), 0.4)):
        owners.match(disputed, revision, p=p)
    owners.match(second, home, is_after=True, sentence=hostile)
    _embed(home, hostile)


def _embed(home: Revision, hostile: str) -> None:
    """Have a model marked by the staff, in every state of it."""
    root = factories.user("root")
    owners.embedded(root, on=home)
    assert Embedding.take(owners.embedding(root, on=home).pk)
    Embedding.objects.filter(state=Embedding.State.RUNNING).update(
        stage="embedding", progress=40, total=400, note="Steps of teaching, at most so many."
    )
    owners.embedding(root, on=home)
    for state in (Embedding.State.FAILED, Embedding.State.CANCELLED):
        owners.embedding(root, on=home, state=state, reason=hostile, name=hostile[:100])
