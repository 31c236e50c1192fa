"""Whether a finding's signature holds, in words."""

from dataclasses import dataclass

from django.conf import settings

from registry import proofs, signing
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
    if not signing.has_key(settings.ASSAY_HOME):
        return Signature(None, "Signed; this server has no key to check the signature with.")
    try:
        key = signing.load_key(settings.ASSAY_HOME).public_key()
        statement = signing.verify(finding.envelope, key)
    except signing.BadSignature as error:
        return Signature(False, str(error))
    except OSError:
        return Signature(None, "Signed; the key cannot be read by this server.")
    if proofs.said(statement) != proofs.shown(finding):
        return Signature(False, "The signature is of another finding than the one shown here.")
    return Signature(True, "Signed by this installation; checked just now.", signing.key_id(key))
