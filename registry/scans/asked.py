"""Options of the checks of a scan: as lines that a person writes, and as they are stored."""

from collections.abc import Mapping, Sequence

from analysis import catalog
from analysis import options as schema
from analysis.contract import JSON
from registry import marks

Options = dict[str, dict[str, JSON]]  # check -> option -> value


def read(lines: Sequence[str]) -> Options:
    """Read lines of ``CHECK.OPTION = VALUE``; raise ValueError in words."""
    entries = catalog.entries()
    texts: dict[str, dict[str, str]] = {}
    for line in filter(None, map(str.strip, lines)):
        named, is_said, value = line.partition("=")
        check, has_point, option = named.strip().rpartition(".")
        if not is_said or not has_point or check not in entries:
            raise ValueError(f"“{line[:60]}” is no line of the kind CHECK.OPTION = VALUE.")
        texts.setdefault(check, {})[option.strip()] = value
    return {check: schema.parsed(entries[check].options, said) for check, said in texts.items()}


def written(options: Mapping[str, Mapping[str, JSON]]) -> list[str]:
    """Write options as lines that ``read`` reads again."""
    entries = catalog.entries()
    found = []
    for check, values in sorted(options.items()):
        known = entries[check].options if check in entries else ()
        found += [
            f"{check}.{one.name} = {one.written(values[one.name])}"
            for one in known
            if one.name in values
        ]
    return found


def kept(checks: Sequence[str], options: Mapping[str, Mapping[str, JSON]]) -> Options:
    """Return options as they are stored, for each check that has some.

    Raises ValueError in words where one is none, or belongs to a check that is not asked for.
    """
    entries = catalog.entries()
    for check in options:
        if check not in checks:
            raise ValueError(f"There are options of {check[:50]!r}, which is not among the checks.")
    found: Options = {}
    for check in checks:
        if check in entries:
            try:
                said = schema.kept(entries[check].options, options.get(check, {}))
            except schema.BadOptions as error:
                raise ValueError(f"Of {check}: {error}") from error
            if check == marks.CHECK:
                said = marks.vetted(said)
            if said:
                found[check] = said
    return found
