"""Celery tasks: take the row, call one function. Arguments are primary keys."""

import logging
import socket
from collections.abc import Callable
from typing import Any

from celery.signals import worker_process_shutdown
from django.db import DatabaseError, connections

from registry import marks as registered
from registry import search, second_chances, services
from registry.celery import app
from registry.marks import embeddings
from registry.models import Embedding, Mark, Run

log = logging.getLogger(__name__)


@app.task(name="workers.run", acks_late=False)
def run(pk: int) -> None:
    """Carry one run to its end. Delivered twice it is harmless: the row is taken once."""
    from workers import measure

    taken = Run.take(pk, socket.gethostname())
    if taken is None:
        return
    try:
        measure.execute(taken)
    except Exception:
        log.exception("run %s: a fault of Assay's own", pk)
        connections.close_all()
        measure.try_again(taken, "assay", "A fault of Assay's own; its log says more.")


@app.task(name="workers.embed", acks_late=False)
def embed(pk: int) -> None:
    """Put an owner's mark into a network. Delivered twice it is harmless: the row is taken once."""
    from workers import marking

    taken = Embedding.take(pk)
    if taken is None:
        return
    try:
        marking.execute(taken)
    except Exception:
        log.exception("embedding %s: a fault of Assay's own", pk)
        connections.close_all()
        marking.try_again(taken, "A fault of Assay's own; its log says more.")


@app.task(name="workers.reap")
def reap() -> None:
    """Bring back what dead workers left, and send messages that were lost."""
    try:
        done = services.reap()
        registered.send_waiting()
        embeddings.reap()
    except DatabaseError as error:
        log.warning("no reaping, the database is away: %s", error)
        connections.close_all()
        return
    if done.requeued or done.buried:
        log.warning("reaped: %s", done)


@app.task(name="workers.vet_mark")
def vet_mark(pk: int) -> None:
    """Look at the keys of a mark that was registered. Delivered twice it is harmless."""
    from workers import marks

    if Mark.take(pk):
        marks.vet(pk)


@app.task(name="workers.scan_slot")
def scan_slot(pk: int) -> None:
    """Begin the slot of a scan that is due. Beat may send this early, late or twice."""
    from registry.scans import slots

    slots.begin_due(pk)


@app.task(name="workers.scans_tick")
def scans_tick() -> None:
    """Carry the executions of scans on by a bounded step."""
    from registry.scans import engine

    try:
        engine.tick()
    except DatabaseError as error:
        log.warning("scans stand still, the database is away: %s", error)
        connections.close_all()


@app.task(name="workers.webhooks_tick")
def webhooks_tick() -> None:
    """Turn what happened into deliveries, and have those sent that are due."""
    from registry.api import messages
    from registry.webhooks import outbox

    try:
        outbox.tick(messages.of)
    except DatabaseError as error:
        log.warning("webhooks wait, the database is away: %s", error)
        connections.close_all()


@app.task(name="workers.deliver")
def deliver(pk: int) -> None:
    """Send what is due of a webhook. Delivered twice it is harmless: each row is taken once."""
    from registry.webhooks import delivering

    try:
        delivering.deliver(pk)
    except DatabaseError as error:
        log.warning("webhook %s waits, the database is away: %s", pk, error)
        connections.close_all()


@app.task(name="workers.measure_ecosystem")
def measure_ecosystem() -> None:
    """Take all measures of the ecosystem, as of now."""
    from registry.ecosystem import measuring

    try:
        done = measuring.measure()
    except (measuring.Busy, measuring.Faulty) as error:
        log.warning("measures: %s", error)
    else:
        log.info("took %s measures", len(done))


@app.task(name="workers.count_datasets")
def count_datasets() -> None:
    """Count the claims on each dataset anew; one worker at a time, the others leave at once."""
    from registry.ecosystem import boards, datasets

    try:
        if datasets.recount() >= 0:
            boards.remake()
    except DatabaseError as error:
        log.warning("datasets stay as they were counted: %s", error)
        connections.close_all()


@app.task(name="workers.export")
def export() -> None:
    """Write the nightly export."""
    from registry.ecosystem.exports import making

    try:
        made = making.make()
    except (making.Busy, OSError) as error:
        log.warning("export: %s", error)
    else:
        log.info("export %s: %s bytes", made.name, made.bytes)


@app.task(name="workers.second_chances")
def give_second_chances() -> None:
    """Ask again for runs that lacked a piece which may be there now."""
    log.info("second chances: %s", second_chances.give())


@app.task(name="workers.mirror_listing")
def mirror_listing() -> None:
    """Read the hub's listing, whole or what changed. Delivered twice it is harmless."""
    from registry.hub import ticks

    _tick(ticks.read_listing)


@app.task(name="workers.mirror_errands")
def mirror_errands() -> None:
    """Read repos of the work list for a minute. Delivered twice it is harmless."""
    from registry.hub import ticks

    _tick(ticks.read_errands)


@app.task(name="workers.mirror_authors")
def mirror_authors() -> None:
    """Ask the hub for authors for a minute. Delivered twice it is harmless."""
    from registry.hub import ticks

    _tick(ticks.read_authors)


def _tick(work: Callable[[], object]) -> None:
    try:
        work()
    except DatabaseError as error:
        log.warning("the mirror's tick ended early, the database is away: %s", error)
        connections.close_all()
    except Exception:
        log.exception("the mirror's tick: a fault of Assay's own")


@app.task(name="workers.refresh_listings")
def refresh_listings() -> None:
    """Make the listings of what changed anew; one worker at a time, the others leave at once."""
    try:
        search.keep_fresh()
    except DatabaseError as error:
        log.warning("the listings stay as they are, the database is away: %s", error)
        connections.close_all()


@worker_process_shutdown.connect
def close(**_: Any) -> None:
    """Leave no sandbox behind."""
    from workers import measure, prefetch

    prefetch.AHEAD.stop()
    measure.close_sandbox()
