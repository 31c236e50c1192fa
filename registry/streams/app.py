"""The stream server as an ASGI application."""

import asyncio
import contextlib
import json
import logging
import re
import time
from typing import Any

from django.conf import settings

from registry.streams import http
from registry.streams.events import HEARTBEAT_S, Events, seated
from registry.streams.http import Receive, Refused, Request, Scope, Send
from registry.streams.tools import Mcp
from registry.streams.watcher import Watcher
from registry.tickets import KINDS

log = logging.getLogger(__name__)

EVENTS = re.compile(rf"/api/v1/({'|'.join(KINDS)})/([0-9]{{1,18}})/events\Z")
PREFLIGHT = [
    ("access-control-allow-methods", "GET"),
    ("access-control-allow-headers", "Authorization, Last-Event-ID"),
    ("access-control-max-age", "600"),
]


class Application:
    """Answers every request with something that a program can read, whatever goes wrong."""

    def __init__(self, heartbeat_s: float = HEARTBEAT_S) -> None:
        self.watcher = Watcher(settings.ASSAY_STREAMS_READERS, settings.ASSAY_STREAMS_PER_ADDRESS)
        self.events = Events(self.watcher, heartbeat_s)
        self.mcp = Mcp()
        self.task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "http":
            await self.logged(scope, receive, send)

    async def live(self, receive: Receive, send: Send) -> None:
        """Watch from the beginning to the end."""
        await receive()
        async with contextlib.AsyncExitStack() as stack:
            await self.enter(stack)
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def enter(self, stack: contextlib.AsyncExitStack) -> None:
        """Start what runs beside the requests."""
        await stack.enter_async_context(self.mcp.running())
        self.task = asyncio.create_task(self.watcher.run())
        stack.callback(self.mcp.tools.close)
        stack.callback(self.watcher.close)
        stack.callback(self.events.close)
        stack.callback(self.task.cancel)

    def stop(self) -> None:
        """Send readers away, so that the server can end."""
        self.watcher.stop()

    async def logged(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and write one line about it. No query is written: there are tickets in it."""
        request = Request.of(scope)
        began = time.monotonic()

        async def sent(said: Any) -> None:
            if said["type"] == "http.response.start":
                request.status = said["status"]
                added = http.encoded([*http.SAFE, ("x-request-id", request.id)])
                said["headers"] = [*said.get("headers", ()), *added]
            await send(said)

        try:
            await self.guarded(scope, request, receive, sent)
        finally:
            took = (time.monotonic() - began) * 1000
            path = request.path[:200].encode("unicode_escape").decode()
            log.info("%s %s %s %.0f ms %s", request.method, path, request.status, took, request.id)

    async def guarded(self, scope: Scope, request: Request, receive: Receive, send: Send) -> None:
        """Answer; refusals and faults become problem documents."""
        try:
            await self.dispatch(scope, request, receive, send)
        except Refused as refused:
            await http.refuse(send, request, refused)
        except Exception:
            log.exception("request %s failed", request.id)
            if not request.status:
                detail = f"This is a fault of the server; it is logged as {request.id}."
                await http.refuse(send, request, Refused(500, detail))

    async def dispatch(self, scope: Scope, request: Request, receive: Receive, send: Send) -> None:
        """Find who answers. Raises Refused."""
        if not request.has_known_host():
            raise Refused(400, "This server does not go by that name: see ASSAY_HOSTS.")
        if request.path == "/healthz":
            await self.health(send)
            return
        if request.path == "/mcp":
            with seated(self.watcher, request):
                await self.mcp.answer(scope, request, receive, send)
            return
        found = EVENTS.match(request.path)
        if found is None:
            raise Refused(
                404, "There is nothing here but /mcp, and events of runs, executions, embeddings."
            )
        if request.method == "OPTIONS":
            await http.answer(send, 204, [*PREFLIGHT, *request.shared_with()])
            return
        if request.method != "GET":
            raise Refused(405, "Events are read with GET.", [("allow", "GET, OPTIONS")])
        await self.events.answer(request, receive, send, (found[1], int(found[2])))

    async def health(self, send: Send) -> None:
        """Say whether rows are looked at."""
        is_well = self.watcher.is_well and self.task is not None and not self.task.done()
        body = json.dumps({"status": "ok" if is_well else "away"}).encode()
        headers = [("content-type", "application/json"), ("cache-control", "no-store")]
        await http.answer(send, 200 if is_well else 503, headers, body)
