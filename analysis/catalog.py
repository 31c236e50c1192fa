"""Which checks, tasks and metrics there are: names only, for the web knows no torch, no numpy."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points

from analysis.contract import Queue


@dataclass(frozen=True, slots=True)
class Entry:
    """What may be known of a check without importing it. ``target`` is ``module:Class``."""

    id: str
    version: int
    title: str
    target: str
    queue: Queue
    needs_claim: bool
    about: str


BUILT_IN = (
    Entry(
        id="claim",
        version=2,
        title="Claimed metric, measured",
        target="analysis.checks.claim:ClaimCheck",
        queue=Queue.CPU,
        needs_claim=True,
        about="Runs the model on the split that the claim names and computes the metric.",
    ),
)


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """What may be known of a task without importing it. ``answers`` are kinds of answers."""

    target: str
    about: str
    answers: tuple[str, ...]


# What the check "claim" can measure today: task id -> module, one file a task.
TASKS: Mapping[str, TaskEntry] = {
    "image-classification": TaskEntry(
        "analysis.tasks.image_classification:ImageClassification",
        "One picture in, the most likely of a fixed set of classes out.",
        ("Classes",),
    ),
    "sentence-similarity": TaskEntry(
        "analysis.tasks.sentence_similarity:SentenceSimilarity",
        "Two texts in, how alike they are out.",
        ("Numbers",),
    ),
}

_SHARES = ("f1", "precision", "recall")
_AREAS = ("auroc", "average_precision")

# Kind of answers (``analysis.answers``) → module of ``analysis.scoring`` → the metrics that it
# computes. A library is imported when one of its metrics is asked for: some take seconds.
KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Classes": {
        "classes": ("accuracy", "acc_norm", "top5_accuracy", "balanced_accuracy", "mcc", *_SHARES),
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


def metrics_of(task_id: str) -> frozenset[str]:
    """List the metrics that can be computed from what networks of a task answer."""
    kinds = TASKS[task_id].answers
    return frozenset(
        metric for kind in kinds for metrics in KINDS[kind].values() for metric in metrics
    )


def entries() -> dict[str, Entry]:
    """All checks by id: the built-in ones, then those of installed packages.

    Another package adds a check by an entry point in the group ``assay.checks`` whose object is an
    ``Entry``; a built-in id cannot be taken over.
    """
    found = {entry.id: entry for entry in BUILT_IN}
    for point in entry_points(group="assay.checks"):
        entry = point.load()
        if isinstance(entry, Entry):
            found.setdefault(entry.id, entry)
    return found
