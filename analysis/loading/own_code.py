"""Import a class from the code that a repo brings along. Called only where that is allowed."""

import importlib
import re
import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from analysis.contract import Unsupported
from analysis.loading.foreign import foreign

_REFERENCE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", re.ASCII)


def load_class(snapshot: Path, reference: str) -> Any:
    """Import ``module.Class`` from the snapshot and give back the class.

    The snapshot is imported as a package of its own, so that its files see each other by relative
    imports and can never stand in for an installed package. Raises Unsupported (missing code) where
    a file or package is missing, CheckError where the code fails.
    """
    if not _REFERENCE.fullmatch(reference):
        raise Unsupported(f"{reference[:80]!a} does not name a class of the repo.", "code")
    module_name, _, class_name = reference.rpartition(".")
    path = snapshot.joinpath(*module_name.split(".")).with_suffix(".py")
    if not path.is_file():
        raise Unsupported(f"The repo has no {path.name}, which its config names.", "code")
    package = _package(snapshot)
    with foreign(f"The repo's own code in {path.name} could not be imported", "code"):
        found = getattr(importlib.import_module(f"{package}.{module_name}"), class_name)
    if not isinstance(found, type):
        raise Unsupported(f"{class_name[:80]!a} in {path.name} is not a class.", "code")
    return found


def _package(snapshot: Path) -> str:
    name = "snapshot_" + sha256(str(snapshot).encode()).hexdigest()[:16]
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(snapshot)]
        sys.modules[name] = package
        sys.dont_write_bytecode = True  # a snapshot is read-only, and stays as it was fetched
    return name
