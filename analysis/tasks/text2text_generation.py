"""Text to text: a text in, another out; what is asked for shows in the dataset's columns."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from analysis import scoring
from analysis.answers import Answers, Texts
from analysis.contract import JSON, Case, Claim, Columns, Feature, Job, Part, Subject
from analysis.metrics import Stated
from analysis.tasks import Reader, text_to_text
from analysis.tasks.summarization import Summarization
from analysis.tasks.translation import Translation, load_translator


class Text2TextGeneration:
    """A network writes a text to each text: a translation or a summary, by the columns."""

    id: ClassVar[str] = "text2text-generation"
    answers: ClassVar[type[Answers]] = Texts

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from texts."""
        return scoring.can_score(stated, Texts)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: the columns say what is asked for."""
        return {}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take a text and a summary, or source and target, by their usual names."""
        return Summarization().columns(features)

    def columns_for(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Take the languages of a translation where there are some."""
        if any(name.startswith("translation.") for name in features):
            return Translation().columns_for(subject, features)
        return self.columns(features)

    def probe(self, job: Job) -> Iterator[Part]:
        """Write a text to each text."""
        if job.options.get("languages"):
            generator, prefix = load_translator(job)
            yield from text_to_text.probe(job, generator, prefix)
        else:
            yield from Summarization().probe(job)

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> Reader:
        """Read one text a sample."""
        return Translation().reader(stated, case, network)
