"""Schedules: which minute was due, which comes next, and what is no schedule."""

from datetime import UTC, datetime, timedelta

import pytest
from celery.schedules import crontab
from hypothesis import given
from hypothesis import strategies as st

from registry.scans.crons import BadSchedule, Schedule


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "now", "latest", "following"),
    [
        ("*/10 * * * *", "2026-11-20T12:34:56", "2026-11-20T12:30", "2026-11-20T12:40"),
        ("*/10 * * * *", "2026-11-20T12:30", "2026-11-20T12:30", "2026-11-20T12:40"),
        ("0 3 * * 1", "2026-11-20T12:00", "2026-11-16T03:00", "2026-11-23T03:00"),
        ("0 3 * * mon", "2026-11-16T02:59:59", "2026-11-09T03:00", "2026-11-16T03:00"),
        ("0 0 * * 0", "2026-11-20T12:00", "2026-11-15T00:00", "2026-11-22T00:00"),
        ("59 23 31 12 *", "2026-11-20T12:00", "2025-12-31T23:59", "2026-12-31T23:59"),
        ("0 0 29 2 *", "2026-11-20T12:00", "2024-02-29T00:00", "2028-02-29T00:00"),
        ("0 12 13 * 5", "2026-11-20T12:00", "2026-11-13T12:00", "2027-08-13T12:00"),
        ("0,30 8-10/2 1 1,7 *", "2026-07-01T08:15", "2026-07-01T08:00", "2026-07-01T08:30"),
    ],
)
def test_the_minutes_around_a_time(text, now, latest, following):
    schedule = Schedule.read(text)
    assert schedule.latest(at(now)) == at(latest)
    assert schedule.next(at(now)) == at(following)


@given(
    st.sampled_from(["*/7 * * * *", "5 */3 * * *", "0 3 * * 1-5", "15 2 1,15 * *", "0 0 * 2 *"]),
    st.datetimes(at("2024-01-01").replace(tzinfo=None), at("2031-01-01").replace(tzinfo=None)),
)
def test_celery_names_the_same_next_minute(text, now):
    now = now.replace(tzinfo=UTC)
    schedule = Schedule.of(text)
    theirs = crontab(**schedule.fields(), nowfun=lambda: now)
    start, ends_in, _ = theirs.remaining_delta(now, tz=UTC)
    assert schedule.next(now) == start + ends_in


@given(st.datetimes(at("2024-01-01").replace(tzinfo=None), at("2031-01-01").replace(tzinfo=None)))
def test_no_minute_is_due_between_the_latest_and_the_next(now):
    now = now.replace(tzinfo=UTC)
    schedule = Schedule.of("3-58/11 2,14 * * 2,6")
    latest, following = schedule.latest(now), schedule.next(now)
    assert latest <= now < following
    assert schedule.next(latest) == following
    assert schedule.latest(following - timedelta(microseconds=1)) == latest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("* * * * *", "due every minute; the shortest distance is 5 minutes"),
        ("*/2 * * * *", "due every 2 minutes"),
        ("0,3 5 * * *", "due every 3 minutes"),
        ("59,0 * * * *", "due every minute"),
        ("0 0 31 2 *", "never occurs"),
        ("0 0 30 2 1", "never"),
        ("61 * * * *", "cannot be read"),
        ("*/0 * * * *", "cannot be read"),
        ("0 0 * * 7", "cannot be read"),
        ("0 3 * *", "five fields"),
        ("0 3 * * * *", "five fields"),
        ("@daily", "five fields"),
        ("", "five fields"),
        ("0 3 * * " + ",".join("1" * 40), "five fields"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(text, words):
    with pytest.raises(BadSchedule, match=words):
        Schedule.read(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 3 * * 1", "At 03:00, only on Monday, UTC"),
        ("*/10 * * * *", "Every 10 minutes, UTC"),
        ("30 22 1 * *", "At 22:30, on day 1 of the month, UTC"),
        ("0 0 * * 0", "At 00:00, only on Sunday, UTC"),
    ],
)
def test_a_schedule_in_english(text, words):
    assert Schedule.read(text).in_words() == words


def test_slots_between_two_times_are_counted_up_to_a_bound():
    hourly = Schedule.read("0 * * * *")
    day = at("2026-11-20")
    assert len(hourly.between(day, day + timedelta(days=1), 100)) == 23
    assert len(hourly.between(day, day + timedelta(days=400), 100)) == 100
