"""Typed readers of environment variables. Nothing else in Assay reads the environment."""

import os
from pathlib import Path


def text(name: str, default: str = "") -> str:
    """Return the variable, or ``default`` where it is unset or empty."""
    return os.environ.get(name) or default


def flag(name: str, *, default: bool = False) -> bool:
    """Return True for 1, true, yes, on; False for 0, false, no, off; refuse anything else."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ValueError(f"{name} is {value!r}; say 1 or 0")


def number(name: str, default: int) -> int:
    """Return the variable as an integer; refuse what is none."""
    value = os.environ.get(name, "").strip()
    try:
        return int(value) if value else default
    except ValueError as error:
        raise ValueError(f"{name} is {value!r}; say a whole number") from error


def share(name: str, default: float) -> float:
    """Return the variable as a number above 0 and up to 1; refuse what is none."""
    value = os.environ.get(name, "").strip()
    try:
        found = float(value) if value else default
    except ValueError:
        found = 0.0
    if not 0.0 < found <= 1.0:
        raise ValueError(f"{name} is {value!r}; say a number above 0 and up to 1")
    return found


def home() -> Path:
    """Return the folder of everything that Assay keeps: database, artefacts, keys.

    Run as root this is not below the home folder: the embedded PostgreSQL runs as another user,
    who must be able to walk to its data, and a private home is not opened for that.
    """
    chosen = os.environ.get("ASSAY_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/assay")
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser().absolute() / "assay"
