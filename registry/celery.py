"""The Celery application: queues, limits, schedule."""

import os
import signal

from celery import Celery
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
    # Schedules of scans are rows. These entries become rows, too, when a beat starts; there the
    # life of a message is called expire_seconds, and "expires" would be lost without a word.
    beat_scheduler="django_celery_beat.schedulers:DatabaseScheduler",
    beat_schedule={
        name: {"task": task, "schedule": 5.0, "options": {"queue": "io", "expire_seconds": 5}}
        for name, task in (("reap", "workers.reap"), ("scans", "workers.scans_tick"))
    },
)
