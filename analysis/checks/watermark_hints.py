"""The check "watermark-hints": what points to a mark where nobody has keys. It proves nothing."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any, ClassVar

from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Columns,
    DataRequest,
    Feature,
    Finding,
    Job,
    Part,
    Queue,
    Subject,
    Unsupported,
    Verdict,
)
from analysis.tasks import replies
from analysis.tasks.image_classification import ImageClassification
from analysis.tasks.text_generation import TextGeneration

if TYPE_CHECKING:
    from analysis.loading.networks import Loaded
    from analysis.watermarks.hints import Layer

_LAYERS = 10_000
_SENTENCE = 400
_DIMENSIONS = (2, 4)
_NOTHING = "No hint at a mark. Most marks leave none: only their keys tell."


class WatermarkHintsCheck:
    """Looks at weights and at what a repo declares, without any key."""

    id: ClassVar[str] = "watermark-hints"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Hints at marks, without keys"
    queue: ClassVar[Queue] = Queue.CPU
    needs_claim: ClassVar[bool] = False
    needs_labels: ClassVar[bool] = False

    def applies_to(self, subject: Subject) -> bool:
        """Classifiers of pictures, and networks that write texts."""
        return subject.pipeline_tag in (ImageClassification.id, TextGeneration.id)

    def options(self, subject: Subject) -> Mapping[str, JSON]:
        """Say which kind of network it is."""
        return {"writes": subject.pipeline_tag == TextGeneration.id}

    def wants(self, subject: Subject) -> DataRequest | None:
        """No dataset: only weights and settings are looked at."""
        return None

    def columns(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Never asked, without a dataset."""
        raise Unsupported("Hints need no dataset.", "dataset")

    def probe(self, job: Job) -> Iterator[Part]:
        """Measure the layers, inside the sandbox."""
        from analysis.watermarks.hints import layers_of

        loaded = _loaded(job)
        values: dict[str, JSON] = {
            "batch_size": 0,
            "dtype": "float32",
            "weights": list(loaded.files),
            "own_code": loaded.ran_own_code,
            "loader": loaded.loader,
            "declared": _declared(job),
        }
        yield Part("network", values)
        state = {name: one.numpy() for name, one in _weights(loaded)}
        layers: list[JSON] = [[one.name, list(one.shape), one.excess] for one in layers_of(state)]
        yield Part("layers", {"layers": layers})

    def judge(self, case: Case, parts: Iterator[Part]) -> Finding:
        """Say what stands out."""
        from analysis.watermarks.hints import weight_hints

        network = replies.read_network(parts)
        part = next(parts, None)
        layers = _read(part.values.get("layers") if part is not None else None)
        declared = network.get("declared")
        facts: list[JSON] = []
        if isinstance(declared, str):
            facts.append({"name": "Declared", "value": None, "sentence": declared[:_SENTENCE]})
        hints = weight_hints(layers)
        facts += [{"name": "Weights", "value": None, "sentence": one.sentence} for one in hints]
        said = " ".join(str(fact["sentence"]) for fact in facts if isinstance(fact, dict))
        evidence: dict[str, JSON] = {
            **replies.copy_facts(network),
            "layers": len(layers),
            "hints": [one.sentence for one in hints],
            "declared": declared if isinstance(declared, str) else None,
            "facts": facts,
        }
        return Finding(Verdict.INCONCLUSIVE, said or _NOTHING, None, evidence)


def _loaded(job: Job) -> "Loaded":
    if job.options.get("writes"):
        from analysis.tasks.text_generation import load_causal

        return load_causal(job).loaded
    from analysis.loading import load_classifier

    return load_classifier(job.snapshot, device=job.device, allow_code=job.allow_code).loaded


def _weights(loaded: "Loaded") -> Iterator[tuple[str, Any]]:
    """Yield the weights of convolutions and dense layers, outputs first."""
    for name, tensor in getattr(loaded.network, "named_parameters", lambda: ())():
        if tensor.ndim in _DIMENSIONS and tensor.is_floating_point():
            yield name, tensor.detach().float().cpu()


def _declared(job: Job) -> str | None:
    """Say what the repo's own files declare."""
    from analysis.loading.configs import read_config
    from analysis.watermarks.texts.declared import declared_watermark

    for name in ("generation_config.json", "config.json"):
        path = job.snapshot / name
        found = declared_watermark(read_config(path)) if path.is_file() else None
        if found is not None:
            return found.sentence
    return None


def _read(said: JSON) -> "Sequence[Layer]":
    """Read measures of layers; raise CheckError where they make no sense."""
    from analysis.watermarks.hints import Layer

    if not isinstance(said, list) or len(said) > _LAYERS:
        raise CheckError("The sandbox sent no measures of layers.")
    found = []
    for row in said:
        match row:
            case [str(name), list(shape), float(excess)] if (
                len(shape) in _DIMENSIONS
                and all(type(side) is int and 0 < side < 1 << 31 for side in shape)
                and isfinite(excess)
            ):
                sides = [side for side in shape if isinstance(side, int)]
                found.append(Layer(name[:200], tuple(sides), excess))
            case [str(), list(), float()]:
                continue  # of a layer that has no measure
            case _:
                raise CheckError("The sandbox sent no measures of layers.")
    return found
