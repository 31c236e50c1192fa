"""`manage.py scan create|list|show|change|run|pause|resume|stop|delete`: scans in a terminal."""

import json
from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.models import Scan
from registry.scans import asked, control, planning, telling
from registry.scans.drafts import Draft, ScanRefused

LIMITS = ("max_repos", "max_runs", "max_minutes", "max_bytes", "max_cost")
OPTIONS = (*LIMITS, "selection", "schedule", "gpu_hour_price", "window")
SHOWN_EXECUTIONS = 10


def amount(text: str) -> Decimal:
    """Read a decimal number; raise ValueError, which the parser turns into a sentence."""
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error


class Command(BaseCommand):
    """Each action is a function of its own; what it returns is printed, with --json as JSON."""

    help = "Make, look at, start and stop scans: checks on a selection of models, on a schedule."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for action in ("create", "change", "list", "show", "run", "pause", "resume", "stop"):
            one = actions.add_parser(action)
            one.add_argument("--json", action="store_true")
            if action != "list":
                one.add_argument("name", metavar="NAME")
            if action in {"create", "change"}:
                self._add_draft(one)
        removal = actions.add_parser("delete")
        removal.add_argument("name", metavar="NAME")
        removal.add_argument("--json", action="store_true")

    def _add_draft(self, one: ArgumentParser) -> None:
        one.add_argument("--select", dest="selection", metavar="ADDRESS", help="a /models search")
        one.add_argument("--check", action="append", dest="checks", metavar="ID")
        one.add_argument("--option", action="append", dest="lines", metavar="CHECK.NAME=VALUE")
        one.add_argument("--schedule", metavar="CRON", help="five fields, in UTC; '' for none")
        one.add_argument("--max-repos", type=int, metavar="N")
        one.add_argument("--max-runs", type=int, metavar="N")
        one.add_argument("--max-minutes", type=int, metavar="N", help="of measuring")
        one.add_argument("--max-bytes", type=int, metavar="N", help="to download")
        one.add_argument("--max-cost", type=amount, metavar="X", help="for GPU hours")
        one.add_argument("--gpu-hour-price", type=amount, metavar="X")
        one.add_argument("--window", type=int, metavar="N", help="runs under way at a time")
        one.add_argument("--dry-run", action="store_true", help="show the plan, change nothing")
        one.add_argument("--no-limit", action="append", default=[], choices=LIMITS, metavar="L")

    def handle(self, *_: Any, **options: Any) -> None:
        """Run the command."""
        try:
            answer, words = getattr(self, f"_{options['action']}")(options)
        except ScanRefused as error:
            lines = [f"{field}: {said}" for field, said in error.errors.items()]
            raise CommandError("\n".join(lines)) from error
        except control.NotNow as error:
            raise CommandError(str(error)) from error
        text = json.dumps(answer, ensure_ascii=False) if options["json"] else words
        self.stdout.write(text)

    def _create(self, options: dict[str, Any]) -> tuple[Any, str]:
        draft = self._draft(Draft(name=options["name"]), options)
        if options["dry_run"]:
            return self._plan(draft)
        scan = control.create(draft)
        return telling.described(scan), self._line(scan)

    def _change(self, options: dict[str, Any]) -> tuple[Any, str]:
        scan = control.named(options["name"])
        draft = self._draft(Draft.of(scan), options)
        if options["dry_run"]:
            return self._plan(draft)
        scan = control.change(scan, draft)
        return telling.described(scan), self._line(scan)

    def _draft(self, draft: Draft, options: dict[str, Any]) -> Draft:
        for name in OPTIONS:
            if options[name] is not None:
                setattr(draft, name, options[name])
        for name in options["no_limit"]:
            setattr(draft, name, None)
        if options["checks"]:
            draft.checks = tuple(options["checks"])
        if options["lines"]:
            try:
                draft.options = asked.read(options["lines"])
            except ValueError as error:
                raise ScanRefused(options=str(error)) from error
        return draft

    def _plan(self, draft: Draft) -> tuple[Any, str]:
        wanted = draft.columns()
        plan = planning.dry_run(
            wanted["selection"],
            wanted["checks"],
            wanted["max_repos"],
            wanted["gpu_hour_price"],
            wanted["options"],
        )
        time = telling.duration(plan.seconds) if plan.seconds is not None else "time not known yet"
        more = "more than " if plan.has_more else ""
        words = (
            f"{more}{min(plan.selected, planning.COUNTED):,} models; about {plan.runs:,} runs,"
            f" {time}, {telling.size(plan.size)} to download, {plan.cost:,} for GPU hours."
        )
        answer = {
            "selected": plan.selected,
            "looked_at": plan.looked_at,
            "runs": plan.runs,
            "reused": plan.reused,
            "refused": plan.refused,
            "reasons": plan.reasons,
            "seconds": plan.seconds,
            "bytes": plan.size,
            "cost": str(plan.cost),
        }
        return answer, words

    def _list(self, _: dict[str, Any]) -> tuple[Any, str]:
        scans = list(Scan.objects.kept().order_by("name"))
        lines = [self._line(scan) for scan in scans]
        return [telling.described(scan) for scan in scans], "\n".join(lines) or "No scans."

    def _show(self, options: dict[str, Any]) -> tuple[Any, str]:
        scan = control.named(options["name"])
        last = list(scan.executions.order_by("-pk")[:SHOWN_EXECUTIONS])
        answer = telling.described(scan) | {
            "executions": [telling.described_execution(one) for one in last]
        }
        lines = [self._line(scan)]
        for one in last:
            when = one.slot or one.created_at
            lines.append(f"  {one.pk}  {when:%Y-%m-%d %H:%M}  {one.state}  {telling.standing(one)}")
        return answer, "\n".join(lines)

    def _run(self, options: dict[str, Any]) -> tuple[Any, str]:
        execution, is_new = control.run_now(control.named(options["name"]), "command line")
        word = "begins" if is_new else "is under way already"
        return telling.described_execution(execution), f"Execution {execution.pk} {word}."

    def _pause(self, options: dict[str, Any]) -> tuple[Any, str]:
        scan = control.pause(control.named(options["name"]))
        return telling.described(scan), "Paused. Runs under way go on; no more are sent."

    def _resume(self, options: dict[str, Any]) -> tuple[Any, str]:
        scan = control.resume(control.named(options["name"]))
        return telling.described(scan), "It goes on."

    def _stop(self, options: dict[str, Any]) -> tuple[Any, str]:
        execution = control.stop(control.named(options["name"]), "command line")
        said = f"Execution {execution.pk} ends; runs under way go on."
        return telling.described_execution(execution), said

    def _delete(self, options: dict[str, Any]) -> tuple[Any, str]:
        scan = control.named(options["name"])
        control.remove(scan)
        return {"id": scan.pk, "deleted": True}, "Deleted. Its runs and findings stay."

    def _line(self, scan: Scan) -> str:
        when = telling.schedule_words(scan.schedule) or "no schedule"
        following = f"; next {scan.next_slot:%Y-%m-%d %H:%M} UTC" if scan.next_slot else ""
        return f"{scan.name}  [{scan.state}]  {', '.join(scan.checks)}  {when}{following}"
