"""What a scan for backdoors measures, and how that crosses the wall of the sandbox.

Arrays and numbers only, no torch: they are made inside and judged outside.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.arrays import NumpyArray, pack, unpack
from analysis.contract import JSON, CheckError, Part
from analysis.text import clean_text

PART = "backdoors"
_MOST_LAYERS = 2_000
_MOST_NOTES = 10
_NAME_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a scan may do."""

    batch: int = 512  # pictures in memory at once
    starts: int = 30  # random pictures a class, for the largest margin
    most_starts: int = 6_000  # of all classes together
    margin_steps: int = 300
    pictures: int = 24  # clean ones that a trigger is searched on
    cheap_steps: int = 60  # of a trigger's search that only tells who is worth a full one
    full_steps: int = 150
    most_screened: int = 200  # classes
    compared: int = 12  # classes that get a full search, suspects and others


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution with its batch normalisation: how far its channels stand out (z-scores)."""

    name: str
    channels: int
    largest: float
    above: int  # channels that lie more than 3 standard deviations above the layer's mean


@dataclass(frozen=True, slots=True)
class Margins:
    """``best`` (classes,): by how much each class can be made to win over all others.

    ``starts`` is how many random pictures each class had. ``log_taken``: the network answers
    probabilities, so the margins are those of their logarithms.
    """

    best: NumpyArray
    starts: int
    log_taken: bool = False


@dataclass(frozen=True, slots=True)
class Triggers:
    """The smallest triggers found for ``classes`` (k,).

    ``norms`` (k,) are their sizes in pixels, ``success`` (k,) the shares of ``pictures`` that they
    turn. ``screened`` (classes,) are the sizes after a cheap search, NaN where there was none.
    ``shown`` is the class of the smallest; ``mask`` (1, h, w) and ``pattern`` (c, h, w) are its
    trigger, ``clean`` and ``triggered`` (c, h, w) a picture without and with it, all in [0, 1].
    """

    classes: NumpyArray
    norms: NumpyArray
    success: NumpyArray
    screened: NumpyArray
    pictures: int
    shown: int
    mask: NumpyArray
    pattern: NumpyArray
    clean: NumpyArray
    triggered: NumpyArray


@dataclass(frozen=True, slots=True)
class Measures:
    """All that a scan found. What is None was not measured, and ``notes`` say why."""

    classes: int
    layers: tuple[Layer, ...] | None = None
    margins: Margins | None = None
    triggers: Triggers | None = None
    notes: tuple[str, ...] = ()


_ARRAYS = ("classes", "norms", "success", "screened", "mask", "pattern", "clean", "triggered")


def to_part(measures: Measures) -> Part:
    """Give the measures the form in which they leave the sandbox."""
    values: dict[str, JSON] = {"classes": measures.classes, "notes": list(measures.notes)}
    arrays = {}
    if measures.layers is not None:
        values["layers"] = [
            [layer.name, layer.channels, layer.largest, layer.above] for layer in measures.layers
        ]
    if measures.margins is not None:
        values["starts"] = measures.margins.starts
        values["log_taken"] = measures.margins.log_taken
        arrays["margins"] = pack(measures.margins.best)
    if measures.triggers is not None:
        values["pictures"] = measures.triggers.pictures
        values["shown"] = measures.triggers.shown
        arrays |= {name: pack(getattr(measures.triggers, name)) for name in _ARRAYS}
    return Part(PART, values, arrays)


def from_part(part: Part) -> Measures:
    """Read what came out of the sandbox. Raises CheckError where it is no scan's measures."""
    values = part.values
    classes = _count(values.get("classes"), 1)
    notes = values.get("notes")
    if not isinstance(notes, list) or len(notes) > _MOST_NOTES:
        raise CheckError("The scan's notes are not notes.")
    arrays = {name: unpack(array) for name, array in part.arrays.items()}
    return Measures(
        classes,
        layers=_layers(values["layers"]) if "layers" in values else None,
        margins=_margins(values, arrays, classes) if "margins" in arrays else None,
        triggers=_triggers(values, arrays, classes) if "mask" in arrays else None,
        notes=tuple(clean_text(str(note), _NAME_CHARACTERS) for note in notes),
    )


def _count(value: JSON, least: int) -> int:
    if type(value) is not int or not least <= value < 1 << 31:
        raise CheckError("A number of the scan is not a count.")
    return value


def _layers(rows: JSON) -> tuple[Layer, ...]:
    if not isinstance(rows, list) or len(rows) > _MOST_LAYERS:
        raise CheckError("The scan's layers are not layers.")
    found = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 4 or not isinstance(row[2], int | float):
            raise CheckError("A layer of the scan is not a layer.")
        if not math.isfinite(row[2]):
            raise CheckError("A layer of the scan is not finite.")
        name = clean_text(str(row[0]), _NAME_CHARACTERS)
        found.append(Layer(name, _count(row[1], 1), float(row[2]), _count(row[3], 0)))
    return tuple(found)


def _margins(values: Mapping[str, JSON], arrays: Mapping[str, NumpyArray], classes: int) -> Margins:
    best = arrays["margins"]
    if best.shape != (classes,) or not np.isfinite(best).all():
        raise CheckError("The scan's margins are not one number a class.")
    return Margins(best, _count(values.get("starts"), 1), values.get("log_taken") is True)


def _triggers(
    values: Mapping[str, JSON], arrays: Mapping[str, NumpyArray], classes: int
) -> Triggers:
    if not arrays.keys() >= set(_ARRAYS):
        raise CheckError("A trigger of the scan is not whole.")
    found = Triggers(
        **{name: arrays[name] for name in _ARRAYS},
        pictures=_count(values.get("pictures"), 1),
        shown=_count(values.get("shown"), 0),
    )
    _same([found.classes, found.norms, found.success], 1)
    _same([found.pattern, found.clean, found.triggered], 3)
    shape = found.pattern.shape
    if found.mask.shape != (1, *shape[1:]) or found.screened.shape != (classes,):
        raise CheckError("A trigger of the scan does not have the shape of its pictures.")
    numbers = found.classes
    if numbers.dtype.kind != "i" or not ((numbers >= 0) & (numbers < classes)).all():
        raise CheckError("A trigger of the scan is of no class.")
    if len(np.unique(numbers)) != len(numbers) or found.shown not in numbers:
        raise CheckError("The triggers of the scan are not one a class.")
    if not (found.norms >= 0).all() or not np.isfinite(found.norms).all():
        raise CheckError("A trigger of the scan has no size.")
    for picture in (found.mask, found.pattern, found.clean, found.triggered, found.success):
        if not ((picture >= 0) & (picture <= 1)).all():
            raise CheckError("A picture of the scan is not between 0 and 1.")
    return found


def _same(arrays: list[NumpyArray], dimensions: int) -> None:
    if any(array.shape != arrays[0].shape or array.ndim != dimensions for array in arrays):
        raise CheckError("The arrays of a trigger are not of one shape.")
