"""The list that training scripts write into a card → claims.

    This model is a fine-tuned version of [bert-base-cased](…) on the glue dataset.
    It achieves the following results on the evaluation set:
    - Loss: 0.3
    - Accuracy: 0.91

The sentence is the script's own; a list under any other sentence is not read.
"""

import re

from analysis.cards.markdown import Line
from analysis.cards.reading import RAW_LIMIT, VALUE_LIMIT, Problem, Reading, short
from analysis.contract import Claim, ClaimSource, Place
from analysis.metrics import read_label
from analysis.numerals import read_numeral
from analysis.text import clean_text

CLAIM_LIMIT = 500

RESULT_SENTENCE = re.compile(r"achieves the following results on the evaluation set", re.IGNORECASE)
_ITEM = re.compile(r"\s{0,8}[-*+]\s+(?P<name>[^:]{1,100}):\s*(?P<value>\S.*)")
_DATA = re.compile(r"\bon (?:the|an|a) ([^\s`*][^`*]{0,100}?) dataset", re.IGNORECASE)
_UNKNOWN_DATA = frozenset(("none", "unknown", "unkown", "unk"))
# What a run used, not what it reached.
_RUN_FACT = re.compile(
    r"(?:eval[_ ])?"
    r"(?:epoch|steps?|global[_ ]step|(?:\w+[_ ])?runtime|mem\w*|\w+[_ ]per[_ ]second)",
    re.IGNORECASE,
)
_LOOK_BACK = 4  # lines between the sentence on the dataset and the list


def read_result_lists(lines: list[Line], file: str) -> Reading:
    """Read the claims of all such lists."""
    claims: list[Claim] = []
    problems: list[Problem] = []
    for index, line in enumerate(lines):
        if not RESULT_SENTENCE.search(line.text[:2_000]):
            continue
        before = " ".join(
            item.text[:1_000] for item in lines[max(0, index - _LOOK_BACK) : index + 1]
        )
        data = _data_name(before)
        for item in _items(lines, index + 1):
            claim = _claim(item, data, file)
            if claim is None:
                continue
            if len(claims) >= CLAIM_LIMIT:
                sentence = f"Only the first {CLAIM_LIMIT} results of the list were read."
                problems.append(Problem(claim.place, sentence))
                return Reading(tuple(claims), tuple(problems))
            claims.append(claim)
            if claim.problem:
                problems.append(Problem(claim.place, claim.problem))
    return Reading(tuple(claims), tuple(problems))


def _items(lines: list[Line], start: int) -> list[Line]:
    """Give the list items that follow, up to the first line that is none."""
    items: list[Line] = []
    for line in lines[start : start + 2 * CLAIM_LIMIT]:
        if _ITEM.match(line.text):
            items.append(line)
        elif line.text.strip():
            break
    return items


def _data_name(before: str) -> str:
    """Find the dataset that the script names; empty where it did not know it."""
    found = _DATA.findall(before)
    name = found[-1].strip() if found else ""
    return "" if name.lower() in _UNKNOWN_DATA else name


def _claim(line: Line, data: str, file: str) -> Claim | None:
    match = _ITEM.match(line.text)
    if match is None:
        return None
    name = match["name"].strip(" *_`'\"{}")
    written = match["value"].strip().rstrip(",}").strip()
    if not name or _RUN_FACT.fullmatch(name):
        return None
    numeral = read_numeral(written)
    label = read_label(name)
    return Claim(
        source=ClaimSource.RESULT_LIST,
        place=Place(file, "", line.number),
        raw=clean_text(line.text[:RAW_LIMIT].strip(), RAW_LIMIT),
        metric=short(name),
        value_text=clean_text(written, VALUE_LIMIT),
        value=float(numeral.value) if numeral else None,
        # The script writes the Hub's id in lower case, or the dataset's display name.
        dataset=short(data) if _is_id(data) else "",
        dataset_name=short(data),
        split=label.split if label else "",
        args=dict(label.args) if label else {},
        problem="" if numeral else f"The value “{written[:60]}” is not one finite number.",
    )


def _is_id(data: str) -> bool:
    return bool(re.fullmatch(r"[a-z0-9][\w.-]{0,95}(?:/[\w.-]{1,96})?", data))
