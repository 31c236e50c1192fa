"""`manage.py evidence RUN`: print the evidence of a finding, save it, check it."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from registry import proofs, signing
from registry.models import Finding
from registry.proofs import Proof


class Command(BaseCommand):
    """With --verify, exit status 0: all holds. 1: something does not. 2: not all could be seen."""

    help = "Print the signed evidence of a run's finding; --verify checks signature and files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("run", type=int, nargs="?", metavar="RUN")
        parser.add_argument("--file", type=Path, metavar="FILE", help="evidence from elsewhere")
        parser.add_argument("--json", action="store_true", help="the evidence, not the envelope")
        parser.add_argument("--out", type=Path, metavar="FILE", help="write there, do not print")
        parser.add_argument("--verify", action="store_true", help="check signature and hashes")
        parser.add_argument(
            "--key", default="", metavar="PUBKEY", help="public key or file of it; this machine's"
        )

    def handle(self, **options: Any) -> None:
        """Run the command."""
        if (options["run"] is None) == (options["file"] is None):
            raise CommandError("Name a run, or a file with --file.", returncode=2)
        finding = _finding(options["run"]) if options["file"] is None else None
        document = finding.envelope if finding else read_document(options["file"])
        try:
            evidence = finding.evidence if finding else proofs.evidence_in(document)
        except proofs.NotEvidence as error:
            raise CommandError(str(error), returncode=2) from error
        if options["verify"]:
            self._verify(finding, document, evidence, options["key"])
            return
        text = json.dumps(evidence if options["json"] else document, indent=2, sort_keys=True)
        if options["out"]:
            options["out"].write_text(text + "\n")
        else:
            self.stdout.write(text)

    def _verify(
        self, finding: Finding | None, document: Any, evidence: dict[str, Any], key: str
    ) -> None:
        """Say of each thing whether it holds."""
        envelope = proofs.envelope_in(document)
        found = [*_signature(finding, envelope, key), *proofs.files(evidence, settings.ASSAY_HOME)]
        if finding is not None:
            found += proofs.pictures(finding)
        words = {True: "holds", False: "DOES NOT HOLD", None: "not checked"}
        for proof in found:
            self.stdout.write(f"{words[proof.holds]:<13}  {proof.sentence}")
        if any(proof.holds is False for proof in found):
            raise SystemExit(1)
        if any(proof.holds is None for proof in found):
            raise SystemExit(2)


def _finding(run: int) -> Finding:
    finding = Finding.objects.filter(run=run).first()
    if finding is None:
        raise CommandError(f"Run {run} has no finding.", returncode=2)
    return finding


def read_document(path: Path) -> Any:
    """Return the JSON of a file; raise CommandError."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read as JSON: {error}", returncode=2) from error


def read_key(named: str) -> Ed25519PublicKey:
    """Return the public key that was named, by its text or a file of it; raise CommandError."""
    try:
        is_file = len(named) < 200 and Path(named).is_file()
        return signing.public_key(Path(named).read_text() if is_file else named)
    except (OSError, signing.BadSignature) as error:
        raise CommandError(str(error), returncode=2) from error


def _signature(
    finding: Finding | None, envelope: dict[str, Any] | None, named: str
) -> Iterator[Proof]:
    if not envelope:
        yield Proof(None, "The evidence is not signed.")
    elif not named and not signing.has_key(settings.ASSAY_HOME):
        yield Proof(None, "This machine has no key; name the public key with --key.")
    else:
        key = read_key(named) if named else signing.load_key(settings.ASSAY_HOME).public_key()
        yield proofs.signature(envelope, key)
        if finding is not None:
            yield proofs.row(finding, key)
