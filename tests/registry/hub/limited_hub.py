"""A hub that counts: fixed windows, headers, 429 beyond the limit, and a ban for who goes on.

Run as a program it serves until it is killed. ``/-/set?name=value`` changes an option,
``/-/stats`` tells what was counted, both uncounted.
"""

import argparse
import asyncio
import json
import math
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

ROOT = Path(__file__).resolve().parents[3]
BODY = b'{"branches": [], "tags": [], "converts": []}'
BAN_AFTER = 5


@dataclass
class Window:
    """One window of one caller."""

    began: float
    quota: int
    served: int = 0
    foreign: int = 0
    refused: int = 0


@dataclass
class Caller:
    """Everything about one caller: anonymous, or one token."""

    windows: list[Window] = field(default_factory=list)
    refused: int = 0
    is_banned: bool = False
    after_ban: int = 0


class LimitedHub:
    """The state of the hub; options may be changed while it runs."""

    def __init__(self, quota: int, length: float, *, rounds: str, grid: bool) -> None:
        self.quota = quota  # of the next window
        self.length = length
        self.rounds = math.ceil if rounds == "up" else math.floor
        self.grid = grid
        self.silent = 0.0  # the share of answers without headers
        self.surprise = 0  # so many 429 out of the blue
        self.eater = 0  # calls a second of somebody else with the same identity
        self.callers: dict[str, Caller] = {}
        self.began = time.monotonic()
        self.chance = random.Random(7)  # noqa: S311

    def window(self, caller: Caller) -> Window:
        """Return the present window: of a grid, or begun by its first call."""
        at = time.monotonic()
        last = caller.windows[-1] if caller.windows else None
        if last is None or at >= last.began + self.length:
            began = at
            if self.grid:
                began = self.began + (at - self.began) // self.length * self.length
            last = Window(began, self.quota)
            caller.windows.append(last)
        if self.eater:
            due = int((at - last.began) * self.eater)
            last.foreign = max(last.foreign, min(due, last.quota - last.served))
        return last

    def answer(self, who: str) -> tuple[int, list[str]]:
        """Count a call; return status and headers."""
        caller = self.callers.setdefault(who, Caller())
        if caller.is_banned:
            caller.after_ban += 1
            return 403, []
        window = self.window(caller)
        left = window.quota - window.served - window.foreign
        status = 200
        if left <= 0 or self.surprise:
            if left > 0:
                self.surprise -= 1
            status = 429
            window.refused += 1
            caller.refused += 1
            caller.is_banned = caller.refused >= BAN_AFTER
        else:
            window.served += 1
            left -= 1
        reset = self.rounds(window.began + self.length - time.monotonic())
        if status == 429 and left > 0:
            return status, ["Retry-After: 1"]
        if self.chance.random() < self.silent:
            return status, []
        return status, [
            f'RateLimit: "api";r={left};t={max(reset, 0)}',
            f'RateLimit-Policy: "fixed window";"api";q={window.quota};w={math.ceil(self.length)}',
        ]

    def stats(self) -> dict[str, Any]:
        """Tell what was counted."""
        return {
            "age": time.monotonic() - self.began,
            "callers": {
                who: {
                    "refused": caller.refused,
                    "banned": caller.is_banned,
                    "after_ban": caller.after_ban,
                    "windows": [
                        vars(window) | {"age": time.monotonic() - window.began}
                        for window in caller.windows
                    ],
                }
                for who, caller in self.callers.items()
            },
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            while line := await reader.readline():
                who = "anonymous"
                while (header := await reader.readline()) not in {b"\r\n", b""}:
                    name, _, value = header.decode("latin-1").partition(":")
                    if name.lower() == "authorization":
                        who = value.strip()
                self.send(writer, line.split()[1].decode(), who)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    def send(self, writer: asyncio.StreamWriter, target: str, who: str) -> None:
        """Write one answer."""
        parts, status, headers, body = urlsplit(target), 200, list[str](), BODY
        if parts.path == "/-/set":
            for name, value in parse_qsl(parts.query):
                setattr(self, name, type(getattr(self, name))(float(value)))
        elif parts.path == "/-/stats":
            body = json.dumps(self.stats()).encode()
        else:
            status, headers = self.answer(who)
        head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
        writer.write("\r\n".join(head).encode() + body)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quota", type=int, default=200)
    parser.add_argument("--length", type=float, default=3.0)
    parser.add_argument("--rounds", choices=["up", "down"], default="up")
    parser.add_argument("--first", action="store_true", help="a window begins with its first call")
    asked = parser.parse_args()
    hub = LimitedHub(asked.quota, asked.length, rounds=asked.rounds, grid=not asked.first)
    server = await asyncio.start_server(hub.serve, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


class Served:
    """The hub as others see it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def set(self, **options: float) -> None:
        query = "&".join(f"{name}={value}" for name, value in options.items())
        self._get(f"/-/set?{query}")

    def stats(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._get("/-/stats"))
        return told

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:  # noqa: S310
            body: bytes = answer.read()
        return body


@contextmanager
def limited_hub(*options: str) -> Iterator[Served]:
    """Serve in a process of its own for as long as the block lasts."""
    words = [sys.executable, "-m", "tests.registry.hub.limited_hub", *options]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Served(f"http://127.0.0.1:{int(process.stdout.readline())}")
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    asyncio.run(main())
