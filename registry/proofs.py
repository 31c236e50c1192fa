"""Whether a finding is what was signed, and the files what was measured."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry import blobs, signing
from registry.models import Finding, FindingPicture


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that was looked at. ``holds`` is None where it could not be."""

    holds: bool | None
    sentence: str


class NotEvidence(Exception):  # noqa: N818 - reads as what the document is
    """A document is neither evidence nor holds some."""


def evidence_in(document: Any) -> dict[str, Any]:
    """Return the evidence of a document: itself, a statement, an envelope or a finding of the API.

    Raises NotEvidence.
    """
    found = document
    if isinstance(found, dict) and "payload" in found:
        found = signing.content_of(found)
    if isinstance(found, dict) and isinstance(found.get("predicate"), dict):
        found = found["predicate"]
    if isinstance(found, dict) and isinstance(found.get("evidence"), dict):
        found = found["evidence"]
    if not (isinstance(found, dict) and {"check", "subject"} <= found.keys()):
        raise NotEvidence("This is neither evidence nor an envelope with some.")
    return found


def envelope_in(document: Any) -> dict[str, Any] | None:
    """Return the envelope of a document, None where it has none."""
    if isinstance(document, dict) and isinstance(document.get("envelope"), dict):
        document = document["envelope"]
    return document if isinstance(document, dict) and "payload" in document else None


def signature(envelope: Mapping[str, Any], key: Ed25519PublicKey) -> Proof:
    """Check the signature, and that what is signed is about the files that its evidence names."""
    try:
        statement = signing.verify(envelope, key, f"the key {signing.key_id(key)}")
        evidence = evidence_in(statement)
    except (signing.BadSignature, NotEvidence) as error:
        return Proof(False, str(error))
    named = {
        one.get("name"): one.get("digest", {}).get("sha256") for one in statement.get("subject", [])
    }
    for file in _files(evidence):
        if named.get(file.get("path")) != file.get("sha256"):
            return Proof(False, f"The statement is not about the file {file.get('path')}.")
    return Proof(True, f"The signature holds, by the Ed25519 key {signing.key_id(key)}.")


def row(finding: Finding, key: Ed25519PublicKey) -> Proof:
    """Check that what the database holds is what was signed."""
    try:
        statement = signing.verify(finding.envelope, key)
    except signing.BadSignature as error:
        return Proof(False, str(error))
    if said(statement) != shown(finding):
        return Proof(False, "The signature is of another finding than the one stored here.")
    return Proof(True, "What is stored is what was signed.")


def files(evidence: Mapping[str, Any], home: Path) -> Iterator[Proof]:
    """Look at the bytes of each file that is on this machine."""
    for file in _files(evidence):
        path, expected = file.get("path"), str(file.get("sha256"))
        place = blobs.place(home, expected)
        if not place.exists():
            yield Proof(None, f"{path}: could not be checked, it is not on this machine.")
        elif (found := blobs.digest(place)) != expected:
            yield Proof(False, f"{path}: its SHA-256 is {found}, expected was {expected}.")
        else:
            yield Proof(True, f"{path}: SHA-256 {expected}.")


def pictures(finding: Finding) -> Iterator[Proof]:
    """Look at the bytes of each picture that the evidence names."""
    stored = {one.name: one for one in FindingPicture.objects.filter(finding=finding)}
    named = finding.evidence.get("pictures") if isinstance(finding.evidence, dict) else None
    for one in named if isinstance(named, list) else []:
        name, expected = str(one.get("name")), str(one.get("sha256"))
        picture = stored.pop(name, None)
        found = hashlib.sha256(picture.data).hexdigest() if picture else "missing"
        if found != expected:
            yield Proof(False, f"Picture {name}: its SHA-256 is {found}, expected was {expected}.")
        else:
            yield Proof(True, f"Picture {name}: SHA-256 {expected}.")
    for name in stored:
        yield Proof(False, f"Picture {name}: the evidence does not name it.")


def said(statement: Mapping[str, Any]) -> Any:
    """Return what a statement says, to be held against ``shown``."""
    predicate = statement.get("predicate")
    if not isinstance(predicate, dict):
        return None
    estimate = predicate.get("estimate") or {}
    return (
        predicate.get("run"),
        predicate.get("verdict"),
        predicate.get("summary"),
        tuple(estimate.get(name) for name in ("value", "low", "high", "n")),
        predicate.get("evidence"),
    )


def shown(finding: Finding) -> Any:
    """Return what a row says."""
    numbers = (finding.value, finding.low, finding.high, finding.n)
    return (finding.run_id, finding.verdict, finding.summary, numbers, finding.evidence)


def _files(evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    subject = evidence.get("subject")
    found = subject.get("files") if isinstance(subject, dict) else None
    return [file for file in found if isinstance(file, dict)] if isinstance(found, list) else []
