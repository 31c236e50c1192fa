"""Whether the signature of a finding or of a mark holds, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from registry import proofs, signing
from registry.models import Finding, Mark


@dataclass(frozen=True, slots=True)
class Signature:
    """What is known of a signature. ``holds`` is None where it could not be checked."""

    holds: bool | None
    sentence: str
    key: str = ""


def signature_of(finding: Finding) -> Signature:
    """Check the envelope against this installation's key and against what is shown."""

    def is_same(statement: Mapping[str, Any]) -> bool:
        return bool(proofs.said(statement) == proofs.shown(finding))

    return _checked(finding.envelope, "finding", is_same)


def signature_of_mark(mark: Mark) -> Signature:
    """Check the envelope of a mark: that this commitment was made at this time."""

    def is_same(statement: Mapping[str, Any]) -> bool:
        subjects = [{"name": mark.name, "digest": {"sha256": mark.commitment}}]
        at = (statement.get("predicate") or {}).get("at")
        return statement.get("subject") == subjects and at == mark.registered_at.isoformat()

    return _checked(mark.envelope, "mark", is_same)


def _checked(
    envelope: Mapping[str, Any], what: str, is_same: Callable[[Mapping[str, Any]], bool]
) -> Signature:
    if not envelope:
        return Signature(None, f"This {what} is not signed.")
    if not signing.has_key(settings.ASSAY_HOME):
        return Signature(None, "Signed; this server has no key to check the signature with.")
    try:
        key = signing.load_key(settings.ASSAY_HOME).public_key()
        statement = signing.verify(envelope, key)
    except signing.BadSignature as error:
        return Signature(False, str(error))
    except OSError:
        return Signature(None, "Signed; the key cannot be read by this server.")
    if not is_same(statement):
        return Signature(False, f"The signature is of another {what} than the one shown here.")
    return Signature(True, "Signed by this installation; checked just now.", signing.key_id(key))
