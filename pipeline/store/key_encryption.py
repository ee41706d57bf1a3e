"""Key-encryption keys: each known by an id that tells nothing of it, and the wrapping of data keys under them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipeline.errors import WorkspaceDamaged
from pipeline.files import write_bytes
from pipeline.settings.encryption import OWN, EncryptionSettings
from pipeline.store.key_sources import OWN_FILE, SECRET_BYTES, read_secret, whole

NEXT_FILE = f"{OWN_FILE}.next"
"""The workspace's own key that takes the place of ``kek``, while both are in force."""
_NONCE_BYTES = 12
_ID_BYTES = 8


def derived(secret: bytes, purpose: str, *, length: int = SECRET_BYTES) -> bytes:
    """A sub-key for one purpose (HKDF-SHA-256, RFC 5869): none tells anything of the secret or of another."""
    return HKDF(SHA256(), length, salt=None, info=f"offrecord {purpose} v1".encode()).derive(secret)


class KeyEncryptionKey:
    """One key that wraps data keys (AES-256-GCM); what it is shows nowhere but its id."""

    def __init__(self, secret: bytes) -> None:
        self.kek_id = derived(secret, "key-encryption key id", length=_ID_BYTES).hex()
        self._cipher = AESGCM(derived(secret, "data keys"))

    def wrap(self, data_key: bytes, owner: str) -> bytes:
        """A data key under this one, bound to its owner."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data_key, owner.encode())

    def unwrap(self, wrapped: bytes, owner: str) -> bytes:
        """The data key; raises ``WorkspaceDamaged`` for what was changed, or is another owner's."""
        try:
            return self._cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], owner.encode())
        except (InvalidTag, ValueError) as error:
            raise WorkspaceDamaged("a data key was changed", action="restore keys/ from its backup") from error


class KeyEncryptionKeys:
    """The keys that are in force: one that wraps, and during a rotation one or two more that still unwrap."""

    def __init__(self, folder: Path, settings: EncryptionSettings) -> None:
        self._folder = folder
        self._settings = settings
        self._known: dict[str, KeyEncryptionKey] = {}
        self._current: KeyEncryptionKey | None = None
        self._state: tuple[int, ...] = ()

    def current(self) -> KeyEncryptionKey:
        """What data keys are wrapped under; raises as ``read_secret``.

        A source elsewhere is asked once; the workspace's own key again when another process has begun a rotation.
        """
        state = self._own_state()
        if self._current is None or state != self._state:
            key = self._next() if self._settings.key == OWN else None
            self._current = self._noted(key or KeyEncryptionKey(self._read(self._settings.key)))
            self._state = state
        return self._current

    def of(self, kek_id: str) -> KeyEncryptionKey:
        """The key of this id; raises ``WorkspaceDamaged`` where no source of the settings has it."""
        if kek_id in self._known:
            return self._known[kek_id]
        for key in self._all():
            self._noted(key)
            if key.kek_id == kek_id:
                return self._known[kek_id]
        raise WorkspaceDamaged(
            f"no key-encryption key with the id {kek_id} is here",
            action="name its source as encryption.key or encryption.previous_key, or restore keys/ from its backup",
        )

    def make_own(self) -> None:
        """Makes the workspace's own key, where the settings want that and there is none."""
        if self._settings.key == OWN and not (self._folder / OWN_FILE).exists():
            write_bytes(self._folder / OWN_FILE, secrets.token_bytes(SECRET_BYTES))

    def begin_rotation(self) -> None:
        """Puts a new own key beside the old one, once: what is wrapped from now on is wrapped under it."""
        if self._settings.key == OWN and not (self._folder / NEXT_FILE).exists():
            write_bytes(self._folder / NEXT_FILE, secrets.token_bytes(SECRET_BYTES))

    def end_rotation(self) -> None:
        """Puts the new own key in the place of the old one, which is gone then, or removes one that no more is used."""
        if self._settings.key == OWN:
            with suppress(FileNotFoundError):
                (self._folder / NEXT_FILE).rename(self._folder / OWN_FILE)
        else:
            for name in (OWN_FILE, NEXT_FILE):
                (self._folder / name).unlink(missing_ok=True)

    def _own_state(self) -> tuple[int, ...]:
        """What changes when the workspace's own key does; nothing for a source elsewhere."""
        for name in (NEXT_FILE, OWN_FILE) if self._settings.key == OWN else ():
            with suppress(FileNotFoundError):
                status = (self._folder / name).stat()
                return status.st_ino, status.st_mtime_ns
        return ()

    def _all(self) -> Iterator[KeyEncryptionKey]:
        """Every key that may have wrapped something; the one that may be out of reach comes last."""
        yield self.current()
        if key := self._next():
            yield key
        if (self._folder / OWN_FILE).exists():
            yield KeyEncryptionKey(self._read(OWN))
        if self._settings.previous_key:
            yield KeyEncryptionKey(self._read(self._settings.previous_key))

    def _next(self) -> KeyEncryptionKey | None:
        try:
            return KeyEncryptionKey(whole((self._folder / NEXT_FILE).read_bytes(), NEXT_FILE))
        except FileNotFoundError:
            return None

    def _read(self, source: str) -> bytes:
        return read_secret(source, self._folder, timeout_s=self._settings.command_timeout_s)

    def _noted(self, key: KeyEncryptionKey) -> KeyEncryptionKey:
        return self._known.setdefault(key.kek_id, key)
