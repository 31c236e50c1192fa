"""Signed commits by a partial clone of a real repo over HTTP."""

import json
import shutil
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from registry.hub import commits, signatures
from registry.hub.problems import Broken, TooLarge, Unreachable
from registry.hub.signatures import Keys, Unable, clone_and_read
from registry.models import Commit
from tests import factories
from tests.registry.hub.git_hub import GitHub, git

pytestmark = pytest.mark.django_db

BULK = 3_000_000  # bytes of a file that no clone of the history should fetch


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A repo with commits that are unsigned, signed by SSH, by OpenPGP, and by a broken one."""
    for program in signatures.PROGRAMS:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    # Short: gpg's agent has a socket below it.
    root = Path(tmp_path_factory.mktemp("g"))
    home, work = root / "home", root / "work"
    home.mkdir(mode=0o700)
    work.mkdir()
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(root / "key")], check=True
    )
    gpg_key(home)
    git(work, "init", "-q", "-b", "main", home=home)
    made = {}

    def commit(name, *options):
        (work / "model.bin").write_bytes((name.encode() * BULK)[:BULK])
        git(work, "add", "-A", home=home)
        git(work, *options, "commit", "-q", "-m", f"{name} <b>\u202e", home=home)
        made[name] = git(work, "rev-parse", "HEAD", home=home)

    ssh = ["-c", "gpg.format=ssh", "-c", f"user.signingKey={root / 'key'}"]
    commit("plain")
    commit("ssh", *ssh, "-c", "commit.gpgSign=true")
    commit("pgp", "-c", "user.signingKey=alice@example.org", "-c", "commit.gpgSign=true")
    made["broken"] = broken(work, home)
    git(root, "clone", "-q", "--bare", str(work), str(root / "alice" / "net"), home=home)
    git(root / "alice" / "net", "config", "uploadpack.allowFilter", "true", home=home)
    exported = subprocess.run(
        ["gpg", "--batch", "--export", "alice@example.org"],
        env={"PATH": "/usr/bin:/bin", "GNUPGHOME": str(home)},
        capture_output=True,
        check=True,
    )
    (root / "keyring.pgp").write_bytes(exported.stdout)
    public = (root / "key.pub").read_text().split()
    (root / "signers").write_text(f"alice@example.org {public[0]} {public[1]}\n")
    yield root, made
    subprocess.run(
        ["gpgconf", "--kill", "all"],
        env={"PATH": "/usr/bin:/bin", "GNUPGHOME": str(home)},
        check=False,
    )


def gpg_key(home):
    words = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key"]
    subprocess.run(
        [*words, "Alice <alice@example.org>", "ed25519", "sign", "never"],
        env={"PATH": "/usr/bin:/bin", "GNUPGHOME": str(home)},
        capture_output=True,
        check=True,
    )


def broken(work, home):
    """Make a commit whose signature is of a format that git does not know."""
    tree = git(work, "rev-parse", "HEAD^{tree}", home=home)
    parent = git(work, "rev-parse", "HEAD", home=home)
    raw = (
        f"tree {tree}\nparent {parent}\nauthor A <a@b.c> 1700000000 +0000\n"
        "committer A <a@b.c> 1700000000 +0000\n"
        "gpgsig -----BEGIN STRANGE-----\n x\n -----END STRANGE-----\n\nbroken\n"
    )
    path = work.parent / "raw"
    path.write_text(raw)
    sha = git(work, "hash-object", "-t", "commit", "-w", str(path), home=home)
    git(work, "update-ref", "refs/heads/main", sha, home=home)
    return sha


@pytest.fixture
def remote(served):
    root, _ = served
    hub = GitHub(root)
    yield hub
    hub.close()


def kinds(served, read):
    names = {sha: name for name, sha in served[1].items()}
    return {names[one.sha]: str(one.signature) for one in read}


def test_without_keys_nothing_is_verified(served, remote):
    read = clone_and_read(remote.url, "alice/net", Keys(), most=100)
    assert kinds(served, read) == {
        "plain": "none",
        "ssh": "unverified",
        "pgp": "unverified",
        "broken": "unverified",
    }


def test_only_given_keys_verify(served, remote):
    root, _ = served
    pgp = clone_and_read(remote.url, "alice/net", Keys(root / "keyring.pgp"), most=100)
    ssh = clone_and_read(remote.url, "alice/net", Keys(None, root / "signers"), most=100)
    assert kinds(served, pgp) == {
        "plain": "none",
        "ssh": "unverified",
        "pgp": "verified",
        "broken": "unverified",
    }
    assert kinds(served, ssh)["ssh"] == "verified"
    assert kinds(served, ssh)["pgp"] == "unverified"
    assert next(one for one in ssh if one.signature == "verified").key.startswith("SHA256:")


def test_no_file_is_fetched(served, remote):
    clone_and_read(remote.url, "alice/net", Keys(), most=100)
    assert remote.sent < 50_000  # three commits of three megabytes; noise would not shrink
    assert {path.split("?")[0] for path in remote.asked} == {
        "GET /alice/net/info/refs",
        "POST /alice/net/git-upload-pack",
    }


def test_the_newest_commits_go_first(served, remote):
    read = clone_and_read(remote.url, "alice/net", Keys(), most=2)
    assert [one.sha for one in read] == [served[1]["broken"], served[1]["pgp"]]


def test_they_are_stored_beside_what_the_api_told(served, remote):
    repo = factories.repo("alice/net", hub=factories.hub(remote.url))
    sha = served[1]["pgp"]
    Commit.objects.create(repo=repo, sha=sha, title="before", authors=["alice"])
    keys = Keys(served[0] / "keyring.pgp")
    history = commits.fetch_signatures(repo, keys=keys)
    assert (history.stored, history.verified, history.unverified) == (4, 1, 2)
    row = Commit.objects.get(sha=sha)
    assert (row.signature, row.authors) == ("verified", ["alice"])
    assert row.title.startswith("pgp <b>")
    assert row.committed_at is not None
    assert len(row.key) == 16


def test_a_redirect_is_not_followed(served, remote):
    other = GitHub(served[0])
    try:
        remote.redirect = other.url
        with pytest.raises(Broken, match="could not be cloned"):
            clone_and_read(remote.url, "alice/net", Keys(), most=10)
        assert other.asked == []
    finally:
        other.close()


@pytest.mark.parametrize("hub", ["file:///etc", "ssh://example.org", "ext::sh -c id"])
def test_other_protocols_are_refused(hub, served):
    with pytest.raises(Broken, match=r"transport|protocol|not allowed|not found"):
        clone_and_read(hub, "alice/net", Keys(), most=10)


def test_a_server_that_stalls_is_left_and_its_git_is_ended(served, remote, monkeypatch):
    monkeypatch.setattr(signatures, "CLONE_TIMEOUT_S", 1.0)
    remote.stalls.set()
    with pytest.raises(Unreachable, match="within 1 s"):
        clone_and_read(remote.url, "alice/net", Keys(), most=10)
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert remote.url not in running


def test_a_history_that_is_too_large_is_left(served, remote, monkeypatch):
    monkeypatch.setattr(signatures, "PACK_LIMIT", 300)
    with pytest.raises((TooLarge, Broken)):
        clone_and_read(remote.url, "alice/net", Keys(), most=10)


def test_the_users_own_git_is_left_out_of_it(served, remote, monkeypatch, tmp_path):
    marker = tmp_path / "ran"
    (tmp_path / ".gitconfig").write_text(
        f'[credential]\n\thelper = "!touch {marker}"\n[core]\n\thooksPath = {tmp_path}\n'
        f'[url "http://127.0.0.1:9/"]\n\tinsteadOf = {remote.url}/\n'
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", f"'alias.log=!touch {marker}'")
    assert len(clone_and_read(remote.url, "alice/net", Keys(), most=10)) == 4
    assert not marker.exists()


def test_a_program_that_is_missing_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unable, match="git and gpg and ssh-keygen"):
        clone_and_read("http://127.0.0.1:9", "alice/net", Keys(), most=10)


def test_a_keyring_that_is_none_is_said(served, remote, tmp_path):
    nonsense = tmp_path / "keys"
    nonsense.write_text("no keys")
    with pytest.raises(Unable, match="holds no OpenPGP keys"):
        clone_and_read(remote.url, "alice/net", Keys(nonsense), most=10)


def test_the_command_says_what_is_wrong(served, remote, hub):
    def run(*words):
        out = StringIO()
        call_command("commits", *words, stdout=out)
        return out.getvalue()

    with pytest.raises(CommandError, match="no mirrored repo"):
        run("alice/net")
    hub.add("alice/net")
    sha = "a" * 40
    hub.history = {"alice/net": [{"id": sha, "title": "First", "authors": [{"user": "alice"}]}]}
    factories.repo("alice/net", hub=factories.hub(hub.url))
    assert json.loads(run("alice/net", "--json"))["stored"] == 1
    with pytest.raises(CommandError, match="There is no file"):
        run("alice/net", "--keyring", "/nowhere")
    with pytest.raises(CommandError, match="could not be cloned"):
        run("alice/net", "--signatures")
    assert "1 commits" in run("alice/net")
