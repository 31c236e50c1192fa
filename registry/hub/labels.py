"""What tags and front matter say of a repo: licence, datasets, languages, papers, parents.

The Hub derives tags from the card (``license:mit``, ``dataset:squad``, ``arxiv:1706.03762``,
``base_model:finetune:a/b``, bare codes of languages), and adds what it infers itself, such as the
relation to a base model. So both are read: the card first, then what only the tags say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis import cards
from analysis.text import clean_text, clean_texts
from registry.hub.records import TAGS_LIMIT, EdgeRow, edge_rows

LIMIT = 500  # of each kind
# ISO 639-1. Tags name longer codes, too, but nothing tells those from other words.
_WORDS = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy"
    " da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu"
    " hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb"
    " lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om"
    " or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw"
    " ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_CODES = frozenset(_WORDS.split())
NOTHING = cards.Attributes()


@dataclass(frozen=True, slots=True)
class Labels:
    """What one repo is labelled with, cleaned and cut to the columns."""

    licence: str
    datasets: list[str]
    languages: list[str]
    papers: list[str]
    edges: tuple[EdgeRow, ...]


def labels(name: str, info: Mapping[str, Any], declared: cards.Attributes = NOTHING) -> Labels:
    """Read the labels of a repo from the tags of an answer and what its card declares."""
    tags = info.get("tags")
    found: dict[str, list[str]] = {}
    languages: list[str] = []
    for tag in tags[:TAGS_LIMIT] if isinstance(tags, list) else ():
        if not isinstance(tag, str):
            continue
        if ":" in tag:
            prefix, _, rest = tag.partition(":")
            if rest:
                found.setdefault(prefix, []).append(rest)
        elif tag in _CODES:
            languages.append(tag)
    licences = declared.licences or found.get("license", ())
    papers = found.get("arxiv", [])
    if "doi" in found:
        papers = [*papers, *(f"doi:{doi}" for doi in found["doi"])]
    return Labels(
        licence=clean_text(licences[0], 100) if licences else "",
        datasets=_unique((*declared.datasets, *found.get("dataset", ())), 300),
        languages=_unique((*declared.languages, *found.get("language", ()), *languages), 100),
        papers=_unique(papers, 300),
        edges=_edges(name, found.get("base_model", ()), declared),
    )


def _unique(texts: Sequence[str], limit: int) -> list[str]:
    return list(dict.fromkeys(clean_texts(texts, limit)))[:LIMIT] if texts else []


def _edges(name: str, tags: Iterable[str], declared: cards.Attributes) -> tuple[EdgeRow, ...]:
    """Return the declared parents; the relation is the card's own, else what the Hub infers."""
    inferred: dict[str, str] = {}
    for tag in tags:
        relation, colon, parent = tag.partition(":")
        if colon:
            inferred[parent] = relation
        else:
            inferred.setdefault(tag, "")
    if not inferred and not declared.base_models:
        return ()
    said = declared.base_model_relation
    relations = inferred | {
        parent: said or inferred.get(parent, "") for parent in declared.base_models
    }
    rows: list[EdgeRow] = []
    for parent, relation in list(relations.items())[:LIMIT]:
        rows += edge_rows(name, [parent], relation)
    return tuple(rows)
