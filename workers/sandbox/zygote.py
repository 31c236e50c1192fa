"""The fork server: imports the heavy libraries once, then gives each run a copy of itself.

It has one thread, no right, no network and no secret, touches no GPU and reads no byte of a run:
it only passes on the open files that the supervisor sends. It ends when the supervisor does.
"""

import gc
import importlib
import os
import platform
import signal
import socket
import sys
from importlib import metadata

from workers.sandbox import channel, guard, kernel, landlock, namespaces
from workers.sandbox.plan import Plan, Wall

_FILES_OF_A_RUN = 3  # control socket, results, output
_LIBRARIES = {
    "torch": "torch",
    "transformers": "transformers",
    "tokenizers": "tokenizers",
    "safetensors": "safetensors",
    "numpy": "numpy",
    "pyarrow": "pyarrow",
    "PIL": "pillow",
}


def main() -> None:
    """Read the plan, import, say so, serve."""
    plan = Plan.from_json(sys.argv[2])
    control = channel.adopt(plan.control_fd)
    try:
        _wall_in(plan)
        for name in plan.preload:
            importlib.import_module(name)
        _one_thread()
    except (ImportError, OSError) as error:
        channel.send(control, {"failed": f"{type(error).__name__}: {error}"})
        return
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page that it marks
    channel.send(control, {"ready": True, "versions": versions()})
    _serve(control, plan)


def versions() -> dict[str, str]:
    """The versions of what is imported here, by the names that people know."""
    found = {"python": platform.python_version()}
    for module, distribution in _LIBRARIES.items():
        if module in sys.modules:
            found[distribution] = metadata.version(distribution)
    return found


def _wall_in(plan: Plan) -> None:
    """What the fork server itself keeps to, where bubblewrap does not hold it."""
    kernel.no_new_privileges()
    if plan.wall is not Wall.BUBBLEWRAP:  # there bubblewrap's own first process buries the dead
        kernel.adopt_orphans()
    if plan.wall is Wall.LANDLOCK:
        # The guard looks at /proc for what is left of a run; the run itself may not.
        landlock.restrict(["/proc", *plan.visible()], [plan.runs, plan.temporary, "/dev/null"])


def _one_thread() -> None:
    try:
        count = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - only how many
    except OSError:
        return
    if count != 1:
        raise OSError(f"a preloaded library started {count - 1} threads; fork would not be safe")


def _serve(control: socket.socket, plan: Plan) -> None:
    own = versions()
    while True:
        try:
            _, fds = channel.receive_fds(control, _FILES_OF_A_RUN)
        except channel.Closed:
            return
        _reap()  # before the fork: the dead of the last run count as its user's processes
        child = os.fork()
        if child == 0:
            control.close()
            _start(fds, plan, own)
        for fd in fds:
            os.close(fd)
        os.waitpid(child, 0)


def _reap() -> None:
    """Forget guards of earlier runs, where no other process adopts them."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _start(fds: list[int], plan: Plan, own: dict[str, str]) -> None:
    """In the first child: enter new namespaces, start the guard in them, end."""
    run = channel.adopt(fds[0])
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if plan.wall is Wall.BUBBLEWRAP:
            namespaces.enter()
        if os.fork() == 0:
            guard.main(run, fds[1], fds[2], plan, own)
    except OSError as error:
        channel.send(run, {"failed": str(error)})
    finally:
        os._exit(0)
