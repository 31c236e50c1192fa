"""Having a mark embedded: a process of its own does it, because the web knows no networks."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from registry.marks.registering import MarkRefused

Told = Callable[[int, int, str], None]  # done, total, what


def embed(order: Mapping[str, Any], told: Told) -> dict[str, Any]:
    """Carry out an order of ``workers.embedding``; return what came out.

    ``told`` hears how far it is. Raises MarkRefused with the reason where nothing came out. The
    process dies with this one.
    """
    command = [sys.executable, "-m", "workers.embedding", json.dumps(dict(order))]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "registry.settings",
        "ASSAY_HOME": str(settings.ASSAY_HOME),
    }
    answer: dict[str, Any] = {}
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            for line in process.stdout or ():
                answer = _heard(line, told) or answer
        finally:
            if process.poll() is None:
                process.terminate()
    if "error" in answer or not answer:
        reason = answer.get("error") or f"It ended with status {process.returncode}."
        raise MarkRefused(f"No mark was embedded. {reason}")
    return answer


def _heard(line: str, told: Told) -> dict[str, Any]:
    """Pass on how far it is; return a line that says what came out."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    if not isinstance(said, dict):
        return {}
    if "sentence" in said:
        told(said.get("done") or 0, said.get("total") or 0, str(said["sentence"]))
        return {}
    return said
