"""A record of a listing → rows, with no call of its own.

A listing says what a repo is called and labelled, names its files and gives the front matter of
its card as data. It has no text of the card, no sizes and no places of claims: those come with the
detail, later, for the repos that are wanted most.
"""

from collections.abc import Mapping
from typing import Any

from analysis import cards
from analysis.contract import Claim
from analysis.text import clean_parsed_json, clean_text
from registry.hub import records
from registry.hub.answers import Record
from registry.hub.client import CARD
from registry.hub.labels import NOTHING, labels
from registry.hub.names import good_paths
from registry.hub.records import CardRow, Read, RevisionRow

FRONT_LIMIT = 1 << 20  # characters of JSON
FILES_LIMIT = 10_000  # names; a list inside an answer may be cut from here on anyway
_INDEX = "model-index"


def counted(record: Record) -> Read:
    """Return only the labels and counters of a repo whose commit is stored already.

    And its number of parameters: hubs count those some time after the commit.
    """
    row = records.repo_row(record)
    row.parameters = records.parameters_of(record.info)
    return Read(record.name, row)


def listed(record: Record) -> Read:
    """Return all that the listing says of a repo, its head revision with it."""
    info = record.info
    row = records.repo_row(record)
    front = _front(info)
    if front is None and "config" not in info and "siblings" not in info:
        return Read(record.name, row, _bare(record))
    card = None if front is None else cards.Card(front=front, body="")
    declared = NOTHING if card is None else cards.attributes(card)
    said = labels(record.name, info, declared)
    row.licence, row.datasets, row.languages = said.licence, said.datasets, said.languages
    row.papers = said.papers
    if row.pipeline_tag is None and declared.pipeline_tag:
        row.pipeline_tag = clean_text(declared.pipeline_tag, 100)
    if row.library is None and declared.library_name:
        row.library = clean_text(declared.library_name, 100)
    config, architecture, _ = records.config_of(info)
    row.model_type = records.model_type_of(info)
    row.parameters = parameters = records.parameters_of(info)
    if not record.sha:
        return Read(record.name, row)
    claims, has_claims, sentences = _claims(record, card)
    revision = RevisionRow(
        sha=record.sha,
        config=config,
        architecture=architecture,
        parameters=parameters,
        has_tree=False,
        paths=_paths(info),
        card=_card_row(front, sentences),
        has_claims=has_claims,
        claims=records.claim_columns(claims),
        edges=said.edges,
        is_listed=True,
    )
    return Read(record.name, row, revision)


def _bare(record: Record) -> RevisionRow | None:
    """Return the head of a repo of which the listing says no more than its commit."""
    if not record.sha:
        return None
    edges = labels(record.name, record.info).edges
    return RevisionRow(record.sha, "{}", "", None, has_tree=False, edges=edges, is_listed=True)


def _front(info: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the front matter; the hub may give the results in it under a name of their own."""
    front, index = info.get("cardData"), info.get(_INDEX)
    if isinstance(front, dict):
        return front if _INDEX in front or not index else front | {_INDEX: index}
    return {_INDEX: index} if index else None


def _claims(record: Record, card: cards.Card | None) -> tuple[list[Claim], bool, list[str]]:
    """Return the claims, whether the listing says all it can of them, and what is wrong."""
    found: list[Claim] = []
    sentences: list[str] = []
    if card is not None and _INDEX in card.front:
        reading = cards.claims(card, CARD, record.name)
        found += reading.claims
        sentences += [problem.sentence for problem in reading.problems[:5]]
    results = record.info.get("evalResults")
    if isinstance(results, list) and results:
        reading = cards.listed_eval_results(results)
        found += reading.claims
        sentences += [problem.sentence for problem in reading.problems[:5]]
    return found, card is not None or isinstance(results, list), sentences


def _card_row(front: Mapping[str, Any] | None, sentences: list[str]) -> CardRow | None:
    if not front:
        return None
    written = clean_parsed_json(front)
    if len(written) > FRONT_LIMIT:
        return None
    problem = " ".join(dict.fromkeys(sentences))
    return CardRow(None, written, has_front_matter=True, problem=clean_text(problem, 2_000))


def _paths(info: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the files; what is none is left out, and named when the tree is read."""
    siblings = info.get("siblings")
    if not isinstance(siblings, list) or not siblings:
        return ()
    named = [item.get("rfilename") for item in siblings[:FILES_LIMIT] if isinstance(item, dict)]
    return good_paths([path for path in named if isinstance(path, str)])
