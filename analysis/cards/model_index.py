"""``model-index`` in the front matter of a card → claims.

The shape is ``[{name, results: [{task, dataset, metrics: [{type, value, name, …}]}]}]`` (the Hub's
model card specification). Real cards break every part of it. What can be read is kept, with a
problem for each broken part; a claim needs a metric entry with a value, nothing else.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from analysis.cards.card import Card
from analysis.cards.plain_yaml import Path, path_text
from analysis.cards.reading import RAW_LIMIT, VALUE_LIMIT, Problem, Reading, short
from analysis.contract import JSON, Claim, ClaimSource, Place
from analysis.numerals import read_numeral
from analysis.text import clean_text

KEY = "model-index"
CLAIM_LIMIT = 20_000  # the largest real card has 5,000
PROBLEM_LIMIT = 100
ARGS_LIMIT = 2_000  # characters
# Written by the Trainer of 2021 and never read by the Hub.
_OLD_KEY = "model_index"

_Mapping = Mapping[str, JSON]


def read_model_index(card: Card, file: str) -> Reading:
    """Read all claims of a card's ``model-index``. Never raises."""
    reader = _Reader(card, file)
    if KEY in card.front:
        reader.read()
    elif _OLD_KEY in card.front:
        reader.note((_OLD_KEY,), f"The results stand under {_OLD_KEY}; the Hub reads {KEY} only.")
    return Reading(tuple(reader.claims), tuple(reader.problems))


@dataclass(slots=True)
class _Reader:
    """Walks the results of one card."""

    card: Card
    file: str
    claims: list[Claim] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> None:
        for path, entry in self._mappings(self.card.front[KEY], (KEY,), "an entry"):
            if "results" not in entry:
                self.note(path, "This entry has no results.")
                continue
            results = self._mappings(entry["results"], (*path, "results"), "a result")
            for result_path, result in results:
                self._result(result_path, result)

    def note(self, path: Path, sentence: str) -> None:
        """Add a problem; a card with hundreds of them has said enough."""
        if len(self.problems) < PROBLEM_LIMIT:
            self.problems.append(Problem(self._place(path), sentence))

    def _mappings(self, value: JSON, path: Path, what: str) -> Iterator[tuple[Path, _Mapping]]:
        """Go through a list of mappings; one mapping alone counts as a list of one."""
        if isinstance(value, dict):
            self.note(path, f"This must be a list, but {what} stands here alone.")
            yield path, value
            return
        if not isinstance(value, list):
            self.note(path, f"This must be a list, but it is {_kind(value)}.")
            return
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield (*path, index), item
            else:
                name = what.removeprefix("an ").removeprefix("a ")
                self.note((*path, index), f"This {name} is {_kind(item)}, not names with values.")

    def _result(self, path: Path, result: _Mapping) -> None:
        if "metrics" not in result:
            self.note(path, "This result has no metrics.")
            return
        task = self._part(result, "task", path)
        dataset = self._part(result, "dataset", path)
        args = {"dataset": dataset["args"]} if dataset.get("args") else {}
        if len(str(args)) > ARGS_LIMIT:  # they are repeated in each claim
            self.note((*path, "dataset", "args"), "The arguments are too long and were left out.")
            args = {}
        metrics = self._mappings(result["metrics"], (*path, "metrics"), "a metric")
        for metric_path, metric in metrics:
            if len(self.claims) >= CLAIM_LIMIT:
                self.note(metric_path, f"Only the first {CLAIM_LIMIT:,} values were read.")
                return
            self._metric(metric_path, metric, task, dataset, args)

    def _part(self, result: _Mapping, key: str, path: Path) -> _Mapping:
        """Get ``task`` or ``dataset``; a text alone is taken for its type."""
        value = result.get(key)
        if isinstance(value, dict):
            return value
        if isinstance(value, str):
            return {"type": value}
        if value is not None:
            self.note((*path, key), f"The {key} is {_kind(value)}, not names with values.")
        return {}

    def _metric(
        self, path: Path, metric: _Mapping, task: _Mapping, dataset: _Mapping, args: _Mapping
    ) -> None:
        value = metric.get("value")
        if value is None:
            self.note(path, "This metric has no value.")
            return
        number, text, problem = read_value(value, self.card.written.get((*path, "value")))
        claim = Claim(
            source=ClaimSource.MODEL_INDEX,
            place=self._place(path),
            raw=self._raw(path, metric),
            metric=short(metric.get("type")),
            metric_name=short(metric.get("name")),
            value_text=text,
            value=number,
            task=short(task.get("type")),
            dataset=short(dataset.get("type")),
            dataset_name=short(dataset.get("name")),
            config=short(dataset.get("config")),
            split=short(dataset.get("split")),
            revision=_scalar_text(dataset.get("revision")),
            args={**_own_arguments(metric), **args},
            problem=problem,
        )
        if problem:
            self.note(path, problem)
        self.claims.append(claim)

    def _place(self, path: Path) -> Place:
        lines = self.card.lines.get(path)
        return Place(self.file, path_text(path), lines[0] if lines else None)

    def _raw(self, path: Path, metric: _Mapping) -> str:
        """Quote the lines of the card where a metric stands, or itself where it shares a line."""
        first, last = self.card.lines.get(path, (0, -1))
        start = self.card.front_line
        quoted = self.card.front_source[first - start : last - start + 1]
        if not quoted or (first == last and "{" in quoted[0]):
            return clean_text(json.dumps(metric, ensure_ascii=False), RAW_LIMIT)
        text = "\n".join(line[:RAW_LIMIT] for line in quoted)
        return clean_text(text.strip().removeprefix("- "), RAW_LIMIT)


def read_value(value: JSON, written: str | None) -> tuple[float | None, str, str]:
    """Give (number, text, problem) of a value; ``written`` is how a number stands in the file."""
    text = written or _scalar_text(value)
    if isinstance(value, bool | dict | list):
        return None, text, f"The value is {_kind(value)}, not a number."
    numeral = read_numeral(text)
    if numeral is None:
        return None, text, f"The value “{text[:60]}” is not one finite number."
    return float(numeral.value), text, ""


def _scalar_text(value: JSON) -> str:
    if isinstance(value, dict | list):
        return clean_text(str(value)[: 2 * VALUE_LIMIT], VALUE_LIMIT)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else clean_text(str(value), VALUE_LIMIT).strip()


def _own_arguments(metric: _Mapping) -> dict[str, JSON]:
    """Take a metric's ``args`` as they are, and its ``config`` under that name.

    The arguments of the dataset (often only the configuration's name, as the Trainer writes it)
    stand beside them under ``dataset``.
    """
    args, config = metric.get("args"), metric.get("config")
    found: dict[str, JSON] = {}
    if config not in (None, {}, [], ""):
        found["config"] = config
    if isinstance(args, dict):
        found.update(args)
    elif args not in (None, [], ""):
        found["args"] = args
    return found if len(str(found)) <= ARGS_LIMIT else {}


def _kind(value: JSON) -> str:
    if value is None:
        return "empty"
    kinds = (
        (bool, "true or false"),
        (str, "a text"),
        (dict, "names with values"),
        (list, "a list"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "a number")
