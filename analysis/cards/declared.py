"""The attributes that a card declares in its front matter, in one shape each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from analysis.cards.card import Card
from analysis.cards.reading import NAME_LIMIT, Problem, short
from analysis.contract import JSON, Place

ITEM_LIMIT = 500

RELATIONS = frozenset(("adapter", "merge", "quantized", "finetune"))
_REPO_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(?:/[\w.-]{1,96})?")


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a card declares. Empty means that it does not say, never that there is none."""

    licences: tuple[str, ...] = ()
    licence_name: str = ""
    licence_link: str = ""
    languages: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    library_name: str = ""
    pipeline_tag: str = ""
    base_models: tuple[str, ...] = ()
    base_model_relation: str = ""
    new_version: str = ""
    problems: tuple[Problem, ...] = ()


def attributes(card: Card, file: str = "README.md") -> Attributes:
    """Read the attributes of a card. A scalar counts as a list of one; wrong types are left out,

    with a problem each. Ids of repos that cannot be ids are left out, too.
    """
    front = _Front(card.front, file)
    relation = front.text("base_model_relation")
    if relation and relation not in RELATIONS:
        front.note(
            "base_model_relation", f"“{relation[:60]}” is not a relation that the Hub knows."
        )
        relation = ""
    new_version = front.repo_ids("new_version")
    return Attributes(
        licences=front.texts("license"),
        licence_name=front.text("license_name"),
        licence_link=front.text("license_link"),
        languages=front.texts("language"),
        datasets=front.texts("datasets"),
        metrics=front.texts("metrics"),
        tags=front.texts("tags"),
        library_name=front.text("library_name"),
        pipeline_tag=front.text("pipeline_tag"),
        base_models=front.repo_ids("base_model"),
        base_model_relation=relation,
        new_version=new_version[0] if new_version else "",
        problems=tuple(front.problems),
    )


@dataclass(slots=True)
class _Front:
    """Front matter that is asked for one key after the other, and notes what is wrong."""

    values: Mapping[str, JSON]
    file: str
    problems: list[Problem] = field(default_factory=list)

    def note(self, key: str, sentence: str) -> None:
        self.problems.append(Problem(Place(self.file, key), sentence))

    def texts(self, key: str) -> tuple[str, ...]:
        """Get a scalar or a list of scalars, without repetitions, in order."""
        value = self.values.get(key)
        if value is None:
            return ()
        if isinstance(value, str) and (text := short(value, NAME_LIMIT)):
            return (text,)
        items = value if isinstance(value, list) else [value]
        if len(items) > ITEM_LIMIT:
            self.note(key, f"Only the first {ITEM_LIMIT} of {len(items):,} entries were read.")
        found: dict[str, None] = {}
        wrong = 0
        for item in items[:ITEM_LIMIT]:
            if item is None or item == "":
                continue
            text = self._scalar(item)
            if text:
                found[text] = None
            else:
                wrong += 1
        if wrong:
            self.note(key, f"{wrong} of {len(items):,} entries of {key} are not texts.")
        return tuple(found)

    def text(self, key: str) -> str:
        """Get one text; of several, the first."""
        texts = self.texts(key)
        if len(texts) > 1:
            self.note(key, f"{key} must be one text, but {len(texts)} are given; the first counts.")
        return texts[0] if texts else ""

    def repo_ids(self, key: str) -> tuple[str, ...]:
        """Get ids of repos; what cannot be one is left out."""
        ids = self.texts(key)
        good = tuple(item for item in ids if _REPO_ID.fullmatch(item) and ".." not in item)
        if len(good) < len(ids):
            bad = next(item for item in ids if item not in good)
            self.note(key, f"“{bad[:60]}” is not the id of a repo.")
        return good

    def _scalar(self, item: JSON) -> str:
        if isinstance(item, bool | dict | list):
            return ""
        return short(item if isinstance(item, str) else str(item), NAME_LIMIT)
