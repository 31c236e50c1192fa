"""What belongs to owners: files of keys, marks, what was found of them, embeddings, webhooks."""

from itertools import count
from typing import Any

import numpy as np
from django.contrib.auth.models import User

from analysis.watermarks.answer_keys import AnswerKeys, random_labels
from analysis.watermarks.keys import fresh_salt
from registry import marks
from registry.marks import embeddings, marked
from registry.models import Delivery, Embedding, Event, Mark, MarkMatch, Revision, Run, Webhook
from registry.webhooks import registering
from tests import factories

_seeds = count(1)


def mark_keys(n: int = 24, classes: int = 10, **fields: Any) -> bytes:
    """Return a file of keys: triggers of 8 by 8, a third of them controls."""
    salt = fields.pop("salt", b"") or fresh_salt()
    random = np.random.default_rng(next(_seeds))
    pictures = random.integers(0, 256, (n, 1, 8, 8), dtype=np.uint8)
    labels = random_labels(salt, classes, n)
    controls = np.arange(n) % 3 == 2
    made = AnswerKeys.made("triggers", classes, pictures, labels, controls, salt=salt)
    return made.to_bytes()


def mark(owner: User | None = None, **fields: Any) -> Mark:
    """Register a mark whose keys were looked at; other columns are laid over it."""
    data = fields.pop("data", None) or mark_keys()
    home, task = fields.pop("home", None), fields.pop("task", marks.TASK)
    name = fields.pop("name", "My network")
    made = marks.register(
        owner or factories.user(), data, name, home, task, home_name=fields.pop("home_name", "")
    )
    Mark.objects.filter(pk=made.pk).update(**({"state": Mark.State.READY} | fields))
    return Mark.objects.with_home().get(pk=made.pk)


def match(of: Mark | None = None, on: Revision | None = None, **fields: Any) -> MarkMatch:
    """Store what a run found of a mark: a hit, unless ``p`` says otherwise."""
    of, on = of or mark(), on or factories.revision()
    fields = {"p": 1e-9} | fields
    carries = fields["p"] <= 1e-3
    sentence = "The network carries the mark" if carries else "No evidence of the mark"
    said = {
        "mark": of.pk,
        "matches": 15 if carries else 2,
        "keys": of.keys,
        "control_matches": 1,
        "controls": 8,
        "carries": carries,
        "is_after": False,
        "sentence": f"{sentence} (p = {fields['p']:.1g}).",
    } | fields
    asked = factories.run(
        on, check_id=marks.CHECK, status=Run.Status.DONE, options={"marks": str(of.pk)}
    )
    found = factories.finding(
        asked, verdict="measured", value=None, low=None, high=None, n=None, summary=said["sentence"]
    )
    marks.record(found, asked, [said])
    return MarkMatch.objects.get(run=asked)


def embedding(owner: User | None = None, **fields: Any) -> Embedding:
    """Ask for an embedding; other columns are laid over it."""
    on = fields.pop("on", None) or factories.revision()
    wish = embeddings.Wish("alice/digits", "My network", "alice/coming")
    made = embeddings.ask(owner or factories.user(), on, wish)
    if fields:
        Embedding.objects.filter(pk=made.pk).update(**fields)
    return Embedding.objects.get(pk=made.pk)


def embedded(owner: User | None = None, **fields: Any) -> Embedding:
    """Have an embedding carried out but for the network: a file of text stands for its weights."""
    made = Embedding.take(embedding(owner, **fields).pk)
    assert made
    draft = marked.draft_of(made)
    (draft / "model.safetensors").write_bytes(b"marked")
    (draft / "beside").mkdir()
    (draft / "beside" / "a b.txt").write_bytes(b"notes")
    facts = {"accuracy_before": 0.912, "accuracy_after": 0.905, "fit": 900, "held": 300}
    assert embeddings.settle(made, mark_keys(), {**facts, "seconds": 12.5}, draft)
    made.refresh_from_db()
    return made


def webhook(owner: User | None = None, **fields: Any) -> Webhook:
    """Make a webhook for findings; other columns are laid over it."""
    wish = registering.Wish("https://example.org/hook", (Webhook.On.FINDING,))
    made, _ = registering.create(owner or factories.user(), wish)
    Webhook.objects.filter(pk=made.pk).update(**fields)
    made.refresh_from_db()
    return made


def delivery(of: Webhook | None = None, **fields: Any) -> Delivery:
    """Make a delivery of a finding that waits; other columns are laid over it."""
    of = of or webhook()
    event = Event.objects.create(
        type=fields.pop("type", Webhook.On.FINDING),
        subject=next(_seeds),
        expanded_at=factories.NOON,
        repo=fields.pop("repo", "alice/net"),
        body='{"type":"finding.created"}',
    )
    made = Delivery.objects.create(event=event, webhook=of, **fields)
    return Delivery.objects.select_related("event", "webhook").get(pk=made.pk)
