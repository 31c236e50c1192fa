"""YAML of strangers → plain data, in one pass, without recursion and without surprises.

The data are read as YAML 1.2 core does and so as the Hub does (a JavaScript parser): ``language:
no`` is Norwegian and not False, ``1e-5`` is a number, a date stays the text that it is. PyYAML's
own constructor is not used, because it follows YAML 1.1, raises ValueError on bad dates, expands
aliases, recurses, and forgets how a number was written: ``0.90`` and ``0.9`` are different claims.

The events come from libyaml. It is quadratic in depth (100,000 brackets: 17 s) and in the number
of %TAG directives, so depth is limited while events come, and directives are refused.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from analysis.contract import JSON
from analysis.text import clean_text

DEPTH_LIMIT = 64
VALUE_LIMIT = 100_000
KEY_LIMIT = 1_000

Path = tuple[str | int, ...]

_NO_ALIASES = "YAML anchors and aliases are not read here."
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_CORE = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset(
    _CORE + name for name in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp")
)


class NotPlainYAML(ValueError):  # noqa: N818 - reads as what the text is
    """The text cannot be read. The message is a sentence; ``line`` (from 0) says where."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document.

    ``data`` has text keys, finite numbers and clean text only. ``written`` has the text of each
    plain number as it stands in the file; ``lines`` the first and the last line (from 0) of each
    mapping; both are keyed by the path from the top. ``repeated`` lists keys that were given twice
    in one mapping, of which the last one counts.
    """

    data: JSON
    written: Mapping[Path, str]
    lines: Mapping[Path, tuple[int, int]]
    repeated: tuple[str, ...]


def load(text: str) -> Document:
    """Read one document. Raises NotPlainYAML, never anything else.

    Refused: anchors and aliases, tags beyond the core ones, directives, more than one document,
    keys that are not scalars, more than 64 levels, more than 100,000 values.
    """
    if _DIRECTIVE.search(text):
        raise NotPlainYAML("YAML directives (%) are not read here.", 0)
    try:
        return _Builder().read(_events(text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else None
        raise NotPlainYAML(f"It is not valid YAML: {error.problem}.", line) from error
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, NotPlainYAML):
            raise
        raise NotPlainYAML("It is not valid YAML: it cannot be decoded.") from error


def path_text(path: Path) -> str:
    """Write a path as ``model-index[0].results[2]``."""
    pieces = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(pieces).removeprefix(".")


def _events(text: str) -> Iterator[yaml.Event]:
    parser = yaml.CSafeLoader(text)
    while True:
        event = parser.get_event()
        if event is None or isinstance(event, yaml.StreamEndEvent):
            return
        yield event


@dataclass(slots=True)
class _Frame:
    """A list or a mapping that is still open."""

    container: list[JSON] | dict[str, JSON]
    path: Path
    first_line: int
    key: str | None = None  # of a mapping, when its value comes next


@dataclass(slots=True)
class _Builder:
    """Puts the data together from events, with a stack of its own."""

    stack: list[_Frame] = field(default_factory=list)
    data: JSON = None
    documents: int = 0
    values: int = 0
    written: dict[Path, str] = field(default_factory=dict)
    lines: dict[Path, tuple[int, int]] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)

    def read(self, events: Iterator[yaml.Event]) -> Document:
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                self._refuse(event)
                self._scalar(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._refuse(event)
                self._open(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close(event)
            elif isinstance(event, yaml.AliasEvent):
                raise NotPlainYAML(_NO_ALIASES, _first_line(event))
            elif isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    line = _first_line(event)
                    raise NotPlainYAML("It holds more than one YAML document.", line)
        return Document(self.data, self.written, self.lines, tuple(self.repeated))

    def _refuse(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        """Raise where a node is not plain data, or one too many."""
        if event.anchor is not None:
            raise NotPlainYAML(_NO_ALIASES, _first_line(event))
        if event.tag is not None and event.tag not in _PLAIN_TAGS:
            said = clean_text(event.tag, 80)
            raise NotPlainYAML(f"The YAML tag “{said}” is not read here.", _first_line(event))
        self.values += 1
        if self.values > VALUE_LIMIT:
            line = _first_line(event)
            raise NotPlainYAML(f"It holds more than {VALUE_LIMIT:,} values.", line)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.container, dict) and frame.key is None:
            key = clean_text(event.value, KEY_LIMIT)
            if key in frame.container:
                self.repeated.append(path_text((*frame.path, key)))
            frame.key = key
            return
        is_plain = event.implicit[0] and not event.style
        value = _resolve(event.value) if is_plain else clean_text(event.value)
        if is_plain and isinstance(value, int | float) and not isinstance(value, bool):
            self.written[self._next_path()] = event.value
        self._put(value)

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        line = _first_line(event)
        if len(self.stack) >= DEPTH_LIMIT:
            raise NotPlainYAML(f"It is nested more than {DEPTH_LIMIT} levels deep.", line)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.container, dict) and frame.key is None:
            raise NotPlainYAML("A key is a list or a mapping, not a text.", line)
        path = self._next_path()
        container: list[JSON] | dict[str, JSON] = (
            {} if isinstance(event, yaml.MappingStartEvent) else []
        )
        self._put(container)
        self.stack.append(_Frame(container, path, line))

    def _close(self, event: yaml.CollectionEndEvent) -> None:
        frame = self.stack.pop()
        if isinstance(frame.container, dict):
            # A block mapping "ends" in the line of the next token.
            end = event.end_mark.line if event.end_mark else frame.first_line
            self.lines[frame.path] = (frame.first_line, max(frame.first_line, end - 1))

    def _next_path(self) -> Path:
        """Name the place of the value that comes next."""
        if not self.stack:
            return ()
        frame = self.stack[-1]
        if isinstance(frame.container, list):
            return (*frame.path, len(frame.container))
        return (*frame.path, frame.key or "")

    def _put(self, value: JSON) -> None:
        if not self.stack:
            self.data = value
            return
        frame = self.stack[-1]
        if isinstance(frame.container, list):
            frame.container.append(value)
        else:
            frame.container[frame.key or ""] = value
            frame.key = None


def _first_line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


def _resolve(text: str) -> JSON:
    """Give the value of a plain scalar by the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        digits = text.lstrip("+-")
        return int(text, {"0o": 8, "0x": 16}.get(digits[:2], 10))
    if len(text) <= 400 and _FLOAT.fullmatch(text):
        number = float(text)
        if math.isfinite(number):
            return number
    return clean_text(text)
