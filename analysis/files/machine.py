"""The stack, the memo and the rules of a walk through a pickle that builds nothing.

The machine carries symbols in place of objects: nothing is imported, built or called. It follows
CPython's unpickler and is stricter wherever weights do not need what that allows.
"""

import pickletools
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from mmap import mmap
from typing import NoReturn

from analysis.files.names import STORAGES, Global, Standing, standing


class Ruling(StrEnum):
    """What the gate says of a file: see "block > inconclusive > pass" in the docs of the gate."""

    BLOCK = "block"  # evidence of a payload or of deception
    INCONCLUSIVE = "inconclusive"  # not understood to the end, or asks for more than weights need
    PASS = "pass"  # noqa: S105 - read to the end, and nothing but a state dict's own names


class Halt(Exception):  # noqa: N818 - the end of a walk, not always an error
    """The walk cannot go on; ``ruling`` says whether that is a threat or only not understood."""

    def __init__(self, ruling: Ruling, reason: str) -> None:
        super().__init__(reason)
        self.ruling = ruling
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one pickle may cost to read. Real state dicts stay below a hundredth of it."""

    opcodes: int = 5_000_000
    memo: int = 2_000_000
    stack: int = 4_000_000
    nesting: int = 200
    expanded: int = (
        50_000_000  # items, counting each use of a shared object: hashing walks them all
    )
    text_bytes: int = 1 << 24


@dataclass(slots=True, eq=False)
class Node:
    """A symbol for an object: what it is, how many items it unfolds to, how deep it nests."""

    kind: str  # atom list tuple dict set storage object
    size: int = 1
    depth: int = 0
    items: tuple["Symbol", ...] = ()  # of a tuple
    keys: list[str] = field(default_factory=list)  # the first few text keys of a dict
    made_by: Global | None = None  # of an object

    def note_keys(self, keys: Sequence["Symbol"]) -> None:
        """Keep the first few text keys of a dict, for a look at what a state would set."""
        room = _KEYS_KEPT - len(self.keys)
        self.keys += [key if isinstance(key, str) else "" for key in keys[:room]]


Symbol = Node | Global | str | int
ATOM = Node("atom")
_OPCODE_NAMES = {ord(op.code): op.name for op in pickletools.opcodes}
_KEYS_KEPT = 4
_LINE_BYTES = 1 << 16
_REJECTED_NAMES = 64


@dataclass(frozen=True, slots=True)
class Trace:
    """What one pickle named: its end, the globals in order, and the storages key -> bytes."""

    end: int
    globals: tuple[Global, ...]
    storages: dict[str, int]
    doubt: str  # the first reason why this is not a pass, or empty
    top: Symbol


class Machine:
    """Reads one pickle from ``start``; ``persistent`` says whether it may refer to storages."""

    def __init__(
        self,
        data: bytes | mmap,
        start: int = 0,
        *,
        persistent: bool = False,
        budget: Budget | None = None,
    ) -> None:
        self.data = data
        self.pos = start
        self.op_at = start
        self.persistent = persistent
        self.budget = budget or Budget()
        self.stack: list[Symbol] = []
        self.below: list[list[Symbol]] = []
        self.memo: dict[int, Symbol] = {}
        self.globals: dict[Global, None] = {}
        self.storages: dict[str, int] = {}
        self.doubt = ""

    def trace(self) -> Trace:
        """Say what was found, at the end of the pickle."""
        if self.below or len(self.stack) != 1:
            self.give_up("the pickle ends with objects left over")
        return Trace(self.pos, tuple(self.globals), self.storages, self.doubt, self.stack[0])

    # -- how a walk ends or is doubted ------------------------------------------------------

    def give_up(self, why: str) -> NoReturn:
        """End the walk without a judgement."""
        raise Halt(Ruling.INCONCLUSIVE, f"At byte {self.op_at:,}: {why}.")

    def block(self, why: str) -> NoReturn:
        """End the walk on evidence of harm."""
        name = _OPCODE_NAMES.get(self.data[self.op_at], "?")
        raise Halt(Ruling.BLOCK, f"At byte {self.op_at:,}, opcode {name}: {why}.")

    def question(self, why: str) -> None:
        """Go on, in search of worse, but never to a pass."""
        self.doubt = self.doubt or f"At byte {self.op_at:,}: {why}."

    # -- reading --------------------------------------------------------------------------------

    def number(self, form: struct.Struct) -> int:
        """Read a fixed-size argument."""
        at = self.pos
        self.pos = at + form.size
        value: int = form.unpack(self.data[at : self.pos])[0]
        return value

    def raw(self, size: int) -> bytes:
        """Read ``size`` bytes that are kept, such as a name."""
        if size > self.budget.text_bytes:
            self.give_up(f"a text of {size:,} bytes is longer than any name needs")
        chunk = self.data[self.pos : self.pos + size]
        if size < 0 or len(chunk) != size:
            self.give_up("the pickle is cut off or broken")
        self.pos += size
        return chunk

    def skip(self, size: int) -> None:
        """Pass over ``size`` bytes that no decision needs."""
        if size < 0 or size > len(self.data) - self.pos:
            self.give_up("the pickle is cut off or broken")
        self.pos += size

    def line(self) -> str:
        """Read up to a line feed, as the text opcodes of protocol 0 do."""
        end = self.data.find(b"\n", self.pos, self.pos + _LINE_BYTES)
        if end < 0:
            self.give_up("a text argument does not end")
        text = self.data[self.pos : end].decode("utf-8")
        self.pos = end + 1
        return text

    # -- stack ----------------------------------------------------------------------------------

    def push(self, symbol: Symbol) -> None:
        """Put a symbol on the stack."""
        self.stack.append(symbol)
        if len(self.stack) > self.budget.stack:
            self.give_up(f"it stacks more than {self.budget.stack:,} objects")

    def pop_mark(self) -> list[Symbol]:
        """Take everything above the last mark."""
        items, self.stack = self.stack, self.below.pop()
        return items

    def remember(self, index: int) -> None:
        """Put the top of the stack into the memo."""
        if not 0 <= index < self.budget.memo:
            self.give_up(f"memo entry {index:,} is beyond {self.budget.memo:,}")
        self.memo[index] = self.stack[-1]

    def contain(self, box: Node, items: list[Symbol]) -> None:
        """Account for ``items`` that become part of ``box``."""
        for item in items:
            if isinstance(item, Node):
                box.size += item.size
                box.depth = max(box.depth, item.depth + 1)
            else:
                box.size += 1
        if box.depth > self.budget.nesting:
            self.give_up(f"its objects nest more than {self.budget.nesting} deep")
        if box.size > self.budget.expanded:
            self.give_up(f"its shared objects unfold to more than {self.budget.expanded:,} items")

    def fill(self, box: Symbol, kind: str, items: list[Symbol]) -> None:
        """Put ``items`` into a container; anything else has a method of its own that would run."""
        if not isinstance(box, Node):
            self.block(f"it adds items to something that is no {kind}")
        makers = {"dict": ("OrderedDict", "Counter"), "set": ("set",)}.get(kind, ())
        if box.made_by is not None:
            if standing(box.made_by) is Standing.CALL and box.made_by.name not in makers:
                self.block(f"it adds items to a {_shown(box.made_by)}")
        elif box.kind != kind:
            self.block(f"it adds items to a {box.kind} as if it were a {kind}")
        if kind == "dict":
            box.note_keys(items[::2])
        self.contain(box, items)

    # -- names and calls --------------------------------------------------------------------------

    def mention(self, module: str, name: str) -> None:
        """Push a global, after a look at what it may be used for."""
        found = Global(module, name)
        self.globals[found] = None
        where = standing(found)
        if where is Standing.DANGER:
            self.block(f"it names {_shown(found)}, which weights never need and which can do harm")
        if where is Standing.UNKNOWN:
            self.question(f"it names {_shown(found)}, which is not known to be safe")
        self.push(found)

    def call(self, target: Symbol, arguments: Symbol, *, plain_class: bool = False) -> None:
        """Push what ``target(*arguments)`` would give, if it may be called at all."""
        if not isinstance(target, Global):
            self.block("it calls something that is not a named function")
        if not isinstance(arguments, Node) or arguments.kind != "tuple":
            self.block(f"it calls {_shown(target)} without a tuple of arguments")
        where = standing(target)
        if where is not Standing.CALL:
            self.question(f"it calls {_shown(target)}, which is not known to be safe")
        elif plain_class and target.module not in ("collections", "torch"):
            self.block(f"it makes an instance of {_shown(target)}, which is no class")
        if target == Global("_codecs", "encode") and arguments.items[1:] != ("latin1",):
            self.block("it calls _codecs.encode with another encoding than latin1")
        made = Node("object", made_by=target)
        self.contain(made, [arguments])
        self.push(made)

    def build(self, target: Symbol, state: Symbol) -> None:
        """Accept the one use that state dicts have for BUILD: ``_metadata`` of an OrderedDict."""
        if not isinstance(target, Node) or target.made_by is None:
            self.block("it sets the state of something that is no object")
        if standing(target.made_by) is not Standing.CALL:
            return  # its class has been questioned already
        if target.made_by.name != "OrderedDict":
            self.block(f"it sets the state of a {_shown(target.made_by)}")
        if not isinstance(state, Node) or state.kind != "dict":
            self.block("it sets the state of an OrderedDict to something that is no dict")
        if state.keys != ["_metadata"]:
            self.question("it sets unusual attributes of an OrderedDict")
        self.contain(target, [state])

    def refer(self, reference: Symbol) -> None:
        """Push the storage that a persistent id means: (storage, type, key, location, elements)."""
        if not self.persistent:
            self.give_up("it refers to storages, but the file has none")
        items = reference.items if isinstance(reference, Node) else ()
        match items:
            case ("storage", Global() as kind, str(key), str(), int(elements), *_) if elements >= 0:
                width = STORAGES.get(kind.name)
            case _:
                self.give_up("a reference to a storage has an unknown form")
        if width is None or standing(kind) is not Standing.VALUE:
            self.give_up(f"a storage has the unknown type {_shown(kind)}")
        self.storages[key] = max(self.storages.get(key, 0), elements * width)
        self.push(Node("storage"))


def plain(found: Global) -> str:
    """Write a global in printable ASCII, whatever its name holds."""
    return str(found).encode("unicode_escape").decode()


def _shown(found: Global) -> str:
    """Name a global so that it is safe to print: hostile names may hold anything."""
    text = plain(found)
    return text if len(text) <= 2 * _REJECTED_NAMES else text[:_REJECTED_NAMES] + "…"
