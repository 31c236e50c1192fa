"""What a pickle may name: the few functions and types that a state dict is made of.

A list of bad names can always be walked round, so passing rests on the list of good names alone.
The bad names only decide how loudly a refusal is worded: a name that no weights ever need is
evidence of a payload (danger), a name that we merely do not know is not (unknown).
"""

import sys
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """What a global may be used for."""

    CALL = "call"  # may be named and called
    VALUE = "value"  # may be named, as a dtype or the type of a storage
    UNKNOWN = "unknown"  # neither known to be needed nor known to do harm
    DANGER = "danger"  # runs code, opens files or the network, or loads another pickle


@dataclass(frozen=True, slots=True)
class Global:
    """A module attribute that a pickle names."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


# The types of torch's storages -> bytes an element. Sizes let a container be checked for the bytes
# that its pickle promises; None is a storage that counts bytes itself.
STORAGES = {
    "DoubleStorage": 8,
    "FloatStorage": 4,
    "HalfStorage": 2,
    "BFloat16Storage": 2,
    "LongStorage": 8,
    "IntStorage": 4,
    "ShortStorage": 2,
    "CharStorage": 1,
    "ByteStorage": 1,
    "BoolStorage": 1,
    "ComplexFloatStorage": 8,
    "ComplexDoubleStorage": 16,
    "QInt8Storage": 1,
    "QUInt8Storage": 1,
    "QInt32Storage": 4,
    "UntypedStorage": 1,
}

_DTYPES = """
    float16 float32 float64 half float double bfloat16 uint8 uint16 uint32 uint64 int8 int16 int32
    int64 short int long bool complex32 complex64 complex128 qint8 quint8 qint32
    float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu
    per_tensor_affine per_channel_affine
"""

_CALLS = {
    ("collections", "OrderedDict"),
    ("collections", "Counter"),
    ("torch._utils", "_rebuild_tensor"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_tensor_v3"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch._utils", "_rebuild_qtensor"),
    ("torch._utils", "_rebuild_sparse_tensor"),
    ("torch.serialization", "_get_layout"),
    ("torch", "Size"),
    ("torch", "device"),
    ("_codecs", "encode"),  # how old protocols write bytes; the caller looks at its arguments
    ("builtins", "set"),
}
_VALUES = (
    {("torch", name) for name in STORAGES}
    | {("torch.storage", name) for name in STORAGES}
    | {("torch", name) for name in _DTYPES.split()}
    | {("torch.nn.parameter", "Parameter"), ("torch", "Tensor"), ("collections", "OrderedDict")}
)

_HARMLESS_BUILTINS = """
    dict list tuple int float str bool bytes complex object frozenset bytearray slice range
"""
# Types of the standard library that careless checkpoints hold. They do nothing, but nobody needs
# them to load weights, so they stay outside the list of what passes.
_HARMLESS_STDLIB = {
    ("argparse", "Namespace"),
    ("collections", "defaultdict"),
    ("collections", "deque"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
    ("pathlib", "Path"),
    ("pathlib", "PosixPath"),
    ("pathlib", "PurePosixPath"),
    ("pathlib", "WindowsPath"),
    ("types", "SimpleNamespace"),
    ("copyreg", "_reconstructor"),
    *(("builtins", name) for name in _HARMLESS_BUILTINS.split()),
}
# Modules of Python 2, and those that came after the Python that runs this.
_OTHER_PYTHONS = """
    __builtin__ exceptions commands distutils nt urllib2 _pyrepl annotationlib compression
"""
_STDLIB = sys.stdlib_module_names | set(_OTHER_PYTHONS.split())

# Functions and modules outside the standard library that run code or load other files.
_RISKY_MODULES = """
    cloudpickle dill distutils fabric fsspec httpx ipython ipykernel jinja2 joblib
    jsonpickle nltk numexpr paramiko pip pkg_resources psutil ptyprocess requests ruamel
    setuptools sh skops smart_open tensorflow urllib3 uvicorn wheel yaml
    numpy.distutils numpy.f2py numpy.lib numpy.testing pandas.core.computation pandas.io
    torch._dynamo torch._inductor torch.distributed torch.hub torch.jit torch.ops torch.package
    torch.serialization torch.utils torch._classes torch._ops torch.classes torch.fx
"""
_RISKY_NAMES = """
    _load_from_bytes __import__ __getattribute__ apply call check_call check_output compile eval
    exec execfile execute getattr globals import_module load load_module loads main open popen
    read_pickle resolve_name run run_code run_module run_path runstring setattr spawn system
    unsafe_load
"""


def standing(found: Global) -> Standing:
    """Say what a global may be used for; names of Python 2 are read as the loader reads them."""
    key = (found.module, found.name)
    key = NAME_MAPPING.get(key, (IMPORT_MAPPING.get(found.module, found.module), found.name))
    if key in _CALLS:
        return Standing.CALL
    if key in _VALUES:
        return Standing.VALUE
    if key in _HARMLESS_STDLIB:
        return Standing.UNKNOWN
    return Standing.DANGER if _is_dangerous(*key) else Standing.UNKNOWN


def _is_dangerous(module: str, name: str) -> bool:
    if module.split(".")[0] in _STDLIB:
        return True
    lowered = module.lower()
    if any(lowered == risky or lowered.startswith(risky + ".") for risky in _RISKY_MODULES.split()):
        return True
    # A dotted name walks from attribute to attribute: torch's "os.system" is the system's own.
    steps = name.split(".")
    return steps[-1] in _RISKY_NAMES.split() or any(step in _STDLIB for step in steps[:-1])
