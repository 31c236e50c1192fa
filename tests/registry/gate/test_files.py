"""Ranges."""

import io

import pytest

from registry.gate.files import Part, RangeUnsatisfiable, byte_range


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-", (0, 10)),
        ("bytes=4-", (4, 10)),
        ("bytes=4-6", (4, 7)),
        ("bytes=4-4", (4, 5)),
        ("bytes=4-999", (4, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-30", (0, 10)),
        ("", None),
        ("bytes=-", None),
        ("bytes=6-4", None),
        ("bytes=0-1,3-4", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        ("bytes=" + "9" * 30 + "-", None),
    ],
)
def test_a_range_is_read_as_http_says(header, expected):
    assert byte_range(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(header):
    with pytest.raises(RangeUnsatisfiable):
        byte_range(header, 10)


def test_an_empty_file_has_no_range():
    with pytest.raises(RangeUnsatisfiable):
        byte_range("bytes=0-", 0)


def test_a_part_ends_where_it_should(tmp_path):
    (tmp_path / "x").write_bytes(b"0123456789")
    with io.FileIO(tmp_path / "x") as file:
        part = Part(file, 2, 7)
        assert (part.read(3), part.read(), part.read(3)) == (b"234", b"56", b"")
        assert not part.is_short()
        (tmp_path / "x").write_bytes(b"0123")
        assert part.is_short()
