"""Token classification: a sentence cut into words in, one tag a word out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from analysis import scoring
from analysis.answers import Answers, Tags
from analysis.arrays import NumpyArray, pack
from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Claim,
    Columns,
    Feature,
    Job,
    Part,
    Unsupported,
)
from analysis.metrics import Stated
from analysis.tasks import Reader, class_names, labels, replies
from analysis.tasks.rows import read_rows
from analysis.tasks.text_reader import TextReader

if TYPE_CHECKING:
    from analysis.loading.batching import Batches
    from analysis.loading.text_network import TextNetwork

CLASSES = 1_000
_WINDOW = 256
_BATCH_TOKENS = 16_384
_WORDS = 10_000  # of a sentence that are looked at
_WORD_CHARACTERS = 1_000
_TOKENS = ("tokens", "words", "text", "sentence")
_TAGS = ("ner_tags", "tags", "labels", "ner", "pos_tags", "upos", "pos", "chunk_tags", "xpos")
_PREFIXED = re.compile(r"([BIESLU])-(.+)")


class TokenClassification:
    """A network gives each word of a sentence a tag: what it names, or its part of speech."""

    id: ClassVar[str] = "token-classification"
    answers: ClassVar[type[Answers]] = Tags

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from tags."""
        return scoring.can_score(stated, Tags)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: words are words."""
        return {}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take the words and their tags, by their usual names or as the only ones."""
        tags = labels.pick(features, ("labels",), _TAGS, "tags")
        if not tags:
            named = {name: features[name] for name in _TAGS if name in features}
            tags = labels.pick(named, ("texts", "numbers"), _TAGS, "tags")
        others = {name: feature for name, feature in features.items() if name != tags}
        words = labels.pick(others, ("texts",), _TOKENS, "words")
        if not words or not tags:
            lack = "tags" if words else "words"
            raise Unsupported(f"The dataset has no column with lists of {lack}.", "dataset")
        return Columns((words,), tags)

    def probe(self, job: Job) -> Iterator[Part]:
        """Send the number of a class for each word; -1 for a word that the network did not see."""
        from analysis.loading.batching import Batches
        from analysis.loading.classifier import read_labels
        from analysis.loading.text_network import load_text_network

        network = load_text_network(job, "AutoModelForTokenClassification", of_words=True)
        network.need_fast_tokenizer()
        classes = network.run(network.encode(["a"]), "logits")[0].shape[-1]
        names = read_labels(network.loaded.config)
        yield Part(
            "network",
            {
                **network.describe(),
                "classes": classes,
                "labels": [[index, name] for index, name in sorted(names.items())],
            },
        )
        batches = Batches(budget=_BATCH_TOKENS, largest=network.largest)
        for start, rows in read_rows(job, _WINDOW):
            sentences = [_words(row[0]) for row in rows]
            tags = _tag(network, batches, sentences, classes)
            arrays = {
                "words": pack(np.array([len(words) for words in sentences], dtype=np.int32)),
                "tags": pack(np.concatenate([*tags, np.empty(0, np.int32)])),
            }
            yield Part("predictions", {"start": start, "rows": len(rows)}, arrays)

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> Reader:
        """Match the network's tags with the dataset's, then read one a word."""
        return _Reader(case, network)


class _Reader(TextReader):
    """Turns the numbers of the network's classes into tags, as the dataset spells them."""

    answers: type[Answers] | None = Tags

    def __init__(self, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case)
        classes = replies.read_count(network, "classes", 2, CLASSES)
        self._right = [_right(target, case.label_names) for target in case.targets]
        known = case.label_names or sorted({tag for row in self._right for tag in row})
        tags, self.assumptions = spell(labels.read_names(network, classes), classes, known)
        self._tags = np.array([*tags, ""], dtype=object)  # -1 is no answer
        self.evidence = {
            **replies.copy_facts(network, "max_tokens"),
            "classes": classes,
            "failed_samples": 0,
            "words": 0,
            "unanswered_words": 0,
        }

    def read(self, part: Part) -> Tags:
        """Read one tag a word; a sentence of which nothing came back has no answers."""
        self.begin(part)
        counts = replies.read_array(part, "words", "i4", 1)
        numbers = replies.read_array(part, "tags", "i4", 1)
        self.take(len(counts))
        right = self._right[self.rows - len(counts) : self.rows]
        wanted = np.array([len(row) for row in right])
        is_whole = ((counts == wanted) | (counts == 0)).all()
        if not is_whole or counts.sum() != len(numbers):
            raise CheckError("The sandbox sent another number of tags than there are words.")
        if numbers.size and not -1 <= numbers.min() <= numbers.max() < len(self._tags) - 1:
            raise CheckError("The sandbox sent classes that the network does not have.")
        given = self._given(counts, wanted, numbers)
        self._count("words", int(wanted.sum()))
        self._count("unanswered_words", sum(row.count("") for row in given))
        self.failed(sum(not any(row) for row in given))
        return Tags(right, given)

    def _given(
        self, counts: NumpyArray, wanted: NumpyArray, numbers: NumpyArray
    ) -> list[list[str]]:
        rows = np.split(self._tags[numbers], np.cumsum(counts)[:-1])
        return [
            [str(tag) for tag in row] if len(row) else [""] * int(words)
            for row, words in zip(rows, wanted, strict=True)
        ]

    def _count(self, fact: str, more: int) -> None:
        before = self.evidence[fact]
        self.evidence[fact] = (before if isinstance(before, int) else 0) + more


def spell(
    network: Sequence[str], classes: int, known: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Write the network's tags as the dataset does, and say what was assumed.

    A network may have tags that the dataset lacks and leave out a beginning or an inside, but each
    kind of thing that the dataset names must be one of its own. Raises Unsupported.
    """
    if class_names.is_bare(network) or class_names.is_bare(known):
        found = class_names.match(network, classes, known)
        return [known[place] for place in found.to_dataset], [found.assumption]
    spelled = {_key(tag): tag for tag in known}
    keys = [_key(tag) for tag in network]
    if len(set(keys)) != len(keys) or len(spelled) != len(known):
        raise Unsupported("Two classes have the same name.", "dataset")
    kinds = {kind for _, kind in keys}
    asked = {kind for _, kind in spelled}
    absent = sorted(asked - kinds)
    if absent:
        more = f" and {len(absent) - 1:,} others" if len(absent) > 1 else ""
        raise Unsupported(
            f"The network has no tag for {absent[0][:60]!a}{more} of the dataset.", "dataset"
        )
    surplus = sum(kind not in asked for _, kind in keys)
    unsaid = [tag for key, tag in spelled.items() if key not in keys]
    notes = []
    if surplus:
        notes.append(f"{surplus:,} tags of the network are not in the dataset; each is an error.")
    if unsaid:
        notes.append(f"The network never answers {unsaid[0][:60]!a}.")
    return [spelled.get(key, tag) for key, tag in zip(keys, network, strict=True)], notes


def _key(tag: str) -> tuple[str, str]:
    """Part a tag into its place in a name (B, I …; "" for none) and the kind of the thing."""
    found = _PREFIXED.fullmatch(tag.strip().upper())
    return (found[1], class_names.plain(found[2])) if found else ("", class_names.plain(tag))


def _right(target: JSON, names: Sequence[str]) -> list[str]:
    """Read the tags of one sentence."""
    tags: list[str] = []
    for label in target if isinstance(target, list) else []:
        if isinstance(label, str):
            tags.append(label)
        elif type(label) is not int:
            raise Unsupported(
                "The tags of the dataset are neither whole numbers nor names.", "dataset"
            )
        elif label < 0:
            raise Unsupported("The split has words without a tag.", "split")
        elif names and label >= len(names):
            raise CheckError("The dataset has tags beyond its own names.")
        else:
            tags.append(names[label] if names else str(label))
    return tags


def _words(cell: object) -> list[str]:
    if not isinstance(cell, list):
        return []
    return [str(word)[:_WORD_CHARACTERS] if isinstance(word, str) else "" for word in cell]


def _tag(
    network: "TextNetwork", batches: "Batches", sentences: Sequence[Sequence[str]], classes: int
) -> list[NumpyArray]:
    """Give the class of each word by its first token, -1 where there is none."""
    from analysis.loading.foreign import foreign
    from analysis.loading.text_network import lengths

    tags = [np.full(len(words), -1, dtype=np.int32) for words in sentences]
    places = [place for place, words in enumerate(sentences) if any(words)]
    if not places:
        return tags
    with foreign("The tokenizer failed on a sentence"):
        found = network.tokenizer(
            [list(sentences[place][:_WORDS]) for place in places],
            is_split_into_words=True,
            truncation=True,
            max_length=network.max_tokens,
        )
    ids = network.rows(found)
    sizes = lengths(ids)
    for batch, (logits,) in batches.each(
        sizes, lambda chosen: network.run([ids[row] for row in chosen], "logits")
    ):
        if logits.shape[1:] != (max(sizes[row] for row in batch), classes):
            raise CheckError("The network did not answer with one row of class scores a token.")
        best = logits.argmax(2).int()
        best[logits.isnan().any(2)] = -1
        for row, answer in zip(batch, best.numpy(), strict=True):
            own = answer[-sizes[row] :] if network.pads_left else answer[: sizes[row]]
            _take_first(tags[places[row]], own, found.word_ids(row))
    return tags


def _take_first(tags: NumpyArray, answer: NumpyArray, words: Sequence[int | None]) -> None:
    """Put the answer to the first token of each word where the word is."""
    last = None
    for token, word in enumerate(words):
        if word is not None and word != last:
            tags[word] = answer[token]
            last = word
