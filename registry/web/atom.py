"""Atom feeds (RFC 4287), written so that no text of a stranger becomes markup."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from registry.web.sent import public_url
from registry.web.templatetags.assay import visible

MOST_ENTRIES = 50
BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
CONTENT_TYPE = "application/atom+xml"
_LONGEST_TITLE, _LONGEST_TEXT = 300, 1_000
# What XML 1.0 cannot hold and `visible` leaves: halves of pairs, and the two that are no signs.
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened. ``key`` names it for ever; ``path`` is where it is told."""

    key: str
    title: str
    at: datetime
    path: str
    text: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed. ``path`` is its own address, ``page`` that of the page that shows the same."""

    title: str
    path: str
    page: str
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, title: str, path: str, page: str, entries: Iterable[Entry]) -> "Feed":
        """Make a feed of the newest entries, each once."""
        once = {entry.key: entry for entry in entries}
        newest = sorted(once.values(), key=lambda entry: (entry.at, entry.key), reverse=True)
        return cls(title, path, page, tuple(newest[:MOST_ENTRIES]))


@lru_cache(maxsize=16)
def _authority(address: str) -> str:
    """Return whom tag URIs name (RFC 4151): the host, whatever port or scheme it has."""
    return (urlsplit(address).hostname or "localhost").lower()


def tag(key: str) -> str:
    """Return the tag URI of a thing; it stays the same while the host keeps its name."""
    return f"tag:{_authority(public_url())},2026:{key}"


def write(feed: Feed) -> str:
    """Write a feed."""
    updated = max((entry.at for entry in feed.entries), default=BEFORE_ALL)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"<id>{_text(tag('feed:' + feed.path))}</id>",
        f"<title>{_text(feed.title, _LONGEST_TITLE)}</title>",
        f"<updated>{_time(updated)}</updated>",
        f'<link rel="self" type="{CONTENT_TYPE}" href={_address(feed.path)}/>',
        f'<link rel="alternate" type="text/html" href={_address(feed.page)}/>',
        f"<author><name>Assay</name><uri>{_text(public_url('/'))}</uri></author>",
        "<generator>Assay</generator>",
    ]
    lines += [_entry(entry) for entry in feed.entries]
    return "\n".join([*lines, "</feed>", ""])


def _entry(entry: Entry) -> str:
    category = f"<category term={quoteattr(entry.category)}/>" if entry.category else ""
    summary = f'<summary type="text">{_text(entry.text or entry.title)}</summary>'
    return (
        f"<entry><id>{_text(tag(entry.key))}</id>"
        f"<title>{_text(entry.title, _LONGEST_TITLE)}</title>"
        f"<updated>{_time(entry.at)}</updated>"
        f'<link rel="alternate" type="text/html" href={_address(entry.path)}/>'
        f"{category}{summary}</entry>"
    )


def _text(text: str, longest: int = _LONGEST_TEXT) -> str:
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    return escape(_NOT_XML.sub("\ufffd", visible(text)))


def _address(path: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", public_url(path)))


def _time(at: datetime) -> str:
    """Write a time as RFC 3339 has it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
