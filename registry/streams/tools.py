"""The MCP server: tools by which a program with a language model reads this registry.

Source: Model Context Protocol, revisions 2025-06-18 and later; its own library speaks it. There is
no session and nothing is written: each request is answered by itself.
"""

import asyncio
import inspect
import json
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

from django.conf import settings
from django.db import DataError, OperationalError
from django.db import Error as DatabaseError
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, InputRequiredResult, ToolAnnotations
from pydantic import AfterValidator, Field, ValidationError

from registry.streams import answers, topics
from registry.streams.http import Receive, Refused, Request, Scope, Send
from registry.streams.quoting import NOTICE
from registry.tickets import public_origin, stream_origin

THREADS = 4
WAITING = 64
LARGEST_REQUEST = 64 << 10
LARGEST_ANSWER = 200_000  # characters of JSON
READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
INSTRUCTIONS = (
    "Assay mirrors models of a hub, reads what their authors claim, and measures it. A verdict is"
    " of one commit, never of a name. A claim without a finding is neither confirmed nor refuted. "
    + NOTICE
)


def _text(value: str) -> str:
    if not value.isprintable():
        raise ValueError("Write it in printable characters.")
    return value


Name = Annotated[
    str, Field(max_length=300, description="The model's name, `owner/name`."), AfterValidator(_text)
]
Commit = Annotated[
    str,
    Field(pattern="^([0-9a-f]{7,64})?$", description="A mirrored commit; the newest where empty."),
]
Words = Annotated[str, Field(max_length=200), AfterValidator(_text)]
Few = Annotated[int, Field(ge=1, le=25, description="At most so many.")]
Limit = Annotated[int, Field(ge=1, le=answers.MOST, description="At most so many.")]
Number = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Tools:
    """The tools, and the threads in which they read."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="mcp")
        self.waiting = 0

    async def ask(self, act: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
        """Read in a thread. Raises ToolError with a sentence."""
        if self.waiting >= WAITING:
            raise ToolError("Too many questions are asked at once; ask again soon.")
        self.waiting += 1
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self.threads, answers.from_a_thread, act, *arguments)
        except answers.CannotSay as error:
            raise ToolError(str(error)) from error
        except (OperationalError, DataError) as error:
            raise ToolError("This took too long, or cannot be asked so. Ask for less.") from error
        except DatabaseError as error:
            raise ToolError("The database cannot be asked now.") from error
        finally:
            self.waiting -= 1
        plain: dict[str, Any] = json.loads(topics.as_text(found))
        if len(json.dumps(plain)) > LARGEST_ANSWER:
            raise ToolError("The answer is too long. Ask for fewer rows.")
        return plain

    async def search_models(
        self,
        query: Words = "",
        task: Words = "",
        library: Words = "",
        licence: Words = "",
        verdict: Words = "",
        sort: Words = "",
        limit: Few = 10,
        cursor: Annotated[str, Field(max_length=2000), AfterValidator(_text)] = "",
    ) -> dict[str, Any]:
        """Find models by words of name, owner and tags, and by facets.

        ``task`` is for instance image-classification; ``verdict`` is confirmed, overstated,
        understated, pass, warn, fail, measured or inconclusive; ``sort`` is relevance, downloads,
        likes, trending, updated, created, parameters, gap or name. Send next_cursor as ``cursor``
        for the next page of the same search.
        """
        chosen = {"task": task, "library": library, "licence": licence, "verdict": verdict}
        return await self.ask(answers.search_models, query, chosen, sort, limit, cursor)

    async def get_model(self, name: Name, revision: Commit = "") -> dict[str, Any]:
        """Read one model: what its hub says of it, its card, its newest findings."""
        return await self.ask(answers.get_model, name, revision)

    async def get_claims(
        self, name: Name, revision: Commit = "", limit: Limit = 20, after: Number = 0
    ) -> dict[str, Any]:
        """List what a model's author claims, each claim beside what was measured.

        Send next_after as ``after`` for more.
        """
        return await self.ask(answers.get_claims, name, revision, limit, after)

    async def get_finding(self, id: Number) -> dict[str, Any]:
        """Read one finding with its evidence: files, data, seeds, versions, numbers."""
        return await self.ask(answers.get_finding, id)

    async def compare_models(
        self, names: Annotated[list[Name], Field(min_length=2, max_length=answers.COMPARED)]
    ) -> dict[str, Any]:
        """Lay two to six models side by side: facts, claims, and what was measured."""
        return await self.ask(answers.compare_models, names)

    async def lookup_hash(
        self, sha256: Annotated[str, Field(max_length=80), AfterValidator(_text)]
    ) -> dict[str, Any]:
        """Say in which mirrored models a file with this SHA-256 lies."""
        return await self.ask(answers.lookup_hash, sha256)

    async def get_lineage(self, name: Name, limit: Limit = 20) -> dict[str, Any]:
        """Say what a model was made from, and what was made from it, declared or measured."""
        return await self.ask(answers.get_lineage, name, limit)

    async def list_checks(self) -> dict[str, Any]:
        """List the checks by which models are measured, with their options."""
        return await self.ask(answers.list_checks)

    def close(self) -> None:
        """Give connections back: one job a thread, none of which ends before all have begun."""
        together = threading.Barrier(THREADS)

        def leave() -> None:
            together.wait(5)
            topics.leave()

        for _ in range(THREADS):
            self.threads.submit(leave)
        self.threads.shutdown(wait=True)


class Plain(MCPServer):
    """A server whose errors are sentences, without what was sent and without addresses."""

    def __init__(self, tools: Sequence[Callable[..., Awaitable[dict[str, Any]]]]) -> None:
        super().__init__("assay", title="Assay", instructions=INSTRUCTIONS, log_level="WARNING")
        self.known = {tool.__name__: tuple(inspect.signature(tool).parameters) for tool in tools}
        for tool in tools:
            self.add_tool(tool, annotations=READ_ONLY, structured_output=True)

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Any = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; an argument that it has not is refused. Raises ToolError."""
        if name in self.known and set(arguments) - set(self.known[name]):
            there = ", ".join(self.known[name]) or "none"
            raise ToolError(f"There is no such argument; there are: {there}.")
        try:
            return await super().call_tool(name, arguments, context)
        except UnexpectedToolError:
            raise
        except ToolError as error:
            if isinstance(error.__cause__, ValidationError):
                raise ToolError(_sentences(error.__cause__)) from error
            raise ToolError(str(error).removeprefix(f"Error executing tool {name}: ")) from error


def _sentences(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return " ".join(
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg'].removeprefix('Value error, ')}."
        for one in found[:5]
    ).replace("..", ".")


def _security() -> TransportSecuritySettings:
    """Return the names and origins by which the library lets itself be asked.

    It knows no names with a wildcard: with one among ASSAY_HOSTS, the check before it, which is
    the same as that of the pages, stands alone.
    """
    names = settings.ALLOWED_HOSTS
    has_wildcard = any(name == "*" or name.startswith(".") for name in names)
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=not has_wildcard,
        allowed_hosts=[form for name in names for form in (name, f"{name}:*")],
        allowed_origins=_origins(),
    )


def _origins() -> list[str]:
    return [origin for origin in (public_origin(), stream_origin()) if origin]


class Mcp:
    """Answers POST /mcp."""

    def __init__(self) -> None:
        self.tools = Tools()
        server = Plain(
            (
                *(self.tools.search_models, self.tools.get_model, self.tools.get_claims),
                *(self.tools.get_finding, self.tools.compare_models, self.tools.lookup_hash),
                *(self.tools.get_lineage, self.tools.list_checks),
            )
        )
        server.streamable_http_app(
            json_response=True,
            stateless_http=True,
            max_request_body_size=LARGEST_REQUEST,
            transport_security=_security(),
        )
        self.manager = server.session_manager

    def running(self) -> AbstractAsyncContextManager[None]:
        """Answer for as long as this lasts."""
        return self.manager.run()

    async def answer(self, scope: Scope, request: Request, receive: Receive, send: Send) -> None:
        """Answer a request, or raise Refused."""
        if request.method != "POST":
            raise Refused(
                405, "MCP is spoken with POST; there are no sessions.", [("allow", "POST")]
            )
        if request.headers.get("origin", "") not in {"", *_origins()}:
            raise Refused(403, "Pages of that origin may not ask this server.")
        await self.manager.handle_request(scope, receive, send)
