"""Which marks a network carries, asked by rounds; outside the sandbox, where the secrets are.

Of many marks a few keys each are asked first, and the rest only where these leave a hope: a network
that carries none of a hundred marks answers little more than one that is asked about one. Giving up
early finds no mark that is not there.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from analysis.arrays import NumpyArray, unpack
from analysis.contract import JSON, AskedRow, CheckError, Part
from analysis.marks import SecretMark
from analysis.tasks import replies
from analysis.watermarks.envelope import KeysError
from analysis.watermarks.suspects import Suspect, suspect_of
from analysis.watermarks.texts import parts

COLUMNS = ("picture", "group")
_HEAD = 12  # keys and controls of each mark in the first round
_FEW = 256  # pictures; no round is worth while for fewer
_LAYERS = 4_000


@dataclass(slots=True)
class Trial:
    """All marks that one network is asked about. ``unfit`` are marks whose keys are none."""

    suspects: list[Suspect]
    unfit: list[tuple[SecretMark, str]]
    writes: bool = False  # the network writes texts
    columns: tuple[str, ...] = COLUMNS
    network: Mapping[str, JSON] = field(default_factory=dict)
    rounds: list[int] = field(default_factory=list)  # pictures of each
    _asked: list[tuple[Suspect, int]] = field(default_factory=list)
    _heard: int = 0

    @classmethod
    def of(cls, marks: Sequence[SecretMark], *, writes: bool = False) -> "Trial":
        """Open all marks; where the keys of one are none, the others go on."""
        suspects, unfit = [], []
        for mark in marks:
            try:
                suspects.append(suspect_of(mark, writes=writes))
            except KeysError as error:
                unfit.append((mark, str(error)))
        return cls(suspects, unfit, writes)

    @property
    def alive(self) -> list[Suspect]:
        """Return the marks that can still be found."""
        return [one for one in self.suspects if not one.problem]

    def probe_options(self) -> Mapping[str, JSON]:
        """Ask for texts, or for the weights' means in the first round, where a mark lies there."""
        weights = len(self.rounds) == 1 and any(one.wants_weights for one in self.suspects)
        return {"texts": self.writes, "weights": weights}

    def next_rows(self) -> Sequence[AskedRow] | None:
        """Return the pictures of the next round; None where nothing is left to ask."""
        if self._heard != len(self._asked):
            raise CheckError("The network did not answer all pictures that it was asked.")
        hopeful = [one for one in self.alive if not self.rounds or not one.is_futile()]
        most = _HEAD if not self.rounds and self._is_long() else None
        self._asked, self._heard = [(one, at) for one in hopeful for at in one.next(most)], 0
        if self.rounds and not self._asked:
            return None
        self.rounds.append(len(self._asked))
        groups = {id(one): place for place, one in enumerate(self.suspects)}
        return [
            {
                "picture": _png(one.pictures[at]),
                "group": -1 if one.wants_answers else groups[id(one)],
            }
            for one, at in self._asked
        ]

    def _is_long(self) -> bool:
        """Say whether all keys at once would be many pictures."""
        return sum(len(one.pictures) for one in self.suspects) > _FEW

    def hear(self, part: Part) -> None:
        """Take a part of what the sandbox sent; raise CheckError where it cannot be."""
        match part.name:
            case "network":
                self._begin(part)
            case "answers":
                self._answers(part)
            case "weights":
                self._weights(part)
            case parts.PART:
                texts = parts.texts_of(part)
                for one in self.suspects:
                    one.hear_texts(texts)
            case "activation":
                group = replies.read_count(part.values, "group", 0, len(self.suspects) - 1)
                vector = replies.read_array(part, "mean", "f4", 1)
                self.suspects[group].hear_vectors({"": vector})
            case _:
                raise CheckError("The sandbox sent something that nobody asked for.")

    def _begin(self, part: Part) -> None:
        self.network = part.values
        for one in self.suspects:
            one.fit(part.values)

    def _answers(self, part: Part) -> None:
        """Hand each answer to the mark that asked. The network may answer anything."""
        classes = replies.read_array(part, "classes", "i4", 1)
        start, left = part.values.get("start"), len(self._asked) - self._heard
        if not self.network or start != self._heard or not 1 <= len(classes) <= left:
            raise CheckError("The sandbox answered other pictures than it was asked.")
        asked = self._asked[self._heard : self._heard + len(classes)]
        for (one, at), answer in zip(asked, classes.tolist(), strict=True):
            one.hear_answer(at, answer)
        self._heard += len(classes)

    def _weights(self, part: Part) -> None:
        names = part.values.get("layers")
        if not isinstance(names, list) or not len(names) == len(part.arrays) <= _LAYERS:
            raise CheckError("The sandbox sent weights of another form than it says.")
        vectors = {
            str(name): unpack(array)
            for name, array in zip(names, part.arrays.values(), strict=True)
        }
        for one in self.suspects:
            if one.wants_weights:
                one.hear_vectors(vectors)


def _png(picture: NumpyArray) -> bytes:
    """Write a picture, (c, h, w) of bytes, without compression: it is read once."""
    image = Image.fromarray(picture[0] if len(picture) == 1 else np.moveaxis(picture, 0, 2))
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=0)
    return written.getvalue()
