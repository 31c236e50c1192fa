"""Signatures of findings and of marks: an in-toto statement in a DSSE envelope, by Ed25519.

Sources: in-toto attestation framework, Statement v1; DSSE protocol v1 (pre-authentication
encoding).
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from analysis import contract
from registry.models import Mark, Run
from registry.secrets import made_once

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:assay:finding:v1"
MARK_TYPE = "urn:assay:mark:v1"
KEY_FILE = "findings.pem"
_KEY_BYTES = 32


class BadSignature(Exception):  # noqa: N818 - reads as the state of an envelope
    """The envelope is not what the key signed; the message says in which way."""


def load_key(home: Path) -> Ed25519PrivateKey:
    """Return this installation's key; make it once, readable by its owner only."""
    key = load_pem_private_key(made_once(home, KEY_FILE, _fresh), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSignature(f"{KEY_FILE} holds no Ed25519 key.")
    return key


def _fresh() -> bytes:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def key_id(key: Ed25519PublicKey) -> str:
    """Return the digest that names a public key."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()


def public_key(text: str) -> Ed25519PublicKey:
    """Read a public key: PEM, 32 bytes as hex or base64, or the JSON of ``/api/v1/keys``.

    Raises BadSignature where it is none of them.
    """
    found = text.strip()
    try:
        if found.startswith("{"):
            found = str(json.loads(found)["keys"][0]["public_key"])
        if found.startswith("-----BEGIN"):
            key = load_pem_public_key(found.encode())
            if isinstance(key, Ed25519PublicKey):
                return key
            raise BadSignature("The public key is not an Ed25519 key.")
        is_hex = len(found) == 2 * _KEY_BYTES
        raw = bytes.fromhex(found) if is_hex else base64.b64decode(found, validate=True)
        return Ed25519PublicKey.from_public_bytes(raw)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BadSignature("The public key cannot be read.") from error


def described(key: Ed25519PublicKey) -> dict[str, str]:
    """Return a public key as it is published."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "keyid": key_id(key),
        "algorithm": "Ed25519",
        "public_key": base64.b64encode(raw).decode(),
        "pem": pem.decode(),
    }


def has_key(home: Path) -> bool:
    """Say whether this machine has the key; loading it would make one that signed nothing."""
    return (home / "keys" / KEY_FILE).exists()


def statement(
    run: Run, finding: contract.Finding, evidence: Mapping[str, contract.JSON], at: datetime
) -> dict[str, Any]:
    """Return the in-toto statement of a finding; its subjects: the commit, every file read."""
    subject = evidence.get("subject")
    files = subject.get("files") if isinstance(subject, dict) else None
    read = files if isinstance(files, list) else []
    subjects: list[dict[str, Any]] = [
        {"name": run.revision.repo.name, "digest": {"gitCommit": run.revision.sha}}
    ]
    subjects += [
        {"name": file["path"], "digest": {"sha256": file["sha256"]}}
        for file in read
        if isinstance(file, dict)
    ]
    estimate = finding.estimate
    return {
        "_type": STATEMENT_TYPE,
        "subject": subjects,
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "run": run.pk,
            "check": {"id": run.check_id, "version": run.check_version},
            "verdict": str(finding.verdict),
            "summary": finding.summary,
            "estimate": {
                "value": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "n": estimate.n,
            }
            if estimate
            else None,
            "evidence": dict(evidence),
            "at": at.isoformat(),
        },
    }


def mark_statement(mark: Mark, owner: str, at: datetime) -> dict[str, Any]:
    """Return the in-toto statement that an owner committed to keys at a time; all of it public."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": mark.name, "digest": {"sha256": mark.commitment}}],
        "predicateType": MARK_TYPE,
        "predicate": {
            "owner": owner,
            "scheme": mark.scheme,
            "task": mark.task,
            "classes": mark.classes,
            "keys": mark.keys,
            "shape": mark.shape,
            "home": mark.home_name,
            "at": at.isoformat(),
        },
    }


def _signed_bytes(payload: bytes) -> bytes:
    """Return DSSE's pre-authentication encoding of a payload."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(content: Mapping[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """Return the DSSE envelope of a statement."""
    payload = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    signature = key.sign(_signed_bytes(payload))
    return {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [
            {"keyid": key_id(key.public_key()), "sig": base64.b64encode(signature).decode()}
        ],
    }


def content_of(envelope: Mapping[str, Any]) -> Any:
    """Return what an envelope holds, unchecked; None where that is no JSON."""
    try:
        return json.loads(base64.b64decode(envelope["payload"], validate=True))
    except (KeyError, TypeError, ValueError):
        return None


def verify(
    envelope: Mapping[str, Any], key: Ed25519PublicKey, whose: str = "this installation's key"
) -> dict[str, Any]:
    """Return the statement that the key signed; raise BadSignature where it did not."""
    try:
        payload = base64.b64decode(envelope["payload"], validate=True)
        signatures = [base64.b64decode(s["sig"], validate=True) for s in envelope["signatures"]]
        kind = envelope["payloadType"]
    except (KeyError, TypeError, ValueError) as error:
        raise BadSignature("The envelope is not a DSSE envelope.") from error
    if kind != PAYLOAD_TYPE:
        raise BadSignature(f"The envelope holds {kind!r}, not an in-toto statement.")
    for signature in signatures:
        try:
            key.verify(signature, _signed_bytes(payload))
        except InvalidSignature:
            continue
        content = json.loads(payload)
        return content if isinstance(content, dict) else {}
    raise BadSignature(f"No signature of the envelope is by {whose}.")
