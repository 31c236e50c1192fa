"""One run as the worker sees it: a stream of parts, watched, and ended without fail."""

import contextlib
import os
import re
import select
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from analysis.contract import CheckError, Limits, Part, Refused, Unsupported
from workers.sandbox import channel, watcher
from workers.sandbox.cgroups import Cgroup
from workers.sandbox.forkserver import ForkServer, Guarded, wait_dead
from workers.sandbox.outcomes import (
    Cancelled,
    Died,
    Facts,
    Level,
    Reason,
    Report,
    SandboxUnavailable,
    diagnose,
)
from workers.sandbox.plan import Wall
from workers.sandbox.staging import Staged
from workers.sandbox.wire import BadOutput, Frame, Kind, Reader, TooMuchOutput, clean_text

_BEAT_S = 2.0
_SAMPLE_S = {True: 1.0, False: 0.1}  # with a cgroup the kernel keeps the memory
_LAST_WORD_S = 1.0
_START_S = 60.0
_KILL_S = 30.0
_CHUNK = 1 << 18
_MOST_PRINTED = 32 << 20
_TAIL = 16 << 10
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[^\n\t -~\u00a1-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a session needs to know of the world around it."""

    server: ForkServer
    guarded: Guarded
    staged: Staged
    cgroup: Cgroup | None
    level: Level
    limits: Limits
    requested_at: float  # time.monotonic()
    on_beat: Callable[[], bool] | None
    release: Callable[[], None]


class Session:
    """A run that has begun. Use it as a context manager; leaving it ends the run for sure."""

    def __init__(self, setting: Setting) -> None:
        self._ = setting
        self._guarded = setting.guarded
        self._reader = Reader(setting.limits.output_bytes)
        self._facts = Facts()
        self._tail = b""
        self._printed = 0
        self._is_settled = False
        self._is_closed = False
        self._is_stopped = False
        self._at_end = False
        self._deadline = setting.requested_at + setting.limits.wall_s
        self._next_beat = setting.requested_at + _BEAT_S
        self._next_sample = 0.0
        self.report = Report(setting.level)
        self._poll = select.poll()
        for fd in (self._guarded.results, self._guarded.output, self._guarded.control.fileno()):
            self._poll.register(fd, select.POLLIN)
        self._frames = self._stream()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def await_begin(self) -> None:
        """Wait for the first line inside; raises SandboxUnavailable when it does not come."""
        self._deadline = time.monotonic() + _START_S
        try:
            frame = next(self._frames, None)
        except (Died, BadOutput) as error:
            raise SandboxUnavailable(f"The run did not begin: {error}") from error
        if frame is None or frame.kind is not Kind.BEGIN:
            raise SandboxUnavailable("The run did not begin.")
        self.report.start_s = time.monotonic() - self._.requested_at
        self._deadline = time.monotonic() + self._.limits.wall_s
        versions, threads = frame.part.values.get("versions"), frame.part.values.get("threads")
        if isinstance(versions, dict) and isinstance(threads, int):
            self.report.versions = {key: str(value) for key, value in versions.items()}
            self.report.threads = threads

    def parts(self) -> Iterator[Part]:
        """The parts as they come. Ends after the last, or after ``stop``.

        Raises CheckError (Unsupported, Refused) as the check raised it, Died when the run ended
        without a result, Cancelled when the beat said so, SandboxUnavailable when this machine
        failed it.
        """
        for frame in self._frames:
            if frame.kind is Kind.PART:
                yield frame.part
            elif frame.kind is Kind.ERROR:
                self._settle(last_word=True)
                raise self._failure(frame.part.values)
            else:
                raise self._die(Reason.BAD_OUTPUT, "It began twice.")

    def stop(self) -> None:
        """End the run now: what has come is enough. Not an error."""
        self._is_stopped = True
        self._settle(last_word=False)

    def close(self) -> None:
        """End the run if it has not ended, and leave nothing behind."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            self._settle(last_word=False)
        finally:
            self._guarded.close()
            if self._.cgroup is not None:
                self._.cgroup.remove()
            self._.staged.remove()
            self._.release()

    # What comes from inside

    def _stream(self) -> Iterator[Frame]:
        """Frames up to the end frame; raises where the run ends in another way."""
        while not self._was_stopped():
            for frame in self._step():
                if frame.kind is Kind.END:
                    self._settle(last_word=True)
                    return
                yield frame
                if self._was_stopped():
                    return
            if self._at_end:
                self._settle(last_word=True)
                raise self._death()

    def _was_stopped(self) -> bool:
        return self._is_stopped

    def _step(self) -> Iterator[Frame]:
        """Wait for something to happen, or for a moment, and deal with it."""
        self._keep_time()
        ready = {fd for fd, _ in self._poll.poll(self._patience_ms())}
        if self._guarded.output in ready:
            self._take_output()
        if self._guarded.control.fileno() in ready:
            self._hear_guard()
        if self._guarded.results in ready:
            data = os.read(self._guarded.results, _CHUNK)
            if not data:
                self._at_end = True
                self._poll.unregister(self._guarded.results)
                return
            try:
                yield from self._reader.feed(data)
            except BadOutput as error:
                raise self._die(Reason.BAD_OUTPUT, str(error)) from error
            except TooMuchOutput as error:
                raise self._die(Reason.OUTPUT_LIMIT, str(error)) from error

    def _take_output(self) -> None:
        data = os.read(self._guarded.output, _CHUNK)
        if not data:
            self._poll.unregister(self._guarded.output)
            return
        self._printed += len(data)
        self._tail = (self._tail + data)[-_TAIL:]
        if self._printed > _MOST_PRINTED and not self._is_settled:
            raise self._die(Reason.OUTPUT_LIMIT, "It printed more than a run may print.")

    def _hear_guard(self) -> None:
        """The guard says how the check ended, or which call ended it; then it is gone."""
        try:
            message = channel.receive(self._guarded.control)
        except (channel.Closed, TimeoutError):
            self._poll.unregister(self._guarded.control.fileno())
            return
        if "failed" in message:
            raise SandboxUnavailable(f"The sandbox could not be built: {message['failed']}")
        self._facts.guard_spoke = True
        if "forbidden" in message:
            self._facts.forbidden = (str(message["forbidden"]),)
            self.report.forbidden = self._facts.forbidden
        if "exit" in message:
            self._note_exit(message)

    def _note_exit(self, message: Mapping[str, Any]) -> None:
        self._facts.exit = self.report.exit = int(message["exit"])
        self._facts.scratch_full = bool(message["scratch_full"])
        self.report.forbidden = tuple(map(str, message["noted"]))
        self.report.cpu_s = max(self.report.cpu_s, float(message["cpu_s"]))
        if self._.cgroup is None:
            self._note_memory(int(message["peak_bytes"]))

    # What is watched

    def _patience_ms(self) -> int:
        soonest = min(self._deadline, self._next_beat, self._next_sample)
        return max(0, int((soonest - time.monotonic()) * 1000) + 1)

    def _keep_time(self) -> None:
        now = time.monotonic()
        if now >= self._next_beat:
            self._next_beat = now + _BEAT_S
            if self._.on_beat is not None and not self._.on_beat():
                self._settle(last_word=False)
                raise Cancelled("The run was cancelled.")
        if now >= self._deadline:
            raise self._die(Reason.TIMEOUT)
        if now >= self._next_sample:
            self._next_sample = now + _SAMPLE_S[self._.cgroup is not None]
            self._sample()

    def _sample(self) -> None:
        used = watcher.usage(self._guarded.pid)
        self.report.cpu_s = max(self.report.cpu_s, used.cpu_s)
        if self._.cgroup is None:
            self._watch_memory(used.memory_bytes)
        elif self._.cgroup.ran_out_of_memory:  # of a helper process: the check may wait for ever
            raise self._die(Reason.OUT_OF_MEMORY)
        if self._.server.plan.wall is not Wall.BUBBLEWRAP:
            most = self._.limits.scratch_bytes
            if watcher.folder_bytes(self._.staged.scratch, most) >= most:
                raise self._die(Reason.SCRATCH_FULL)

    def _watch_memory(self, at_most: int) -> None:
        """Look closely only where the cheap figure, which counts shared pages twice, is high."""
        most = self._.limits.memory_bytes
        if at_most > most:
            at_most = watcher.owned_memory_bytes(self._guarded.pid) or at_most
        self._note_memory(at_most)
        if at_most > most:
            raise self._die(Reason.OUT_OF_MEMORY)

    def _note_memory(self, used: int) -> None:
        self.report.peak_memory_bytes = max(self.report.peak_memory_bytes, used)

    # How it ends

    def _failure(self, values: Mapping[str, Any]) -> Exception:
        """The exception that the check sent: its own, or a death that it could still name."""
        kind, message = values.get("error"), str(values.get("message", ""))[:2000]
        if kind in ("unsupported", "refused"):
            made = Refused if kind == "refused" else Unsupported
            return made(message, str(values.get("missing", ""))[:100])
        if kind == "check-error":
            return CheckError(message)
        self._facts.error = message or "it did not say which"
        with contextlib.suppress(ValueError):
            self._facts.error_reason = Reason(str(values.get("reason", "")))
        return self._death()

    def _die(self, reason: Reason, detail: str = "") -> Died:
        """End the run for a reason that was seen from outside."""
        self._facts.stopped_for = reason
        self._facts.error = detail
        self._settle(last_word=False)
        died = self._death()
        assert isinstance(died, Died)  # noqa: S101 - a known reason never blames the machine
        return died

    def _death(self) -> Died | SandboxUnavailable:
        died = diagnose(self._facts, self._.limits.wall_s, self._.limits.processes)
        if died.reason is Reason.SANDBOX and not self._.server.is_alive:
            return SandboxUnavailable("The fork server ended in mid-run.")
        return died

    def _settle(self, *, last_word: bool) -> None:
        """Kill all of the run, wait until it is dead, and take down what it used. Once."""
        if self._is_settled:
            return
        self._is_settled = True
        if last_word:
            self._await_last_word()
        used = watcher.usage(self._guarded.pid)
        self.report.cpu_s = max(self.report.cpu_s, used.cpu_s)
        self._kill()
        if self._.cgroup is not None:
            self._facts.out_of_memory = self._.cgroup.ran_out_of_memory
            self._facts.too_many_processes = self._.cgroup.ran_out_of_processes
            self._note_memory(self._.cgroup.peak_memory_bytes)
        self._drain_output()
        self.report.output = clean_output(self._tail)
        self.report.wall_s = time.monotonic() - self._.requested_at

    def _await_last_word(self) -> None:
        """The check has ended, or says so: give its guard a moment to say how."""
        deadline = time.monotonic() + _LAST_WORD_S
        control = self._guarded.control.fileno()
        poll = select.poll()
        poll.register(control, select.POLLIN)
        while not self._facts.guard_spoke and (left := deadline - time.monotonic()) > 0:
            if not poll.poll(left * 1000):
                return
            try:
                self._hear_guard()
            except (KeyError, SandboxUnavailable):
                return
            if not self._facts.guard_spoke:
                return

    def _kill(self) -> None:
        if self._.server.plan.wall is not Wall.BUBBLEWRAP:
            watcher.end_below(self._guarded.pid)
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._guarded.pidfd, signal.SIGKILL)
        if self._.server.plan.wall is not Wall.BUBBLEWRAP:
            self._.server.end_runs()
        if not wait_dead(self._guarded.pidfd, _KILL_S):
            raise SandboxUnavailable("A run could not be ended.")

    def _drain_output(self) -> None:
        """What was printed last; nobody can write any more, so this ends."""
        os.set_blocking(self._guarded.output, False)
        with contextlib.suppress(BlockingIOError, KeyError):
            while data := os.read(self._guarded.output, _CHUNK):
                self._tail = (self._tail + data)[-_TAIL:]


def clean_output(raw: bytes) -> str:
    """What a run printed, fit for a database and a page: text without control characters."""
    return _ESCAPES.sub("", clean_text(raw.decode("utf-8", "replace")))
