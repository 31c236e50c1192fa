"""Translation: a text in one language in, the same in another language out."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from analysis import scoring
from analysis.answers import Answers, Texts
from analysis.contract import (
    JSON,
    Case,
    Claim,
    Columns,
    Feature,
    Job,
    Part,
    Subject,
    Unsupported,
)
from analysis.metrics import Stated
from analysis.tasks import Reader, languages, text_to_text

if TYPE_CHECKING:
    from analysis.loading.generation import Generator


class Translation:
    """A network translates each text."""

    id: ClassVar[str] = "translation"
    answers: ClassVar[type[Answers]] = Texts

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from texts."""
        return scoring.can_score(stated, Texts)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: the languages are those of the columns."""
        return {}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take columns that say which is which; languages alone have no direction."""
        found = text_to_text.usual_pair(features, text_to_text.PLAIN)
        if found is None:
            raise Unsupported(
                "The columns do not say from which language to which it is translated.", "dataset"
            )
        return Columns((found[0],), found[1])

    def columns_for(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Take the columns of the two languages, in the direction that is claimed."""
        if text_to_text.usual_pair(features, text_to_text.PLAIN):
            return self.columns(features)
        found = languages.find_direction(subject, features)
        pair = (language_of(found.source), language_of(found.target))
        options: dict[str, JSON] = {"languages": list(pair), "direction_from": found.said_by}
        return Columns((found.source,), found.target, options=options)

    def probe(self, job: Job) -> Iterator[Part]:
        """Translate each text."""
        generator, prefix = load_translator(job)
        yield from text_to_text.probe(job, generator, prefix)

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> Reader:
        """Read one text a sample; say from where the direction was taken."""
        found = text_to_text.Reader(case, network)
        said_by = network.get("direction_from")
        if isinstance(said_by, str) and said_by:
            found.assumptions.append(f"The direction was taken from {said_by[:100]}.")
        return found


def language_of(column: str) -> str:
    """Say which language a column has: ``translation.de`` and ``sentence_deu_Latn`` have de."""
    return languages.language(column.rpartition(".")[2].removeprefix("sentence_"))


def load_translator(job: Job) -> tuple["Generator", str]:
    """Load a network that translates between the languages of the job, and its prefix."""
    from analysis.loading.generation import load_generator, prefix_of

    generator = load_generator(job)
    config = generator.network.loaded.config
    match job.options.get("languages"):
        case [str(source), str(target)]:
            _choose_languages(generator, source, target)
            prefix = prefix_of(config, f"translation_{source}_to_{target}", "translation")
            return generator, _marian_prefix(generator.network.tokenizer, target) + prefix
        case _:
            return generator, prefix_of(config, "translation")


def _choose_languages(generator: "Generator", source: str, target: str) -> None:
    """Tell a tokenizer of many languages which two are meant (mBART, NLLB, M2M100)."""
    tokenizer = generator.network.tokenizer
    if not hasattr(tokenizer, "src_lang"):
        return
    codes: dict[str, str] = {}
    for token in tokenizer.all_special_tokens:  # the first of a language in several scripts
        codes.setdefault(languages.language(token), token)
    if source not in codes or target not in codes:
        lacking = target if source in codes else source
        raise Unsupported(f"The tokenizer has no language {lacking[:20]!a}.", "tokenizer")
    # M2M100's tokens are __de__, and its setting is de; those of the others are the same.
    tokenizer.src_lang = codes[source].strip("_")
    generator.settings.forced_bos_token_id = tokenizer.convert_tokens_to_ids(codes[target])


def _marian_prefix(tokenizer: Any, target: str) -> str:
    """Say to a Marian network of several languages which one is wanted: ``>>deu<< ``."""
    codes = [
        token for token in tokenizer.get_vocab() if token.startswith(">>") and token.endswith("<<")
    ]
    if not codes:
        return ""
    fitting = sorted(code for code in codes if languages.language(code) == target)
    if not fitting:
        raise Unsupported(f"The network does not translate into {target[:20]!a}.", "tokenizer")
    return f"{fitting[0]} "
