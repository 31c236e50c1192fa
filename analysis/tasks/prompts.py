"""Questions with choices: the columns of well-known datasets, and how networks are asked.

The prompts are those of lm-eval without examples, which most claims come from.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.contract import Columns, Feature, Unsupported

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LISTS = frozenset({"endings", "choices", "choices.text", "options"})
_BRACKETED = re.compile(r"\[.*?\]")


@dataclass(frozen=True, slots=True)
class Question:
    """What stands before each choice, and the choices as they are put behind it."""

    prompt: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of dataset: its columns, and what is asked of a row of its inputs."""

    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    ask: Callable[..., Question]
    also: str = ""  # a column that only this kind has


def _plain(question: str, choices: Sequence[str]) -> Question:
    return Question(f"Question: {question}\nAnswer:", tuple(choices))


def _lettered(question: str, choices: Sequence[str]) -> Question:
    lines = [f"{letter}. {choice}" for letter, choice in zip(LETTERS, choices, strict=False)]
    prompt = "\n".join((question.strip(), *lines, "Answer:"))
    return Question(prompt, tuple(LETTERS[: len(choices)]))


def _subject(subject: str, question: str, choices: Sequence[str]) -> Question:
    asked = _lettered(question, choices)
    about = subject.replace("_", " ")
    head = f"The following are multiple choice questions (with answers) about {about}.\n\n"
    return Question(head + asked.prompt, asked.choices)


def _commonsense(question: str, choices: Sequence[str]) -> Question:
    asked = _lettered(question, choices)
    return Question(f"Question: {asked.prompt}", asked.choices)


def _unbracketed(text: str) -> str:
    return _BRACKETED.sub("", text.strip().replace(" [title]", ". ")).replace("  ", " ")


def _hellaswag(activity: str, first: str, second: str, endings: Sequence[str]) -> Question:
    prompt = f"{activity}: {first} {second.capitalize()}"
    return Question(_unbracketed(prompt), tuple(map(_unbracketed, endings)))


LAYOUTS = (
    Layout(("activity_label", "ctx_a", "ctx_b", "endings"), ("label",), _hellaswag),
    Layout(("question", "choices.text"), ("answerKey",), _commonsense, also="question_concept"),
    Layout(("question", "choices.text"), ("answerKey",), _plain),
    Layout(
        ("question_stem", "choices.text"),
        ("answerKey",),
        lambda stem, choices: Question(stem, tuple(choices)),
    ),
    Layout(("subject", "question", "choices"), ("answer",), _subject),
    Layout(("question", "choices"), ("answer", "label", "answerKey", "answer_idx"), _lettered),
    Layout(("question", "options"), ("answer", "label", "answer_index", "answer_idx"), _lettered),
    Layout(("goal", "sol1", "sol2"), ("label",), lambda goal, *choices: _plain(goal, choices)),
    Layout(
        ("sent1", "sent2", "ending0", "ending1", "ending2", "ending3"),
        ("label",),
        lambda first, second, *endings: Question(f"{first} {second}", endings),
    ),
    Layout(
        ("context", "question", "answerA", "answerB", "answerC"),
        ("label",),
        lambda text, asked, *choices: Question(f"Q: {text} {asked}\nA:", choices),
    ),
)


def _fits(feature: Feature | None, name: str) -> bool:
    return feature is not None and feature.kind == ("texts" if name in _LISTS else "text")


def choose_layout(features: Mapping[str, Feature]) -> tuple[Layout, Columns]:
    """Find the kind of a dataset by its columns; raise Unsupported (missing dataset)."""
    for layout in LAYOUTS:
        if layout.also and layout.also not in features:
            continue
        if all(_fits(features.get(name), name) for name in layout.inputs):
            target = next((name for name in layout.targets if name in features), "")
            if target and features[target].kind in ("text", "number", "label"):
                number = LAYOUTS.index(layout)
                return layout, Columns(layout.inputs, target, options={"layout": number})
    raise Unsupported(
        "The dataset has no columns that are known as a question and its choices.", "dataset"
    )


def ask(layout: Layout, row: Sequence[Any]) -> Question | None:
    """Ask the question of a row; None where a piece is missing or there is nothing to choose."""
    for cell in row:
        texts = cell if isinstance(cell, list) else [cell]
        if not texts or not all(isinstance(text, str) for text in texts):
            return None
    asked = layout.ask(*row)
    return asked if 2 <= len(asked.choices) <= len(LETTERS) and all(asked.choices) else None
