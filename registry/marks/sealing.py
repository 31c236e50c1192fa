"""Keys of marks at rest: AES-256-GCM under a key file of this installation.

What is stored is a version, eight bytes that name the key file, a random nonce, and the cipher
text, which is bound to the mark's commitment: the keys of one mark cannot be put in the place of
another's.
"""

import hashlib
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from registry.models import Mark, MarkKeys
from registry.secrets import made_once

KEY_FILE = "marks.key"
_KEY_BYTES = 32
_VERSION = b"\x01"
_NAMED = 8
_NONCE = 12


class CannotOpen(Exception):  # noqa: N818 - reads as what is the matter
    """The keys of a mark cannot be had; the message says why in one sentence."""


@sensitive_variables()
def sealed(home: Path, data: bytes, commitment: str) -> bytes:
    """Encrypt keys: other bytes each time. The key file is made where it is missing."""
    key = made_once(home, KEY_FILE, lambda: secrets.token_bytes(_KEY_BYTES))
    nonce = secrets.token_bytes(_NONCE)
    text = AESGCM(_vetted(key)).encrypt(nonce, data, bytes.fromhex(commitment))
    return b"".join((_VERSION, _name(key), nonce, text))


@sensitive_variables()
def open_sealed(mark: Mark) -> bytes:
    """Return the keys of a mark as they were uploaded; raise CannotOpen."""
    stored = MarkKeys.objects.filter(mark=mark).first()
    if stored is None:
        raise CannotOpen(f"The keys of mark {mark.pk} are gone: it was withdrawn or refused.")
    key = _key_of_here(settings.ASSAY_HOME, mark)
    found = bytes(stored.data)
    head = len(_VERSION) + _NAMED
    if found[: len(_VERSION)] != _VERSION:
        raise CannotOpen(f"The keys of mark {mark.pk} were sealed by another version of Assay.")
    if found[len(_VERSION) : head] != _name(key):
        raise CannotOpen(
            f"The keys of mark {mark.pk} were sealed by another {KEY_FILE} than this machine has:"
            " all machines of an installation share one."
        )
    nonce, text = found[head : head + _NONCE], found[head + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, text, bytes.fromhex(mark.commitment))
    except InvalidTag:
        raise CannotOpen(f"The sealed keys of mark {mark.pk} were changed.") from None


@sensitive_variables()
def _key_of_here(home: Path, mark: Mark) -> bytes:
    """Return the key file's content. Never makes one: a fresh key opens nothing."""
    try:
        return _vetted((home / "keys" / KEY_FILE).read_bytes())
    except FileNotFoundError:
        raise CannotOpen(
            f"The keys of mark {mark.pk} cannot be opened: this machine has no {KEY_FILE}. Copy the"
            " one of the machine that registered it."
        ) from None


def _vetted(key: bytes) -> bytes:
    if len(key) != _KEY_BYTES:
        raise CannotOpen(f"{KEY_FILE} is damaged: it has not {_KEY_BYTES} bytes.")
    return key


def _name(key: bytes) -> bytes:
    """Return what tells one key file from another, and nothing of the key."""
    return hashlib.sha256(b"assay marks.key\0" + key).digest()[:_NAMED]
