"""What a person asks a scan to be, and what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from analysis import catalog
from registry.models import Scan
from registry.models.scans import USUAL_WINDOW, WIDEST_WINDOW
from registry.scans import asked, selection
from registry.scans.crons import BadSchedule, Schedule
from registry.scans.selection import BadSelection

LONGEST_NAME = 100
LARGEST = 2**31 - 1
LARGEST_BYTES = 2**62
LARGEST_MONEY = Decimal("1e9")
LARGEST_PRICE = Decimal("1e5")


class ScanRefused(Exception):  # noqa: N818 - reads as what happened
    """What was asked of a scan cannot be; ``errors`` has a sentence for each part of it."""

    def __init__(self, **errors: str) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@dataclass(slots=True)
class Draft:
    """A scan as it is asked for; a limit that is None is no limit."""

    name: str = ""
    selection: str = ""
    checks: tuple[str, ...] = ()
    schedule: str = ""
    max_repos: int | None = None
    max_runs: int | None = None
    max_minutes: int | None = None
    max_bytes: int | None = None
    max_cost: Decimal | None = None
    gpu_hour_price: Decimal = Decimal(0)
    window: int = USUAL_WINDOW
    options: asked.Options = field(default_factory=dict)

    @classmethod
    def of(cls, scan: Scan) -> "Draft":
        """Return what a scan is now."""
        now = {one.name: getattr(scan, one.name) for one in fields(cls)}
        return cls(**(now | {"checks": tuple(scan.checks)}))

    def columns(self) -> dict[str, Any]:
        """Return the columns of the scan. Raises ScanRefused with all that is wrong."""
        errors: dict[str, str] = {}
        found: dict[str, Any] = {}
        readers: dict[str, Callable[[], Any]] = {
            "name": self._name,
            "selection": lambda: selection.read(self.selection),
            "checks": self._checks,
            "options": lambda: asked.kept(self.checks, self.options),
            "schedule": self._schedule,
            "max_repos": lambda: _limit(self.max_repos, LARGEST),
            "max_runs": lambda: _limit(self.max_runs, LARGEST),
            "max_minutes": lambda: _limit(self.max_minutes, LARGEST),
            "max_bytes": lambda: _limit(self.max_bytes, LARGEST_BYTES),
            "max_cost": self._cost,
            "gpu_hour_price": self._price,
            "window": self._window,
        }
        for name, read in readers.items():
            try:
                found[name] = read()
            except (BadSelection, BadSchedule, ValueError) as error:
                errors[name] = str(error)
        everything = found.get("selection") == ""
        if everything and self.max_repos is None and self.max_runs is None:
            errors["selection"] = (
                "This selects every model. Narrow the search, or give the scan a budget of runs or"
                " a number of repos."
            )
        if errors:
            raise ScanRefused(**errors)
        return found

    def _name(self) -> str:
        name = " ".join(self.name.split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise ValueError(f"Give the scan a name of 1 to {LONGEST_NAME} characters.")
        return name

    def _checks(self) -> list[str]:
        known = catalog.entries()
        wanted = list(dict.fromkeys(self.checks))
        if not wanted:
            raise ValueError(f"Name at least one check; there are: {', '.join(sorted(known))}.")
        for check in wanted:
            if check not in known:
                there = ", ".join(sorted(known))
                raise ValueError(f"There is no check “{check[:50]}”; there are: {there}.")
        return wanted

    def _schedule(self) -> str:
        return Schedule.read(self.schedule).text if self.schedule.strip() else ""

    def _cost(self) -> Decimal | None:
        cost = self.max_cost
        if cost is None:
            return None
        if not (cost.is_finite() and 0 < cost <= LARGEST_MONEY):
            raise ValueError("Say an amount above 0, or leave it empty for no limit.")
        if not self.gpu_hour_price:
            raise ValueError("A budget of money needs the price of a GPU hour.")
        return cost.quantize(Decimal("0.01"))

    def _price(self) -> Decimal:
        price = self.gpu_hour_price
        if not (price.is_finite() and 0 <= price <= LARGEST_PRICE):
            raise ValueError("Say a price of 0 or more.")
        return price.quantize(Decimal("0.0001"))

    def _window(self) -> int:
        if not 1 <= self.window <= WIDEST_WINDOW:
            raise ValueError(f"Say a number of runs from 1 to {WIDEST_WINDOW}.")
        return self.window


def _limit(number: int | None, largest: int) -> int | None:
    if number is not None and not 1 <= number <= largest:
        raise ValueError(
            f"Say a whole number from 1 to {largest:,}, or leave it empty for no limit."
        )
    return number
