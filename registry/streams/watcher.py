"""One watcher a process looks after all rows that anybody follows, and wakes their readers.

A reader keeps no queue: it is told that there is something new, and takes the newest there is when
it can. One that is slow misses what lay in between, and nothing piles up for it.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import Error as DatabaseError

from registry.streams import topics
from registry.streams.topics import Key, Snapshot

log = logging.getLogger(__name__)

EVERY_S = 1.0
GATHERED_S = 0.05  # readers who come together are looked up together
FIRST_WITHIN_S = 10.0

Look = Callable[[Mapping[Key, str]], dict[Key, Snapshot | None]]


class Full(Exception):  # noqa: N818 - reads as the state of the server
    """There are as many readers as there may be: ``of_address`` says of whom."""

    def __init__(self, *, of_address: bool) -> None:
        super().__init__()
        self.of_address = of_address


@dataclass(slots=True, eq=False)
class Topic:
    """A row, its newest state, and who is to be woken."""

    snapshot: Snapshot | None = None
    is_gone: bool = False
    bells: list[asyncio.Event] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Say whether the row was looked up."""
        return self.is_gone or self.snapshot is not None


class Watcher:
    """Looks once a second while anybody reads; counts readers."""

    def __init__(self, most: int, most_per_address: int, look: Look = topics.looked) -> None:
        self.most = most
        self.most_per_address = most_per_address
        self.look = look
        self.topics: dict[Key, Topic] = {}
        self.addresses: Counter[str] = Counter()
        self.bells: set[asyncio.Event] = set()
        self.fresh = asyncio.Event()
        self.is_stopping = False
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="watcher")
        self.is_well = True

    @contextlib.contextmanager
    def room_for(self, address: str) -> Iterator[None]:
        """Count a reader in for as long as the block lasts. Raises Full."""
        if self.addresses.total() >= self.most:
            raise Full(of_address=False)
        if self.addresses[address] >= self.most_per_address:
            raise Full(of_address=True)
        self.addresses[address] += 1
        try:
            yield
        finally:
            self.addresses[address] -= 1
            self.addresses += Counter()  # forgets who has none left

    def follow(self, key: Key, bell: asyncio.Event) -> Topic:
        """Ring the bell whenever the row changes; the first time as soon as it was looked up."""
        topic = self.topics.setdefault(key, Topic())
        topic.bells.append(bell)
        self.bells.add(bell)
        if not topic.is_known:
            self.fresh.set()
        return topic

    def leave(self, key: Key, bell: asyncio.Event) -> None:
        """Ring it no more; a row that nobody follows is not looked at."""
        topic = self.topics[key]
        topic.bells.remove(bell)
        self.bells.discard(bell)
        if not topic.bells:
            del self.topics[key]

    async def run(self) -> None:
        """Look until this is cancelled."""
        due = time.monotonic()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.fresh.wait(), max(0.0, due - time.monotonic()))
            is_due = time.monotonic() >= due
            if self.fresh.is_set():
                await asyncio.sleep(GATHERED_S)
                self.fresh.clear()
            await self.update(everything=is_due)
            if is_due:
                due = time.monotonic() + EVERY_S
            if not self.topics:
                await self.fresh.wait()

    async def update(self, *, everything: bool = True) -> None:
        """Look at all rows that are followed, or at those alone that were not looked up yet."""
        known = {
            key: topic.snapshot.stamp if topic.snapshot else ""
            for key, topic in self.topics.items()
            if everything or not topic.is_known
        }
        if not known:
            return
        loop = asyncio.get_running_loop()
        try:
            changed = await loop.run_in_executor(self.thread, self.look, known)
        except DatabaseError as error:
            if self.is_well:
                log.warning("the database cannot be asked: %s", " ".join(str(error).split()))
            self.is_well = False
            return
        except Exception:
            log.exception("rows could not be looked at")
            self.is_well = False
            return
        self.is_well = True
        for key, snapshot in changed.items():
            self.tell(key, snapshot)

    def tell(self, key: Key, snapshot: Snapshot | None) -> None:
        """Take over what was seen, and wake whoever follows the row."""
        topic = self.topics.get(key)
        if topic is None:  # everybody left in between
            return
        if snapshot is None:
            topic.is_gone = True
        else:
            topic.snapshot, topic.is_gone = snapshot, False
        for bell in topic.bells:
            bell.set()

    async def known(self, topic: Topic, bell: asyncio.Event) -> bool:
        """Wait until a row was looked up; say whether it was."""
        until = time.monotonic() + FIRST_WITHIN_S
        while not topic.is_known and not self.is_stopping:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(bell.wait(), max(0.0, until - time.monotonic()))
            bell.clear()
            if time.monotonic() >= until:
                break
        return topic.is_known

    def stop(self) -> None:
        """Send all readers away."""
        self.is_stopping = True
        for bell in self.bells:
            bell.set()

    def close(self) -> None:
        """Give the database's connection back."""
        self.thread.submit(topics.leave)
        self.thread.shutdown(wait=True)
