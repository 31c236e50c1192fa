"""`manage.py replay RUN`: repeat a run from its evidence and say whether it agrees."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry import proofs, replaying, supervisor, watching
from registry.management.commands.evidence import read_document, read_key
from registry.models import Finding, Run
from registry.replaying import CannotReplay, Result


class Command(BaseCommand):
    """Exit status 0: agrees. 1: disagrees. 2: cannot be repeated."""

    help = "Repeat a run with the files, the data and the order that its evidence names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("run", type=int, nargs="?", metavar="RUN")
        parser.add_argument("--file", type=Path, metavar="FILE", help="evidence from elsewhere")
        parser.add_argument("--hub", default="", metavar="URL", help="instead of the hub it names")
        parser.add_argument("--key", default="", metavar="PUBKEY", help="check its signature first")
        parser.add_argument("--batch-size", type=int, metavar="N", help="at most N samples at once")
        parser.add_argument(
            "--precision",
            choices=("float32", "float16", "bfloat16"),
            help="what the network computes in; float32 on a CPU, half on a GPU where it is enough",
        )
        parser.add_argument("--timeout", type=float, default=None, metavar="SECONDS")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        """Run the command."""
        if (options["run"] is None) == (options["file"] is None):
            raise CommandError("Name a run, or a file with --file.", returncode=2)
        run: Run | None = None
        try:
            evidence, of = self._evidence(options)
            first = Result.told(evidence)
            run = self._repeat(evidence, of, options)
            found = Finding.objects.filter(run=run).first()
            answer, why = replaying.compare(first, Result.of(found) if found else None, run)
        except CannotReplay as error:
            answer, why = "cannot", f"{error} (missing: {error.missing})"
        if options["json"]:
            told = {"run": options["run"], "replay": run and run.pk, "answer": answer, "why": why}
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(f"{answer}: {why}")
        raise SystemExit({"agrees": 0, "disagrees": 1}.get(answer, 2))

    def _evidence(self, options: dict[str, Any]) -> tuple[dict[str, Any], Run | None]:
        """Return the evidence, and the run of this installation that it is of, if any."""
        if options["file"] is None:
            finding = Finding.objects.select_related("run").filter(run=options["run"]).first()
            if finding is None:
                message = f"Run {options['run']} has no finding to repeat."
                raise CommandError(message, returncode=2)
            return with_result(finding), finding.run
        document = read_document(options["file"])
        if options["key"]:
            self._vet(document, options["key"])
        try:
            return proofs.evidence_in(document), None
        except proofs.NotEvidence as error:
            raise CannotReplay(str(error), "evidence") from error

    def _vet(self, document: Any, named: str) -> None:
        envelope = proofs.envelope_in(document)
        if envelope is None:
            raise CannotReplay("The evidence is not signed.", "signature")
        proof = proofs.signature(envelope, read_key(named))
        if not proof.holds:
            raise CannotReplay(proof.sentence, "signature")

    def _repeat(self, evidence: dict[str, Any], of: Run | None, options: dict[str, Any]) -> Run:
        """Ask for the same measurement as a run of its own, and wait for it."""
        told = ("batch_size", "precision")
        more = {name: options[name] for name in told if options[name]}
        with supervisor.workers():
            run = replaying.ask(evidence, hub=options["hub"], of=of, **more)
            if not watching.wait([run], timeout_s=options["timeout"]):
                raise CommandError("The replay did not end in time.", returncode=2)
        run.refresh_from_db()
        return run


def with_result(finding: Finding) -> dict[str, Any]:
    """Return the evidence of a finding; older evidence did not say what was found."""
    evidence: dict[str, Any] = dict(finding.evidence)
    if "result" not in evidence:
        numbers = {name: getattr(finding, name) for name in ("value", "low", "high", "n")}
        evidence["result"] = {"verdict": finding.verdict, "estimate": numbers}
    return evidence
