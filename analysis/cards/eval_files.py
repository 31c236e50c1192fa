"""``.eval_results/*.yaml`` → claims.

A file is a list of ``{dataset: {id, task_id, revision}, value, date, source, notes}`` (the Hub's
eval_results specification). It names neither a metric nor a direction, so a claim from it is
recorded and shown, but not comparable until somebody says what was measured.
"""

import json
from collections.abc import Mapping

from analysis.cards import plain_yaml
from analysis.cards.model_index import read_value
from analysis.cards.reading import RAW_LIMIT, Problem, Reading, short
from analysis.contract import JSON, Claim, ClaimSource, Place
from analysis.text import clean_text, replace_forbidden

TEXT_LIMIT = 256 << 10
CLAIM_LIMIT = 2_000
_ODD_SEPARATORS = str.maketrans(dict.fromkeys("\x85\u2028\u2029", " "))


def eval_results(text: str, file: str) -> Reading:
    """Read one file of results. Never raises; takes bounded time."""
    if len(text) > TEXT_LIMIT:
        sentence = f"The file is longer than {TEXT_LIMIT:,} characters and was not read."
        return Reading(problems=(Problem(Place(file), sentence),))
    plain = replace_forbidden(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    try:
        document = plain_yaml.load(plain.translate(_ODD_SEPARATORS))
    except plain_yaml.NotPlainYAML as error:
        line = None if error.line is None else error.line + 1
        sentence = f"The file cannot be read. {error}"
        return Reading(problems=(Problem(Place(file, "", line), sentence),))
    entries = document.data
    if isinstance(entries, dict):
        paths: list[plain_yaml.Path] = [()]
        entries = [entries]
    elif isinstance(entries, list):
        paths = [(index,) for index in range(len(entries))]
    else:
        sentence = "The file must be a list of results."
        return Reading(problems=(Problem(Place(file), sentence),))
    return _read_entries(entries, paths, document, file)


def listed_eval_results(items: list[JSON]) -> Reading:
    """Read the results that a listing gives as ``[{data: {…}} or {filename, error}]``.

    The entries are those of the files, without their lines; an error is a claim that broke.
    """
    claims: list[Claim] = []
    problems: list[Problem] = []
    for index, item in enumerate(items[:CLAIM_LIMIT]):
        found = item if isinstance(item, dict) else {}
        file = short(found.get("filename")) or ".eval_results"
        place = Place(file, f"[{index}]")
        entry = found.get("data")
        if not isinstance(entry, dict) or entry.get("value") is None:
            reason = short(found.get("error"))
            problems.append(Problem(place, reason or "This result has no value."))
            continue
        claims.append(_claim(entry, place, None))
    return Reading(tuple(claims), tuple(problems))


def _read_entries(
    entries: list[JSON], paths: list[plain_yaml.Path], document: plain_yaml.Document, file: str
) -> Reading:
    claims: list[Claim] = []
    problems: list[Problem] = []
    for path, entry in zip(paths, entries, strict=True):
        lines = document.lines.get(path)
        place = Place(file, plain_yaml.path_text(path), lines[0] + 1 if lines else None)
        if len(claims) >= CLAIM_LIMIT:
            problems.append(Problem(place, f"Only the first {CLAIM_LIMIT:,} results were read."))
            break
        if not isinstance(entry, dict) or entry.get("value") is None:
            problems.append(Problem(place, "This result has no value."))
            continue
        claim = _claim(entry, place, document.written.get((*path, "value")))
        claims.append(claim)
        if claim.problem:
            problems.append(Problem(place, claim.problem))
    return Reading(tuple(claims), tuple(problems))


def _claim(entry: Mapping[str, JSON], place: Place, written: str | None) -> Claim:
    number, text, problem = read_value(entry["value"], written)
    given = entry.get("dataset")
    dataset: Mapping[str, JSON] = given if isinstance(given, dict) else {}
    task_id = short(dataset.get("task_id"))
    return Claim(
        source=ClaimSource.EVAL_RESULTS,
        place=place,
        raw=clean_text(json.dumps(entry, ensure_ascii=False)[: 2 * RAW_LIMIT], RAW_LIMIT),
        metric="",
        value_text=text,
        value=number,
        dataset=short(dataset.get("id")) or short(given),
        revision=short(dataset.get("revision")),
        args={"task_id": task_id} if task_id else {},
        problem=problem,
    )
