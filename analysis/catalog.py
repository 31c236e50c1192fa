"""Which checks, tasks and metrics there are: names only, for the web knows no torch, no numpy."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points

from analysis.contract import Queue
from analysis.options import Option, OptionKind


@dataclass(frozen=True, slots=True)
class Entry:
    """What may be known of a check without importing it. ``target`` is ``module:Class``.

    ``options`` are what it may be asked with. ``is_usual``: it is asked for where a person names no
    check.
    """

    id: str
    version: int
    title: str
    target: str
    queue: Queue
    needs_claim: bool
    about: str
    options: tuple[Option, ...] = ()
    is_usual: bool = True


# What all checks that measure on a split without a claim can be asked.
_DATA = (
    Option(
        "dataset", OptionKind.TEXT, "Dataset",
        "Its id at the hub; without it, that of the first claim that can be measured.",
    ),
    Option("config", OptionKind.TEXT, "Config", "Of the dataset, where it has several."),
    Option("split", OptionKind.TEXT, "Split", "“test” where nothing is said."),
)  # fmt: skip


def _how_many(usual: int) -> Option:
    return Option(
        "n", OptionKind.WHOLE, "Samples", "At most so many, drawn at random.",
        default=usual, least=1, most=1_000_000,
    )  # fmt: skip


BUILT_IN: tuple[Entry, ...] = (
    Entry(
        id="claim",
        version=2,
        title="Claimed metric, measured",
        target="analysis.checks.claim:ClaimCheck",
        queue=Queue.CPU,
        needs_claim=True,
        about="Runs the model on the split that the claim names and computes the metric.",
    ),
    Entry(
        id="adversarial",
        version=1,
        title="Robustness against adversarial pictures",
        target="analysis.checks.adversarial:AdversarialCheck",
        queue=Queue.CPU,
        needs_claim=False,
        about="Attacks a classifier of pictures by AutoAttack at growing radii: how many right"
        " answers stand when an attacker may change each picture a little.",
        options=(
            *_DATA,
            _how_many(200),
            Option(
                "norm", OptionKind.CHOICE, "Norm", "How a change is measured.",
                default="Linf", choices=("Linf", "L2", "L1"),
            ),
            Option(
                "eps", OptionKind.NUMBERS, "Radii",
                "How far an attacker may go, of values in 0 to 1: 2/255, 8/255.",
                least=1e-6, most=1e6,
            ),
            Option(
                "version", OptionKind.CHOICE, "Version",
                "Of AutoAttack; rand for networks that answer at random, plus for more attacks.",
                default="standard", choices=("standard", "plus", "rand"),
            ),
        ),
        is_usual=False,
    ),
    Entry(
        id="corruptions",
        version=1,
        title="Robustness against common corruptions",
        target="analysis.checks.corruptions:CorruptionsCheck",
        queue=Queue.CPU,
        needs_claim=False,
        about="Asks a classifier of pictures about each picture in noise, blur, bad weather and"
        " compression: the 15 corruptions of ImageNet-C at five severities.",
        options=(
            *_DATA,
            _how_many(200),
            Option(
                "extra", OptionKind.FLAG, "The four extra ones",
                "Also speckle noise, Gaussian blur, spatter and saturation.", default=False,
            ),
        ),
        is_usual=False,
    ),
    Entry(
        id="text-robustness",
        version=1,
        title="Robustness against small changes of texts",
        target="analysis.checks.text_robustness:TextRobustnessCheck",
        queue=Queue.CPU,
        needs_claim=False,
        about="Changes letters or words of a text until a classifier answers otherwise, and looks"
        " at changes that must not matter: case, punctuation, white space.",
        options=(
            *_DATA,
            _how_many(200),
            Option(
                "recipe", OptionKind.CHOICE, "Changes", "What the attack may change.",
                default="characters", choices=("characters", "words", "both"),
            ),
            Option(
                "queries", OptionKind.WHOLE, "Queries", "How often it may ask about a text.",
                default=500, least=2, most=100_000,
            ),
        ),
        is_usual=False,
    ),
    Entry(
        id="backdoors",
        version=2,
        title="Signs of a backdoor",
        target="analysis.checks.backdoors:BackdoorCheck",
        queue=Queue.CPU,
        needs_claim=False,
        about="Looks for a class of a classifier of pictures that wins too easily, as one with a"
        " trigger does; clean pictures help, labels are not needed.",
        options=(*_DATA, _how_many(64)),
        is_usual=False,
    ),
    Entry(
        id="watermarks",
        version=1,
        title="Marks of owners",
        target="analysis.checks.watermarks:WatermarksCheck",
        queue=Queue.CPU,
        needs_claim=False,
        about="Looks for marks that owners registered, and says with which p-value a network"
        " carries each.",
        options=(
            Option(
                "marks", OptionKind.TEXT, "Marks",
                "Ids of registered marks with commas; all that are registered for this task where"
                " nothing is said.",
            ),
        ),
        is_usual=False,
    ),
    Entry(
        id="watermark-hints",
        version=1,
        title="Hints at marks, without keys",
        target="analysis.checks.watermark_hints:WatermarkHintsCheck",
        queue=Queue.CPU,
        needs_claim=False,
        about="Looks at weights and settings for what marks leave: hints, which prove nothing.",
        is_usual=False,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """What may be known of a task without importing it.

    ``answers`` are kinds of answers. ``metrics`` are those that it has of them, all where empty;
    ``more`` are those that ask for more than its kind of answers, and that it has all the same.
    """

    target: str
    about: str
    answers: tuple[str, ...]
    metrics: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


# What the check "claim" can measure today: task id -> module, one file a task.
TASKS: Mapping[str, TaskEntry] = {
    "audio-classification": TaskEntry(
        "analysis.tasks.audio_classification:AudioClassification",
        "One sound in, the most likely of a fixed set of classes out.",
        ("Classes",),
    ),
    "automatic-speech-recognition": TaskEntry(
        "analysis.tasks.speech_recognition:SpeechRecognition",
        "A recording in, the words that are said in it out.",
        ("Texts",),
    ),
    "feature-extraction": TaskEntry(
        "analysis.tasks.feature_extraction:FeatureExtraction",
        "A picture or a text in, a vector out, in which classes lie apart.",
        ("Classes",),
    ),
    "fill-mask": TaskEntry(
        "analysis.tasks.fill_mask:FillMask",
        "A text with hidden tokens in, how likely the hidden ones are out.",
        ("Likelihoods",),
        ("loss", "perplexity"),
    ),
    "image-classification": TaskEntry(
        "analysis.tasks.image_classification:ImageClassification",
        "One picture in, the most likely of a fixed set of classes out.",
        ("Classes",),
        more=("robust_accuracy",),
    ),
    "multiple-choice": TaskEntry(
        "analysis.tasks.multiple_choice:MultipleChoice",
        "A question and its choices in, the likeliest choice out.",
        ("Classes",),
        ("accuracy", "acc_norm"),
    ),
    "object-detection": TaskEntry(
        "analysis.tasks.object_detection:ObjectDetection",
        "A picture in, boxes round the things in it with their classes out.",
        ("Boxes",),
        ("map", "map_50", "average_recall"),
    ),
    "question-answering": TaskEntry(
        "analysis.tasks.question_answering:QuestionAnswering",
        "A question and a text in, the piece of the text that answers it out.",
        ("Texts",),
        ("exact_match", "f1"),
    ),
    "retrieval": TaskEntry(
        "analysis.tasks.retrieval:Retrieval",
        "A query in, the documents that answer it in their order out.",
        ("Rankings",),
    ),
    "sentence-similarity": TaskEntry(
        "analysis.tasks.sentence_similarity:SentenceSimilarity",
        "Two texts in, how alike they are out.",
        ("Numbers",),
        ("spearman", "pearson"),
    ),
    "summarization": TaskEntry(
        "analysis.tasks.summarization:Summarization",
        "A long text in, a short one that says the same out.",
        ("Texts",),
    ),
    "tabular-classification": TaskEntry(
        "analysis.tasks.tabular:TabularClassification",
        "A row of a table in, its class out.",
        ("Classes",),
    ),
    "tabular-regression": TaskEntry(
        "analysis.tasks.tabular:TabularRegression",
        "A row of a table in, a number out.",
        ("Numbers",),
    ),
    "text-classification": TaskEntry(
        "analysis.tasks.text_classification:TextClassification",
        "A text or a pair of texts in, its class, its classes or a number out.",
        (
            "Classes",
            "LabelSets",
            "Numbers",
        ),
    ),
    "text-generation": TaskEntry(
        "analysis.tasks.text_generation:TextGeneration",
        "A text in, how likely the network finds each next token of it out.",
        ("Likelihoods",),
    ),
    "text2text-generation": TaskEntry(
        "analysis.tasks.text2text_generation:Text2TextGeneration",
        "A text in, another out: a translation or a summary of it.",
        ("Texts",),
    ),
    "token-classification": TaskEntry(
        "analysis.tasks.token_classification:TokenClassification",
        "A sentence cut into words in, one tag a word out.",
        ("Tags",),
    ),
    "translation": TaskEntry(
        "analysis.tasks.translation:Translation",
        "A text in one language in, the same in another language out.",
        ("Texts",),
    ),
    "zero-shot-classification": TaskEntry(
        "analysis.tasks.zero_shot_classification:ZeroShotClassification",
        "A text and names of classes in, the name that follows from it out.",
        ("Classes",),
    ),
}

_SHARES = ("f1", "precision", "recall")
_AREAS = ("auroc", "average_precision")

# Kind of answers (``analysis.answers``) → module of ``analysis.scoring`` → the metrics that it
# computes. A library is imported when one of its metrics is asked for: some take seconds.
KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Classes": {
        "classes": (
            *("accuracy", "acc_norm", "robust_accuracy", "top5_accuracy", "balanced_accuracy"),
            *("mcc", *_SHARES),
        ),
        "probabilities": ("loss", "calibration_error", *_AREAS),
    },
    "LabelSets": {"label_sets": ("accuracy", "hamming_loss", *_SHARES, *_AREAS)},
    "Numbers": {
        "numbers": ("spearman", "pearson", "mse", "mae", "rmse", "r2"),
        "rank_correlation": ("kendall",),
        "pairs": (
            "pair_accuracy",
            "pair_f1",
            "pair_precision",
            "pair_recall",
            "pair_average_precision",
        ),
    },
    "Texts": {
        "texts": ("exact_match", "f1"),
        "translations": ("bleu", "chrf", "chrf_plus_plus", "ter"),
        "summaries": (
            "rouge1",
            "rouge2",
            "rouge2_precision",
            "rouge2_recall",
            "rougel",
            "rougelsum",
        ),
        "speech": ("wer", "cer", "mer", "wil", "wip"),
    },
    "Tags": {"tags": ("accuracy", *_SHARES)},
    "Rankings": {
        "rankings": (
            "ndcg_at_k",
            "map_at_k",
            "mrr_at_k",
            "recall_at_k",
            "precision_at_k",
            "hit_rate_at_k",
            "ndcg",
            "map",
            "mrr",
        )
    },
    "Likelihoods": {
        "likelihoods": (
            "loss",
            "perplexity",
            "word_perplexity",
            "byte_perplexity",
            "bits_per_byte",
        )
    },
    "Boxes": {"boxes": ("map", "map_50", "map_at_k", "average_recall")},
}


# Metrics that a task has only where it names them: they ask for more than its kind of answers.
_NAMED_ONLY = frozenset({"acc_norm", "robust_accuracy", *KINDS["Numbers"]["pairs"]})


def metrics_of(task_id: str) -> frozenset[str]:
    """List the metrics that can be computed from what networks of a task answer."""
    entry = TASKS[task_id]
    if entry.metrics:
        return frozenset(entry.metrics)
    modules = (metrics for kind in entry.answers for metrics in KINDS[kind].values())
    found = frozenset(metric for metrics in modules for metric in metrics)
    return found - _NAMED_ONLY | frozenset(entry.more)


def entries() -> dict[str, Entry]:
    """All checks by id: the built-in ones, then those of installed packages.

    Another package adds a check by an entry point in the group ``assay.checks`` whose object is an
    ``Entry``; a built-in id cannot be taken over.
    """
    found = {entry.id: entry for entry in BUILT_IN}
    for entry in _installed(tuple(sys.path)):
        found.setdefault(entry.id, entry)
    return found


@lru_cache(maxsize=8)
def _installed(_path: tuple[str, ...]) -> tuple[Entry, ...]:
    """Ask the packages on a path, once: every page of claims would open the files of all of them.

    A process learns of a package that is installed while it runs when it starts again.
    """
    loaded = (point.load() for point in entry_points(group="assay.checks"))
    return tuple(entry for entry in loaded if isinstance(entry, Entry))
