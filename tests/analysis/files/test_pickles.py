"""The pickle gate over hostile, odd and benign weights files."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.files.machine import Budget, Ruling
from analysis.files.pickles import Gate, judge_weights
from tests.analysis.files import corpus

MARKER = Path("/tmp/assay-canary-that-must-never-appear")

HOSTILE = {**corpus.streams(MARKER), **corpus.zips(MARKER), **corpus.legacies(MARKER)}
BENIGN = corpus.benign()

# Classes that are evidence of a payload or of deception; the others are only not understood.
BLOCKED = (
    "os.system", "protocol 0", "protocol 4", "python 2 name", "python 2 module", "broken tail",
    "no stop", "popped result", "appended pickle", "inside a dict", "escaped text",
    "memo confusion", "memo by name", "duplicated global", "inst", "obj", "obj of a safe class",
    "newobj of a function", "newobj_ex", "ext1", "ext4", "dotted name", "build on a safe object",
    "build with slots", "append to an object", "setitem on an object", "call of a text",
    "arguments no tuple", "codec", "payload in data.pkl", "second pickle", "name mismatch",
    "zip slip", "changed content", "encrypted flag", "bad checksum",
    "payload as version", "payload as content",
    "pickle before the zip", "nul in a name",
    *(f"{module}.{name}" for module, name in corpus.TRAMPOLINES),
)  # fmt: skip

Judge = Callable[[bytes], Gate]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    def write_and_judge(content: bytes) -> Gate:
        path = tmp_path / "pytorch_model.bin"
        path.write_bytes(content)
        return judge_weights(path)

    return write_and_judge


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_or_odd_passes(judge: Judge, name: str):
    gate = judge(HOSTILE[name])
    expected = Ruling.BLOCK if name in BLOCKED else Ruling.INCONCLUSIVE
    assert gate.verdict is expected, gate.reason
    assert gate.reason.endswith(".")
    assert gate.reason.isprintable()
    assert not MARKER.exists()


def test_each_class_that_must_be_blocked_is_in_the_corpus():
    assert set(BLOCKED) <= set(HOSTILE)


@pytest.mark.parametrize("name", BENIGN)
def test_honest_weights_pass(judge: Judge, name: str):
    gate = judge(BENIGN[name])
    assert gate.verdict is Ruling.PASS, gate.reason


@pytest.mark.parametrize("name", ["zip", "legacy", "ordered dict", "dict, protocol 4"])
def test_no_beginning_of_a_good_file_passes(judge: Judge, name: str):
    content = BENIGN[name]
    for size in {*range(1, 400, 7), *range(1, len(content), 97)} & set(range(len(content))):
        assert judge(content[:size]).verdict is not Ruling.PASS, size


def test_the_reason_names_the_global_the_opcode_and_the_place(judge: Judge):
    gate = judge(b"\x80\x02}X\x01\x00\x00\x00aNs0" + corpus.streams(MARKER)["os.system"][2:])
    assert gate.reason == (
        "At byte 12, opcode GLOBAL: it names posix.system, which weights never need and which can "
        "do harm."
    )


def test_the_globals_are_listed_in_order(judge: Judge):
    assert judge(BENIGN["parameter"]).globals == (
        "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_tensor_v2",
        "torch.FloatStorage",
        "collections.OrderedDict",
    )


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("argparse", "Namespace"),
        ("numpy.core.multiarray", "scalar"),
        ("collections", "defaultdict"),
    ],
)
def test_harmless_but_unneeded_globals_are_inconclusive(judge: Judge, module: str, name: str):
    gate = judge(b"\x80\x02" + corpus.call(module, name) + b".")
    assert gate.verdict is Ruling.INCONCLUSIVE
    assert f"{module}.{name}" in gate.reason


def test_a_doubt_does_not_hide_what_is_worse(judge: Judge):
    content = (
        b"\x80\x02" + corpus.call("vendor", "thing") + b"0" + corpus.call("os", "system") + b"."
    )
    assert judge(content).verdict is Ruling.BLOCK


def test_the_opcode_budget_ends_a_walk(tmp_path: Path):
    path = tmp_path / "weights"
    path.write_bytes(pickle.dumps(list(range(1_000)), protocol=2))
    gate = judge_weights(path, Budget(opcodes=500))
    assert gate.verdict is Ruling.INCONCLUSIVE
    assert "500 opcodes" in gate.reason


def test_what_passes_in_the_corpus_is_what_torch_reads(tmp_path: Path):
    import torch

    for name in ("zip", "legacy", "nested checkpoint", "parameter"):
        path = tmp_path / "weights"
        path.write_bytes(BENIGN[name])
        assert torch.load(path, weights_only=True)  # noqa: TID251


def test_the_gate_needs_no_torch():
    code = "import sys, analysis.files.pickles; sys.exit('torch' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert (
        subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
    )


OPCODES = (
    b"(.012FGIJKLMNSTUVX]abcdeghijlopqrstu})\x80\x81\x82\x85\x86\x87\x88\x8a\x8c\x93\x94\x95QRPB"
)
PIECES = st.one_of(
    st.sampled_from([bytes([code]) for code in OPCODES]),
    st.sampled_from(
        [b"cos\nsystem\n", b"ccollections\nOrderedDict\n", b"X\x01\x00\x00\x00a", b"K\x01"]
    ),
    st.binary(max_size=6),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40), st.booleans())
def test_random_opcodes_never_raise_and_never_pass_with_a_bad_global(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], legacy: bool
):
    path = tmp_path_factory.getbasetemp() / "fuzzed"
    start = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." if legacy else b"\x80\x02"
    path.write_bytes(start + b"".join(pieces) + b".")
    gate = judge_weights(path)
    if gate.verdict is Ruling.PASS:
        assert set(gate.globals) <= {"collections.OrderedDict"}


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_in_a_zip_directory_never_raises(
    tmp_path_factory: pytest.TempPathFactory, at: int, change: int
):
    content = bytearray(BENIGN["zip"])
    content[at % len(content)] ^= change
    path = tmp_path_factory.getbasetemp() / "flipped"
    path.write_bytes(content)
    judge_weights(path)
