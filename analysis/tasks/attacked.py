"""Pictures that were attacked, outside of the sandbox: what stands, now that labels are here.

The attacks (``siege``) lead away from the network's own clean answer; where that was wrong, the
picture counts as broken.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.answers import Classes
from analysis.arrays import NumpyArray
from analysis.contract import JSON, Case, CheckError, Job, Part
from analysis.tasks import replies
from analysis.tasks.image_classification import ClassReader
from analysis.threats import Threat, read_threat

MOST_RADII = 8
EXAMPLES, LARGEST = 4, 512
_ATTACKS = 12
_FLAGS = 20
_SENTENCE = 400
_EFFECTS = ("nothing", "breaks-only", "no-verdict")


def threats_in(options: Mapping[str, JSON]) -> list[Threat]:
    """Read what a job says of the attacker: one norm, radii that grow."""
    given = options.get("threats")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_RADII:
        raise CheckError("The run was started without the attacker's bounds.")
    found = [read_threat(each) for each in given if isinstance(each, dict)]
    return sorted(found, key=lambda threat: threat.eps)


def describe_threats(threats: Sequence[Threat]) -> list[JSON]:
    """Write threats into the options of a job."""
    return [{"norm": one.norm, "eps": one.eps, "version": one.version} for one in threats]


def probe(job: Job) -> Iterator[Part]:
    """Attack the pictures, inside the sandbox; one that cannot be read is answered by -1."""
    from analysis.tasks import siege

    yield from siege.attacked(job, threats_in(job.options))


@dataclass(frozen=True, slots=True)
class Example:
    """A picture that was broken: (c, h, w) each, from 0 to 1."""

    row: int
    clean: NumpyArray
    changed: NumpyArray


@dataclass(frozen=True, slots=True)
class Stand:
    """What became of some pictures: ``correct`` (n,) before, ``broken`` (n, radii) by which."""

    correct: NumpyArray
    broken: NumpyArray

    @property
    def robust(self) -> NumpyArray:
        """Right before and not broken: (n, radii) bool. What falls falls at larger radii, too."""
        stands = self.broken < 0
        for place in range(1, stands.shape[1]):
            stands[:, place] &= stands[:, place - 1]
        found: NumpyArray = self.correct[:, None] & stands
        return found


class AttackedReader(ClassReader):
    """Reads what the attacks left; a claim is held against the first radius."""

    def __init__(self, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case, network)
        self.threats = threats_in(network)
        names = network.get("attacks")
        if not isinstance(names, list) or not 1 <= len(names) <= _ATTACKS:
            raise CheckError("The sandbox did not say which attacks it ran.")
        self.attacks = [str(name)[:40] for name in names]
        self.flags: list[tuple[str, str, str]] = []
        self.examples: list[Example] = []
        self.passes: dict[str, tuple[int, int]] = {}
        self.evidence["threat"] = describe_threats(self.threats)
        self.assumptions.append(
            "An attack finds what it finds: robust accuracy is at most what is measured here."
        )

    def read(self, part: Part) -> Classes:
        """Read some pictures; a broken one has no answer."""
        if part.name == "preconditions":
            self._conditions(part)
            return Classes(np.zeros(0, np.int64), np.zeros((0, 1), np.int64), names=self.names)
        answers, stand = self.stand(part)
        ranked = answers.ranked.copy()
        ranked[~stand.robust[:, 0]] = -1
        return Classes(answers.right, ranked, names=answers.names)

    def stand(self, part: Part) -> tuple[Classes, Stand]:
        """Read some pictures: the clean answers, and what the attacks left of them."""
        if not self.flags and "calibration" not in self.evidence:
            raise CheckError("The sandbox attacked before it looked at the network.")
        answers = super().read(part)
        broken = replies.read_array(part, "broken", "i4", 2)
        if broken.shape != (len(answers), len(self.threats)) or (
            broken.size and not -1 <= broken.min() <= broken.max() < len(self.attacks)
        ):
            raise CheckError("The sandbox sent attacks that there are not.")
        self._add_passes(part)
        self._add_examples(part, self.rows - len(answers))
        first = answers.ranked[:, 0]
        return answers, Stand((first == answers.right) & (first >= 0), broken)

    def _conditions(self, part: Part) -> None:
        """Take what was found before; raise CheckError where nothing can be concluded."""
        flags, calibration = part.values.get("flags"), part.values.get("calibration")
        if not isinstance(flags, list) or len(flags) > _FLAGS or not isinstance(calibration, dict):
            raise CheckError("The sandbox did not say what it found before the attack.")
        for flag in flags:
            if not isinstance(flag, dict) or flag.get("effect") not in _EFFECTS:
                raise CheckError("The sandbox did not say what it found before the attack.")
            said = str(flag.get("sentence"))[:_SENTENCE]
            if flag["effect"] == "no-verdict":
                raise CheckError(said)
            self.flags.append((str(flag.get("name"))[:40], said, str(flag["effect"])))
        said = str(calibration.get("sentence"))[:_SENTENCE]
        if calibration.get("holds") is not True:
            raise CheckError(f"The attack failed where it must not, so it proves nothing. {said}")
        self.evidence["calibration"] = said
        self.evidence["preconditions"] = [list(flag) for flag in self.flags]

    @property
    def is_masked(self) -> bool:
        """Say whether what stands may be breakable in spite of the attacks."""
        return any(effect == "breaks-only" for _, _, effect in self.flags)

    def _add_passes(self, part: Part) -> None:
        spent = part.values.get("passes")
        for name, pair in spent.items() if isinstance(spent, dict) else ():
            if not (isinstance(pair, list) and len(pair) == 2 and all(map(_is_count, pair))):
                raise CheckError("The sandbox sent impossible numbers of passes.")
            if len(self.passes) < _ATTACKS or name in self.passes:
                before = self.passes.get(name[:40], (0, 0))
                more: list[Any] = pair
                self.passes[name[:40]] = (before[0] + more[0], before[1] + more[1])
        self.evidence["passes"] = {name: list(pair) for name, pair in self.passes.items()}

    def _add_examples(self, part: Part, start: int) -> None:
        if "example_rows" not in part.arrays or len(self.examples) >= EXAMPLES:
            return
        rows = replies.read_array(part, "example_rows", "i4", 1)
        clean, changed = (
            replies.read_array(part, name, "f4", 4) for name in ("example_clean", "example_changed")
        )
        is_odd = clean.shape != changed.shape or len(rows) != len(clean)
        if is_odd or len(rows) > EXAMPLES or clean.shape[1] not in (1, 3):
            raise CheckError("The sandbox sent pictures of another form than it says.")
        if not 1 <= min(clean.shape[2:]) <= max(clean.shape[2:]) <= LARGEST:
            raise CheckError("The sandbox sent pictures of another size than it may.")
        for row, before, after in zip(rows.tolist(), clean, changed, strict=True):
            self.examples.append(Example(start + row, _unit(before), _unit(after)))


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 53


def _unit(image: NumpyArray) -> NumpyArray:
    found: NumpyArray = np.clip(np.nan_to_num(image), 0, 1)
    return found
