"""Signatures of commits, out of a partial clone: history without the content of files.

The remote is taken for hostile: git speaks http and https only and follows no redirect, has no
configuration but ours, asks nobody for a password, runs no hook and fetches no submodule; time,
processor, memory and the size of a file are limited, and what runs too long is killed with its
children.
"""

import logging
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from registry.hub.budget import Account, origin_text
from registry.hub.budget_shared import usual
from registry.hub.names import is_sha, quoted_repo, shown
from registry.hub.problems import Broken, HubProblem, TooLarge, Unreachable
from registry.models import Commit

log = logging.getLogger(__name__)

PROGRAMS = ("git", "gpg", "ssh-keygen")
CLONE_TIMEOUT_S = 300.0
READ_TIMEOUT_S = 300.0
PACK_LIMIT = 512 << 20  # bytes of one file; the objects of a history without files are small
MEMORY_LIMIT = 4 << 30
OUTPUT_LIMIT = 64 << 20
CALLS = 3  # that a clone makes: refs, commits, trees

_CONFIG = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "credential.helper": "",
    "protocol.allow": "never",
    "protocol.http.allow": "always",
    "protocol.https.allow": "always",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
    "submodule.recurse": "false",
    "transfer.fsckObjects": "true",
    "transfer.bundleURI": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "log.showSignature": "false",
}
_SIGNATURE = re.compile(rb"\ngpgsig(?:-sha256)? (.*)")
# Git gives up the whole history at a signature of a kind that it does not know.
_KINDS = {
    b"-----BEGIN PGP SIGNATURE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"-----BEGIN SSH SIGNATURE-----",
}


class Unable(Exception):  # noqa: N818 - a state of this machine
    """A program or a file of use is missing here; the message is a sentence that names it."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys that the operator vouches for: a file of OpenPGP keys, a file of SSH signers.

    The second is an "allowed signers" file of ssh-keygen. Without them nothing is verified.
    """

    keyring: Path | None = None
    signers: Path | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A commit as git tells it; ``at`` is a time in ISO format."""

    sha: str
    signature: Commit.Signature
    key: str
    at: str
    title: str


def clone_and_read(hub_url: str, name: str, keys: Keys, *, most: int) -> list[Signed]:
    """Return the newest ``most`` commits of a repo's main branch.

    Raises Unable, and HubProblem where the repo cannot be cloned.
    """
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        raise Unable(f"Signatures cannot be read here: {' and '.join(missing)} is not installed.")
    address = f"{hub_url.rstrip('/')}/{quoted_repo(name)}"
    with tempfile.TemporaryDirectory(prefix="assay-clone-") as folder:
        git = _Git(Path(folder), keys)
        _pay(hub_url)
        git.clone(address)
        signed = git.signed(most)
        marks = git.marks([sha for sha, kind in signed.items() if kind in _KINDS])
        found = []
        for sha, at, title in git.log(most):
            mark, key = marks.get(sha, ("", ""))
            verdict = _verdict(mark, key, is_signed=sha in signed)
            found.append(Signed(sha, verdict, key, at, title))
        return found


def _pay(hub_url: str) -> None:
    """Take the calls of the clone from the budget; a clone is no call of the API."""
    parts = urlsplit(hub_url)
    account = Account(usual(), origin_text(parts), "", time.sleep)
    for _ in range(CALLS):
        account.admit("/")


class _Git:
    """Git in a folder of its own."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self._folder = folder
        self._repo = folder / "repo.git"
        home = folder / "home"
        home.mkdir(mode=0o700)
        signers = folder / "signers"
        signers.write_bytes(keys.signers.read_bytes() if keys.signers else b"")
        # Without a file of signers git calls a commit that is signed by SSH unsigned.
        config = _CONFIG | {"gpg.ssh.allowedSignersFile": str(signers)}
        pairs = list(config.items())
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(home),
            "GNUPGHOME": str(home),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "true",
            "GIT_CONFIG_COUNT": str(len(pairs)),
        }
        for number, (name, value) in enumerate(pairs):
            self._environment[f"GIT_CONFIG_KEY_{number}"] = name
            self._environment[f"GIT_CONFIG_VALUE_{number}"] = value
        (home / "gpg.conf").write_text("no-auto-key-retrieve\nno-auto-key-locate\nno-autostart\n")
        if keys.keyring is not None:
            words = ["gpg", "--batch", "--quiet", "--import", str(keys.keyring.absolute())]
            status, _ = self._run(words, READ_TIMEOUT_S, {})
            if status:
                raise Unable(f"{keys.keyring} holds no OpenPGP keys that gpg can read.")

    def clone(self, address: str) -> None:
        """Fetch the history of the main branch; raise HubProblem."""
        words = ["git", "clone", "--quiet", "--bare", "--filter=blob:none", "--no-tags"]
        words += ["--single-branch", "--template=", "--", address, str(self._repo)]
        status, said = self._run(words, CLONE_TIMEOUT_S, {"GIT_ALLOW_PROTOCOL": "http:https"})
        if status is None:
            raise Unreachable(f"{address} could not be cloned within {CLONE_TIMEOUT_S:.0f} s.")
        if status == -signal.SIGXFSZ or "File too large" in said:
            raise TooLarge(f"The history of {address} is larger than {PACK_LIMIT:,} bytes.")
        if status:
            last = said.strip().rpartition("\n")[2]
            raise Broken(f"{address} could not be cloned: git says {shown(last)}.")

    def log(self, most: int) -> Iterator[tuple[str, str, str]]:
        """Yield commit, time and title of each commit, the newest first."""
        for line in self._lines(["log", f"--max-count={most}", "--format=%H%x00%aI%x00%s"], b"\n"):
            sha, _, rest = line.decode("utf-8", "replace").partition("\0")
            at, _, title = rest.partition("\0")
            if is_sha(sha):
                yield sha, at, title

    def signed(self, most: int) -> dict[str, bytes]:
        """Return the commits that carry any signature, each with how that begins."""
        found = {}
        for raw in self._lines(["rev-list", "--header", f"--max-count={most}", "HEAD"], b"\0"):
            head = raw.partition(b"\n\n")[0]
            signature = _SIGNATURE.search(head)
            if signature is not None:
                sha = head.strip().partition(b"\n")[0].decode("ascii", "replace")
                found[sha] = signature[1].strip()
        return found

    def marks(self, shas: list[str]) -> dict[str, tuple[str, str]]:
        """Return what git says of signatures, and the key of each; nothing where it gives up."""
        (self._folder / "shas").write_text("".join(f"{sha}\n" for sha in shas))
        words = ["log", "--no-walk=unsorted", "--stdin", "--format=%H%x00%G?%x00%GK"]
        try:
            lines = self._lines(words, b"\n") if shas else []
        except HubProblem as error:
            log.warning("no signature of %d is verified: %s", len(shas), error)
            return {}
        read = [line.decode("utf-8", "replace").split("\0") for line in lines]
        return {parts[0]: (parts[1], parts[2]) for parts in read if len(parts) == 3}

    def _lines(self, words: list[str], end: bytes) -> list[bytes]:
        with (self._folder / "output").open("w+b") as output:
            # Nothing more is fetched: what the clone left out is not wanted.
            words = ["git", "--git-dir", str(self._repo), *words]
            status, said = self._run(words, READ_TIMEOUT_S, {"GIT_ALLOW_PROTOCOL": ""}, output)
            if status is None:
                raise Unreachable(f"Its history could not be read in {READ_TIMEOUT_S:.0f} s.")
            if status:
                raise Broken(f"The history could not be read: git says {shown(said.strip())}.")
            output.seek(0)
            return [line for line in output.read(OUTPUT_LIMIT).split(end) if line.strip()]

    def _run(
        self,
        words: list[str],
        timeout_s: float,
        more: dict[str, str],
        output: BinaryIO | None = None,
    ) -> tuple[int | None, str]:
        """Run a program; return its status, None where it ran too long, and its last words."""
        shas = self._folder / "shas"
        shas.touch()
        with (self._folder / "said").open("w+b") as said, shas.open("rb") as given:
            process = subprocess.Popen(  # noqa: S603 - the words are ours, names are checked
                words,
                cwd=self._folder,
                env=self._environment | more,
                stdin=given,
                stdout=output or subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
                preexec_fn=_limited,
            )
            try:
                status: int | None = process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                status = None
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            said.seek(max(0, said.seek(0, os.SEEK_END) - 2_000))
            return status, said.read().decode("utf-8", "replace")


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (PACK_LIMIT, PACK_LIMIT))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (int(CLONE_TIMEOUT_S), int(CLONE_TIMEOUT_S)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _verdict(mark: str, key: str, *, is_signed: bool) -> Commit.Signature:
    """Return what a mark of git's ``%G?`` means here: only a key that was given verifies.

    "U" is a good signature by a key that nobody rated: an OpenPGP key must have been given for git
    to see that it is good, but one of SSH proves itself and may be anybody's.
    """
    is_ssh = key.startswith("SHA256:")
    if mark == "G" or (mark == "U" and not is_ssh):
        return Commit.Signature.VERIFIED
    return Commit.Signature.UNVERIFIED if is_signed else Commit.Signature.NONE
