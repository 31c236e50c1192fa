"""`manage.py mark embed|list|show|register|withdraw|verify|scan`: marks of owners in a terminal."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.views.decorators.debug import sensitive_variables

from analysis.watermarks.envelope import ANSWERS, NUMBERS
from registry import marks, services, supervisor, watching
from registry.management.commands.verify import revision_of
from registry.marks import embedding, telling
from registry.models import Mark, MarkMatch, Repo, Run
from registry.scans import control, copies
from registry.scans.drafts import ScanRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SHOWN_MATCHES = 20
EMBEDDED = (
    "scheme", "bits", "dataset", "config", "split", "images", "seed", "eps", "rate", "most_steps",
    "hub",
)  # fmt: skip
POLL_S = 0.3
Answer = tuple[Any, str]


class Command(BaseCommand):
    """Each action is a function of its own; what it returns is printed, with --json as JSON."""

    help = "Register marks of owners, and look for them in models."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for action, (about, add) in ACTIONS.items():
            one = actions.add_parser(action, help=about)
            one.add_argument("--json", action="store_true")
            add(one)

    def handle(self, *_: Any, **options: Any) -> None:
        """Run the command."""
        try:
            answer, words = getattr(self, f"_{options['action']}")(options)
        except ScanRefused as error:
            lines = [f"{field}: {said}" for field, said in error.errors.items()]
            raise CommandError("\n".join(lines)) from error
        except (control.NotNow, services.RequestRefused, marks.MarkRefused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(answer, ensure_ascii=False) if options["json"] else words)

    def _list(self, options: dict[str, Any]) -> Answer:
        found = Mark.objects.with_home().select_related("owner").order_by("pk")
        if options["owner"]:
            found = found.filter(owner__username=options["owner"])
        there = list(found)
        lines = [telling.line(mark) for mark in there]
        return [telling.described(mark) for mark in there], "\n".join(lines) or "No marks."

    def _show(self, options: dict[str, Any]) -> Answer:
        mark = _mark(options["mark"])
        found = MarkMatch.objects.filter(mark=mark).newest().select_related("revision__repo")
        first = list(found.order_by("rank", "p", "pk")[:SHOWN_MATCHES])
        lines = [telling.line(mark), f"  commitment {mark.commitment}"]
        lines += [f"  {match.revision.repo.name}: {match.sentence}" for match in first]
        return telling.described(mark) | {
            "matches": [telling.told(match) for match in first]
        }, "\n".join(lines)

    @sensitive_variables("data")
    def _register(self, options: dict[str, Any]) -> Answer:
        data = _content(options["file"])
        home = Repo.objects.listed().filter(is_private=False).named(options["home"]).first()
        mark = marks.register(
            _owner(options["owner"]),
            data,
            options["name"],
            home,
            options["task"],
            home_name=options["home"],
        )
        if not options["no_wait"]:
            with supervisor.workers(("files",)):
                _wait_for(mark, options["timeout"])
        mark = _mark(mark.pk)
        if mark.state == Mark.State.REFUSED:
            raise CommandError(f"Mark {mark.pk} was refused: {mark.reason}")
        words = (
            f"{telling.line(mark)}\n  commitment {mark.commitment}\n  Keep the file of keys safe."
        )
        return telling.described(mark), words

    def _withdraw(self, options: dict[str, Any]) -> Answer:
        mark = _mark(options["mark"])
        is_new = marks.withdraw(mark)
        said = "Withdrawn: its keys are erased." if is_new else "It was withdrawn before."
        return {"id": mark.pk, "withdrawn": True}, said

    def _verify(self, options: dict[str, Any]) -> Answer:
        revision = revision_of(options["repo"], options["revision"], options["hub"])
        asked = {} if options["all"] else {"marks": ",".join(map(str, options["mark"]))}
        with supervisor.workers():
            run, _ = services.request_run(
                revision, marks.CHECK, asked=asked, requested_by="mark verify"
            )
            if not watching.wait([run], timeout_s=options["timeout"]):
                raise CommandError(f"Run {run.pk} goes on in the background.")
        run.refresh_from_db()
        if run.status != Run.Status.DONE:
            raise CommandError(f"{revision.repo.name} could not be looked at: {run.reason}")
        found = [
            telling.told(match)
            for match in MarkMatch.objects.filter(run=run).order_by("rank", "p", "pk")
        ]
        lines = [f"mark {one['mark']}: {one['sentence']}" for one in found]
        left_out = run.options.get("marks_left_out", 0)
        if left_out:
            lines.append(f"{left_out:,} older marks were left out; name them with --mark.")
        answer = {"repo": revision.repo.name, "revision": revision.sha, "run": run.pk}
        return answer | {"marks": found, "left_out": left_out}, "\n".join(lines)

    def _scan(self, options: dict[str, Any]) -> Answer:
        wanted = [] if options["all"] else [_mark(number) for number in options["mark"]]
        owner = wanted[0].owner if wanted else None
        scan, execution, is_new = copies.search(
            wanted,
            owner,
            selection=options["select"],
            max_runs=options["max_runs"] or None,
            by="command line",
        )
        word = "made" if is_new else "was there"
        words = (
            f"Scan “{scan.name}” {word}; execution {execution.pk} is under way.\n"
            f"Follow it with: manage.py scan show '{scan.name}', or at /scans/{scan.pk}"
        )
        return {"scan": scan.pk, "name": scan.name, "execution": execution.pk}, words

    def _embed(self, options: dict[str, Any]) -> Answer:
        order = {name: options[name] for name in EMBEDDED if options[name] is not None}
        place = Path(options["network"])
        if place.is_dir():
            order["folder"] = str(place.resolve())
        else:
            order["revision"] = revision_of(options["network"], "", options["hub"]).pk
        order["out"] = str(options["out"].resolve())

        def told(done: int, total: int, sentence: str) -> None:
            self.stderr.write(f"{done:,} of {total:,}  {sentence}")

        found = embedding.embed(order, told)
        before, after = found["accuracy_before"], found["accuracy_after"]
        words = (
            f"Marked: {found['model']}\n"
            f"  accuracy on {found['held']:,} images that it did not learn from:"
            f" {before:.4f} before, {after:.4f} after; {found['seconds']:.0f} s\n"
            f"Keys, for you alone: {found['keys']}\n"
            f"  commitment {found['commitment']}\n"
            f"Register it before you publish: manage.py mark register {found['keys']}"
            " --name NAME --owner USER --home REPO"
        )
        return found, words


def _list_arguments(one: ArgumentParser) -> None:
    one.add_argument("--owner", default="", metavar="U")


def _show_arguments(one: ArgumentParser) -> None:
    one.add_argument("mark", type=int, metavar="ID")


def _register_arguments(one: ArgumentParser) -> None:
    one.add_argument("file", type=Path, metavar="FILE", help="the keys, as mark embed writes them")
    one.add_argument("--name", required=True, metavar="NAME", help="what to call it")
    one.add_argument("--owner", required=True, metavar="U", help="a user; made where missing")
    one.add_argument("--home", default="", metavar="REPO", help="the model that was marked")
    one.add_argument("--task", default=marks.TASK, metavar="T")
    one.add_argument("--no-wait", action="store_true", help="do not wait for a look at the keys")
    one.add_argument("--timeout", type=float, default=120.0, metavar="SECONDS")


def _embed_arguments(one: ArgumentParser) -> None:
    one.add_argument("network", metavar="REPO|FOLDER", help="a mirrored model, or a folder of one")
    one.add_argument("--scheme", default="blackmarks", choices=(*ANSWERS, *NUMBERS))
    one.add_argument("--bits", type=int, default=32, metavar="N")
    one.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="new or empty")
    one.add_argument("--dataset", required=True, metavar="ID", help="with images to learn on")
    one.add_argument("--config", default="", metavar="C")
    one.add_argument("--split", default="train", metavar="S")
    one.add_argument("--images", type=int, default=5_000, metavar="N", help="at most so many")
    one.add_argument("--seed", type=int, default=0, metavar="N", help="of the order of training")
    one.add_argument("--eps", type=float, metavar="X", help="largest change of a key's picture")
    one.add_argument("--rate", type=float, metavar="X", help="of learning")
    one.add_argument("--most-steps", type=int, metavar="N")
    one.add_argument("--hub", default=settings.ASSAY_HUB, metavar="URL")


def _verify_arguments(one: ArgumentParser) -> None:
    one.add_argument("repo", metavar="REPO")
    _add_choice(one)
    one.add_argument("--revision", default="", metavar="SHA", help="a commit; the newest")
    one.add_argument("--hub", default=settings.ASSAY_HUB, metavar="URL")
    one.add_argument("--timeout", type=float, default=None, metavar="SECONDS")


def _scan_arguments(one: ArgumentParser) -> None:
    _add_choice(one)
    one.add_argument("--select", default="", metavar="ADDRESS", help="a /models search")
    one.add_argument(
        "--max-runs", type=int, default=copies.USUAL_RUNS, metavar="N", help="0 for no limit"
    )


def _add_choice(one: ArgumentParser) -> None:
    which = one.add_mutually_exclusive_group(required=True)
    which.add_argument("--mark", type=int, nargs="+", metavar="ID")
    which.add_argument("--all", action="store_true", help="all that are registered for its task")


# What each action is, and its options; the method of its name carries it out.
ACTIONS = {
    "embed": ("put a mark into a network of yours", _embed_arguments),
    "list": ("list marks", _list_arguments),
    "show": ("show a mark with the surest of its matches", _show_arguments),
    "register": ("register the keys of a mark", _register_arguments),
    "withdraw": ("erase the keys of a mark", _show_arguments),
    "verify": ("look for marks in a model", _verify_arguments),
    "scan": ("look for marks in many models", _scan_arguments),
}


def _mark(number: int) -> Mark:
    found = Mark.objects.with_home().select_related("owner").filter(pk=number).first()
    if found is None:
        raise CommandError(f"There is no mark {number}.")
    return found


def _owner(name: str) -> "User":
    """Return the user of this name, made where missing: one who cannot log in."""
    user, is_new = get_user_model()._default_manager.get_or_create(username=name)
    if is_new:
        user.set_unusable_password()
        user.save()
    return user


def _content(file: Path) -> bytes:
    """Return the bytes of a file, one more than keys may have at most; raise CommandError."""
    try:
        with file.open("rb") as stream:
            return stream.read(settings.ASSAY_MARK_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error


def _wait_for(mark: Mark, timeout_s: float) -> None:
    """Wait until a worker has looked at the keys; raise CommandError when that takes too long."""
    until = time.monotonic() + timeout_s
    while Mark.objects.filter(pk=mark.pk, state=Mark.State.NEW).exists():
        if time.monotonic() > until:
            raise CommandError(
                f"Mark {mark.pk} is registered; no worker has looked at its keys yet."
            )
        time.sleep(POLL_S)
