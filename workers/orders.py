"""The order in which samples are asked: nobody can know it before a run, everybody after it.

A network that knew the order could answer from a table by position. So the order follows from a
secret of this installation, and the evidence of each finding names the seed that came of it.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.contract import JSON, DataRequest
from registry.secrets import made_once

_BITS = 53  # a seed stays whole in every reader of JSON
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Seeds:
    """``order`` draws the samples and never enters the sandbox; ``probe`` is what runs inside.

    Neither can be computed from the other.
    """

    order: int
    probe: int


def seeds(
    home: Path, revision: str, request: DataRequest | None, options: Mapping[str, JSON]
) -> Seeds:
    """Return the seeds of a run, which all metrics of one commit on one split share.

    ``options`` may name them (``seed``, ``probe_seed``): a replay does.
    """
    secret = made_once(home, "order.key", lambda: secrets.token_bytes(_SECRET_BYTES))
    about = [revision]
    if request is not None:
        about += [request.dataset, request.config, request.split, request.revision]

    def derived(use: str, option: str) -> int:
        named = options.get(option)
        if isinstance(named, int) and named >= 0:
            return named
        said = json.dumps([use, *about]).encode()
        digest = hmac.new(secret, said, hashlib.sha256).digest()
        return int.from_bytes(digest[:8], "big") >> (64 - _BITS)

    return Seeds(derived("order", "seed"), derived("probe", "probe_seed"))
