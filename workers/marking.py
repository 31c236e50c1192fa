"""One embedding from its lease to its end: taught in the sandbox, registered, left for its owner.

The keys stay in memory: they go from the sandbox into the seal, and no file ever has them open.
"""

import logging
import shutil
from dataclasses import replace

from analysis.contract import CheckError
from registry.hub.problems import GatedOrForbidden, HubProblem, Missing, Unauthorised
from registry.marks import MarkRefused, embeddings, marked
from registry.models import Embedding
from registry.models.leased import MAX_FAULTS
from workers.embedding import LIMITS, Order, make
from workers.leases import Heartbeat
from workers.sandbox.outcomes import Cancelled, Died, Reason, SandboxUnavailable

log = logging.getLogger(__name__)

# Others wait for this worker meanwhile; who has the machine for himself uses the command.
_LIMITS = replace(LIMITS, wall_s=2 * 3600.0)


def execute(embedding: Embedding) -> None:
    """Carry an embedding that was taken to its end. Never raises for what a hub or network did."""
    with Heartbeat(embedding) as beat:
        try:
            _embed(embedding, beat)
        except (CheckError, MarkRefused, Unauthorised, GatedOrForbidden, Missing) as error:
            embedding.fail(str(error))
        except Died as error:
            if error.reason in {Reason.SIGNAL, Reason.SANDBOX}:
                try_again(embedding, error.detail)
            else:
                embedding.fail(error.detail)
        except Cancelled:
            log.warning("%s: attempt %s ends, it was overtaken", embedding, embedding.attempt)
        except (HubProblem, SandboxUnavailable, OSError) as error:
            log.warning("%s: %s", embedding, error)
            try_again(embedding, str(error))


def try_again(embedding: Embedding, reason: str) -> None:
    """Queue it once more after a while; give it up where it was tried often enough."""
    if embedding.faults >= MAX_FAULTS:
        embedding.fail(f"Tried {embedding.faults} times. {reason}")
    else:
        embedding.give_back(reason)


def _embed(embedding: Embedding, beat: Heartbeat) -> None:
    """Do the work; raise what kept it from being done."""
    if reason := embeddings.why_not(embedding.revision.repo):
        raise CheckError(reason)  # it has changed since it was asked for

    def told(done: int, total: int, sentence: str) -> None:
        beat.show("embedding", done, total, sentence)

    draft = marked.draft_of(embedding)
    try:
        made = make(_order(embedding), told, beat.alive, _LIMITS)
        made.write(draft)
        embeddings.settle(embedding, made.keys, made.facts, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _order(embedding: Embedding) -> Order:
    return Order(
        out="",
        scheme=embedding.scheme,
        bits=embedding.bits,
        hub=embedding.revision.repo.hub.url,
        revision=embedding.revision_id,
        dataset=embedding.dataset,
        config=embedding.config,
        split=embedding.split,
        images=embedding.images,
    )
