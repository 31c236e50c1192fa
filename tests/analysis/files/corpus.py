"""A small corpus of hostile and benign weights files. The hostile ones are never loaded.

The payload of each is a canary: it would create the file ``marker``, and tests look that none
appeared. The classes are those of published attacks on pickle scanners; the bytes are made here.
"""

import gzip
import io
import pickle
import struct
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

STOP = b"."


class Call:
    """An object that pickles as a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.call


def text(value: str) -> bytes:
    """Write a text as the opcode BINUNICODE does."""
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def call(module: str, name: str, *arguments: str) -> bytes:
    """Write a call by GLOBAL and REDUCE, without PROTO and STOP."""
    inner = b"(" + b"".join(map(text, arguments)) + b"t"
    return b"c" + f"{module}\n{name}\n".encode() + inner + b"R"


def touch(marker: Path) -> str:
    """Give the shell command of the canary."""
    return f"touch {marker}"


def streams(marker: Path) -> dict[str, bytes]:
    """Hostile pickles by the name of their class."""
    command = touch(marker)
    system = call("posix", "system", command)
    evil = b"\x80\x02" + system + STOP
    safe = pickle.dumps({"weight": 1.5}, protocol=2)
    found = {
        "os.system": evil,
        "protocol 0": b"cos\nsystem\n(S'" + command.encode() + b"'\ntR.",
        "protocol 4": pickle.dumps(Call(exec, f"open({str(marker)!r}, 'w')"), protocol=4),
        "python 2 name": b"\x80\x02" + call("__builtin__", "eval", "1") + STOP,
        "python 2 module": b"\x80\x02" + call("commands", "getoutput", command) + STOP,
        "broken tail": evil[:-1] + b"\xff\xff",
        "no stop": evil[:-1],
        "popped result": b"\x80\x02" + system + b"0" + b"N" + STOP,
        "appended pickle": safe + evil,
        "appended junk": safe + b"\x00" * 64,
        "inside a dict": b"\x80\x02}" + text("weight") + system + b"s" + STOP,
        "escaped text": b"\x80\x04S'p\\x6fsix'\nS's\\x79stem'\n\x93(" + text(command) + b"tR.",
        "memo confusion": b"\x80\x04" + text("collections") + b"q\x000" + text("posix") + b"q\x00"
        b"0h\x00" + text("system") + b"\x93(" + text(command) + b"tR.",
        "memo by name": b"\x80\x04" + text("system") + b"\x940" + text("posix") + b"h\x00\x93.",
        "duplicated global": b"\x80\x02cposix\nsystem\n2(" + text(command) + b"tR1" + STOP,
        "inst": b"(" + text(command) + b"iposix\nsystem\n.",
        "obj": b"(cposix\nsystem\n" + text(command) + b"o.",
        "obj of a safe class": b"(ccollections\nOrderedDict\no.",
        "newobj of a function": b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)\x81.",
        "newobj_ex": b"\x80\x04ccollections\nOrderedDict\n)}\x92.",
        "ext1": b"\x80\x02\x82\x01.",
        "ext4": b"\x80\x02\x84\x01\x00\x00\x00.",
        "dotted name": b"\x80\x04" + text("torch") + text("os.system") + b"\x93)R.",
        "build on a safe object": b"\x80\x02ctorch\nSize\n)R}" + text("x") + b"Ns" + b"b" + STOP,
        "build of attributes": b"\x80\x02ccollections\nOrderedDict\n)R}" + text("keys") + b"Nsb.",
        "build with slots": b"\x80\x02ccollections\nOrderedDict\n)RN}" + text("x") + b"Ns\x86b.",
        "append to an object": b"\x80\x02ctorch\nSize\n)RNa.",
        "setitem on an object": b"\x80\x02ctorch\nSize\n)RNNs.",
        "call of a text": b"\x80\x02" + text("posix.system") + b"(" + text(command) + b"tR.",
        "arguments no tuple": b"\x80\x02ccollections\nOrderedDict\n]R.",
        "codec": b"\x80\x02" + call("_codecs", "encode", "x", "zip") + STOP,
        "unknown vendor": b"\x80\x02" + call("vendor.helpers", "prepare", command) + STOP,
        "huge memo index": b"\x80\x02Nr\xff\xff\xff\x7f.",
        "huge text": b"\x80\x04\x8d" + struct.pack("<Q", 1 << 62) + b"abc",
        "frame beyond the end": b"\x80\x04\x95" + struct.pack("<Q", 1 << 40) + b"N.",
        "get of nothing": b"\x80\x02h\x05.",
        "empty stack": b"\x80\x02R.",
        "expansion bomb": b"\x80\x02N" + b"q\x00h\x00\x86" * 60 + STOP,
        "deep nesting": b"\x80\x02N" + b"\x85" * 10_000 + STOP,
        "deep marks": b"\x80\x02" + b"(" * 10_000 + b"t" * 10_000 + STOP,
        "storage without a file": b"\x80\x02(" + text("storage") + b"ctorch\nFloatStorage\n"
        + text("0") + text("cpu") + b"K\x01tQ.",
        "persistent text": b"\x80\x02P0\n.",
        "nul in a name": b"\x80\x02" + call("posix\x00", "system", command) + STOP,
        "gzip": gzip.compress(evil),
        "zlib": zlib.compress(evil),
        "not a pickle": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
        "empty": b"",
        "text file": b"hello world\n",
    }  # fmt: skip
    for module, name in TRAMPOLINES:
        found[f"{module}.{name}"] = b"\x80\x02" + call(module, name, command) + STOP
    return found


# Functions that run code or load another file, of the standard library and of others.
TRAMPOLINES = (
    ("pip", "main"),
    ("pip._internal", "main"),
    ("pkgutil", "resolve_name"),
    ("importlib", "import_module"),
    ("builtins", "getattr"),
    ("builtins", "__import__"),
    ("subprocess", "check_output"),
    ("imaplib", "IMAP4_stream"),
    ("uuid", "_get_command_stdout"),
    ("timeit", "timeit"),
    ("logging", "FileHandler"),
    ("runpy", "run_path"),
    ("_pyrepl.pager", "pipe_pager"),
    ("webbrowser", "open"),
    ("torch", "load"),
    ("torch.storage", "_load_from_bytes"),
    ("torch.hub", "load"),
    ("torch.jit.unsupported_tensor_ops", "execWrapper"),
    ("torch.serialization", "load"),
    ("torch.utils.collect_env", "run"),
    ("joblib", "load"),
    ("numpy", "load"),
    ("numpy.testing._private.utils", "runstring"),
    ("pandas", "read_pickle"),
    ("pandas.core.computation.eval", "eval"),
    ("pickle", "loads"),
    ("_pickle", "loads"),
    ("functools", "partial"),
    ("operator", "attrgetter"),
    ("types", "FunctionType"),
    ("asyncio.unix_events", "_UnixSubprocessTransport"),
)


def state_dict() -> dict[str, Any]:
    """Make a small state dict with all that real ones have: metadata, buffers, several dtypes."""
    import torch

    network = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
    found = network.state_dict()
    found["half"] = torch.ones(3, dtype=torch.bfloat16)
    found["shared"] = found["0.weight"]
    found["transposed"] = torch.arange(6.0).reshape(2, 3).T
    return found


def saved(content: Any, *, legacy: bool = False) -> bytes:
    """Save with torch, in the zip format or in the older one."""
    import torch

    buffer = io.BytesIO()
    torch.save(content, buffer, _use_new_zipfile_serialization=not legacy)
    return buffer.getvalue()


def benign() -> dict[str, bytes]:
    """Weights that honest people upload."""
    import torch

    tensors = state_dict()
    checkpoint = {"state_dict": tensors, "best_prec1": 91.78, "epoch": 200, "names": ["a", "b"]}
    parameter = {"weight": torch.nn.Parameter(torch.ones(2, 2))}
    return {
        "zip": saved(tensors),
        "legacy": saved(tensors, legacy=True),
        "nested checkpoint": saved(checkpoint),
        "nested checkpoint, legacy": saved(checkpoint, legacy=True),
        "parameter": saved(parameter),
        "plain dict of tensors": saved(dict(tensors)),
        "one tensor": saved(torch.zeros(3)),
        "fifty thousand dicts": pickle.dumps([{"a": 1} for _ in range(50_000)], protocol=2),
        "ordered dict": pickle.dumps(OrderedDict(a=1.0, b=[1, 2], c=(3, "x")), protocol=2),
        **{
            f"dict, protocol {n}": pickle.dumps({"a": [1, -5, 1 << 70], "b": None}, n)
            for n in range(6)
        },
    }


def rezip(content: bytes, change: Callable[[str, bytes], Any], **options: Any) -> bytes:
    """Write a zip again with Python's zipfile; ``change`` gives each member's bytes, or None."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", **options) as new,
    ):
        for entry in old.infolist():
            changed = change(entry.filename, old.read(entry))
            if changed is not None:
                new.writestr(entry.filename, changed)
    return buffer.getvalue()


def zips(marker: Path) -> dict[str, bytes]:
    """Hostile and odd torch zips by the name of their class."""
    good = saved(state_dict())
    evil = streams(marker)["os.system"]

    def swap(name: str, content: bytes) -> bytes:
        return evil if name.endswith("data.pkl") else content

    plain = rezip(good, lambda _, content: content)
    second = io.BytesIO(plain)
    with zipfile.ZipFile(second, "a") as archive:
        archive.writestr("archive/extra.pkl", evil)
    unknown = io.BytesIO(plain)
    with zipfile.ZipFile(unknown, "a") as archive:
        archive.writestr("archive/code/__torch__.py", b"def forward(self): pass")
    twice = plain + b""
    central = plain.rindex(b"archive/data.pkl")
    slip = io.BytesIO(plain)
    with zipfile.ZipFile(slip, "a") as archive:
        archive.writestr("archive/../../evil", b"x")
    flags = plain.index(b"PK\x01\x02") + 8
    crc = plain.index(b"PK\x01\x02") + 16
    storage = rezip(good, lambda name, content: b"" if name.endswith("data/0") else content)
    return {
        "payload in data.pkl": rezip(good, swap),
        "second pickle": second.getvalue(),
        "script beside": unknown.getvalue(),
        "name mismatch": plain[:central] + b"archive/dbta.pkl" + plain[central + 16 :],
        "zip slip": slip.getvalue(),
        "encrypted flag": plain[:flags] + b"\x01\x00" + plain[flags + 2 :],
        "bad checksum": plain[:crc] + b"\x00\x00\x00\x01" + plain[crc + 4 :],
        "changed content": plain.replace(b"0.weight", b"1.weight"),
        "compressed": rezip(good, lambda _, content: content, compression=zipfile.ZIP_DEFLATED),
        "prepended bytes": b"PK\x00\x00" + b"\x00" * 60 + twice,
        "appended bytes": twice + b"\x00" * 8,
        "pickle before the zip": evil + plain,
        "cut off": good[: len(good) // 2],
        "no data.pkl": rezip(good, lambda name, data: None if name.endswith(".pkl") else data),
        "missing storage": rezip(good, lambda name, data: None if name.endswith("/0") else data),
        "short storage": storage,
        "7z": b"7z\xbc\xaf\x27\x1c" + evil,
    }


def legacies(marker: Path) -> dict[str, bytes]:
    """Hostile and odd files in torch's older format."""
    good = saved(state_dict(), legacy=True)
    evil = streams(marker)["os.system"]
    magic = good.index(STOP) + 1
    version = good.index(STOP, magic) + 1
    return {
        "payload as version": good[:magic] + evil + good[magic:],
        "name in a header": good[:magic]
        + b"\x80\x02ccollections\nOrderedDict\n)R."
        + good[version:],
        "payload as content": good[:magic] * 1 + pickle.dumps(1001, 2) + pickle.dumps({}, 2) + evil,
        "bytes behind the storages": good + b"\x00",
        "payload behind the storages": good + evil,
        "storages cut off": good[:-4],
    }
