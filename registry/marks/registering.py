"""Registering a mark: its keys are vetted and sealed, its commitment is published at once."""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.timezone import now
from django.views.decorators.debug import sensitive_variables
from kombu.exceptions import OperationalError

from analysis import catalog
from analysis.watermarks.envelope import ANSWERS, Envelope, KeysError, envelope_of
from registry import signing
from registry.celery import app
from registry.marks.sealing import sealed
from registry.models import Mark, MarkKeys, Repo
from registry.models.marks import MOST_LOOKS, NOT_LOOKED_AT

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)

TASK = "image-classification"
LONGEST_NAME = 100
LONGEST_HOME = 300
MESSAGE_LIFE = timedelta(minutes=10)  # a look at keys may take so long
SENT_AT_ONCE = 100


class MarkRefused(Exception):  # noqa: N818 - reads as what happened
    """A mark cannot be registered; the message says why, ``field`` which part of it is meant."""

    def __init__(self, message: str, field: str = "keys") -> None:
        super().__init__(message)
        self.field = field


@sensitive_variables("data")
def register(
    owner: "User",
    data: bytes,
    name: str,
    home: Repo | None = None,
    task: str = TASK,
    *,
    home_name: str = "",
) -> Mark:
    """Register the mark of these keys. Raises MarkRefused.

    ``home`` is the network that the owner marked; one that is not published yet has a name only.
    A worker looks at the keys after commit.
    """
    found = _vetted(data, task)
    at = now()
    mark = Mark(
        owner=owner,
        name=vetted_name(name),
        scheme=found.scheme,
        task=task,
        classes=found.classes,
        keys=found.keys,
        shape=list(found.shape) if found.shape else None,
        commitment=found.commitment,
        home=home,
        home_name=home.name if home else vetted_home(home_name),
        registered_at=at,
    )
    statement = signing.mark_statement(mark, owner.get_username(), at)
    mark.envelope = signing.sign(statement, signing.load_key(settings.ASSAY_HOME))
    _store(mark, sealed(settings.ASSAY_HOME, data, found.commitment))
    return mark


def withdraw(mark: Mark) -> bool:
    """Forget the keys of a mark; its commitment and what was found stay. False where it was."""
    is_new = mark.withdraw(now())
    mark.refresh_from_db()
    return is_new


def send_waiting() -> int:
    """Send marks again whose message was lost, and give up keys that bring down who looks."""
    lost = Mark.objects.filter(
        Q(sent_at=None) | Q(sent_at__lt=Now() - MESSAGE_LIFE), state=Mark.State.NEW
    )
    for mark in lost.filter(looks__gte=MOST_LOOKS)[:SENT_AT_ONCE]:
        mark.refuse(NOT_LOOKED_AT)
    return _send(list(lost.order_by("pk")[:SENT_AT_ONCE]))


def _send(marks: list[Mark]) -> int:
    """Ask a worker to look at keys. A broker that is away is no error: the tick sends again."""
    sent = []
    for mark in marks:
        try:
            app.send_task(
                "workers.vet_mark",
                args=[mark.pk],
                queue="files",
                expires=MESSAGE_LIFE.total_seconds(),
                retry=False,
            )
        except (OperationalError, OSError) as error:
            log.warning("the broker is away, mark %s waits in the database: %s", mark.pk, error)
            break
        sent.append(mark.pk)
    Mark.objects.filter(pk__in=sent, state=Mark.State.NEW).update(sent_at=Now())
    return len(sent)


def _store(mark: Mark, data: bytes) -> None:
    """Store mark and sealed keys, and queue the look at them; raise MarkRefused."""
    try:
        with transaction.atomic():
            # Two uploads at once of one owner are counted one after the other.
            get_user_model().objects.select_for_update().get(pk=mark.owner_id)
            most = settings.ASSAY_MARKS
            kept = Mark.objects.filter(owner=mark.owner, withdrawn_at=None)
            if kept.count() >= most:
                raise MarkRefused(f"An owner has at most {most:,} marks here; withdraw one.")
            _refuse_twin(mark.commitment)
            mark.save(force_insert=True)
            MarkKeys.objects.create(mark=mark, data=data)
            transaction.on_commit(lambda: _send([mark]))
    except IntegrityError:
        _refuse_twin(mark.commitment)  # somebody was a moment quicker
        raise


def _refuse_twin(commitment: str) -> None:
    there = Mark.objects.select_related("owner").filter(commitment=commitment).first()
    if there is not None:
        raise MarkRefused(
            f"These keys are registered already: mark {there.pk}, by {there.owner}, on"
            f" {_said(there.registered_at)}."
        )


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


@sensitive_variables("data")
def _vetted(data: bytes, task: str) -> Envelope:
    """Return what may be told of keys; raise MarkRefused where that task has no such mark."""
    most = settings.ASSAY_MARK_BYTES
    if len(data) > most:
        raise MarkRefused(f"Keys have at most {most:,} bytes here.")
    try:
        found = envelope_of(data)
    except KeysError as error:
        raise MarkRefused(str(error)) from error
    entry = catalog.TASKS.get(task)
    if entry is None:
        raise MarkRefused(f"There is no task {task[:50]!r}; the page Checks lists them.", "task")
    if found.scheme in ANSWERS and "Classes" not in entry.answers:
        raise MarkRefused(f"A mark of answers takes a task with classes; {task} has none.", "task")
    return found


def vetted_name(text: str) -> str:
    """Return the name of a mark as it is stored; raise MarkRefused."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise MarkRefused(f"Give the mark a name of 1 to {LONGEST_NAME} characters.", "name")
    return name


def vetted_home(text: str) -> str:
    """Return the name of a marked network as it is stored; raise MarkRefused."""
    name = text.strip()
    if len(name) > LONGEST_HOME or not name.isprintable() or " " in name:
        raise MarkRefused("The home of a mark is the name of a model: OWNER/NAME.", "home")
    return name
