"""What crosses the wall is exact both ways, and nothing hostile gets through."""

import json
import os
import struct
import threading
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.contract import Array, Part
from workers.sandbox.wire import (
    ITEM_BYTES,
    MOST_HEADER_BYTES,
    BadOutput,
    Frame,
    Kind,
    Reader,
    TooMuchOutput,
    Writer,
    clean_text,
)

LIMIT = 1 << 20


def written(*parts: Part) -> bytes:
    """The bytes that a writer makes of some parts and the end."""
    read_end, write_end = os.pipe()
    taken: list[bytes] = []
    reader = threading.Thread(
        target=lambda: taken.extend(iter(lambda: os.read(read_end, 65536), b""))
    )
    reader.start()
    writer = Writer(write_end)
    for part in parts:
        writer.part(part)
    writer.end()
    os.close(write_end)
    reader.join()
    os.close(read_end)
    return b"".join(taken)


def frame(
    header: Any,
    body: bytes = b"",
    *,
    header_bytes: int | None = None,
    body_bytes: int | None = None,
) -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    head = len(raw) if header_bytes is None else header_bytes
    tail = len(body) if body_bytes is None else body_bytes
    return struct.pack("<IQ", head, tail) + raw + body


def part_header(**changes: Any) -> dict[str, Any]:
    return {"kind": "part", "name": "a", "values": {}, "arrays": []} | changes


def read(data: bytes, limit: int = LIMIT, step: int | None = None) -> list[Frame]:
    reader = Reader(limit)
    pieces = [data[i : i + step] for i in range(0, len(data), step)] if step else [data]
    return [each for piece in pieces for each in reader.feed(piece)]


finite = st.floats(allow_nan=False, allow_infinity=False)
plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
whole = st.integers(-(2**63) + 1, 2**63 - 1)
values = st.recursive(
    st.none() | st.booleans() | whole | finite | plain_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def arrays(draw):
    dtype = draw(st.sampled_from(sorted(ITEM_BYTES)))
    shape = draw(st.lists(st.integers(0, 4), max_size=3))
    size = ITEM_BYTES[dtype]
    for length in shape:
        size *= length
    return Array(dtype, tuple(shape), draw(st.binary(min_size=size, max_size=size)))


parts = st.builds(
    Part,
    plain_text,
    st.dictionaries(plain_text, values, max_size=4),
    st.dictionaries(plain_text, arrays(), max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(parts, max_size=4), st.integers(1, 50))
def test_what_is_written_is_what_is_read_however_it_is_cut(sent, step):
    frames = read(written(*sent), step=step)
    assert [each.part for each in frames[:-1]] == sent
    assert frames[-1].kind is Kind.END


@settings(max_examples=300, deadline=500)
@given(st.lists(st.binary(max_size=200), max_size=6))
def test_any_bytes_are_frames_or_bad_output(pieces):
    reader = Reader(LIMIT)
    try:
        for piece in pieces:
            for each in reader.feed(piece):
                assert isinstance(each, Frame)
    except (BadOutput, TooMuchOutput):
        return


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=10,
)


@settings(max_examples=300, deadline=500)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from(["part", "end", "error", "begin"]) | json_like,
            "name": json_like,
            "values": json_like,
            "arrays": st.lists(
                st.tuples(st.text(max_size=3), st.sampled_from(["f4", "O", "u1"]), json_like)
            )
            | json_like,
        },
    ),
    st.binary(max_size=64),
)
def test_any_header_gives_a_frame_of_the_contract_or_bad_output(header, body):
    try:
        (got,) = read(frame(json.dumps(header).encode(), body))
    except (BadOutput, TooMuchOutput):
        return
    json.dumps(got.part.values, allow_nan=False).encode()
    assert "\0" not in json.dumps(got.part.values)
    for array in got.part.arrays.values():
        size = ITEM_BYTES[array.dtype]
        for length in array.shape:
            size *= length
        assert len(array.data) == size


@pytest.mark.parametrize(
    "data",
    [
        frame(b"not json"),
        frame(b"[]"),
        frame(b"\xff\xfe"),
        frame({"kind": "pickle"}),
        frame({"kind": ["part"]}),
        frame(part_header(name="n" * 1000)),
        frame(part_header(name=7)),
        frame(part_header(values=[])),
        frame(b'{"kind": "part", "values": {"a": NaN}}'),
        frame(b'{"kind": "part", "values": {"a": -Infinity}}'),
        frame(b'{"kind": "part", "values": {"a": 1e999}}'),
        frame(b'{"kind": "part", "values": {"a": 1' + b"0" * 30 + b"}}"),
        frame(b'{"kind": "part", "values": {"a": 1' + b"0" * 9000 + b"}}"),
        frame(b'{"kind": "part", "values": ' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}"),
        frame(b"[" * 200_000),
        frame(part_header(arrays=[["a", "O", [1]]]), b"12345678"),
        frame(part_header(arrays=[["a", "f4", [-1]]])),
        frame(part_header(arrays=[["a", "f4", [True]]]), b"1234"),
        frame(part_header(arrays=[["a", "f4", [1.0]]]), b"1234"),
        frame(part_header(arrays=[["a", "f4", "1"]]), b"1234"),
        frame(part_header(arrays=[["a", "f4", [1] * 9]]), b"1234"),
        frame(part_header(arrays=[["a", "f4", [2]]]), b"1234"),
        frame(part_header(arrays=[["a", "f4", [1]]]), b"12345"),
        frame(part_header(arrays=[["a", "f4", [2**40, 2**40]]]), b"1234"),
        frame(part_header(arrays=[["a", "u1", [1]], ["a", "u1", [1]]]), b"12"),
        frame(part_header(arrays=[["a", "u1"]]), b"1"),
        frame(part_header(arrays={"a": 1})),
        frame(part_header(arrays=[[str(i), "u1", [0]] for i in range(100)])),
        frame(b"", header_bytes=MOST_HEADER_BYTES + 1),
    ],
)
def test_a_malformed_frame_is_bad_output(data):
    with pytest.raises(BadOutput):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        b"x" * (LIMIT + 1),
        frame(b"{}", body_bytes=LIMIT + 1),
        frame(b"{}", body_bytes=2**63),
        frame(part_header()) * 20_000,
    ],
)
def test_more_than_may_be_sent_is_refused(data):
    with pytest.raises((TooMuchOutput, BadOutput)) as caught:
        read(data)
    if data[0:1] != b"x":
        assert caught.type is TooMuchOutput


def test_an_announced_body_costs_no_memory_before_it_comes():
    reader = Reader(1 << 40)
    tracemalloc.start()
    assert list(reader.feed(frame(b"{}", body_bytes=1 << 39))) == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
    assert not reader.is_between_frames


def test_many_small_frames_are_read_in_linear_time():
    one = frame(part_header())
    began = time.perf_counter()
    assert len(read(one * 20_000, limit=1 << 30, step=65536)) == 20_000
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize(
    "part",
    [
        Part("a", {"x": float("nan")}),
        Part("a", {}, {"y": Array("f4", (2,), b"1234")}),
        Part("a", {"x": "y" * (MOST_HEADER_BYTES + 1)}),
    ],
)
def test_a_check_that_sends_nonsense_is_told_so(part):
    with pytest.raises(ValueError, match=r"."):
        written(part)


def test_text_that_no_database_holds_is_replaced():
    (got,) = read(frame(b'{"kind": "part", "name": "a\\u0000", "values": {"k\\ud800": "\\u0000"}}'))
    assert got.part == Part("a\ufffd", {"k?": "\ufffd"})
    assert clean_text("plain ü 漢") == "plain ü 漢"
