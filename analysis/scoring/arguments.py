"""The arguments of a claim's metric: read, or refused in words."""

from collections.abc import Mapping

from analysis.contract import JSON, Unsupported

K_LIMIT = 100_000


def only(args: Mapping[str, JSON], *known: str) -> None:
    """Raise Unsupported where there is an argument that nobody would look at."""
    for name in args:
        if name not in known:
            raise Unsupported(f"The metric takes no argument {name[:40]!a}.", "metric")


def word(args: Mapping[str, JSON], name: str, known: tuple[str, ...], default: str = "") -> str:
    """Take an argument that is one of some words; raise Unsupported for any other."""
    value = args.get(name, default)
    if not isinstance(value, str) or value not in (*known, default):
        raise Unsupported(
            f"The argument {name} is {str(value)[:40]!a}; known are {', '.join(known)}.", "metric"
        )
    return value


def flag(args: Mapping[str, JSON], name: str) -> bool:
    """Take an argument that is true or false, false where it is not given."""
    value = args.get(name, False)
    if not isinstance(value, bool):
        raise Unsupported(f"The argument {name} is neither true nor false.", "metric")
    return value


def whole(args: Mapping[str, JSON], name: str, default: int | None = None) -> int:
    """Take an argument that is a positive whole number; raise Unsupported where there is none."""
    value = args.get(name, default)
    if type(value) is not int or not 1 <= value <= K_LIMIT:
        raise Unsupported(f"The argument {name} is no positive whole number.", "metric")
    return value
