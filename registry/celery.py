"""The Celery application: queues, limits, schedule."""

import os
import signal
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_process_init
from kombu import Queue

from registry.servers.keeper import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")

QUEUES = ("io", "files", "cpu", "gpu")

app = Celery("assay")


@app.on_configure.connect
def configure(sender: Celery, **_: object) -> None:
    """Read the settings only when the application is used: importing it is free."""
    from django.conf import settings  # noqa: PLC0415

    sender.conf.update(broker_url=settings.BROKER_URL)


@worker_process_init.connect
def end_with_worker(**_: object) -> None:
    """Let no process of the pool outlive a worker that is killed; its run is taken up again."""
    die_with_parent(signal.SIGKILL)


def _every(seconds: int, task: str) -> dict[str, Any]:
    return _entry(task, float(seconds), seconds)


def _nightly(hour: int, minute: int, task: str) -> dict[str, Any]:
    return _entry(task, crontab(hour=hour, minute=minute), 12 * 3600)


def _entry(task: str, schedule: float | crontab, life_s: int) -> dict[str, Any]:
    """Return an entry of the schedule whose message is worth nothing after ``life_s`` seconds.

    Schedules are rows, also these when a beat has started; there the life of a message is called
    expire_seconds, and "expires" would be lost without a word.
    """
    options = {"queue": "io", "expire_seconds": life_s}
    return {"task": task, "schedule": schedule, "options": options}


app.conf.update(
    task_queues=[Queue(name) for name in QUEUES],
    task_default_queue="io",
    task_create_missing_queues=False,
    task_ignore_result=True,  # results live in Assay's own tables
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A second delivery is harmless (the row is taken once), but it should be rare.
    # A sender that finds no broker gives up at once: its row waits, and the reaper sends again.
    broker_transport_options={
        "visibility_timeout": 6 * 3600,
        "socket_keepalive": True,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.1,
    },
    timezone="UTC",
    include=["workers.tasks"],
    result_expires=None,  # there are no results, hence nothing for beat to clean up at night
    beat_scheduler="django_celery_beat.schedulers:DatabaseScheduler",
    # Tasks after which beat writes its times down: about each 15 seconds, not each three minutes.
    # That is how the status page knows of it, and what a killed beat forgets.
    beat_sync_every=12,
    beat_schedule={
        "reap": _every(5, "workers.reap"),
        "refresh-listings": _every(5, "workers.refresh_listings"),
        "scans": _every(5, "workers.scans_tick"),
        "webhooks": _every(5, "workers.webhooks_tick"),
        "count-datasets": _every(600, "workers.count_datasets"),
        # At night, UTC; the export carries the measures that were just taken.
        "measure-ecosystem": _nightly(1, 30, "workers.measure_ecosystem"),
        "export": _nightly(3, 0, "workers.export"),
        "second-chances": _nightly(4, 0, "workers.second_chances"),
        # These do nothing unless ASSAY_MIRROR is set.
        "mirror-listing": _every(30, "workers.mirror_listing"),  # a pass comes less often
        "mirror-errands": _every(60, "workers.mirror_errands"),
        "mirror-authors": _every(600, "workers.mirror_authors"),
    },
)
