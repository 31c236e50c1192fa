"""Text and JSON from outside, made safe to store and to send.

What hubs and networks send is stored in PostgreSQL (which refuses NUL in text and jsonb), encoded
as UTF-8 (which refuses lone surrogates) and shown to people. Everything passes here once, on its
way in. Bidirectional controls stay: they are text, and escaping them is the page's business.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from functools import cache

from analysis.contract import JSON

TEXT_LIMIT = 1 << 20
KEY_LIMIT = 1_000
DEPTH_LIMIT = 64
ITEM_LIMIT = 200_000

# Longest run of combining marks that is kept, as in the stream-safe text format of UAX #15.
# CPython sorts such a run in quadratic time: 40,000 marks cost 1.6 s.
MARKS_LIMIT = 30
_SPLIT_INTO_MARKS = frozenset("\u0f73\u0f75\u0f81")  # of class 0, yet made of marks alone

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_LAST_MARK = 0x1FFFF  # the planes above have none
# In JSON as Python writes it: an escaped control or quote, a surrogate, an integer that may have
# more than 64 bits. What is longer than the limit below might hold more values than are kept.
_SUSPICIOUS = re.compile(r'\\[ubfr"]|[\x00-\x1f\ud800-\udfff]|[0-9]{19}')
_DIGITS = bytes(0x30 if 0x30 <= code <= 0x39 else 0x20 for code in range(256))
_LONG_INTEGER = b"0" * 19  # in what ``_DIGITS`` makes of a text
_BRACKETS = re.compile(r"[\[\]{}]")
_PLAIN_LIMIT = 300_000
_SAFE_INTEGER_BITS = 63
_LONGEST_INTEGER_BITS = 4_096


def replace_forbidden(value: str) -> str:
    """Replace C0 controls (but new line and tab) and lone surrogates, one for one, by U+FFFD."""
    return _FORBIDDEN.sub(_REPLACEMENT, value)


def clean_text(value: str, limit: int = TEXT_LIMIT) -> str:
    """Make text storable: at most ``limit`` characters, NFC, no NUL, control or lone surrogate.

    New lines of all three kinds become ``\\n``. Cleaning twice is cleaning once.
    """
    if len(value) <= limit and value.isascii() and value.isprintable():
        return value
    # Composition can only bring marks together that stand close by, so what lies far behind the
    # limit cannot matter; cutting first keeps the work bounded.
    text = value[: 2 * limit + MARKS_LIMIT].replace("\r\n", "\n").replace("\r", "\n")
    if not text.replace("\n", " ").replace("\t", " ").isprintable():
        text = replace_forbidden(text)
    if not text.isascii():
        text = _limit_marks(unicodedata.normalize("NFC", _limit_marks(text)))
    return text[:limit]


def clean_texts(values: Sequence[str], limit: int = TEXT_LIMIT) -> list[str]:
    """Return ``clean_text`` of each; where nothing is to be cleaned, they are looked at as one."""
    joined = "".join(values)
    is_short = len(joined) <= limit or max(map(len, values)) <= limit
    if is_short and joined.isascii() and joined.isprintable():
        return list(values)
    return [clean_text(value, limit) for value in values]


def clean_parsed_json(value: object) -> str:
    """Return ``clean_json`` of what ``json.loads`` gave, written as JSON without spaces.

    Most values are clean as they are, and their JSON shows it: that costs a tenth of looking at
    each text in them.
    """
    try:
        text = _written(value)
    except (ValueError, RecursionError):  # NaN, integers without end, nesting without end
        return _written(clean_json(value))
    return text if _is_plain_json(text) else _written(clean_json(value))


_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def _is_plain_json(text: str) -> bool:
    """Say whether nothing in this JSON is to be cleaned; in doubt it says no."""
    if len(text) > _PLAIN_LIMIT:
        return False
    # Without a backslash nothing is escaped, and what is printable has no control or surrogate.
    is_simple = "\\" not in text and text.isascii() and text.isprintable()
    if is_simple:
        if _LONG_INTEGER in text.encode().translate(_DIGITS):
            return False
    elif _SUSPICIOUS.search(text):
        return False
    if text.count("{") + text.count("[") >= DEPTH_LIMIT and _depth(text) >= DEPTH_LIMIT:
        return False
    if not text.isascii() and (
        not unicodedata.is_normalized("NFC", text) or _limit_marks(text) is not text
    ):
        return False
    return len(text) < KEY_LIMIT or max(map(len, text.split('"'))) < KEY_LIMIT


def _depth(text: str) -> int:
    """Return how deep JSON is nested at most; brackets in texts count, too."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def clean_json(value: object, *, depth: int = DEPTH_LIMIT, items: int = ITEM_LIMIT) -> JSON:
    """Turn a value from a parser into JSON that every JSON reader and jsonb accept.

    NaN and infinities become None; integers beyond 64 bits and dates become text; bytes are read
    as UTF-8; values of other types become None. Containers below ``depth`` levels become None, and
    what comes after ``items`` values is left out, so an alias bomb or a cycle ends soon.
    """
    return _Cleaner(items).clean(value, depth)


class _Cleaner:
    """Counts down the values of one call of clean_json."""

    def __init__(self, items: int) -> None:
        self.left = items

    def clean(self, value: object, depth: int) -> JSON:
        self.left -= 1
        if isinstance(value, Mapping | list | tuple | set | frozenset):
            if depth <= 0:
                return None
            if isinstance(value, Mapping):
                return self._mapping(value, depth - 1)
            return self._sequence(value, depth - 1)
        return _clean_scalar(value)

    def _mapping(self, value: Mapping[object, object], depth: int) -> JSON:
        result: dict[str, JSON] = {}
        for key, item in value.items():
            if self.left <= 0:
                break
            result[_key(key)] = self.clean(item, depth)
        return result

    def _sequence(self, value: Iterable[object], depth: int) -> JSON:
        result: list[JSON] = []
        for item in value:
            if self.left <= 0:
                break
            result.append(self.clean(item, depth))
        return result


def _clean_scalar(value: object) -> JSON:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, int):
        return _clean_integer(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return clean_text(bytes(value).decode("utf-8", "replace"))
    return None


def _clean_integer(value: int) -> JSON:
    bits = value.bit_length()
    if bits <= _SAFE_INTEGER_BITS:
        return int(value)
    # Python itself refuses to print integers of more than 4,300 digits.
    return str(int(value)) if bits <= _LONGEST_INTEGER_BITS else None


def _key(key: object) -> str:
    if isinstance(key, str):
        return clean_text(key, KEY_LIMIT)
    cleaned = _clean_scalar(key)
    if isinstance(cleaned, bool):
        return "true" if cleaned else "false"
    return "null" if cleaned is None else str(cleaned)[:KEY_LIMIT]


def _limit_marks(text: str) -> str:
    """Keep the first marks of each run of combining marks; the rest is not text."""
    mark, long_run = _marks()
    return long_run.sub(r"\1", text) if mark.search(text) else text


@cache
def _marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds a mark, and what finds too many in a row.

    Asking Unicode for all of them takes a tenth of a second, once in a process.
    """
    found = [code for code in range(0x300, _LAST_MARK + 1) if unicodedata.combining(chr(code))]
    low = "".join(chr(code) for code in found if code <= 0xFFFF) + "".join(_SPLIT_INTO_MARKS)
    high = "".join(chr(code) for code in found if code > 0xFFFF)
    # Apart, because only a set of the lower plane alone becomes a table, and so is quick.
    one = f"(?:[{low}]|[{high}])"
    return re.compile(f"[{low}]|[{min(high)}-{max(high)}]"), re.compile(
        f"({one}{{{MARKS_LIMIT}}}){one}+"
    )
