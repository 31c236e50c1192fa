"""Names of well-known datasets as authors write them in tables → their ids on the Hub.

Only spellings that mean one thing are listed; whatever is not listed stays unknown, because a
claim about the wrong split is worse than one without.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NamedData:
    """A dataset on the Hub, with its configuration and split where the name says them."""

    dataset: str
    config: str = ""
    split: str = ""
    task: str = ""


def _glue(config: str, split: str = "") -> NamedData:
    return NamedData("nyu-mll/glue", config, split, "text-classification")


_IMAGES = "image-classification"
_SPEECH = "automatic-speech-recognition"
_KNOWN: Mapping[str, NamedData] = {
    "cifar10": NamedData("uoft-cs/cifar10", "plain_text", "", _IMAGES),
    "cifar100": NamedData("uoft-cs/cifar100", "cifar100", "", _IMAGES),
    "mnist": NamedData("ylecun/mnist", "mnist", "", _IMAGES),
    "fashionmnist": NamedData("zalando-datasets/fashion_mnist", "fashion_mnist", "", _IMAGES),
    "imagenet": NamedData("ILSVRC/imagenet-1k", "", "", _IMAGES),
    "imagenet1k": NamedData("ILSVRC/imagenet-1k", "", "", _IMAGES),
    "cola": _glue("cola"),
    "sst2": _glue("sst2"),
    "mrpc": _glue("mrpc"),
    "qqp": _glue("qqp"),
    "stsb": _glue("stsb"),
    "mnlim": _glue("mnli", "validation_matched"),
    "mnlimm": _glue("mnli", "validation_mismatched"),
    "qnli": _glue("qnli"),
    "rte": _glue("rte"),
    "wnli": _glue("wnli"),
    "stsbenchmark": NamedData("mteb/stsbenchmark-sts", "", "", "sentence-similarity"),
    "squad": NamedData("rajpurkar/squad", "plain_text", "", "question-answering"),
    "squad11": NamedData("rajpurkar/squad", "plain_text", "", "question-answering"),
    "squadv1": NamedData("rajpurkar/squad", "plain_text", "", "question-answering"),
    "squad20": NamedData("rajpurkar/squad_v2", "squad_v2", "", "question-answering"),
    "squadv2": NamedData("rajpurkar/squad_v2", "squad_v2", "", "question-answering"),
    "imdb": NamedData("stanfordnlp/imdb", "plain_text", "", "text-classification"),
    "agnews": NamedData("fancyzhx/ag_news", "default", "", "text-classification"),
    "conll2003": NamedData("eriktks/conll2003", "conll2003", "", "token-classification"),
    "conll03": NamedData("eriktks/conll2003", "conll2003", "", "token-classification"),
    "librispeechtestclean": NamedData("openslr/librispeech_asr", "clean", "test", _SPEECH),
    "librispeechtestother": NamedData("openslr/librispeech_asr", "other", "test", _SPEECH),
    "xsum": NamedData("EdinburghNLP/xsum", "", "", "summarization"),
    "samsum": NamedData("knkarthick/samsum", "", "", "summarization"),
}
_LINK = re.compile(r"!?\[([^\[\]]{0,200})\]\([^()]{0,500}\)")
_NOT_ALNUM = re.compile(r"[^a-z0-9]+")


def bare_label(cell: str) -> str:
    """Take links and emphasis off the text of a cell or a heading."""
    return _LINK.sub(r"\1", cell).replace("**", "").replace("`", "").strip(" *_")


def find_data(label: str) -> NamedData | None:
    """Look up a dataset by a label such as ``CIFAR-10``, ``SST-2`` or ``SQuAD v2``."""
    return _KNOWN.get(_NOT_ALNUM.sub("", bare_label(label[:200]).lower()))
