"""Keys of marks at rest: sealed under a key file of this installation, bound to the commitment."""

from pathlib import Path

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from registry import seals
from registry.models import Mark, MarkKeys
from registry.seals import CannotOpen

__all__ = ["KEY_FILE", "CannotOpen", "open_sealed", "sealed"]

KEY_FILE = "marks.key"


@sensitive_variables()
def sealed(home: Path, data: bytes, commitment: str) -> bytes:
    """Encrypt keys: other bytes each time. The key file is made where it is missing."""
    return seals.sealed(home, KEY_FILE, data, bytes.fromhex(commitment))


@sensitive_variables()
def open_sealed(mark: Mark) -> bytes:
    """Return the keys of a mark as they were uploaded; raise CannotOpen."""
    stored = MarkKeys.objects.filter(mark=mark).first()
    if stored is None:
        raise CannotOpen(f"The keys of mark {mark.pk} are gone: it was withdrawn or refused.")
    return seals.opened(
        settings.ASSAY_HOME,
        KEY_FILE,
        bytes(stored.data),
        bytes.fromhex(mark.commitment),
        f"The keys of mark {mark.pk}",
    )
