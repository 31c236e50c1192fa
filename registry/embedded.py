"""PostgreSQL and Valkey out of Python wheels, where no URL names a server.

The settings import this module: it needs no Django, and importing it starts nothing. Servers live
below ASSAY_HOME and are reached by unix sockets only. All commands share them: the first one to
come starts them, and they stop when the last one is gone, however it ended.
"""

import atexit
import contextlib
import hashlib
import logging
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from registry import environment
from registry.servers import account as accounts
from registry.servers import postgres, sharing, valkey
from registry.servers.sharing import EmbeddedError, Use

__all__ = [
    "EmbeddedError",
    "broker_url",
    "database_settings",
    "keepers",
    "renew",
    "running",
    "secret_key",
    "start",
    "stop",
    "tables_wanted_by",
    "wanted_by",
]

log = logging.getLogger(__name__)

# Commands for which nothing is started: they need neither database nor broker, but the last two.
WITHOUT_SERVICES = {
    *("check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "hub"),
    *("makemessages", "makemigrations", "spectacular", "startapp", "startproject", "version"),
    *("demo", "up"),  # these start them, when they have looked at their own options
}
SOCKET_PATH_BYTES = 100  # the limit is 103 on macOS and 107 on Linux
CONNECT_S = 5  # libpq's own default is to wait for as long as the kernel tries, over two minutes
FREE_BYTES = {"first": 200 << 20, "later": 16 << 20}

_uses: dict[str, Use] = {}
_owner = 0  # the process that entered; a forked child must not leave in its name


# -- what the settings ask for


def socket_folder(home: Path) -> Path:
    """Return where the sockets are: below home, or a short path where that one is too long."""
    home = Path(os.path.realpath(home))
    folder = home / "run"
    if len(os.fsencode(folder / f".s.PGSQL.{postgres.PORT}")) <= SOCKET_PATH_BYTES:
        return folder
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path("/tmp", f"assay-{os.geteuid()}-{name}")  # noqa: S108 - checked before it is used


def database_settings(url: str, home: Path) -> dict[str, Any]:
    """Return Django's settings of the database that a URL names, or of the embedded one.

    Takes ``postgresql://user:password@host:port/name?sslmode=require``, also with a socket folder
    as ``?host=/folder`` or percent-encoded in its place. A host that takes a connection and never
    answers is given up after ``connect_timeout`` of the query, or CONNECT_S. Raises EmbeddedError
    for another URL.
    """
    settings: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
    if not url:
        return settings | {
            "NAME": postgres.DATABASE,
            "USER": postgres.ROLE,
            "HOST": str(socket_folder(home)),
            "PORT": postgres.PORT,
            "OPTIONS": {"connect_timeout": CONNECT_S},
        }
    return settings | parsed(url)


def parsed(url: str) -> dict[str, Any]:
    """Take a database URL apart. Messages never repeat it: there may be a password in it."""
    try:
        parts = urlsplit(url)
        options = dict(
            parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        )
    except ValueError as error:
        raise EmbeddedError("DATABASE_URL cannot be read as a URL.") from error
    if parts.scheme not in {"postgres", "postgresql"}:
        raise EmbeddedError(
            f"DATABASE_URL begins with {parts.scheme or 'no scheme'!r}; "
            "Assay needs PostgreSQL: postgresql://user:password@host:5432/name."
        )
    credentials, _, place = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    hosts, ports = [], []
    for one in place.split(","):
        # An IPv6 address stands in brackets, and its colons are not a port's.
        head, bracket, tail = one.rpartition("]")
        host, _, port = tail.partition(":") if bracket else one.partition(":")
        hosts.append(unquote(head.lstrip("[") if bracket else host))
        ports.append(port)
    name = unquote(parts.path.removeprefix("/")) or options.pop("dbname", "")
    if not name:
        raise EmbeddedError("DATABASE_URL names no database: postgresql://host:5432/name.")
    port = options.pop("port", ",".join(ports) if any(ports) else "")
    if any(one and not one.isdecimal() for one in port.split(",")):
        raise EmbeddedError("The port in DATABASE_URL is not a number.")
    return {
        "NAME": name,
        "USER": options.pop("user", unquote(user)),
        "PASSWORD": options.pop("password", unquote(password)),
        "HOST": options.pop("host", ",".join(hosts)),
        "PORT": port,
        "OPTIONS": {"connect_timeout": CONNECT_S} | options,
    }


def broker_url(home: Path) -> str:
    """Return the address of the embedded Valkey, for Celery."""
    return f"redis+socket://{quote(str(socket_folder(home) / 'valkey.sock'))}"


def secret_key(home: Path) -> str:
    """Return the key that signs sessions, created once for each home.

    Where home cannot be written the key lasts as long as this process, and a warning says so.
    """
    path = home / "secret-key"
    try:
        make_home(home)
        if not path.exists():
            fresh = home / f".secret-key.{os.getpid()}.{secrets.token_hex(4)}"
            try:
                fresh.touch(mode=0o600, exist_ok=False)
                fresh.write_text(secrets.token_urlsafe(64))
                with contextlib.suppress(FileExistsError):  # another process was first
                    os.link(fresh, path)
            finally:
                fresh.unlink(missing_ok=True)
        key = path.read_text().strip()
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)
    except OSError as error:
        log.warning("Sessions end with this process: %s cannot be used (%s).", path, error.strerror)
        return secrets.token_urlsafe(64)
    if len(key) < 32:
        raise EmbeddedError(f"{path} is damaged: remove it, and everybody must log in again.")
    return key


def make_home(home: Path) -> None:
    """Create Assay's folder, closed to others. Run by root, the servers may walk through it."""
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)


# -- start and stop


def wanted_by(argv: Sequence[str]) -> bool:
    """Say whether a command line of manage.py needs servers that no URL names."""
    if environment.text("DATABASE_URL") and environment.text("BROKER_URL"):
        return False
    words = [word for word in argv[1:] if not word.startswith("-")]
    if not words or {"-h", "--help", "--version"} & set(argv[1:]):
        return False
    return words[0] not in WITHOUT_SERVICES


def tables_wanted_by(argv: Sequence[str]) -> bool:
    """Say whether the embedded database is brought up to date before this command line runs.

    Not where the command is about migrations itself, nor for settings that are not yet known.
    """
    own = {"migrate", "showmigrations", "sqlmigrate", "dbshell"}
    is_named = bool(environment.text("DATABASE_URL"))
    has_options = any(word.startswith(("--settings", "--pythonpath")) for word in argv)
    return not (is_named or has_options or own & set(argv))


def start(home: Path | None = None, *, durable: bool = True) -> None:
    """Begin to use the servers that no URL names, starting those that do not run.

    Calling it again changes nothing. ``durable=False`` is for tests: faster, and a power cut may
    lose the data. Raises EmbeddedError with a sentence for people.
    """
    global _owner
    home = Path(os.path.realpath(home or environment.home()))
    wanted = {
        "postgres": not environment.text("DATABASE_URL"),
        "valkey": not environment.text("BROKER_URL"),
    }
    missing = [name for name, is_wanted in wanted.items() if is_wanted and name not in _uses]
    if not missing:
        return
    account, sockets = prepare_folders(home)
    if _owner != os.getpid():
        _owner = os.getpid()
        atexit.register(stop)
    for name in missing:
        if name == "postgres":
            _uses[name] = sharing.enter(
                postgres.spec(home, sockets, account, durable=durable),
                lambda: postgres.prepare(home, account, durable=durable),
                lambda: postgres.create_database(sockets),
            )
        else:
            _uses[name] = sharing.enter(
                valkey.spec(home, sockets, account),
                lambda: accounts.own_folder(home / "valkey", account),
                lambda: None,
            )


def prepare_folders(home: Path) -> tuple[accounts.Account, Path]:
    """Make the folders that both servers need; return their account and the sockets' folder."""
    sockets = socket_folder(home)
    try:
        make_home(home)
        require_space(home)
        account = accounts.of_servers()
        accounts.admit(home, account)
        for name in ("locks", "logs"):
            accounts.own_folder(home / name, accounts.Account())
        (home / "programs").mkdir(mode=0o755, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(
            f"Assay's folder {home} cannot be used: {error.strerror}. Set ASSAY_HOME to another."
        ) from error
    accounts.own_folder(sockets, account)
    for name in (f".s.PGSQL.{postgres.PORT}", "valkey.sock"):
        path = sockets / name
        if os.path.lexists(path) and not stat.S_ISSOCK(path.lstat().st_mode):
            raise EmbeddedError(f"{path} is in the way of a server's socket: remove it.")
    return account, sockets


def require_space(home: Path, needed: int | None = None) -> None:
    """Raise EmbeddedError where the disk is too full to start a server."""
    if needed is None:
        needed = FREE_BYTES["later" if (home / "postgres").exists() else "first"]
    found = os.statvfs(home)
    free = found.f_bavail * found.f_frsize
    if free < needed:
        raise EmbeddedError(
            f"The disk of {home} is full: {free >> 20} MB are free, and {needed >> 20} are needed."
        )


def renew() -> list[str]:
    """Start again what lost its keeper; return the titles. Servers that die have their keeper."""
    return [use.spec.title for use in _uses.values() if sharing.renew(use)]


def keepers() -> set[int]:
    """Return the processes that this one started to keep servers."""
    return {child.pid for use in _uses.values() for child in use.children}


def stop(*, wait: bool = True) -> None:
    """Stop using the servers; the last one to leave waits until they have stopped."""
    if _owner != os.getpid():
        return
    for name in list(_uses):
        sharing.leave(_uses.pop(name), wait=wait)


@contextlib.contextmanager
def running(home: Path | None = None, *, durable: bool = True) -> Iterator[None]:
    """Use the servers for as long as the block lasts."""
    start(home, durable=durable)
    try:
        yield
    finally:
        stop()
