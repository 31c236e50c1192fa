"""Summarisation: a long text in, a short one out."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from analysis import scoring
from analysis.answers import Answers, Texts
from analysis.contract import JSON, Case, Claim, Columns, Feature, Job, Part, Unsupported
from analysis.metrics import Stated
from analysis.tasks import Reader, text_to_text


class Summarization:
    """A network writes a summary of each text."""

    id: ClassVar[str] = "summarization"
    answers: ClassVar[type[Answers]] = Texts

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from texts."""
        return scoring.can_score(stated, Texts)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: what is put before a text stands in the network's config."""
        return {}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take text and summary by their usual names."""
        found = text_to_text.usual_pair(features, (*text_to_text.SUMMARIES, *text_to_text.PLAIN))
        if found is None:
            raise Unsupported(
                "The dataset has no columns that are known as a text and its summary.", "dataset"
            )
        return Columns((found[0],), found[1])

    def probe(self, job: Job) -> Iterator[Part]:
        """Write a summary of each text."""
        from analysis.loading.generation import load_generator, prefix_of

        generator = load_generator(job)
        prefix = prefix_of(generator.network.loaded.config, "summarization")
        yield from text_to_text.probe(job, generator, prefix)

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> Reader:
        """Read one text a sample."""
        return text_to_text.Reader(case, network)
