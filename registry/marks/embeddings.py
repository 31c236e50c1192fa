"""Having a mark embedded by Assay: asked for, vetted, sent to a worker, and settled.

The keys go from the sandbox into the seal: whoever asks gets the marked network, never its keys.
"""

import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models.functions import Now
from django.views.decorators.debug import sensitive_variables
from kombu.exceptions import OperationalError

from analysis.watermarks.envelope import ANSWERS, FEWEST, MOST, NUMBERS
from registry.celery import app
from registry.marks import marked
from registry.marks.registering import TASK, MarkRefused, register, vetted_home, vetted_name
from registry.models import Embedding, Mark, Repo, Revision
from registry.models.leased import MESSAGE_LIFE

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)

SCHEMES = (*ANSWERS, *NUMBERS)
FEWEST_IMAGES, MOST_IMAGES = 100, 50_000
MOST_LIVE = 3  # of an owner
LONGEST = 300
SENT_AT_ONCE = 100


class EmbeddingRefused(Exception):  # noqa: N818 - reads as what happened
    """A mark cannot be embedded so; ``errors`` has a sentence for each field that is meant.

    "" is the whole of it.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an owner asks for. The usual scheme, bits, split and images are those of a command."""

    dataset: str
    name: str
    home: str
    scheme: str = "blackmarks"
    bits: int = 32
    config: str = ""
    split: str = "train"
    images: int = 5_000


def ask(owner: "User", revision: Revision, wish: Wish) -> Embedding:
    """Ask for a mark in a network; raise EmbeddingRefused. A worker is told after commit."""
    wanted = _vetted(revision, wish)
    with transaction.atomic():
        # Two requests at once of one owner are counted one after the other.
        get_user_model().objects.select_for_update().get(pk=owner.pk)
        if reason := _why_not_now(owner):
            raise EmbeddingRefused({"": reason})
        made = Embedding.objects.create(owner=owner, revision=revision, **wanted)
        transaction.on_commit(lambda: _send([made]))
    return made


def cancel(embedding: Embedding) -> bool:
    """End an embedding that waits or is under way; False for one that has ended."""
    changed = embedding.cancel()
    embedding.refresh_from_db()
    return changed


def reap() -> int:
    """Bring back what dead workers left, bury what killed them too often, send lost messages."""
    Embedding.objects.bury(Embedding.State.FAILED, "embedded this")
    Embedding.objects.bring_back()
    marked.sweep()
    return _send(list(Embedding.objects.unsent().order_by("pk")[:SENT_AT_ONCE]))


@sensitive_variables("keys")
def settle(embedding: Embedding, keys: bytes, facts: Mapping[str, Any], draft: Path) -> Mark | None:
    """Register the mark and give its owner the network in ``draft``; None where it is too late.

    All of it or nothing: of a network whose mark is not registered nothing stays, nor the other
    way round. Raises MarkRefused.
    """
    place = marked.place_of(embedding)
    try:
        with transaction.atomic():
            # Who cancels it or takes it over waits for this, or came before.
            if embedding.held().select_for_update().first() is None:
                return None
            draft.rename(place)
            home = Repo.objects.listed().filter(is_private=False).named(embedding.home_name).first()
            mark = register(
                embedding.owner, keys, embedding.name, home, home_name=embedding.home_name
            )
            embedding.finish(mark, {**facts, "commitment": mark.commitment})
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return mark


def _send(waiting: list[Embedding]) -> int:
    """Ask a worker. A broker that is away is no error: the tick sends again."""
    sent = []
    for one in waiting:
        try:
            app.send_task(
                "workers.embed",
                args=[one.pk],
                queue="cpu",
                expires=MESSAGE_LIFE.total_seconds(),
                retry=False,
            )
        except (OperationalError, OSError) as error:
            log.warning("the broker is away, %s waits in the database: %s", one, error)
            break
        sent.append(one.pk)
    Embedding.objects.filter(pk__in=sent, state=Embedding.State.QUEUED).update(sent_at=Now())
    return len(sent)


def why_not(repo: Repo) -> str:
    """Say why no mark is put into a model here; "" where one can be.

    Files that a hub gives only to whom their author lets in are not handed on, marked or not.
    """
    if repo.is_private or repo.gate != Repo.Gate.OPEN:
        return "The files of this model are not open to everybody, so no copy is made here."
    if repo.pipeline_tag != TASK:
        said = repo.pipeline_tag[:60] or "none"
        return f"Marks are embedded in models for {TASK}; the task of this one is {said!a}."
    return ""


def _why_not_now(owner: "User") -> str:
    if Embedding.objects.live().filter(owner=owner).count() >= MOST_LIVE:
        return f"{MOST_LIVE} of yours wait or are under way; wait for one, or cancel it."
    most = settings.ASSAY_MARKS
    if Mark.objects.filter(owner=owner, withdrawn_at=None).count() >= most:
        return f"An owner has at most {most:,} marks here; withdraw one."
    return ""


def _vetted(revision: Revision, wish: Wish) -> dict[str, Any]:
    """Return the columns of what is asked for; raise EmbeddingRefused with all that is wrong."""
    errors = {"repo": why_not(revision.repo)}
    if wish.scheme not in SCHEMES:
        errors["scheme"] = f"Say one of: {', '.join(SCHEMES)}."
    if not FEWEST <= wish.bits <= MOST:
        errors["bits"] = f"A mark has between {FEWEST} and {MOST:,} bits."
    if not FEWEST_IMAGES <= wish.images <= MOST_IMAGES:
        errors["images"] = f"Say between {FEWEST_IMAGES} and {MOST_IMAGES:,} images."
    texts = {
        "dataset": _text(wish, "dataset", errors),
        "config": _text(wish, "config", errors),
        "split": _text(wish, "split", errors),
        "name": _said(vetted_name, wish, "name", errors),
        "home_name": _said(vetted_home, wish, "home", errors),
    }
    missing = {
        "dataset": "Say which dataset has images for the network to learn its mark on.",
        "split": "Say which split of the dataset: train, for instance.",
        "home_name": "Say under which name the marked model will be published: OWNER/NAME.",
    }
    for column, said in missing.items():
        if not texts[column]:
            errors.setdefault(column.removesuffix("_name"), said)
    errors = {field: said for field, said in errors.items() if said}
    if errors:
        raise EmbeddingRefused(errors)
    return {"scheme": wish.scheme, "bits": wish.bits, "images": wish.images, **texts}


def _text(wish: Wish, name: str, errors: dict[str, str]) -> str:
    text = str(getattr(wish, name)).strip()
    if len(text) > LONGEST or not text.isprintable():
        errors[name] = f"Say at most {LONGEST} characters that can be seen."
    return text


def _said(vetted: Callable[[str], str], wish: Wish, name: str, errors: dict[str, str]) -> str:
    try:
        return vetted(getattr(wish, name))
    except MarkRefused as error:
        errors[name] = str(error)
        return ""
