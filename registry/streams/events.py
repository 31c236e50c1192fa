"""Server-sent events of one row: who may read them, and how they are written.

Source: HTML Living Standard, section 9.2 (server-sent events).
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import Error as DatabaseError

from registry import tickets
from registry.models import ApiToken
from registry.streams import http, topics
from registry.streams.http import Receive, Refused, Request, Send
from registry.streams.topics import TOKENS, Key, Snapshot
from registry.streams.watcher import Full, Topic, Watcher

HEARTBEAT_S = 15.0
RETRY_MS = 2000
SLOWEST_S = 30.0  # a reader who takes nothing for so long is left
OVER = ".end"  # of an id: the reader has been told that nothing more comes
CHALLENGE = [("www-authenticate", 'Bearer realm="assay"')]
AWAY = [("retry-after", "10")]
NOWHERE = "There is no such row."


@dataclass(frozen=True, slots=True)
class Grant:
    """Whom a request speaks for: ``user`` is None for anybody, ``token`` 0 for no token."""

    user: int | None = None
    token: int = 0
    until: float = float("inf")
    may_read_own: bool = False


def message(name: str, data: str, number: str = "") -> bytes:
    """Write an event. The data is one line of JSON, which has no line break in it."""
    named = f"id: {number}\n" if number else ""
    return f"{named}event: {name}\ndata: {data}\n\n".encode()


@contextlib.contextmanager
def seated(watcher: Watcher, request: Request) -> Iterator[None]:
    """Count whoever asks among those who are served. Raises Refused where there are too many."""
    try:
        with watcher.room_for(request.address):
            yield
    except Full as full:
        if full.of_address:
            raise Refused(
                429, "Too many streams are open from your address; close one.", AWAY
            ) from full
        raise Refused(503, "Too many streams are open here; come again soon.", AWAY) from full


class Events:
    """Answers requests for the events of a row."""

    def __init__(self, watcher: Watcher, heartbeat_s: float = HEARTBEAT_S) -> None:
        self.watcher = watcher
        self.heartbeat_s = heartbeat_s
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="tokens")

    async def answer(self, request: Request, receive: Receive, send: Send, key: Key) -> None:
        """Answer with a stream, or raise Refused."""
        if set(request.query) - {"ticket"}:
            raise Refused(400, "There is no such parameter; there is one: ticket.")
        with seated(self.watcher, request):
            await self.admit(request, receive, send, key)

    async def admit(self, request: Request, receive: Receive, send: Send, key: Key) -> None:
        """See who asks and whether there is something to follow; then let them follow it."""
        grant = await self.grant(request, key)
        followed = [key] + ([(TOKENS, grant.token)] if grant.token else [])
        bell = asyncio.Event()
        found = [self.watcher.follow(one, bell) for one in followed]
        try:
            for topic in found:
                if not await self.watcher.known(topic, bell):
                    raise Refused(503, "The database cannot be asked now; come again soon.", AWAY)
            self.require(found[0], grant)
            reader = Reader(self, found, bell, grant, request)
            if reader.is_done_with(found[0].snapshot):
                # What makes an EventSource stop asking.
                await http.answer(send, 204, request.shared_with())
            else:
                await reader.serve(receive, send)
        finally:
            for one in followed:
                self.watcher.leave(one, bell)

    async def grant(self, request: Request, key: Key) -> Grant:
        """Return whom the request speaks for, by its header or its ticket. Raises Refused."""
        sent = request.headers.get("authorization", "")
        given = request.query.get("ticket", [])
        if len(given) > 1 or (sent and given):
            raise Refused(400, "Send one ticket, or a token.")
        if given:
            try:
                ticket = tickets.read(given[0], *key)
            except tickets.BadTicket as error:
                raise Refused(401, str(error), CHALLENGE) from error
            return Grant(ticket.user, ticket.token, ticket.until, may_read_own=True)
        if not sent:
            return Grant()
        scheme, _, secret = sent.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise Refused(401, "Send the token as: Authorization: Bearer assay_…", CHALLENGE)
        loop = asyncio.get_running_loop()
        try:
            token = await loop.run_in_executor(self.thread, topics.token_of, secret.strip())
        except DatabaseError as error:
            raise Refused(503, "The database cannot be asked now.", AWAY) from error
        if token is None:
            raise Refused(401, "This token is not known here, has expired or was revoked.")
        until = token.expires_at.timestamp() if token.expires_at else float("inf")
        may = ApiToken.Scope.MARKS in token.scopes
        return Grant(token.user_id, token.pk, until, may_read_own=may)

    def require(self, topic: Topic, grant: Grant) -> None:
        """Raise Refused where there is no row, or none for this reader."""
        snapshot = topic.snapshot
        if topic.is_gone or snapshot is None:
            raise Refused(404, NOWHERE)
        if snapshot.owner is None:
            return
        if grant.user is None:
            raise Refused(
                401, "This needs a token, or a ticket: ask the API for its address.", CHALLENGE
            )
        if not grant.may_read_own:
            raise Refused(403, "The token does not have the scope 'marks'.")
        if snapshot.owner != grant.user:
            raise Refused(404, NOWHERE)

    def close(self) -> None:
        """Give the database's connection back."""
        self.thread.submit(topics.leave)
        self.thread.shutdown(wait=True)


class Reader:
    """One who reads, and what they were told last."""

    def __init__(
        self,
        events: Events,
        followed: list[Topic],
        bell: asyncio.Event,
        grant: Grant,
        request: Request,
    ) -> None:
        self.events = events
        self.topic, *self.tokens = followed
        self.bell = bell
        self.grant = grant
        self.request = request
        self.said = request.headers.get("last-event-id", "")[:100]
        self.fixed = ""
        self.has_left = False

    def is_done_with(self, snapshot: Snapshot | None) -> bool:
        """Say whether they come again although they were told that nothing more comes."""
        return snapshot is not None and bool(snapshot.ending) and self.said == snapshot.id + OVER

    async def serve(self, receive: Receive, send: Send) -> None:
        """Send events until the row has ended, or the reader may not or does not want to read."""
        leaves = asyncio.create_task(self.notice(receive))
        self.request.status = 200
        headers = [
            ("content-type", "text/event-stream; charset=utf-8"),
            ("cache-control", "no-store"),
            ("x-accel-buffering", "no"),
            *self.request.shared_with(),
        ]
        try:
            await send(http.start(200, headers))
            async for piece in self.pieces():
                body = {"type": "http.response.body", "body": piece, "more_body": True}
                await asyncio.wait_for(send(body), SLOWEST_S)
            await asyncio.wait_for(send({"type": "http.response.body", "body": b""}), SLOWEST_S)
        except TimeoutError:
            self.request.status = 499
        finally:
            leaves.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await leaves

    async def notice(self, receive: Receive) -> None:
        """Wake up when the reader has gone."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self.has_left = True
        self.bell.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Write what there is, as long as there is something to come."""
        yield f"retry: {RETRY_MS}\n\n".encode()
        while not self.has_left:
            self.bell.clear()
            if self.events.watcher.is_stopping:
                yield b": the server stops; come again\n\n"
                return
            if self.has_expired():
                yield message("expired", '{"reason":"The token or the ticket has expired."}')
                return
            snapshot = self.topic.snapshot
            if self.topic.is_gone or snapshot is None:
                yield message("end", '{"state":"gone","reason":"The row is not there any more."}')
                return
            if self.said not in {snapshot.id, snapshot.id + OVER}:
                yield self.news(snapshot)
            self.said, self.fixed = snapshot.id, snapshot.fixed
            if snapshot.ending:
                yield message("end", snapshot.ending, snapshot.id + OVER)
                return
            left = self.grant.until - time.time()
            try:
                wait = max(0.0, min(self.events.heartbeat_s, left))
                await asyncio.wait_for(self.bell.wait(), wait)
            except TimeoutError:
                yield b": still here\n\n"

    def news(self, snapshot: Snapshot) -> bytes:
        """Write a state; progress alone where the reader knows the rest of it."""
        if self.fixed == snapshot.fixed:
            return message("progress", snapshot.progress, snapshot.id)
        return message("state", snapshot.whole, snapshot.id)

    def has_expired(self) -> bool:
        """Say whether the token or ticket, by which they read, ended or was taken back."""
        return time.time() >= self.grant.until or any(token.is_gone for token in self.tokens)
