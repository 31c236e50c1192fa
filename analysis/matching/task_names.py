"""Names of tasks on cards → the tasks that are measured here.

Sources: the Hub's list of pipeline tags (``pipeline_tag`` of a record); the task names of MTEB's
results (mteb, ``TaskMetadata.type``); and the spellings that occur in the ``model-index`` of 29,432
records of 2022 and of 2,200 cards of 2024.
"""

import re
from collections.abc import Mapping

NAMES: Mapping[str, tuple[str, ...]] = {
    "image-classification": ("object-recognition", "digit-recognition"),
    "text-classification": (
        "sentiment-analysis", "sentiment-classification", "natural-language-inference", "nli",
        "textual-entailment", "text-pair-classification", "paraphrase-identification",
        "intent-classification", "emotion-classification", "multi-class-classification",
        "multi-label-classification", "toxicity-classification",
        "multi-label-text-classification", "topic-classification",
    ),
    "token-classification": (
        "named-entity-recognition", "ner", "part-of-speech", "pos-tagging", "pos",
        "part-of-speech-tagging", "chunking",
    ),
    "question-answering": (
        "extractive-question-answering", "extractive-qa", "qa", "reading-comprehension",
    ),
    "summarization": (
        "summarisation", "abstractive-text-summarization", "abstractive-summarization",
        "text-summarization",
    ),
    "translation": ("machine-translation", "text-translation"),
    "automatic-speech-recognition": (
        "speech-recognition", "asr", "speech-to-text", "automatic-speech-recognition-(asr)",
    ),
    "audio-classification": (
        "keyword-spotting", "speech-classification", "sound-classification",
        "speech-emotion-recognition",
    ),
    "sentence-similarity": (
        "semantic-similarity", "semantic-textual-similarity", "sts", "sentence-embedding",
    ),
    "retrieval": (
        "information-retrieval", "document-retrieval", "passage-retrieval", "text-retrieval",
    ),
    "feature-extraction": (
        "linear-probe", "k-nearest-neighbours", "image-feature-extraction", "linear-probing",
        "representation-learning",
    ),
    "fill-mask": (
        "masked-language-modeling", "masked-language-modelling", "mlm", "masked-lm",
    ),
    "text-generation": (
        "language-modeling", "language-modelling", "causal-language-modeling", "causal-lm",
    ),
    "zero-shot-classification": ("zero-shot", "zero-shot-text-classification"),
    "multiple-choice": (
        "sentence-completion", "multiple-choice-qa", "multiple-choice-question-answering",
    ),
    "object-detection": ("2d-object-detection", "detection"),
    "tabular-classification": ("structured-data-classification",),
    "tabular-regression": ("structured-data-regression",),
    "text2text-generation": (
        "seq2seq", "sequence-to-sequence-language-modeling", "text-to-text-generation",
    ),
}  # fmt: skip

# Names that say another task than they seem to: a metric or a protocol of their own.
PROTOCOLS: Mapping[str, str] = {
    "classification": "MTEB's classification trains a classifier on a few samples, ten times over",
    "pairclassification": "MTEB's pair classification chooses the best threshold on the split",
    "bitextmining": "bitext mining looks for the nearest sentence in another language",
    "clustering": "clustering has no labels to be right about",
    "reranking": "reranking orders a short list that comes with each query",
}
# One name for several tasks; the dataset or the metric must tell which.
VAGUE = frozenset({"text2text-generation", "text-to-text", "seq2seq", "conversational", ""})
_BY_METRIC: Mapping[str, str] = {
    "bleu": "translation", "chrf": "translation", "ter": "translation",
    "rouge1": "summarization", "rouge2": "summarization", "rougel": "summarization",
    "rougelsum": "summarization",
}  # fmt: skip
_BY_NAME = {alias: task for task, names in NAMES.items() for alias in (task, *names)}
_GAP = re.compile(r"[\s_-]+")


def plain_name(name: str) -> str:
    """Write a task's name in lower case with hyphens."""
    return _GAP.sub("-", name.strip().lower())


def resolve_task(name: str, metric: str = "") -> str:
    """Find the task that a name means, by the metric where it is vague; "" where none is known."""
    wanted = plain_name(name)
    if wanted in VAGUE and metric in _BY_METRIC:
        return _BY_METRIC[metric]
    return _BY_NAME.get(wanted, "")
