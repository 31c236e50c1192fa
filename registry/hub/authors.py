"""What a hub says of authors: user or organisation, and whether it has verified them.

Those whose repos are downloaded most are asked for first, each once in thirty days.
"""

import contextlib
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import now

from registry.hub.client import HubClient
from registry.hub.credentials import token_for
from registry.hub.names import shown
from registry.hub.problems import Broken, HubProblem, Limited, Missing, Unreachable
from registry.models import Author

log = logging.getLogger(__name__)

FRESH = timedelta(days=30)
AGAIN_AFTER = timedelta(days=1)  # for an answer that cannot be used
OUTAGE_AFTER = 5  # authors in a row that the hub did not serve
SHOWN_PROBLEMS = 20

_KEY = re.compile(r"[A-Za-z0-9._:-]{1,100}")


@dataclass(slots=True)
class Checked:
    """How many authors were asked for, and what could not be used, one sentence each."""

    asked: int = 0
    known: int = 0
    problems: list[str] = field(default_factory=list)


def check(
    hub_url: str,
    *,
    limit: int = 500,
    until: float | None = None,
    client: HubClient | None = None,
) -> Checked:
    """Ask for up to ``limit`` authors, until ``time.monotonic()`` passes ``until``.

    Choosing them reads all repos of authors that are due, which takes seconds at millions of repos:
    ask for many at a time. A hub that serves nobody ends it with a problem.
    """
    client = client or HubClient(hub_url, token_for(hub_url))
    done, in_a_row = Checked(), 0
    with contextlib.closing(client):
        for author in _due(client.url)[:limit]:
            if until is not None and time.monotonic() >= until:
                break
            done.asked += 1
            try:
                done.known += _check(author, client, done)
                in_a_row = 0
            except (Unreachable, Limited) as error:
                _note(done, str(error))
                in_a_row += 1
                if in_a_row >= OUTAGE_AFTER:
                    break
    return done


def check_one(hub_url: str, name: str, *, client: HubClient | None = None) -> Author:
    """Ask for one author now, because a person wants to know; raise HubProblem.

    An answer that cannot be used is Broken, an author that the mirror does not know is Missing.
    """
    client = client or HubClient(hub_url, token_for(hub_url))
    with contextlib.closing(client):
        author = Author.objects.filter(hub__url=client.url, name=name).first()
        if author is None:
            raise Missing(f"The mirror of {client.url} has no author {shown(name)}.")
        done = Checked()
        _check(author, client, done)
        if done.problems and author.kind == Author.Kind.UNKNOWN:
            raise Broken(done.problems[0])
    return author


def _due(hub_url: str) -> Any:
    """Return authors that were not asked for lately, the weightiest first."""
    due = Q(checked_at__isnull=True) | Q(checked_at__lt=now() - FRESH)
    authors = Author.objects.filter(due, hub__url=hub_url)
    weighed = authors.annotate(weight=Coalesce(Sum("repos__downloads"), 0))
    return weighed.order_by(F("weight").desc(), "pk")


def _check(author: Author, client: HubClient, done: Checked) -> bool:
    """Ask for one author and store the answer; return whether there was one of use."""
    try:
        kind, said = client.author(author.name)
        kind_of, mark, key = _read(author.name, kind, said)
    except (Unreachable, Limited):
        raise
    except Missing:
        author.kind, author.is_verified = Author.Kind.UNKNOWN, None
        _store(author)
        return False
    except HubProblem as error:
        _note(done, str(error))
        _store(author, again=True)
        return False
    if author.hub_key and key and author.hub_key != key:
        _note(done, f"The name {shown(author.name)} belongs to another author than before.")
    author.kind, author.is_verified, author.hub_key = kind_of, mark, key or author.hub_key
    _store(author)
    return True


def _store(author: Author, *, again: bool = False) -> None:
    author.checked_at = now() - (FRESH - AGAIN_AFTER if again else timedelta())
    author.save(update_fields=["kind", "is_verified", "hub_key", "checked_at"])


def _read(name: str, kind: str, said: object) -> tuple[Author.Kind, bool | None, str]:
    """Read an answer; raise Broken where it is none, or is about somebody else."""
    if not isinstance(said, Mapping):
        raise Broken(f"The hub's answer about the author {shown(name)} is no object.")
    told = said.get("name") if kind == "organisation" else said.get("user")
    if isinstance(told, str) and told.casefold() != name.casefold():
        raise Broken(f"Asked for the author {shown(name)}, the hub told of {shown(told)}.")
    mark, key = said.get("isVerified"), said.get("_id")
    if mark is not None and not isinstance(mark, bool):
        raise Broken(f"Whether {shown(name)} is verified is neither yes nor no: {shown(mark)}.")
    usable = isinstance(key, str) and _KEY.fullmatch(key)
    return Author.Kind(kind), mark, str(key) if usable else ""


def _note(done: Checked, sentence: str) -> None:
    log.warning("%s", sentence)
    if len(done.problems) < SHOWN_PROBLEMS:
        done.problems.append(sentence)
