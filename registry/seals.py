"""Secrets at rest: AES-256-GCM under a key file of this installation.

What is stored is a version, eight bytes that name the key file, a random nonce, and the cipher
text, which is bound to what it belongs to: it cannot be put in the place of another's.
"""

import hashlib
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.views.decorators.debug import sensitive_variables

from registry.secrets import made_once

_KEY_BYTES = 32
_VERSION = b"\x01"
_NAMED = 8
_NONCE = 12


class CannotOpen(Exception):  # noqa: N818 - reads as what is the matter
    """What was sealed cannot be had; the message says why in one sentence."""


@sensitive_variables()
def sealed(home: Path, name: str, data: bytes, bound: bytes) -> bytes:
    """Encrypt: other bytes each time. The key file is made where it is missing."""
    key = made_once(home, name, lambda: secrets.token_bytes(_KEY_BYTES))
    nonce = secrets.token_bytes(_NONCE)
    text = AESGCM(_vetted(key, name)).encrypt(nonce, data, bound)
    return b"".join((_VERSION, _name(key, name), nonce, text))


@sensitive_variables()
def opened(home: Path, name: str, stored: bytes, bound: bytes, what: str) -> bytes:
    """Return what was sealed; raise CannotOpen. ``what`` names it, in the plural."""
    key = _key_of_here(home, name, what)
    head = len(_VERSION) + _NAMED
    if stored[: len(_VERSION)] != _VERSION:
        raise CannotOpen(f"{what} were sealed by another version of Assay.")
    if stored[len(_VERSION) : head] != _name(key, name):
        raise CannotOpen(
            f"{what} were sealed by another {name} than this machine has: all machines of an"
            " installation share one."
        )
    nonce, text = stored[head : head + _NONCE], stored[head + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, text, bound)
    except InvalidTag:
        raise CannotOpen(f"{what}, which were sealed, were changed.") from None


@sensitive_variables()
def _key_of_here(home: Path, name: str, what: str) -> bytes:
    """Return the key file's content. Never makes one: a fresh key opens nothing."""
    try:
        return _vetted((home / "keys" / name).read_bytes(), name)
    except FileNotFoundError:
        raise CannotOpen(
            f"{what} cannot be opened: this machine has no {name}. Copy the one of the machine"
            " that sealed them."
        ) from None


def _vetted(key: bytes, name: str) -> bytes:
    if len(key) != _KEY_BYTES:
        raise CannotOpen(f"{name} is damaged: it has not {_KEY_BYTES} bytes.")
    return key


def _name(key: bytes, name: str) -> bytes:
    """Return what tells one key file from another, and nothing of the key."""
    return hashlib.sha256(f"assay {name}\0".encode() + key).digest()[:_NAMED]
