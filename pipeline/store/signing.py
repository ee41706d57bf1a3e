"""Signatures of a workspace (Ed25519), so that what left it can be told from what somebody changed."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY = "signing"
"""The name of the workspace's key that signs; its 32 bytes are the private key."""

_PREFIX = "ed25519:"


class Signer:
    """Signs in the name of one workspace; ``what`` is signed with it, so that no signature does for something else."""

    def __init__(self, private: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(private)

    @property
    def public_key(self) -> str:
        """The public key as text, as ``ed25519:…``; who has it can check every signature."""
        return _PREFIX + base64.b64encode(self._private.public_key().public_bytes_raw()).decode()

    def sign(self, what: str, content: bytes) -> str:
        """The signature of some bytes, as text."""
        return base64.b64encode(self._private.sign(_signed(what, content))).decode()

    def sign_jws(self, signing_input: bytes) -> bytes:
        """The bare signature of a JWS's signing input, which is base64url and a dot and so never anything else."""
        return self._private.sign(signing_input)


def key_around(place: Path) -> str | None:
    """The public key of the workspace in whose folder a place lies; None where it lies in none, or its key is gone."""
    root = next((folder for folder in place.resolve().parents if (folder / "offrecord.toml").is_file()), None)
    try:
        return None if root is None else Signer((root / "keys" / KEY).read_bytes()).public_key
    except (OSError, ValueError):
        return None


def raw_public(public_key: str) -> bytes:
    """The 32 bytes of a public key; raises ``ValueError`` for what is none."""
    return base64.b64decode(public_key.removeprefix(_PREFIX), validate=True)


def is_signed_jws(signing_input: bytes, signature: bytes, *, public_key: str) -> bool:
    """Whether a bare signature is one of this signing input by this key."""
    try:
        Ed25519PublicKey.from_public_bytes(raw_public(public_key)).verify(signature, signing_input)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_signed(what: str, content: bytes, *, signature: str, public_key: str) -> bool:
    """Whether the signature is one of these bytes by this key; False also for what is no key or signature."""
    try:
        Ed25519PublicKey.from_public_bytes(raw_public(public_key)).verify(
            base64.b64decode(signature, validate=True), _signed(what, content)
        )
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return public_key.startswith(_PREFIX)


def _signed(what: str, content: bytes) -> bytes:
    return f"offrecord {what}\n".encode() + content
