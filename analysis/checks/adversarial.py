"""The check "adversarial": how many right answers stand when pictures are changed on purpose."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from analysis import pictures, verdicts
from analysis.arrays import NumpyArray
from analysis.checks.data import split_of
from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Columns,
    DataRequest,
    Estimate,
    Feature,
    Finding,
    Job,
    Limits,
    Part,
    Picture,
    PictureKind,
    Queue,
    Subject,
    Unsupported,
    Verdict,
)
from analysis.tasks import attacked, replies
from analysis.tasks.attacked import AttackedReader
from analysis.tasks.image_classification import ImageClassification
from analysis.threats import MASKED_SHARE, NORMS, Threat, read_threat, write_eps

# Radii of the curve where nobody names one: those that are usual for the norm.
_USUAL: Mapping[str, tuple[float, ...]] = {
    "Linf": (0.5 / 255, 1 / 255, 2 / 255, 4 / 255, 8 / 255),
    "L2": (0.1, 0.25, 0.5, 1.0),
    "L1": (2.0, 6.0, 12.0),
}
_SQUARE = "square"


class AdversarialCheck:
    """Measures robust accuracy at growing radii, by AutoAttack; labels never enter the sandbox."""

    id: ClassVar[str] = "adversarial"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Robustness against adversarial pictures"
    queue: ClassVar[Queue] = Queue.CPU
    needs_claim: ClassVar[bool] = False
    needs_labels: ClassVar[bool] = False
    limits: ClassVar[Limits] = Limits(wall_s=4 * 3600.0)

    def applies_to(self, subject: Subject) -> bool:
        """Classifiers of pictures."""
        return subject.pipeline_tag == ImageClassification.id

    def vet(self, asked: Mapping[str, JSON]) -> None:
        """Raise Unsupported where there is no such attacker."""
        _threats(asked)

    def options(self, subject: Subject) -> Mapping[str, JSON]:
        """Say what the attacker may do."""
        return {"threats": attacked.describe_threats(_threats(subject.asked))}

    def wants(self, subject: Subject) -> DataRequest | None:
        """Name the split: the one that is asked for, or that of a claim."""
        return split_of(subject, ImageClassification.id)

    def columns(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Choose picture and label as for a claim of accuracy."""
        return ImageClassification().columns(features)

    def probe(self, job: Job) -> Iterator[Part]:
        """Attack the pictures, inside the sandbox."""
        import torch

        torch.manual_seed(job.seed)
        yield from attacked.probe(job)

    def judge(self, case: Case, parts: Iterator[Part]) -> Finding:
        """Count what stands at each radius."""
        if not case.targets:
            raise CheckError("The split has no samples.")
        reader = AttackedReader(case, replies.read_network(parts))
        stands = list(_stands(reader, parts))
        reader.end()
        correct = np.concatenate([stand.correct for stand in stands])
        robust = np.concatenate([stand.robust for stand in stands])
        broken = np.concatenate([stand.broken for stand in stands])
        clean = _share(correct, case.population)
        left = [_share(column, case.population) for column in robust.T]
        masked = _masked(reader, broken)
        verdict = Verdict.INCONCLUSIVE if masked or reader.is_masked else Verdict.MEASURED
        evidence: dict[str, JSON] = {
            **reader.evidence,
            "task": ImageClassification.id,
            "metric": "robust_accuracy",
            "population": case.population,
            "assumptions": [*reader.assumptions],
            "radii": _table(reader, clean, left, broken),
            "curves": [_curve(reader.threats, clean, left)],
            "facts": [*_facts(reader), *([masked] if masked else [])],
        }
        summary = _sentence(reader.threats, clean, left, is_open=verdict is not Verdict.MEASURED)
        return Finding(verdict, summary, left[-1], evidence, tuple(_pictures(reader)))


def _threats(asked: Mapping[str, JSON]) -> list[Threat]:
    norm = asked.get("norm") or NORMS[0]
    radii: Any = asked.get("eps") or list(_USUAL[str(norm)])
    if not isinstance(radii, list) or len(radii) > attacked.MOST_RADII:
        raise Unsupported(f"Say at most {attacked.MOST_RADII} radii.", "options")
    said = {"norm": norm, "version": asked.get("version") or "standard"}
    found = {read_threat({**said, "eps": eps}) for eps in radii}
    return sorted(found, key=lambda threat: threat.eps)


def _stands(reader: AttackedReader, parts: Iterator[Part]) -> Iterator[attacked.Stand]:
    for part in parts:
        if part.name == "preconditions":
            reader.read(part)
        else:
            yield reader.stand(part)[1]


def _share(flags: NumpyArray, population: int) -> Estimate:
    n, hits = len(flags), int(flags.sum())
    whole = population if n < population else None
    return Estimate(hits / n, *verdicts.wilson(hits, n, population=whole), n)


def _masked(reader: AttackedReader, broken: NumpyArray) -> dict[str, JSON] | None:
    """Say whether Square broke what searches with gradients could not: they may be misled."""
    if _SQUARE not in reader.attacks:
        return None
    by_square = broken == reader.attacks.index(_SQUARE)
    share = float(by_square.mean(0).max())
    if share <= MASKED_SHARE:
        return None
    return {
        "name": "Masked gradients",
        "value": f"{100 * share:.1f} %",
        "sentence": "A search without gradients broke so many pictures after all searches with"
        " gradients had failed, so more may be breakable.",
    }


def _table(
    reader: AttackedReader, clean: Estimate, left: Sequence[Estimate], broken: NumpyArray
) -> list[JSON]:
    """Write down, a radius a row, what stands and which attack broke how many."""
    rows: list[JSON] = [{"eps": 0.0, "value": clean.value, "low": clean.low, "high": clean.high}]
    for place, (threat, of_it) in enumerate(zip(reader.threats, left, strict=True)):
        by: dict[str, JSON] = {
            name: int((broken[:, place] == number).sum())
            for number, name in enumerate(reader.attacks)
        }
        rows.append(
            {
                "eps": threat.eps,
                "value": of_it.value,
                "low": of_it.low,
                "high": of_it.high,
                "broken_by": by,
            }
        )
    return rows


def _curve(threats: Sequence[Threat], clean: Estimate, left: Sequence[Estimate]) -> dict[str, JSON]:
    points: list[JSON] = [
        [eps, of_it.value, of_it.low, of_it.high]
        for eps, of_it in zip([0.0, *(one.eps for one in threats)], [clean, *left], strict=True)
    ]
    return {
        "title": "Accuracy under attack",
        "x": f"radius ({threats[0].norm})",
        "y": "accuracy",
        "series": [{"name": f"AutoAttack {threats[0].version}", "points": points}],
    }


def _facts(reader: AttackedReader) -> list[JSON]:
    found: list[JSON] = [
        {"name": "Calibration", "value": "holds", "sentence": reader.evidence["calibration"]}
    ]
    for name, sentence, effect in reader.flags:
        words = {"nothing": "noted", "breaks-only": "limits what can be said"}
        found.append(
            {
                "name": name.replace("-", " ").capitalize(),
                "value": words.get(effect, effect),
                "sentence": sentence,
            }
        )
    forward = sum(pair[0] for pair in reader.passes.values())
    backward = sum(pair[1] for pair in reader.passes.values())
    found.append(
        {
            "name": "Passes",
            "value": f"{forward:,} forward, {backward:,} backward",
            "sentence": "Pictures that went through the network, and gradients that came back.",
        }
    )
    return found


def _sentence(
    threats: Sequence[Threat], clean: Estimate, left: Sequence[Estimate], *, is_open: bool
) -> str:
    threat, at_most = threats[-1], left[-1]
    said = (
        f"Of {clean.n:,} pictures {100 * clean.value:.1f} % are answered rightly, and at most"
        f" {100 * at_most.value:.1f} % ({100 * at_most.low:.1f}–{100 * at_most.high:.1f} %) still"
        f" when an attacker may change them by {write_eps(threat.norm, threat.eps)} ({threat.norm})"
    )
    return f"{said}; what stands may be breakable in spite of that." if is_open else f"{said}."


def _pictures(reader: AttackedReader) -> Iterator[Picture]:
    """Show clean, change and result side by side."""
    for number, example in enumerate(reader.examples, 1):
        change, factor = pictures.change(example.clean, example.changed)
        group = f"Picture {number}, changed by at most {write_eps(*_first(reader))}"
        yield pictures.picture(
            f"clean-{number}", example.clean, title="clean", group=group,
            alt=f"Picture {number} of the dataset, unchanged", kind=PictureKind.CLEAN,
        )  # fmt: skip
        yield pictures.picture(
            f"change-{number}", change, title=f"change, {factor:.0f}x", group=group,
            alt=f"The change to picture {number} around grey", kind=PictureKind.PERTURBATION,
        )  # fmt: skip
        yield pictures.picture(
            f"adversarial-{number}", example.changed, title="answered wrongly", group=group,
            alt=f"Picture {number} with the change", kind=PictureKind.ADVERSARIAL,
        )  # fmt: skip


def _first(reader: AttackedReader) -> tuple[str, float]:
    return reader.threats[-1].norm, reader.threats[-1].eps
