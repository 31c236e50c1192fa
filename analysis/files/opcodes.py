"""Walk the opcodes of a pickle without doing what they say.

One handler an opcode, as the standard library's ``pickletools`` describes them; the machine that
they act on has the rules.
"""

import struct
from _codecs import escape_decode
from collections.abc import Callable
from mmap import mmap
from typing import NoReturn

from analysis.files.machine import ATOM, Budget, Machine, Node, Symbol, Trace

Handler = Callable[[Machine], None]


def walk(
    data: bytes | mmap,
    start: int = 0,
    *,
    persistent: bool = False,
    budget: Budget | None = None,
) -> Trace:
    """Walk one pickle from ``start`` to STOP; raise Halt where it cannot or may not be read."""
    machine = Machine(data, start, persistent=persistent, budget=budget)
    try:
        for _ in range(machine.budget.opcodes):
            machine.op_at = machine.pos
            op = data[machine.pos]
            machine.pos += 1
            if op == _STOP:
                return machine.trace()
            HANDLERS.get(op, _unknown)(machine)
    except (IndexError, KeyError, struct.error):
        machine.give_up("the pickle is cut off or broken")
    except ValueError as fault:  # bad text or numbers
        machine.give_up(f"the pickle is malformed ({type(fault).__name__})")
    return machine.give_up(f"it has more than {machine.budget.opcodes:,} opcodes")


_STOP = ord(".")
_U1, _U2, _U4, _U8 = (struct.Struct(form) for form in ("<B", "<H", "<I", "<Q"))
_I4 = struct.Struct("<i")
_PROTOCOL = 5
_LONG_BYTES = 1024


def _proto(machine: Machine) -> None:
    if machine.number(_U1) > _PROTOCOL:
        machine.give_up("its protocol is unknown")


def _frame(machine: Machine) -> None:
    if machine.number(_U8) > len(machine.data) - machine.pos:
        machine.give_up("the pickle is cut off or broken")


def _mark(machine: Machine) -> None:
    machine.below.append(machine.stack)
    machine.stack = []
    if len(machine.below) > machine.budget.nesting:
        machine.give_up(f"its objects nest more than {machine.budget.nesting} deep")


def _pop(machine: Machine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.pop_mark()


def _long(form: struct.Struct) -> Handler:
    def handler(machine: Machine) -> None:
        size = machine.number(form)
        if size > _LONG_BYTES:
            machine.give_up(f"a number has {size:,} bytes")
        machine.push(int.from_bytes(machine.raw(size), "little", signed=True))

    return handler


def _int_line(machine: Machine) -> None:
    text = machine.line()
    machine.push(ATOM if text in ("00", "01") else int(text.removesuffix("L")[:_LONG_BYTES]))


def _float_line(machine: Machine) -> None:
    float(machine.line())
    machine.push(ATOM)


def _string_line(machine: Machine) -> None:
    text = machine.line().strip()
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "'\"":
        machine.give_up("a text is not quoted")
    machine.push(escape_decode(text[1:-1].encode())[0].decode("utf-8", "replace"))


def _unicode_line(machine: Machine) -> None:
    machine.push(machine.line().encode().decode("raw-unicode-escape"))


def _text(form: struct.Struct, errors: str) -> Handler:
    def handler(machine: Machine) -> None:
        machine.push(machine.raw(machine.number(form)).decode("utf-8", errors))

    return handler


def _bytes(form: struct.Struct) -> Handler:
    def handler(machine: Machine) -> None:
        machine.skip(machine.number(form))
        machine.push(ATOM)

    return handler


def _constant(machine: Machine) -> None:
    machine.push(ATOM)


def _float(machine: Machine) -> None:
    machine.skip(8)
    machine.push(ATOM)


def _integer(form: struct.Struct) -> Handler:
    def handler(machine: Machine) -> None:
        machine.push(machine.number(form))

    return handler


def _box(machine: Machine, kind: str, items: list[Symbol]) -> None:
    box = Node(kind, items=tuple(items) if kind == "tuple" else ())
    machine.contain(box, items)
    if kind == "dict":
        box.note_keys(items[::2])
    machine.push(box)


def _empty(kind: str) -> Handler:
    def handler(machine: Machine) -> None:
        machine.push(Node(kind))

    return handler


def _marked(kind: str) -> Handler:
    def handler(machine: Machine) -> None:
        _box(machine, kind, machine.pop_mark())

    return handler


def _tuple_of(count: int) -> Handler:
    def handler(machine: Machine) -> None:
        items = [machine.stack.pop() for _ in range(count)]
        _box(machine, "tuple", items[::-1])

    return handler


def _add(kind: str, count: int | None) -> Handler:
    """Handle the opcodes that put items into a container below them; None means up to the mark."""

    def handler(machine: Machine) -> None:
        if count is None:
            items = machine.pop_mark()
        else:
            items = [machine.stack.pop() for _ in range(count)][::-1]
        machine.fill(machine.stack[-1], kind, items)

    return handler


def _put(form: struct.Struct) -> Handler:
    def handler(machine: Machine) -> None:
        machine.remember(machine.number(form))

    return handler


def _get(form: struct.Struct) -> Handler:
    def handler(machine: Machine) -> None:
        machine.push(machine.memo[machine.number(form)])

    return handler


def _put_line(machine: Machine) -> None:
    machine.remember(int(machine.line()))


def _get_line(machine: Machine) -> None:
    machine.push(machine.memo[int(machine.line())])


def _memoize(machine: Machine) -> None:
    machine.remember(len(machine.memo))


def _duplicate(machine: Machine) -> None:
    machine.push(machine.stack[-1])


def _drop_to_mark(machine: Machine) -> None:
    machine.pop_mark()


def _global(machine: Machine) -> None:
    module = machine.line()
    machine.mention(module, machine.line())


def _stack_global(machine: Machine) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        machine.block("it names a global by something that is no text")
    machine.mention(module, name)


def _reduce(machine: Machine) -> None:
    arguments = machine.stack.pop()
    machine.call(machine.stack.pop(), arguments)


def _new_object(machine: Machine) -> None:
    arguments = machine.stack.pop()
    machine.call(machine.stack.pop(), arguments, plain_class=True)


def _build(machine: Machine) -> None:
    state = machine.stack.pop()
    machine.build(machine.stack[-1], state)


def _persistent(machine: Machine) -> None:
    machine.refer(machine.stack.pop())


def _forbidden(machine: Machine) -> NoReturn:
    machine.block("weights never use this opcode, and it can hide or make a call")


def _unknown(machine: Machine) -> NoReturn:
    machine.give_up(f"byte 0x{machine.data[machine.op_at]:02x} is no opcode that weights use")


HANDLERS: dict[int, Handler] = {
    0x80: _proto,
    0x95: _frame,
    ord("("): _mark,
    ord("0"): _pop,
    ord("1"): _drop_to_mark,
    ord("2"): _duplicate,
    ord("N"): _constant,
    0x88: _constant,
    0x89: _constant,
    ord("G"): _float,
    ord("F"): _float_line,
    ord("J"): _integer(_I4),
    ord("K"): _integer(_U1),
    ord("M"): _integer(_U2),
    ord("I"): _int_line,
    ord("L"): _int_line,
    0x8A: _long(_U1),
    0x8B: _long(_U4),
    ord("S"): _string_line,
    ord("V"): _unicode_line,
    ord("T"): _text(_U4, "replace"),
    ord("U"): _text(_U1, "replace"),
    ord("X"): _text(_U4, "surrogatepass"),
    0x8C: _text(_U1, "surrogatepass"),
    0x8D: _text(_U8, "surrogatepass"),
    ord("B"): _bytes(_U4),
    ord("C"): _bytes(_U1),
    0x8E: _bytes(_U8),
    0x96: _bytes(_U8),
    ord("]"): _empty("list"),
    ord(")"): _empty("tuple"),
    ord("}"): _empty("dict"),
    0x8F: _empty("set"),
    ord("l"): _marked("list"),
    ord("t"): _marked("tuple"),
    ord("d"): _marked("dict"),
    0x91: _marked("tuple"),  # a frozenset is hashed like a tuple
    0x85: _tuple_of(1),
    0x86: _tuple_of(2),
    0x87: _tuple_of(3),
    ord("a"): _add("list", 1),
    ord("e"): _add("list", None),
    ord("s"): _add("dict", 2),
    ord("u"): _add("dict", None),
    0x90: _add("set", None),
    ord("q"): _put(_U1),
    ord("r"): _put(_U4),
    ord("p"): _put_line,
    0x94: _memoize,
    ord("h"): _get(_U1),
    ord("j"): _get(_U4),
    ord("g"): _get_line,
    ord("c"): _global,
    0x93: _stack_global,
    ord("R"): _reduce,
    0x81: _new_object,
    ord("b"): _build,
    ord("Q"): _persistent,
    ord("i"): _forbidden,
    ord("o"): _forbidden,
    0x82: _forbidden,
    0x83: _forbidden,
    0x84: _forbidden,
    0x92: _forbidden,
}
