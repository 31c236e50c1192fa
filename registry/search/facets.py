"""The facets: by what the list of models can be narrowed, and what a repo's values are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MOST_VALUES = 200  # of one facet of one repo: some cards name a thousand languages
LONGEST_VALUE = 300


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet. ``words`` are its values where they are fixed, each with how it is said.

    ``says`` is the chip: ``{}`` stands for the value. A repo has one value unless ``has_many``.
    """

    key: str
    title: str
    says: str
    about: str
    words: Mapping[str, str] = field(default_factory=dict)
    has_many: bool = False
    is_shown: bool = True

    def word(self, value: str) -> str:
        """Return how a value is said."""
        return self.words.get(value, value)


# Upper bound (parameters) → key and words. Bounds belong to the upper class.
SIZES = (
    (100_000_000, "under-100m", "under 100 M"),
    (500_000_000, "100m-500m", "100 M to 500 M"),
    (1_000_000_000, "500m-1b", "500 M to 1 B"),
    (3_000_000_000, "1b-3b", "1 B to 3 B"),
    (8_000_000_000, "3b-8b", "3 B to 8 B"),
    (15_000_000_000, "8b-15b", "8 B to 15 B"),
    (40_000_000_000, "15b-40b", "15 B to 40 B"),
    (100_000_000_000, "40b-100b", "40 B to 100 B"),
    (1 << 63, "over-100b", "100 B and more"),
)

# Endings of file names, and tags of the hub where the files are not known yet → format.
_ENDINGS = {
    "safetensors": "safetensors",
    "gguf": "gguf",
    "ggml": "gguf",
    "onnx": "onnx",
    **dict.fromkeys(("bin", "pt", "pth", "ckpt", "pkl", "pickle", "joblib", "th"), "pickle"),
    "h5": "keras",
    "keras": "keras",
    "tflite": "tflite",
    "msgpack": "flax",
    "mlmodel": "coreml",
    "mlpackage": "coreml",
    "nemo": "nemo",
    "engine": "tensorrt",
    "xml": "openvino",
}
_FORMAT_TAGS = {
    "safetensors": "safetensors",
    "gguf": "gguf",
    "onnx": "onnx",
    "openvino": "openvino",
    "coreml": "coreml",
    "tflite": "tflite",
}
_FORMATS = {
    "safetensors": "safetensors",
    "pickle": "pickle (bin, pt, ckpt …)",
    "gguf": "GGUF",
    "onnx": "ONNX",
    "keras": "Keras (h5)",
    "flax": "Flax (msgpack)",
    "tflite": "TensorFlow Lite",
    "coreml": "Core ML",
    "openvino": "OpenVINO",
    "nemo": "NeMo",
    "tensorrt": "TensorRT",
}
_VERDICTS = {
    name: name
    for name in (
        *("confirmed", "overstated", "understated", "inconclusive", "pass", "warn", "fail"),
        "measured",
    )
}

_ALL = (
    Facet("task", "Task", "task {}", "The task, for instance `image-classification`."),
    Facet("library", "Library", "library {}", "The library."),
    Facet("licence", "Licence", "licence {}", "The licence."),
    Facet("language", "Language", "language {}", "A language.", has_many=True),
    Facet("dataset", "Dataset", "dataset {}", "A dataset that it names.", has_many=True),
    Facet("architecture", "Architecture", "architecture {}", "`model_type` of its config."),
    Facet(
        "size",
        "Parameters",
        "{} parameters",
        "How many parameters it has.",
        {key: words for _, key, words in SIZES},
    ),
    Facet("format", "Format", "has {} files", "A format of its files.", _FORMATS, has_many=True),
    Facet(
        "gated",
        "Access",
        "access {}",
        "Who may read the files.",
        {"open": "open", "auto": "gated, granted at once", "manual": "gated, by hand"},
    ),
    Facet(
        "claims", "Claims", "{}", "Whether its head states a number that can be measured.",
        {"yes": "makes claims", "no": "makes no claims"},
    ),
    Facet(
        "verdict", "A finding is", "a finding is {}", "The newest answer to a claim or a check.",
        _VERDICTS, has_many=True,
    ),
    Facet(
        "risk", "Risk", "risk: {}", "The worst answer of the checks of risks.",
        {"pass": "pass", "warn": "warn", "fail": "fail", "inconclusive": "inconclusive"},
    ),
    Facet(
        "verified", "Author", "{}", "Whether the hub has verified the author.",
        {"yes": "verified author", "no": "author not verified"},
    ),
    Facet("author", "Owner", "owner {}", "The owner's name.", is_shown=False),
)  # fmt: skip
FACETS: Mapping[str, Facet] = {facet.key: facet for facet in _ALL}
_RISKS = ("fail", "warn", "inconclusive", "pass")  # the worst one first


@dataclass(frozen=True, slots=True)
class Facts:
    """What the labels of a repo are made of."""

    task: str = ""
    library: str = ""
    licence: str = ""
    languages: Sequence[str] = ()
    datasets: Sequence[str] = ()
    architecture: str = ""
    parameters: int = 0
    endings: Sequence[str] = ()  # of its files, in lower case
    tags: Sequence[str] = ()
    gate: str = "open"
    has_claims: bool = False
    verdicts: Sequence[str] = ()
    risks: Sequence[str] = ()
    is_verified: bool | None = None
    author: str = ""


def size_class(parameters: int) -> str:
    """Return the class of a number of parameters; empty where it is not known."""
    if parameters <= 0:
        return ""
    return next(key for bound, key, _ in SIZES if parameters < bound)


def formats(endings: Iterable[str], tags: Iterable[str]) -> set[str]:
    """Return the formats of a repo: what its files are called, else what its tags say."""
    found = {_ENDINGS[ending] for ending in endings if ending in _ENDINGS}
    if "xml" in endings and "bin" in endings and "openvino" in found:
        return found
    found.discard("openvino")  # an XML file alone is anything
    return found | {_FORMAT_TAGS[tag] for tag in tags if tag in _FORMAT_TAGS}


def labels(facts: Facts) -> list[tuple[str, str]]:
    """Return facet and value of everything that is known of a repo."""
    verified = {True: "yes", False: "no", None: ""}[facts.is_verified]
    one = (
        ("task", facts.task), ("library", facts.library), ("licence", facts.licence),
        ("architecture", facts.architecture), ("size", size_class(facts.parameters)),
        ("gated", facts.gate), ("claims", "yes" if facts.has_claims else "no"),
        ("risk", next((risk for risk in _RISKS if risk in facts.risks), "")),
        ("verified", verified), ("author", facts.author),
    )  # fmt: skip
    many = (
        ("language", facts.languages),
        ("dataset", facts.datasets or _datasets(facts.tags)),
        ("format", sorted(formats(facts.endings, facts.tags))),
        ("verdict", facts.verdicts),
    )
    found = [(key, value[:LONGEST_VALUE]) for key, value in one if value]
    for key, values in many:
        kept = list(dict.fromkeys(value for value in values if value))[:MOST_VALUES]
        found += [(key, value[:LONGEST_VALUE]) for value in kept]
    return found


def _datasets(tags: Iterable[str]) -> list[str]:
    return [tag.removeprefix("dataset:") for tag in tags if tag.startswith("dataset:")]
