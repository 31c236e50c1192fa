"""All claims of a model card: from its front matter, its tables and its result lists."""

import re

from analysis.cards.card import Card
from analysis.cards.markdown import Line, prose_lines
from analysis.cards.model_index import KEY, read_model_index
from analysis.cards.reading import Problem, Reading
from analysis.cards.result_lists import RESULT_SENTENCE, read_result_lists
from analysis.cards.tables import read_tables
from analysis.contract import Place

_HEADING = re.compile(r"\s{0,3}#{1,2}\s+(.{1,200})")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def claims(card: Card, file: str = "README.md", repo: str = "") -> Reading:
    """Read every claim of a card, each with its place; never raises, takes bounded time.

    ``repo`` is the id of the card's repo where it is known: in a table that compares networks,
    only rows that name this one (by its repo, its ``model-index`` or the card's first heading) are
    its claims. A claim that stands in several places is given once for each.
    """
    # Most cards have neither a table nor a result list; their text need not be looked through.
    is_worth_reading = "|" in card.body or RESULT_SENTENCE.search(card.body) is not None
    lines = prose_lines(card.body, card.body_line) if is_worth_reading else []
    readings = (
        read_model_index(card, file),
        read_tables(lines, file, _own_names(card, lines, repo)),
        read_result_lists(lines, file),
    )
    problems = [problem for reading in readings for problem in reading.problems]
    if card.problem:
        problems.insert(0, Problem(Place(file), card.problem))
    return Reading(
        tuple(claim for reading in readings for claim in reading.claims), tuple(problems)
    )


def _own_names(card: Card, lines: list[Line], repo: str) -> frozenset[str]:
    names = [repo.rsplit("/", 1)[-1]]
    index = card.front.get(KEY)
    for entry in index[:10] if isinstance(index, list) else ():
        name = entry.get("name") if isinstance(entry, dict) else None
        if isinstance(name, str):
            names.append(name[:200].rsplit("/", 1)[-1])
    heading = next((found for line in lines if (found := _HEADING.match(line.text))), None)
    if heading is not None:
        names.append(heading[1].strip().rsplit("/", 1)[-1])
    plain = (" ".join(_NOT_WORD.sub(" ", name.lower()).split()) for name in names)
    return frozenset(name for name in plain if name)
