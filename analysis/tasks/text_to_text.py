"""What the tasks that write texts have in common: the probe and the reader."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from analysis.answers import Answers, Texts
from analysis.contract import JSON, Case, Feature, Job, Part, Unsupported
from analysis.tasks import replies
from analysis.tasks.rows import Row, read_rows
from analysis.tasks.text_reader import TextReader, pieces, read_right_texts, read_texts

if TYPE_CHECKING:
    from analysis.loading.batching import Batches
    from analysis.loading.generation import Generator

_ROWS = 128
_BATCH_TOKENS = 8_192  # of the texts that are read, over all beams

SUMMARIES = (
    ("document", "summary"), ("article", "highlights"), ("article", "abstract"),
    ("dialogue", "summary"), ("article", "summary"), ("text", "summary"), ("content", "summary"),
    ("description", "abstract"), ("documents", "tldr"), ("text", "title"),
    ("review_body", "review_title"),
)  # fmt: skip
PLAIN = (
    ("source", "target"), ("src", "tgt"), ("input", "output"), ("input", "target"),
    ("inputs", "targets"), ("input_text", "target_text"), ("text", "label"),
)  # fmt: skip


def usual_pair(
    features: Mapping[str, Feature], usual: Sequence[tuple[str, str]]
) -> tuple[str, str] | None:
    """Find the first of the usual pairs of texts."""
    for source, target in usual:
        pair = (features.get(source), features.get(target))
        if all(feature is not None and feature.kind == "text" for feature in pair):
            return source, target
    return None


def probe(job: Job, generator: "Generator", prefix: str) -> Iterator[Part]:
    """Yield what a generator writes to each row; None where a text is missing."""
    from analysis.loading.batching import Batches

    said = {name: job.options.get(name) for name in ("languages", "direction_from")}
    yield Part("network", {**generator.describe(), "prefix": prefix, **said})
    together = max(1, generator.network.largest // generator.beams)
    batches = Batches(budget=_BATCH_TOKENS // generator.beams, largest=together)
    for start, rows in read_rows(job, _ROWS):
        for first, texts in pieces(_write(generator, batches, rows, prefix)):
            place: dict[str, JSON] = {"start": start + first, "rows": len(texts)}
            yield Part("predictions", {**place, "texts": texts})


def _write(
    generator: "Generator", batches: "Batches", rows: Sequence[Row], prefix: str
) -> list[str | None]:
    from analysis.loading.text_network import lengths

    texts: list[str | None] = [None] * len(rows)
    whole = [place for place, row in enumerate(rows) if isinstance(row[0], str)]
    if whole:
        ids = generator.network.encode([prefix + rows[place][0] for place in whole])
        for places, found in batches.each(
            lengths(ids), lambda chosen: generator.generate([ids[place] for place in chosen])
        ):
            for place, text in zip(places, found, strict=True):
                texts[whole[place]] = text
    return texts


class Reader(TextReader):
    """Reads one text a sample."""

    answers: type[Answers] | None = Texts

    def __init__(self, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case)
        self._right = [read_right_texts(target) for target in case.targets]
        if not all(self._right):
            raise Unsupported("The split has samples without a right text.", "split")
        facts = ("max_tokens", "num_beams", "max_new_tokens")
        prefix = network.get("prefix")
        self.evidence = {
            **replies.copy_facts(network, *facts),
            "prefix": prefix[:200] if isinstance(prefix, str) else "",
            "failed_samples": 0,
        }

    def read(self, part: Part) -> Texts:
        """Read a list of texts."""
        self.begin(part)
        given = read_texts(part, "texts")
        self.take(len(given))
        self.failed(given.count(None))
        return Texts(self._right[self.rows - len(given) : self.rows], given)
