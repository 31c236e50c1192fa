"""Counters of requests in Valkey: taken and given back in one step each, by all web processes.

Where the server is away nobody is refused: a limit protects the pages, it must not end them.
"""

import hashlib
import logging
import time
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import redis
from django.conf import settings

log = logging.getLogger(__name__)

WINDOW_S = 300
_PATIENCE_S = 0.2  # for one answer of the server, which lies beside this one
_PAUSE_S = 5.0  # after it did not answer, so that not every page waits

# One step in the server, so that of two requests at the last place one is refused.
_TAKE = """
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
if used >= tonumber(ARGV[1]) then return {-1, redis.call('PTTL', KEYS[1])} end
used = redis.call('INCR', KEYS[1])
if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return {ARGV[1] - used, redis.call('PTTL', KEYS[1])}
"""
_GIVE_BACK = """
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end
"""


@dataclass(frozen=True, slots=True)
class Place:
    """What is left after a request: ``left`` is -1 where it is refused, until ``seconds``."""

    left: int
    seconds: int


class Counters:
    """The counters of one server."""

    def __init__(self, url: str) -> None:
        self._server = _server(url)
        self._take = self._server.register_script(_TAKE) if self._server else None
        self._back = self._server.register_script(_GIVE_BACK) if self._server else None
        self._away_until = 0.0
        if self._server is None:
            log.warning("Requests are not counted: ASSAY_LIMIT_URL names no Valkey and no Redis.")

    def take(self, bucket: str, who: str, quota: int) -> Place | None:
        """Count a request; None where that cannot be done, which allows it."""
        answer = self._ask(self._take, _key(bucket, who), quota, WINDOW_S * 1000)
        if answer is None:
            return None
        left, milliseconds = (int(one) for one in answer)
        return Place(left, max(1, -(-milliseconds // 1000)))

    def give_back(self, bucket: str, who: str) -> None:
        """Take a request back that is not to count."""
        self._ask(self._back, _key(bucket, who))

    def _ask(self, script: Any, key: str, *arguments: int) -> Any:
        if script is None or time.monotonic() < self._away_until:
            return None
        try:
            return script(keys=[key], args=arguments)
        except redis.RedisError as error:
            self._away_until = time.monotonic() + _PAUSE_S
            log.warning("Requests are not counted for %g s: %s.", _PAUSE_S, type(error).__name__)
            return None


def counters() -> Counters:
    """Return the counters of the server that the settings name."""
    return _counters(settings.ASSAY_LIMIT_URL or settings.BROKER_URL)


@cache
def _counters(url: str) -> Counters:
    return Counters(url)


def _key(bucket: str, who: str) -> str:
    """Return the key of a counter; addresses are not kept in clear."""
    return f"assay:limit:{bucket}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"


def _server(url: str) -> "redis.Redis | None":
    """Return the client of a broker's address as Celery writes it; None for another kind."""
    parts = urlsplit(url)
    options: dict[str, Any] = {"socket_timeout": _PATIENCE_S, "socket_connect_timeout": _PATIENCE_S}
    if parts.scheme == "redis+socket":
        path = unquote(parts.netloc + parts.path)
        number = parse_qs(parts.query).get("virtual_host", ["0"])[0]
        return redis.Redis(unix_socket_path=path, db=int(number), **options)
    scheme = {"valkey": "redis", "valkeys": "rediss"}.get(parts.scheme, parts.scheme)
    if scheme not in {"redis", "rediss"}:
        return None
    return redis.Redis.from_url(parts._replace(scheme=scheme).geturl(), **options)
