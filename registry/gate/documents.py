"""Hostile YAML and JSON into plain JSON values: bounded, without aliases, always printable."""

import datetime
import json
import math
import re
from typing import Any

import yaml

MAX_YAML = 262_144
MAX_DEPTH = 60
MAX_EVENTS = 100_000  # a card with every table of a large benchmark has a tenth of this
MAX_INTEGER_BITS = 64

_FENCED = re.compile(
    r"\A\ufeff?\s*---[ \t]*(?:\r\n|\r|\n)(.*?)(?:\r\n|\r|\n)---[ \t]*(?:\r|\n|\Z)", re.S
)


class Unreadable(ValueError):  # noqa: N818 - reads as the state of the document
    """The text is no document that can be used; the message is a plain sentence."""


def front_matter(card: str) -> dict[str, Any]:
    """Return the YAML head of a model card, empty where there is none; raise Unreadable."""
    match = _FENCED.match(card)
    if match is None:
        return {}
    document = load_yaml(match.group(1) + "\n")
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise Unreadable("its front matter is not a mapping")
    return document


def load_yaml(text: str) -> Any:
    """Return a YAML text as JSON values; raise Unreadable."""
    if len(text) > MAX_YAML:
        raise Unreadable(f"its YAML is longer than {MAX_YAML:,} characters")
    try:
        _check_shape(text)
        # the C loader of safe types: the pure one takes seconds for what fits in the limit
        return plain(yaml.load(text, yaml.CSafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, OverflowError) as error:
        raise _unreadable("YAML", error) from error


def load_json(text: bytes) -> Any:
    """Return a JSON text as JSON values, NaN and infinities as null; raise Unreadable."""
    try:
        return plain(json.loads(text, parse_constant=lambda _: None))
    except (ValueError, RecursionError) as error:
        raise _unreadable("JSON", error) from error


def plain(value: Any, depth: int = 0) -> Any:
    """Return ``value`` as what JSON can say; raise Unreadable where it is nested too deep."""
    if depth > MAX_DEPTH:
        raise Unreadable("is nested too deep")
    if isinstance(value, dict):
        return {_key(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value.bit_length() <= MAX_INTEGER_BITS else None
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, datetime.date):
        return value.isoformat()
    return None


def _check_shape(text: str) -> None:
    """Refuse what crashes the C loader (nesting), grows without bound (aliases) or takes long."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, yaml.CSafeLoader)):
        if number > MAX_EVENTS:
            raise Unreadable("its YAML has too many parts")
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable("its YAML has aliases, which can grow without bound")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise Unreadable("is nested too deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    said = plain(key)
    return json.dumps(said) if not isinstance(said, str) else said


def _unreadable(what: str, error: Exception) -> Unreadable:
    if isinstance(error, Unreadable):
        return error
    first = " ".join(str(error).split())[:160]
    return Unreadable(f"is not readable as {what} ({type(error).__name__}: {first})")
