"""What a check may be asked with: names, kinds and bounds. Standard library only.

The catalog lists the options of each check, so that pages, API and commands can offer and refuse
them without importing it.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analysis.contract import JSON

LONGEST_TEXT = 200
MOST_NUMBERS = 32
# Options of runs that nobody chooses who asks for a check: whoever knew the order could cheat.
RESERVED = frozenset(
    ("seed", "probe_seed", "limits", "fresh", "expect", "replay", "replay_of", "replay_from")
)
_PIXEL = 255
_LONG = 10  # characters of a number that people would write as a fraction
_FRACTION = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*/\s*([0-9]{1,6})", re.ASCII)
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}", re.ASCII)


class OptionKind(StrEnum):
    """What the value of an option is."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    NUMBERS = "numbers"
    CHOICE = "choice"
    FLAG = "flag"


class BadOptions(ValueError):  # noqa: N818 - reads as what they are
    """Options that are none; ``errors`` has a sentence for each of their names."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{name}: {said}" for name, said in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Option:
    """One option. ``default`` None leaves the choice to the check; bounds are of each number."""

    name: str
    kind: OptionKind
    title: str
    help: str = ""
    default: JSON = None
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    is_needed: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for a name that runs use themselves."""
        if self.name in RESERVED or not self.name.isidentifier():
            raise ValueError(f"No option may be called {self.name!r}.")

    def read(self, value: JSON) -> JSON:
        """Return a value as it is kept; raise ValueError in words where it is none."""
        if self.kind is OptionKind.TEXT:
            return _text(value)
        if self.kind is OptionKind.FLAG:
            if not isinstance(value, bool):
                raise ValueError("Say true or false.")
            return value
        if self.kind is OptionKind.CHOICE:
            if value not in self.choices:
                raise ValueError(f"Say one of: {', '.join(self.choices)}.")
            return value
        if self.kind is OptionKind.NUMBERS:
            return self._numbers(value)
        number = _whole(value) if self.kind is OptionKind.WHOLE else _number(value)
        return self._bounded(number)

    def parse(self, text: str) -> JSON:
        """Return the value of what a person wrote, None for nothing; raise ValueError in words."""
        written = text.strip()
        if not written:
            return None
        if self.kind is OptionKind.FLAG:
            words = {"true": True, "yes": True, "on": True, "1": True}
            words |= {"false": False, "no": False, "off": False, "0": False}
            if written.lower() not in words:
                raise ValueError("Say yes or no.")
            return words[written.lower()]
        if self.kind is OptionKind.NUMBERS:
            return self.read([part for part in re.split(r"[\s,;]+", written) if part])
        return self.read(written)

    def written(self, value: JSON) -> str:
        """Write a value as a person would, so that ``parse`` reads it again."""
        if value is None:
            return ""
        if isinstance(value, list):
            return ", ".join(map(self.written, value))
        if isinstance(value, bool):
            return "yes" if value else "no"
        return _short(value) if isinstance(value, float) else str(value)

    @property
    def written_default(self) -> str:
        """Write the default; "" where there is none."""
        return self.written(self.default)

    def _numbers(self, value: JSON) -> list[JSON]:
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_NUMBERS:
            raise ValueError(f"Say 1 to {MOST_NUMBERS} numbers.")
        found = sorted({self._bounded(_number(one)) for one in value})
        return list(found)

    def _bounded(self, number: float) -> float:
        if self.least is not None and number < self.least:
            raise ValueError(f"Say at least {self.least:g}.")
        if self.most is not None and number > self.most:
            raise ValueError(f"Say at most {self.most:,.10g}.")
        return number


def _text(value: JSON) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"Say at most {LONGEST_TEXT} characters, without controls.")
    return value.strip()


def _whole(value: JSON) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    if type(value) is not int:
        raise ValueError("Say a whole number.")
    return value


def _number(value: JSON) -> float:
    """Read a number, also a fraction as people write them of pixels: 8/255."""
    number = math.nan
    try:
        if isinstance(value, str):
            found = _FRACTION.fullmatch(value.strip())
            number = float(found[1]) / float(found[2]) if found else float(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            number = float(value)
    except (ValueError, ZeroDivisionError, OverflowError):
        pass
    if not math.isfinite(number):
        raise ValueError("Say a number, or a fraction such as 8/255.")
    return number


def _short(value: float) -> str:
    """Write a number as shortly as it is the same when it is read: 0.5, 8/255."""
    pixels = round(value * _PIXEL) if 0 < value <= 1 else 0
    if len(repr(value)) > _LONG and pixels and pixels / _PIXEL == value:
        return f"{pixels}/{_PIXEL}"
    short = f"{value:.10g}"
    return short if float(short) == value else repr(value)


def kept(known: Sequence[Option], asked: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return what is stored of options: each as it is read, those at their default left out.

    So the same question is the same run, however it is asked. Raises BadOptions for options that
    do not exist, are needed and missing, or have no value that they can have.
    """
    by_name = {one.name: one for one in known}
    there = ", ".join(sorted(by_name)) or "none"
    unknown = f"There is no such option; there are: {there}."
    errors = dict.fromkeys(asked.keys() - by_name, unknown)
    found: dict[str, JSON] = {}
    for name, option in by_name.items():
        value = asked.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            if option.is_needed:
                errors[name] = "This is needed."
            continue
        try:
            read = option.read(value)
        except ValueError as error:
            errors[name] = str(error)
        else:
            if read != option.default:
                found[name] = read
    if errors:
        raise BadOptions(errors)
    return found


def filled(known: Sequence[Option], stored: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the value of each option that has one: what is stored, else the default."""
    found = {one.name: stored.get(one.name, one.default) for one in known}
    return {name: value for name, value in found.items() if value is not None}


def parsed(known: Sequence[Option], texts: Mapping[str, str]) -> dict[str, JSON]:
    """Return the values of what a person wrote; raise BadOptions. Unknown names stay for `kept`."""
    by_name = {one.name: one for one in known}
    found: dict[str, JSON] = {}
    errors = {}
    for name, text in texts.items():
        try:
            found[name] = by_name[name].parse(text) if name in by_name else text
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise BadOptions(errors)
    return found


def said(known: Sequence[Option], stored: Mapping[str, JSON]) -> str:
    """Say with which options something was asked: ``norm Linf, eps 0.03137``; "" for none."""
    found = [f"{one.name} {one.written(stored[one.name])}" for one in known if one.name in stored]
    return ", ".join(found)
