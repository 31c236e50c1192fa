"""How people write numbers in result tables → the number, its digits, its sign of percent."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

LENGTH_LIMIT = 120

_NUMBER = r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:[.,][0-9]+)?|[0-9]+\.|\.[0-9]+)"
_EXPONENT = r"(?:[eE][-+]?[0-9]{1,4})?"
_SPREAD = r"(?:±|\+/-|\+-|\\pm)"
_WRITTEN = re.compile(
    rf"(?P<before>%)?\s*(?P<number>{_NUMBER}{_EXPONENT})\s*(?P<percent>%|percent\b)?"
    rf"(?:\s*\(?\s*{_SPREAD}\s*(?P<spread>{_NUMBER}{_EXPONENT})\s*(?P<after>%|percent\b)?\s*\)?)?"
)
_DECORATION = re.compile(r"</?(?:b|i|em|strong|u|span|sup|sub|br)\b[^<>]{0,100}>|[*_`~≈$\s\xa0]+")
_THOUSANDS = re.compile(r",(?=[0-9]{3}(?:\D|$))")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as somebody wrote it.

    ``decimals`` counts the digits after the point (negative for 1e3), ``percent`` is True where a
    percent sign stands with it, ``spread`` is what follows a ± (0 where nothing does).
    """

    value: Decimal
    decimals: int
    percent: bool = False
    spread: Decimal = Decimal(0)


def read_numeral(text: str) -> Numeral | None:
    """Read ``92.64``, ``91.7 %``, ``20.0 ± 1.2``, ``1,234.5``, ``**0.91**``, ``0,91``, ``9e-3``.

    None where there is no number, more than one, or one that is not finite. A comma separates
    thousands where it stands before groups of three digits (``1,234``), else decimals (``0,91``).
    """
    if len(text) > LENGTH_LIMIT:
        return None
    plain = text.replace("\u2212", "-").replace("\\%", "%")
    bare = _DECORATION.sub(" ", plain).strip(" ,;↑↓")
    match = _WRITTEN.fullmatch(bare)
    if match is None:
        return None
    value = _decimal(match["number"])
    spread = _decimal(match["spread"]) if match["spread"] else Decimal(0)
    if value is None or spread is None:
        return None
    exponent = value.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    is_percent = any(match[group] for group in ("before", "percent", "after"))
    return Numeral(value, decimals, is_percent, abs(spread))


def _decimal(written: str) -> Decimal | None:
    """Read one number; None where no float can hold it."""
    plain = written
    if _is_grouped(written):
        plain = _THOUSANDS.sub("", written)
    try:
        value = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        return None
    # float() would give inf beyond this; below it, 0 is what was meant.
    return value if value == 0 or -400 < value.adjusted() < 300 else None


def _is_grouped(written: str) -> bool:
    integer = written.split(".")[0].split("e")[0].split("E")[0].lstrip("+-")
    groups = integer.split(",")
    return len(groups) > 1 and groups[0] != "0" and all(len(group) == 3 for group in groups[1:])
