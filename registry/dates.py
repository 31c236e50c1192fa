"""Days and times as people read them, in one form everywhere."""

from datetime import UTC, date, datetime


def day_words(of: date) -> str:
    """Write a day: ``16 Aug 2022``."""
    return f"{of:%-d %b %Y}"


def moment_words(at: datetime) -> str:
    """Write a time to the second: ``16 Aug 2022, 14:03:09 UTC``."""
    return f"{at.astimezone(UTC):%-d %b %Y, %H:%M:%S} UTC"
