"""Whether a finding's signature holds, in words."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from registry import signing
from registry.models import Finding


@dataclass(frozen=True, slots=True)
class Signature:
    """What is known of a signature. ``holds`` is None where it could not be checked."""

    holds: bool | None
    sentence: str
    key: str = ""


def signature_of(finding: Finding) -> Signature:
    """Check the envelope against this installation's key and against what is shown."""
    if not finding.envelope:
        return Signature(None, "This finding is not signed.")
    # load_key would make a new key, which signed nothing.
    if not (settings.ASSAY_HOME / "keys" / "findings.pem").exists():
        return Signature(None, "Signed; this server has no key to check the signature with.")
    try:
        key = signing.load_key(settings.ASSAY_HOME).public_key()
        statement = signing.verify(finding.envelope, key)
    except signing.BadSignature as error:
        return Signature(False, str(error))
    except OSError:
        return Signature(None, "Signed; the key cannot be read by this server.")
    if _said(statement) != _shown(finding):
        return Signature(False, "The signature is of another finding than the one shown here.")
    return Signature(True, "Signed by this installation; checked just now.", signing.key_id(key))


def _said(statement: dict[str, Any]) -> Any:
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


def _shown(finding: Finding) -> Any:
    numbers = (finding.value, finding.low, finding.high, finding.n)
    return (finding.run_id, finding.verdict, finding.summary, numbers, finding.evidence)
