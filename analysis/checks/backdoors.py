"""The check "backdoors": whether a class of an image classifier stands out as a trigger's would."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from analysis import backdoors, pictures
from analysis.backdoors import Decision, Measures
from analysis.checks.data import split_of
from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Columns,
    DataRequest,
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
from analysis.progress import Tell, followed
from analysis.tasks import labels, replies
from analysis.tasks.image_classification import ImageClassification
from analysis.tasks.prepared import alike, classes_of, shape_of
from analysis.tasks.rows import read_rows

if TYPE_CHECKING:
    import torch

    from analysis.loading import Classifier

_CLASSES = 100_000
_OR_A_MARK = (
    "Marks of owners that are read from triggers are taught as backdoors are: backdoor-like, may be"
    " a watermark. A hint only; the keys decide."
)
_PICTURES = 64


class BackdoorCheck:
    """Looks for a class that wins too easily, without the data that the network learnt from."""

    id: ClassVar[str] = "backdoors"
    version: ClassVar[int] = 2
    title: ClassVar[str] = "Signs of a backdoor"
    queue: ClassVar[Queue] = Queue.CPU
    needs_claim: ClassVar[bool] = False
    needs_labels: ClassVar[bool] = False
    limits: ClassVar[Limits] = Limits(wall_s=2 * 3600.0)

    def applies_to(self, subject: Subject) -> bool:
        """Classifiers of pictures."""
        return subject.pipeline_tag == ImageClassification.id

    def options(self, subject: Subject) -> Mapping[str, JSON]:
        """Nothing beside the pictures."""
        return {}

    def wants(self, subject: Subject) -> DataRequest | None:
        """Name a split with clean pictures, if there is one; without, less is measured."""
        try:
            return split_of(subject, ImageClassification.id)
        except Unsupported:
            return None

    def columns(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Choose picture and label as for a claim of accuracy; the label is not used."""
        return ImageClassification().columns(features)

    def probe(self, job: Job) -> Iterator[Part]:
        """Scan the network, inside the sandbox."""
        from analysis.loading import load_classifier

        classifier = load_classifier(job.snapshot, device=job.device, allow_code=job.allow_code)
        for tensor in classifier.loaded.network.parameters():
            tensor.requires_grad_(requires_grad=False)
        images = _images(classifier, job)
        shape = shape_of(classifier)
        if images is not None:
            channels, height, width = images.shape[1:]
            shape = (channels, height, width)
        classes = classes_of(classifier, shape)
        yield Part("network", _describe(classifier, classes))

        def scan(tell: Tell) -> Measures:
            return backdoors.scan(
                classifier.scores, classifier.loaded.network, images, shape, classes,
                seed=job.seed, device=classifier.device,
                on_progress=lambda done, total: tell(done, total, "Searches that have ended."),
            )  # fmt: skip

        yield backdoors.to_part((yield from followed(scan)))

    def judge(self, case: Case, parts: Iterator[Part]) -> Finding:
        """Decide from the measures."""
        network = replies.read_network(parts)
        part = next(parts, None)
        if part is None:
            raise CheckError("The sandbox sent no measures.")
        measures = backdoors.from_part(part)
        found = backdoors.decide(measures)
        classes = replies.read_count(network, "classes", 1, _CLASSES)
        names = labels.read_names(network, classes)
        if measures.classes != classes:
            raise CheckError("The sandbox scanned another number of classes than it says.")
        evidence: dict[str, JSON] = {
            **replies.copy_facts(network),
            "classes": classes,
            "p_value": found.p_value,
            "suspects": [
                {"method": one.method, "class": names[one.suspect], "p_value": one.p_value}
                for one in (found.margins, found.triggers)
                if one is not None
            ],
            "notes": list(measures.notes),
            "facts": _facts(measures, found, names),
        }
        summary = " ".join(found.sentences)
        return Finding(found.verdict, summary, None, evidence, tuple(_pictures(measures, names)))


def _images(classifier: "Classifier", job: Job) -> "torch.Tensor | None":
    """Take the first pictures of one shape, on the device; None where there are none."""
    if job.inputs is None:
        return None
    for _, rows in read_rows(job, _PICTURES):
        for _, images in alike([row[0] for row in rows], classifier.preprocessing):
            return images.to(classifier.device)
    return None


def _describe(classifier: "Classifier", classes: int) -> dict[str, JSON]:
    loaded, names = classifier.loaded, classifier.labels
    return {
        "classes": classes,
        "labels": [[index, name] for index, name in sorted(names.items())],
        "batch_size": backdoors.Budget().batch,
        "dtype": "float32",
        "weights": list(loaded.files),
        "own_code": loaded.ran_own_code,
        "loader": loaded.loader,
    }


def _facts(measures: Measures, found: Decision, names: Sequence[str]) -> list[JSON]:
    facts: list[JSON] = []
    if found.verdict in (Verdict.WARN, Verdict.FAIL):
        facts.append({"name": "Or a mark", "value": None, "sentence": _OR_A_MARK})
    if measures.layers:
        largest = max(measures.layers, key=lambda layer: layer.largest)
        facts.append(
            {
                "name": "Channel Lipschitzness",
                "value": f"{largest.largest:.1f} standard deviations",
                "sentence": f"The channel that stands out most, in {largest.name}; a hint only.",
            }
        )
    if found.margins is not None:
        facts.append(
            {
                "name": "Largest margin (MM-BD)",
                "value": f"p = {found.margins.p_value:.2g}",
                "sentence": f"Class {names[found.margins.suspect]!a} is won most easily; so does"
                " chance among clean classes, as simulated.",
            }
        )
    if found.triggers is not None:
        facts.append(
            {
                "name": "Smallest trigger (Neural Cleanse)",
                "value": f"p = {found.triggers.p_value:.2g}",
                "sentence": f"Towards class {names[found.triggers.suspect]!a}; anomaly index"
                f" {found.anomaly or 0:.1f}, of which the method takes 2 as suspicious.",
            }
        )
    facts += [
        {"name": "Left out", "value": None, "sentence": sentence} for sentence in measures.notes
    ]
    return facts


def _pictures(measures: Measures, names: Sequence[str]) -> Iterator[Picture]:
    """Show the smallest trigger that was found, and what it does to a picture."""
    found = measures.triggers
    if found is None:
        return
    group = f"The smallest trigger, towards {names[found.shown]}"
    for name, pixels, title, kind in (
        ("trigger", found.mask * found.pattern, "trigger", PictureKind.TRIGGER),
        ("mask", found.mask, "where it lies", PictureKind.OTHER),
        ("clean", found.clean, "a picture", PictureKind.CLEAN),
        ("triggered", found.triggered, "the picture with it", PictureKind.TRIGGER),
    ):
        yield pictures.picture(
            name, pixels, title=title, group=group, alt=f"{group}: {title}", kind=kind
        )
