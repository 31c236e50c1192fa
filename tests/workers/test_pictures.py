"""Pictures of findings as small files."""

import hashlib
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from analysis.arrays import pack
from analysis.contract import Array, CheckError, Picture, PictureKind
from workers.pictures import LONGEST_ALT, MOST_BYTES, digests, encoded


def picture(name="clean", array=None, **fields):
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3) if array is None else array
    said = {"title": "Clean", "alt": "A cat.", "kind": PictureKind.CLEAN} | fields
    packed = pixels if isinstance(pixels, Array) else pack(pixels)
    return Picture(name, pixels=packed, **said)


def read(row):
    return np.asarray(Image.open(io.BytesIO(row.data)))


def test_it_works():
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4, 1)
    first, second = encoded([picture(array=pixels), picture("grey", grey, group="Sample 7")])
    assert (read(first) == pixels).all()
    assert (read(second) == grey[:, :, 0]).all()
    assert (first.place, first.width, first.height) == (0, 4, 4)
    assert (second.place, second.width, second.height, second.group) == (1, 4, 3, "Sample 7")
    assert first.sha256 == hashlib.sha256(first.data).hexdigest()
    named: list[Any] = digests([first, second])
    assert [one["sha256"] for one in named] == [first.sha256, second.sha256]
    assert encoded([picture(array=pixels)])[0].data == first.data


def test_noise_that_takes_too_many_bytes_is_made_smaller():
    noise = np.random.default_rng(0).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    (row,) = encoded([picture(array=noise)])
    assert len(row.data) <= MOST_BYTES
    assert (row.width, row.height) == (128, 128)
    assert read(row).shape == (128, 128, 3)
    flat = np.full((512, 512, 3), 9, np.uint8)
    assert encoded([picture(array=flat)])[0].width == 512


@pytest.mark.parametrize(
    "bad",
    [
        picture(name=""),
        picture(name="../up"),
        picture(name="Upper"),
        picture(name="x" * 61),
        picture(name="a\n"),
        picture(kind="poster"),
        picture(array=np.zeros((513, 2, 3), np.uint8)),
        picture(array=np.zeros((2, 2, 4), np.uint8)),
        picture(array=np.zeros((0, 2, 3), np.uint8)),
        picture(array=np.zeros((2, 2), np.uint8)),
        picture(array=np.zeros((2, 2, 3), np.float32)),
        picture(array=Array("u1", (2, 2, 3), b"short")),
        picture(array=Array("u1", (1 << 40, 1 << 40, 1 << 40), b"")),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(bad):
    with pytest.raises(CheckError) as caught:
        encoded([bad])
    assert str(caught.value).endswith(".")


def test_a_finding_has_not_too_many_and_each_name_once():
    with pytest.raises(CheckError, match="at most 24"):
        encoded([picture(f"p{number}") for number in range(25)])
    with pytest.raises(CheckError, match="same name"):
        encoded([picture(), picture()])


def test_texts_are_one_line_and_bounded():
    (row,) = encoded([picture(title="", alt="a\n\0b " * 300, group="g\ud800")])
    assert row.title == "clean"
    assert len(row.alt) == LONGEST_ALT
    assert "\n" not in row.alt
    assert "\0" not in row.alt
    row.group.encode()
