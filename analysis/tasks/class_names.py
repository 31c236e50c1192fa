"""Which class of the network is which class of the dataset.

Classes are matched by name wherever names mean something. By position only where neither side has
names: a network with names in another order would be measured as wrong, one without any is a guess.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import Unsupported

# Names of one class that datasets and networks spell in several ways; the first is the usual one.
# The spellings are those of the class lists of GLUE, SNLI, IMDb, Rotten Tomatoes, Yelp, TweetEval,
# AG News and CoNLL, and of the ``id2label`` of networks that were trained on them.
_SAME = (
    ("positive", "pos"), ("negative", "neg"), ("neutral", "neu"),
    ("entailment", "entail", "entails"), ("contradiction", "contradict", "contradicts"),
    ("not entailment", "non entailment", "notentailment"),
    ("equivalent", "paraphrase"), ("not equivalent", "not paraphrase", "non paraphrase"),
    ("duplicate", "is duplicate"), ("not duplicate", "non duplicate"),
    ("acceptable", "grammatical"), ("unacceptable", "ungrammatical"),
    ("hate", "hateful", "hate speech"), ("non hate", "not hate", "nothate", "not hateful"),
    ("irony", "ironic"), ("non irony", "not irony", "not ironic", "non ironic"),
    ("non offensive", "not offensive"), ("spam",), ("ham", "not spam", "no spam"),
    ("1 star", "1 stars"), ("2 stars", "2 star"), ("3 stars", "3 star"), ("4 stars", "4 star"),
    ("5 stars", "5 star"),
    ("sports", "sport"), ("sci/tech", "sci tech", "scitech", "science/technology"),
    ("per", "pers", "person"), ("loc", "location"), ("org", "organization", "organisation"),
    ("misc", "miscellaneous"),
)  # fmt: skip
_USUAL = {spelling: group[0] for group in _SAME for spelling in group}

_BARE = re.compile(r"(label[_ ]?)?(\d{1,6})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Matching:
    """Dataset class by network class (-1 where the dataset has none), and how it was found."""

    to_dataset: NumpyArray
    how: str  # "by name" or "by position"
    assumption: str = ""


def match(network: Sequence[str], classes: int, dataset: Sequence[str]) -> Matching:
    """Match the ``classes`` of a network to those of a dataset; raise Unsupported where unclear.

    ``network`` are its names by index, or nothing; ``dataset`` are the names that its labels mean.
    """
    if _are_shared(network, dataset):
        return _by_name(network, dataset)
    if is_bare(network) and is_bare(dataset):
        if len(dataset) != classes:
            raise Unsupported(
                f"The network has {classes:,} classes and the dataset {len(dataset):,}.", "dataset"
            )
        return Matching(
            np.arange(classes),
            "by position",
            "Neither the network nor the dataset names its classes; they were matched by position.",
        )
    if is_bare(network) or is_bare(dataset):
        side = "network" if is_bare(network) else "dataset"
        raise Unsupported(
            f"The {side} does not name its classes, so it is unclear which class is which.",
            "dataset",
        )
    return _by_name(network, dataset)


def _are_shared(network: Sequence[str], dataset: Sequence[str]) -> bool:
    """Say whether each class of the dataset is one of the network's; "3" may be a name, too."""
    given = {plain(name) for name in network}
    is_placeholder = all(name.lower().startswith("label") for name in dataset)
    return not is_placeholder and all(plain(name) in given for name in dataset)


def _by_name(network: Sequence[str], dataset: Sequence[str]) -> Matching:
    wanted = {plain(name): index for index, name in enumerate(dataset)}
    given = [plain(name) for name in network]
    if len(wanted) != len(dataset) or len(set(given)) != len(given):
        raise Unsupported("Two classes have the same name.", "dataset")
    absent = [name for name in dataset if plain(name) not in set(given)]
    if absent:
        raise Unsupported(
            f"The network has no class {absent[0][:60]!a}"
            + (f" and {len(absent) - 1:,} others" if len(absent) > 1 else "")
            + " of the dataset.",
            "dataset",
        )
    places = np.array([wanted.get(name, -1) for name in given])
    surplus = int((places < 0).sum())
    note = f"{surplus:,} classes of the network are not in the dataset; choosing one is an error."
    return Matching(places, "by name", note if surplus else "")


def is_bare(names: Sequence[str]) -> bool:
    """Say whether names say no more than their own position: none, "3" or "LABEL_3"."""
    for index, name in enumerate(names):
        found = _BARE.fullmatch(name.strip())
        if not found or int(found[2]) != index:
            return False
    return True


def plain(name: str) -> str:
    """Write a name in lower case with single spaces, and by its usual word."""
    words = " ".join(name.lower().replace("_", " ").replace("-", " ").split())
    return _USUAL.get(words, words)
