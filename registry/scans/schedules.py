"""Keeps the rows that beat reads in step with scans, in the caller's transaction.

Each scheduled scan owns one PeriodicTask and one CrontabSchedule in UTC. They are a hint: beat may
fire early, late, twice or not at all. What is due is worked out in ``slots``.
"""

from zoneinfo import ZoneInfo

from django_celery_beat.models import CrontabSchedule, PeriodicTask

from registry.models import Scan
from registry.scans.crons import Schedule

TASK = "workers.scan_slot"
UTC_ZONE = ZoneInfo("UTC")
LIFE_S = 300  # of a message; a slot whose message went by is made up by the tick


def task_name(scan: Scan) -> str:
    """Return the name of the scan's row in beat's table."""
    return f"scan {scan.pk}"


def keep(scan: Scan) -> None:
    """Bring beat's rows to what the scan says."""
    known = PeriodicTask.objects.filter(name=task_name(scan)).select_related("crontab").first()
    if not scan.schedule:
        drop(scan)
        return
    fields = Schedule.of(scan.schedule).fields()
    crontab = known.crontab if known is not None and known.crontab else CrontabSchedule()
    for name, text in fields.items():
        setattr(crontab, name, text)
    crontab.timezone = UTC_ZONE
    crontab.save()
    task = known or PeriodicTask(name=task_name(scan))
    task.task = TASK
    task.crontab = crontab
    task.args = f"[{scan.pk}]"
    task.queue = "io"
    task.expire_seconds = LIFE_S
    task.enabled = scan.state == Scan.State.ACTIVE
    task.description = f"The schedule of the scan “{scan.name}”: change it there, not here."
    task.no_changes = False  # beat sets it on rows that it saves, and then nobody reads them again
    task.save()


def drop(scan: Scan) -> None:
    """Take the scan out of beat's table."""
    for task in PeriodicTask.objects.filter(name=task_name(scan)).select_related("crontab"):
        crontab = task.crontab
        task.delete()
        if crontab is not None:
            crontab.delete()
