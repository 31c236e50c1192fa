"""`manage.py mark`."""

import contextlib
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from registry import marks, supervisor
from registry.models import Mark, MarkKeys, Run, Scan
from tests import factories, owners

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_workers(monkeypatch):
    """Start no worker: what runs would find is there already."""
    monkeypatch.setattr(supervisor, "workers", lambda *_: contextlib.nullcontext())


@pytest.fixture
def keys(tmp_path):
    file = tmp_path / "keys.safetensors"
    file.write_bytes(owners.mark_keys())
    return file


def mark(*arguments):
    out = StringIO()
    call_command("mark", *map(str, arguments), stdout=out)
    return out.getvalue().strip()


def register(file, *more):
    return mark("register", file, "--name", "My net", "--owner", "alice", "--no-wait", *more)


def test_it_works(keys):
    said = register(keys, "--home", "alice/net")
    made = Mark.objects.get()
    assert said.startswith(f"{made.pk}  My net  [new]  triggers, 16 keys, image-classification")
    assert "in alice/net; alice, " in said
    assert made.commitment in said
    assert not made.owner.has_usable_password()
    assert marks.open_sealed(made) == keys.read_bytes()
    assert mark("list") in said
    told = json.loads(mark("show", made.pk, "--json"))
    assert (told["commitment"], told["owner"], told["matches"]) == (made.commitment, "alice", [])
    assert mark("withdraw", made.pk) == "Withdrawn: its keys are erased."
    assert mark("withdraw", made.pk) == "It was withdrawn before."
    assert "[withdrawn]" in mark("list", "--owner", "alice")
    assert mark("list", "--owner", "bob") == "No marks."


def test_registering_waits_for_the_look_at_the_keys(keys):
    with pytest.raises(CommandError, match="no worker has looked at its keys yet"):
        mark(
            "register", keys, "--name", "n", "--owner", "alice", "--timeout", "0.1",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--task", "tarot"), "There is no task 'tarot'"),
        (("--home", "a b"), "OWNER/NAME"),
        (("--name", " "), "Give the mark a name"),
    ],
)
def test_what_cannot_be_registered_is_said(keys, arguments, words):
    with pytest.raises(CommandError, match=words):
        register(keys, *arguments)


def test_a_file_that_is_none(tmp_path, settings):
    with pytest.raises(CommandError, match=r"cannot be read: No such file or directory\."):
        register(tmp_path / "nothing")
    (tmp_path / "empty").touch()
    with pytest.raises(CommandError, match="no file of keys"):
        register(tmp_path / "empty")
    settings.ASSAY_MARK_BYTES = 10
    (tmp_path / "large").write_bytes(b"x" * 11)
    with pytest.raises(CommandError, match="at most 10 bytes"):
        register(tmp_path / "large")


def test_verify_says_a_sentence_a_mark(settings):
    revision = factories.revision(factories.repo("bob/copy"))
    hit, none = owners.mark(), owners.mark()
    ended(revision, hit, none)
    said = mark("verify", "bob/copy", "--mark", none.pk, hit.pk)
    assert said.splitlines() == [
        f"mark {hit.pk}: The network carries the mark (p = 1e-09).",
        f"mark {none.pk}: No evidence of the mark (p = 0.4).",
    ]
    told = json.loads(mark("verify", "bob/copy", "--all", "--json"))
    assert (told["repo"], told["revision"], told["left_out"]) == ("bob/copy", revision.sha, 0)
    assert [one["p"] for one in told["marks"]] == [1e-9, 0.4]


def ended(revision, hit, none):
    """Let the run have ended that looks for both marks."""
    from registry import services

    run, _ = services.request_run(revision, marks.CHECK)
    Run.objects.filter(pk=run.pk).update(status=Run.Status.DONE, finished_at=factories.NOON)
    finding = factories.finding(Run.objects.get(pk=run.pk), verdict="measured")
    rows = {"keys": 16, "control_matches": 0, "controls": 8, "is_after": False}
    marks.record(
        finding,
        run,
        [
            rows | {"mark": none.pk, "matches": 2, "p": 0.4, "carries": False,
                    "sentence": "No evidence of the mark (p = 0.4)."},
            rows | {"mark": hit.pk, "matches": 16, "p": 1e-9, "carries": True,
                    "sentence": "The network carries the mark (p = 1e-09)."},
        ],
    )  # fmt: skip


def test_verify_that_cannot_be_says_why():
    revision = factories.revision(factories.repo("bob/copy"))
    with pytest.raises(CommandError, match="No mark is registered for the task"):
        mark("verify", "bob/copy", "--all")
    made = owners.mark()
    with pytest.raises(CommandError, match="There is no mark 99999"):
        mark("verify", "bob/copy", "--mark", 99999)
    with pytest.raises(CommandError, match=r"Run \d+ goes on in the background"):
        mark("verify", "bob/copy", "--mark", made.pk, "--timeout", "0.1")
    assert Run.objects.get().revision == revision


def test_scan_makes_a_scan_and_says_how_to_follow_it():
    made = owners.mark(factories.user("alice"))
    said = mark("scan", "--mark", made.pk, "--select", "/models?q=net", "--max-runs", 0)
    scan = Scan.objects.get()
    assert (scan.selection, scan.max_runs, scan.owner) == ("q=net", None, made.owner)
    assert f"manage.py scan show 'Copies of mark {made.pk}'" in said
    assert json.loads(mark("scan", "--all", "--json"))["name"] == "Copies of all marks"
    with pytest.raises(CommandError, match="selection: A search has no filter"):
        mark("scan", "--all", "--select", "licenze=mit")
    with pytest.raises(CommandError, match="There is no mark 99999"):
        mark("scan", "--mark", 99999)


def test_nothing_of_the_keys_is_printed(keys):
    said = register(keys, "--json")
    assert MarkKeys.objects.exists()
    assert not {"sealed", "data", "salt"} & json.loads(said).keys()
