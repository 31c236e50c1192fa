"""Pictures of a finding, checked and written as small PNG files."""

import hashlib
import io
import re
from collections.abc import Iterable, Sequence

from PIL import Image

from analysis.arrays import unpack
from analysis.contract import JSON, CheckError, Picture
from analysis.pictures import LARGEST, MOST
from registry.models import FindingPicture
from workers.sandbox.wire import clean_text

MOST_BYTES = 64 << 10  # of a file; a picture that takes more is made smaller
LONGEST_TITLE, LONGEST_ALT = 200, 400
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?", re.ASCII)


def encoded(pictures: Sequence[Picture]) -> list[FindingPicture]:
    """Return the rows of a finding's pictures, not stored; raise CheckError where one is none."""
    if len(pictures) > MOST:
        raise CheckError(f"The check made {len(pictures)} pictures; a finding has at most {MOST}.")
    if len({one.name for one in pictures}) < len(pictures):
        raise CheckError("The check made two pictures of the same name.")
    return [_row(place, one) for place, one in enumerate(pictures)]


def digests(pictures: Iterable[FindingPicture]) -> list[JSON]:
    """Return what the evidence says of pictures."""
    return [
        {
            "name": one.name,
            "title": one.title,
            "group": one.group,
            "kind": str(one.kind),
            "sha256": one.sha256,
        }
        for one in pictures
    ]


def _row(place: int, picture: Picture) -> FindingPicture:
    if not _NAME.fullmatch(picture.name):
        raise CheckError("The check made a picture whose name is not one.")
    if str(picture.kind) not in FindingPicture.Kind.values:
        raise CheckError(f"The check made the picture {picture.name!r} of an unknown kind.")
    image, data = _small(_image(picture))
    return FindingPicture(
        place=place,
        name=picture.name,
        group=_line(picture.group, LONGEST_TITLE),
        title=_line(picture.title, LONGEST_TITLE) or picture.name,
        alt=_line(picture.alt, LONGEST_ALT) or picture.name,
        kind=str(picture.kind),
        width=image.width,
        height=image.height,
        sha256=hashlib.sha256(data).hexdigest(),
        data=data,
    )


def _image(picture: Picture) -> Image.Image:
    pixels = unpack(picture.pixels)
    shape = pixels.shape
    is_picture = picture.pixels.dtype == "u1" and len(shape) == 3 and shape[2] in (1, 3)
    if not is_picture or not all(1 <= side <= LARGEST for side in shape[:2]):
        raise CheckError(f"The check made the picture {picture.name!r} of pixels that are none.")
    return Image.fromarray(pixels[:, :, 0] if shape[2] == 1 else pixels)


def _small(image: Image.Image) -> tuple[Image.Image, bytes]:
    """Return the largest form of a picture, of its half, its quarter …, that is small enough."""
    while len(data := _png(image)) > MOST_BYTES:
        half = (max(1, image.width // 2), max(1, image.height // 2))
        image = image.resize(half, Image.Resampling.BOX)
    return image, data


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _line(text: str, longest: int) -> str:
    """Write a text that others have chosen on one line of bounded length."""
    return clean_text(" ".join(str(text).split()))[:longest]
