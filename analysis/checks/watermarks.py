"""The check "watermarks": which of the marks that owners registered a network carries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

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
    Queue,
    Subject,
    Unsupported,
    Verdict,
)
from analysis.marks import SecretMark
from analysis.tasks import replies
from analysis.tasks.image_classification import ImageClassification
from analysis.tasks.text_generation import TextGeneration

if TYPE_CHECKING:
    from analysis.watermarks.statistics import Ownership
    from analysis.watermarks.suspects import Suspect
    from analysis.watermarks.trial import Trial

_SAID = ("classes", "vocabulary", "texts", "tokens", "declared")
_AFTER = (
    "The keys were committed after the model was public, when they could be made for it: that"
    " proves nothing about who owned it first."
)


class WatermarksCheck:
    """Asks a network for marks; what they expect of it stays outside."""

    id: ClassVar[str] = "watermarks"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Marks of owners"
    queue: ClassVar[Queue] = Queue.CPU
    needs_claim: ClassVar[bool] = False
    needs_labels: ClassVar[bool] = False
    limits: ClassVar[Limits] = Limits(wall_s=3600.0)

    def applies_to(self, subject: Subject) -> bool:
        """Classifiers of pictures, and networks that write texts."""
        return subject.pipeline_tag in (ImageClassification.id, TextGeneration.id)

    def options(self, subject: Subject) -> Mapping[str, JSON]:
        """Nothing beside the pictures."""
        return {}

    def wants(self, subject: Subject) -> DataRequest | None:
        """No dataset: the keys are all that is asked."""
        return None

    def columns(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Never asked, without a dataset."""
        raise Unsupported("Marks need no dataset.", "dataset")

    def begin(self, subject: Subject, marks: Sequence[SecretMark]) -> "Trial":
        """Open the marks; raise Unsupported where none of them can be asked."""
        from analysis.watermarks.trial import Trial

        trial = Trial.of(marks, writes=subject.pipeline_tag == TextGeneration.id)
        if not trial.suspects:
            said = trial.unfit[0][1] if trial.unfit else "No mark is registered for this task."
            raise Unsupported(said, "keys")
        return trial

    def probe(self, job: Job) -> Iterator[Part]:
        """Answer the pictures of the keys or write texts, inside the sandbox."""
        if job.options.get("texts"):
            from analysis.watermarks.texts.writing import write_texts

            yield from write_texts(replace(job, rows=1))
            return
        from analysis.watermarks.asking import asked

        yield from asked(job)

    def judge(self, case: Case, parts: Iterator[Part]) -> Finding:
        """Read the marks out of the answers."""
        from analysis.watermarks.trial import Trial

        trial = case.trial
        if not isinstance(trial, Trial):
            raise CheckError("The run was started without the keys of any mark.")
        for part in parts:
            trial.hear(part)
        found = [_entry(one, one.judged(len(trial.alive) or 1)) for one in trial.alive]
        found.sort(key=lambda entry: (float(entry["p"]), int(entry["mark"])))  # type: ignore[arg-type]
        unfit: list[JSON] = [
            {"mark": mark.id, "name": mark.name, "problem": problem}
            for mark, problem in [
                *trial.unfit, *((one.mark, one.problem) for one in trial.suspects if one.problem)
            ]
        ]  # fmt: skip
        if not found:
            raise Unsupported(_first_problem(unfit), "keys")
        evidence: dict[str, JSON] = {
            **replies.copy_facts(trial.network),
            **{name: trial.network.get(name) for name in _SAID if name in trial.network},
            "marks": list[JSON](found),
            "unfit": unfit,
            "rounds": list[JSON](trial.rounds),
            "facts": _facts(found, unfit),
        }
        return _finding(found, evidence)


def _first_problem(unfit: Sequence[JSON]) -> str:
    first = unfit[0] if unfit else None
    return str(first["problem"]) if isinstance(first, dict) else "No mark could be asked."


def _entry(one: "Suspect", ownership: "Ownership") -> dict[str, JSON]:
    """Say what came out of one mark; nothing of it tells a key."""
    tally = one.tally()
    mark = one.mark
    sentence = ownership.sentence
    if ownership.carries and mark.is_after:
        sentence += f" {_AFTER}"
    return {
        "mark": mark.id,
        "name": mark.name,
        "commitment": mark.commitment,
        "registered": mark.registered,
        "matches": tally.matches if tally else 0,
        "keys": tally.keys if tally else 0,
        "control_matches": tally.control_matches if tally else 0,
        "controls": tally.controls if tally else 0,
        "p": ownership.p,
        "by_controls": ownership.by_controls,
        "by_networks": ownership.by_networks,
        "by_chance": ownership.by_chance,
        "networks": [list[JSON](each) for each in mark.others],
        "carries": ownership.carries,
        "is_after": mark.is_after,
        "sentence": sentence,
    }


def _finding(found: Sequence[Mapping[str, JSON]], evidence: dict[str, JSON]) -> Finding:
    """Conclude: a mark that is carried and was committed before is worth a warning."""
    carried = [entry for entry in found if entry["carries"]]
    first = (carried or found)[0]
    estimate = _estimate(first)
    if not carried:
        tried = f"of {len(found):,} marks" if len(found) > 1 else f"of the mark {first['name']!r}"
        said = f"No evidence {tried} (smallest p = {first['p']:.2g})."
        return Finding(Verdict.INCONCLUSIVE, said, estimate, evidence)
    names = ", ".join(repr(entry["name"]) for entry in carried[:5])
    said = f"Carries {'the mark' if len(carried) == 1 else 'the marks'} {names}"
    said += f" (p = {first['p']:.1g})."
    if all(entry["is_after"] for entry in carried):
        return Finding(Verdict.INCONCLUSIVE, f"{said} {_AFTER}", estimate, evidence)
    return Finding(Verdict.MEASURED, said, estimate, evidence)


def _estimate(entry: Mapping[str, JSON]) -> Estimate | None:
    """Return the share of keys that match, with Wilson's interval."""
    from analysis.verdicts import wilson

    matches, keys = entry["matches"], entry["keys"]
    if not isinstance(matches, int) or not isinstance(keys, int) or not keys:
        return None
    low, high = wilson(matches, keys)
    return Estimate(matches / keys, low, high, keys)


def _facts(found: Sequence[Mapping[str, JSON]], unfit: Sequence[JSON]) -> list[JSON]:
    facts: list[JSON] = [
        {
            "name": str(entry["name"]),
            "value": f"{entry['matches']} of {entry['keys']} keys",
            "sentence": str(entry["sentence"]),
        }
        for entry in found[:20]
    ]
    return facts + [
        {"name": str(one["name"]), "value": None, "sentence": str(one["problem"])}
        for one in unfit[:20] if isinstance(one, dict)
    ]  # fmt: skip
