"""Schedules as five fields of cron, in UTC: which minute was due last, which comes next.

The fields are read by Celery, so that beat and this module agree. Unlike in Vixie's cron, a day
must match both the day of the month and the day of the week where both are given.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import Any

from celery.schedules import ParseException, crontab
from cron_descriptor import (
    FormatException,
    MissingFieldException,
    Options,
    WrongArgumentException,
    get_description,
)

FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
SHORTEST_GAP = timedelta(minutes=5)
LONGEST_WAIT = timedelta(days=366 * 41)  # 29 February on a given weekday comes every 28 or 40 years
LONGEST = 100  # characters
LONGEST_FIELD = 60  # beat's own table takes no more


class BadSchedule(ValueError):  # noqa: N818 - reads as what it is
    """The schedule cannot be kept; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Minutes, hours and days at which something is due, in UTC."""

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday

    @classmethod
    def read(cls, text: str) -> "Schedule":
        """Read what a person wrote. Raises BadSchedule, also for what is due never or too often."""
        schedule = cls.of(text)
        schedule.check()
        return schedule

    @classmethod
    def of(cls, text: str) -> "Schedule":
        """Read five fields of cron. Raises BadSchedule where they are none."""
        words = text.split()
        if len(words) != len(FIELDS) or len(text) > LONGEST or max(map(len, words)) > LONGEST_FIELD:
            raise BadSchedule(
                "A schedule has five fields: minute, hour, day of the month, month, day of the"
                " week; for instance 0 3 * * 1 for Mondays at 03:00 UTC."
            )
        fields: dict[str, Any] = dict(zip(FIELDS, words, strict=True))
        try:
            read: Any = crontab(**fields)  # its sets of numbers are in no stub
        except (ParseException, ValueError) as error:
            raise BadSchedule(f"The schedule cannot be read: {_plain(str(error))}.") from error
        return cls(
            " ".join(words),
            tuple(sorted(read.minute)),
            tuple(sorted(read.hour)),
            frozenset(read.day_of_month),
            frozenset(read.month_of_year),
            frozenset(read.day_of_week),
        )

    def check(self) -> None:
        """Raise BadSchedule for a schedule that is due never, or too often."""
        some = list(islice(self.after(datetime(2027, 1, 1, tzinfo=UTC)), 2 * 60))
        if not some:
            raise BadSchedule("The schedule names a day that never comes, so nothing would run.")
        gap = min((b - a for a, b in pairwise(some)), default=SHORTEST_GAP)
        if gap < SHORTEST_GAP:
            raise BadSchedule(
                f"The schedule is due every {_minutes(gap)}; the shortest distance is"
                f" {_minutes(SHORTEST_GAP)}."
            )

    def matches(self, day: date) -> bool:
        """Say whether anything is due on this day."""
        return (
            day.day in self.days
            and day.month in self.months
            and day.isoweekday() % 7 in self.weekdays
        )

    def after(self, at: datetime) -> Iterator[datetime]:
        """Yield the minutes that are due after ``at``, the first one first."""
        day = at.astimezone(UTC).date()
        for number in range(LONGEST_WAIT.days):
            this = day + timedelta(days=number)
            if self.matches(this):
                for hour in self.hours:
                    for minute in self.minutes:
                        due = datetime.combine(this, time(hour, minute), UTC)
                        if due > at:
                            yield due

    def until(self, at: datetime) -> Iterator[datetime]:
        """Yield the minutes that were due at or before ``at``, the last one first."""
        day = at.astimezone(UTC).date()
        for number in range(LONGEST_WAIT.days):
            this = day - timedelta(days=number)
            if self.matches(this):
                for hour in reversed(self.hours):
                    for minute in reversed(self.minutes):
                        due = datetime.combine(this, time(hour, minute), UTC)
                        if due <= at:
                            yield due

    def latest(self, at: datetime) -> datetime:
        """Return the minute that was due last."""
        return next(self.until(at))

    def next(self, at: datetime) -> datetime:
        """Return the minute that is due next."""
        return next(self.after(at))

    def between(self, first: datetime, last: datetime, most: int) -> list[datetime]:
        """Return the minutes due after ``first`` and before ``last``, at most ``most`` of them."""
        found: list[datetime] = []
        for due in self.after(first):
            if due >= last or len(found) == most:
                break
            found.append(due)
        return found

    def fields(self) -> dict[str, str]:
        """Return the five fields by the names that Celery has for them."""
        return dict(zip(FIELDS, self.text.split(), strict=True))

    def in_words(self) -> str:
        """Say in English when it is due."""
        options = Options()
        options.locale_code = "en_GB"
        options.use_24hour_time_format = True
        try:
            words = str(get_description(self.text, options))
        except (FormatException, MissingFieldException, WrongArgumentException):
            words = self.text  # Celery reads a little more than the describer
        return f"{words}, UTC"


def _minutes(gap: timedelta) -> str:
    number = int(gap.total_seconds() // 60)
    return "minute" if number == 1 else f"{number} minutes"


def _plain(reason: str) -> str:
    """Return Celery's own words without their capital and their full stop."""
    reason = reason.removeprefix("Invalid crontab: ").rstrip(".")
    return reason[:1].lower() + reason[1:200]
