"""The account that servers run under, and the folders that it may reach.

PostgreSQL refuses to run as root. Run by root, the servers belong to a system account that can log
in nowhere; nothing that is private is opened for it: folders above Assay's own are never changed.
"""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from registry.servers.sharing import EmbeddedError

NAME = "assay-services"


class Identity(TypedDict, total=False):
    """Arguments of ``subprocess.Popen`` that change who runs it."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the servers; None stands for whoever runs this process."""

    user: int | None = None
    group: int | None = None

    def identity(self) -> Identity:
        """Return the arguments that make a child process run under this account."""
        if self.user is None or self.group is None:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def may(self, test: str, path: Path) -> bool:
        """Ask the system whether the account can do ``-r``, ``-w`` or ``-x`` to a path."""
        if self.user is None:
            mode = {"-r": os.R_OK, "-w": os.W_OK, "-x": os.X_OK}[test]
            return os.access(path, mode)
        tool = shutil.which("test") or "/usr/bin/test"
        command = [tool, test, str(path)]
        return run(command, self, cwd=Path("/")).returncode == 0


def run(
    command: list[str], account: Account, *, cwd: Path, timeout_s: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a program under the account, with a bare environment. Raises EmbeddedError."""
    try:
        return subprocess.run(  # noqa: S603
            command,
            **account.identity(),
            cwd=cwd,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            umask=0o077,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EmbeddedError(f"{command[0]} did not end within {timeout_s:.0f} s.") from error
    except (OSError, subprocess.SubprocessError) as error:
        who = f" as the account {NAME}" if account.user is not None else ""
        raise EmbeddedError(
            f"{command[0]} could not be run{who}: {error}. "
            "Run Assay as an ordinary user, or name servers in DATABASE_URL and BROKER_URL."
        ) from error


def of_servers() -> Account:
    """Return the account to use; run by root, create it where it is missing."""
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        entry = create()
    return Account(entry.pw_uid, entry.pw_gid)


def create() -> pwd.struct_passwd:
    """Create the system account: no home, no password, no shell. Raises EmbeddedError."""
    tool = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if tool is None:
        raise EmbeddedError(
            f"PostgreSQL cannot run as root, and there is no useradd to create the account {NAME}. "
            f"Create it, run Assay as an ordinary user, or name a server in DATABASE_URL."
        )
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    made = run([tool, *options, "--shell", "/usr/sbin/nologin", NAME], Account(), cwd=Path("/"))
    try:
        return pwd.getpwnam(NAME)
    except KeyError as error:
        raise EmbeddedError(
            f"The account {NAME}, under which root runs PostgreSQL, could not be created: "
            f"{made.stderr.strip() or made.returncode}."
        ) from error


def own_folder(path: Path, account: Account) -> None:
    """Create a private folder of the account, or check one that is there. Raises EmbeddedError.

    Never follows a link: the folder may lie in a place where others can write.
    """
    owner = os.geteuid() if account.user is None else account.user
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
            raise EmbeddedError(f"{path} is in the way: it is not a folder of this user's Assay.")
        if stat.S_IMODE(found.st_mode) != 0o700:
            path.chmod(0o700)
        if account.user is not None and found.st_uid != account.user:
            os.chown(path, account.user, account.group or 0, follow_symlinks=False)
    except OSError as error:
        raise EmbeddedError(f"{path} cannot be used: {error.strerror}.") from error


def admit(home: Path, account: Account) -> None:
    """Let the account walk through Assay's own folder, and change nothing above it.

    Raises EmbeddedError where a folder above is private.
    """
    if account.user is None or account.may("-x", home):
        return
    for folder in reversed(home.parents):
        if not account.may("-x", folder):
            raise EmbeddedError(
                f"{folder} is private and stays so, so the account {NAME}, under which root runs "
                f"PostgreSQL, cannot reach {home}. "
                "Set ASSAY_HOME to a folder outside it, such as /var/lib/assay."
            )
    mode = stat.S_IMODE(home.stat().st_mode)
    if mode & 0o070:
        home.chmod(mode | 0o001)
    else:  # the narrowest way: walking through, for this one group
        os.chown(home, -1, account.group or 0)
        home.chmod(mode | 0o010)


def programs(
    site: Path, folders: list[str], proofs: list[str], copy: Path, account: Account
) -> Path:
    """Return a folder that holds ``folders`` of ``site`` and that the account can read.

    That is ``site`` itself, unless it lies in a private folder: then a copy, made once and whole,
    at ``copy``. ``proofs`` are the files to try, the first one to be executed.
    """
    if account.may("-x", site / proofs[0]) and all(account.may("-r", site / p) for p in proofs):
        return site
    if copy.is_dir():
        return copy
    fresh = copy.with_name(f"{copy.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        ignore = shutil.ignore_patterns("*.a", "include", "pkgconfig", "__pycache__", "*.py")
        for folder in folders:
            shutil.copytree(site / folder, fresh / folder, symlinks=True, ignore=ignore)
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                is_program = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if is_program else 0o644)
        copy.parent.chmod(0o755)
        fresh.rename(copy)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedError(
            f"The servers' programs could not be copied to {copy}: {error}."
        ) from error
    return copy
