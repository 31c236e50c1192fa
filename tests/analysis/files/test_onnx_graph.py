"""What an ONNX file names, read without the onnx package."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.files.onnx_graph import Malformed, Seen, read_graph
from tests import onnx_bytes as onnx


def read(folder: Path, content: bytes) -> Seen:
    path = folder / "model.onnx"
    path.write_bytes(content)
    return read_graph(path)


PLAIN = onnx.node("Relu", ["x"], ["y"])
FOREIGN = onnx.node("Thing", ["x"], ["y"], domain="com.evil")
OUTSIDE = onnx.tensor("w", [1.0], location="../../etc/passwd")


def test_operators_of_the_standard_are_usual(tmp_path: Path):
    seen = read(tmp_path, onnx.model(onnx.graph([PLAIN], [onnx.tensor("w", [[1.0, 2.0]])])))
    assert (seen.operators, seen.external) == ({("", "Relu")}, set())
    assert not seen.unusual()


@pytest.mark.parametrize(
    "content",
    [
        onnx.model(onnx.graph([PLAIN, FOREIGN])),
        onnx.model(onnx.graph([onnx.node("If", ["c"], ["y"], then_branch=onnx.graph([FOREIGN]))])),
        onnx.model(onnx.graph([PLAIN]), functions=[onnx.message((1, "f"), (7, FOREIGN))]),
        onnx.model(onnx.graph([PLAIN])) + onnx.message((7, onnx.graph([FOREIGN]))),
    ],
)
def test_foreign_operators_are_found_wherever_they_hide(tmp_path: Path, content: bytes):
    assert read(tmp_path, content).unusual() == ["com.evil.Thing"]


def test_operators_that_the_file_defines_are_usual(tmp_path: Path):
    function = onnx.message((1, "Thing"), (7, PLAIN), (10, "com.evil"))
    seen = read(tmp_path, onnx.model(onnx.graph([FOREIGN]), functions=[function]))
    assert not seen.unusual()


@pytest.mark.parametrize(
    "nodes_and_tensors",
    [
        ([PLAIN], [OUTSIDE]),
        ([onnx.node("If", ["c"], ["y"], then_branch=onnx.graph([], [OUTSIDE]))], []),
        ([onnx.message((4, "Constant"), (5, onnx.message((5, OUTSIDE))))], []),
        ([onnx.message((4, "Constant"), (5, onnx.message((22, onnx.message((1, OUTSIDE))))))], []),
    ],
)
def test_files_of_weights_are_found_wherever_they_hide(
    tmp_path: Path, nodes_and_tensors: tuple[list[bytes], list[bytes]]
):
    seen = read(tmp_path, onnx.model(onnx.graph(*nodes_and_tensors)))
    assert seen.external == {"../../etc/passwd"}


def nested(depth: int) -> bytes:
    content = onnx.graph([PLAIN])
    for _ in range(depth):
        content = onnx.graph([onnx.node("If", ["c"], ["y"], then_branch=content)])
    return onnx.model(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\x08\x08", "no graph"),
        (b"ORTM" * 20, "unknown type"),
        (onnx.model(onnx.graph([PLAIN]))[:-3], "longer than the file|cut off"),
        (nested(70), "too deep"),
        (onnx.model(onnx.graph([onnx.message((4, b"\xff"))])), "no text"),
        (onnx.model(onnx.graph([onnx.message((4, "a" * 2_000))])), "too long"),
        (b"\xff" * 30, "too long"),
    ],
)
def test_what_is_not_onnx_is_malformed(tmp_path: Path, content: bytes, message: str):
    with pytest.raises(Malformed, match=message):
        read(tmp_path, content)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_broken_files_end_in_malformed_or_in_an_answer(tmp_path: Path, data: st.DataObject):
    content = bytearray(nested(2) + onnx.model(onnx.graph([FOREIGN], [OUTSIDE])))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=5)):
        content[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Malformed):
        read(tmp_path, bytes(content))
