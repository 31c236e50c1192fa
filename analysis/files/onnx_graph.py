"""What an ONNX file would do when it is loaded: its operators, and the files that it names.

Reads the protobuf wire format alone, without the onnx package, and skips over the weights. The
numbers of fields are those of onnx.proto3. What cannot be read is malformed, never harmless.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_DEPTH = 64  # of graphs inside of nodes
_VARINT_BYTES = 10
_NAME_BYTES = 1_000
# Wire types, and what each message has at which number.
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MODEL_GRAPH, _MODEL_FUNCTION = 7, 25
_GRAPH_NODE, _GRAPH_TENSOR, _GRAPH_SPARSE = 1, 5, 15
_NODE_OPERATOR, _NODE_ATTRIBUTE, _NODE_DOMAIN = 4, 5, 7
_ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS, _ATTRIBUTE_SPARSE = (5, 10), (6, 11), (22, 23)
_FUNCTION_NAME, _FUNCTION_NODE, _FUNCTION_DOMAIN, _FUNCTION_ATTRIBUTE = 1, 7, 10, 11
_TENSOR_EXTERNAL = 13
_ENTRY_KEY, _ENTRY_VALUE = 1, 2
_SPARSE_PARTS = (1, 2)

PLAIN_DOMAINS = frozenset(("", "ai.onnx", "ai.onnx.ml"))

Operator = tuple[str, str]  # domain and name


class Malformed(ValueError):  # noqa: N818 - reads as the state of the file
    """The bytes are not those of an ONNX model."""


@dataclass(slots=True)
class Seen:
    """All operators, those that the file defines itself, and the files that weights lie in."""

    operators: set[Operator] = field(default_factory=set)
    functions: set[Operator] = field(default_factory=set)
    external: set[str] = field(default_factory=set)

    def unusual(self) -> list[str]:
        """Name the operators that are neither of the ONNX standard nor defined in the file."""
        return sorted(
            f"{domain}.{name}"
            for domain, name in self.operators - self.functions
            if domain not in PLAIN_DOMAINS
        )


def read_graph(path: Path) -> Seen:
    """Walk through a file; raise Malformed where it is not an ONNX model."""
    seen = Seen()
    has_graph = False
    with path.open("rb") as handle:
        if not handle.read(1):
            raise Malformed("the file is empty")
        # Not closed by hand: pieces of it are still held where reading ends in an exception.
        content = memoryview(mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ))
    for number, value in _messages(content):
        if number == _MODEL_GRAPH:
            has_graph = True
            _graph(value, seen, 0)
        elif number == _MODEL_FUNCTION:
            _function(value, seen)
    if not has_graph:
        raise Malformed("there is no graph in it")
    return seen


def _graph(content: memoryview, seen: Seen, depth: int) -> None:
    if depth > _DEPTH:
        raise Malformed("graphs are nested too deep")
    for number, value in _messages(content):
        if number == _GRAPH_NODE:
            _node(value, seen, depth)
        elif number == _GRAPH_TENSOR:
            _tensor(value, seen)
        elif number == _GRAPH_SPARSE:
            _sparse(value, seen)


def _function(content: memoryview, seen: Seen) -> None:
    name = domain = ""
    for number, value in _messages(content):
        if number == _FUNCTION_NAME:
            name = _text(value)
        elif number == _FUNCTION_DOMAIN:
            domain = _text(value)
        elif number == _FUNCTION_NODE:
            _node(value, seen, 0)
        elif number == _FUNCTION_ATTRIBUTE:
            _attribute(value, seen, 0)
    seen.functions.add((domain, name))


def _node(content: memoryview, seen: Seen, depth: int) -> None:
    name = domain = ""
    for number, value in _messages(content):
        if number == _NODE_OPERATOR:
            name = _text(value)
        elif number == _NODE_DOMAIN:
            domain = _text(value)
        elif number == _NODE_ATTRIBUTE:
            _attribute(value, seen, depth)
    seen.operators.add((domain, name))


def _attribute(content: memoryview, seen: Seen, depth: int) -> None:
    for number, value in _messages(content):
        if number in _ATTRIBUTE_GRAPHS:
            _graph(value, seen, depth + 1)
        elif number in _ATTRIBUTE_TENSORS:
            _tensor(value, seen)
        elif number in _ATTRIBUTE_SPARSE:
            _sparse(value, seen)


def _sparse(content: memoryview, seen: Seen) -> None:
    for number, value in _messages(content):
        if number in _SPARSE_PARTS:
            _tensor(value, seen)


def _tensor(content: memoryview, seen: Seen) -> None:
    for number, value in _messages(content):
        if number == _TENSOR_EXTERNAL:
            entry = {key: _text(inner) for key, inner in _messages(value)}
            if entry.get(_ENTRY_KEY) == "location":
                seen.external.add(entry.get(_ENTRY_VALUE, ""))


def _text(value: memoryview) -> str:
    if len(value) > _NAME_BYTES:
        raise Malformed("a name is too long")
    try:
        return bytes(value).decode()
    except UnicodeDecodeError as fault:
        raise Malformed("a name is no text") from fault


def _messages(content: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield the fields that have a length (texts, messages, packed numbers); skip the others."""
    at = 0
    while at < len(content):
        tag, at = _varint(content, at)
        kind = tag & 7
        if kind == _VARINT:
            _, at = _varint(content, at)
        elif kind in (_FIXED32, _FIXED64):
            at += 4 if kind == _FIXED32 else 8
        elif kind == _BYTES:
            size, at = _varint(content, at)
            if size > len(content) - at:
                raise Malformed("a field is longer than the file")
            yield tag >> 3, content[at : at + size]
            at += size
        else:
            raise Malformed("a field has an unknown type")
    if at > len(content):
        raise Malformed("a field is longer than the file")


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for place in range(_VARINT_BYTES):
        if at + place >= len(content):
            raise Malformed("the file is cut off")
        byte = content[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise Malformed("a number is too long")
