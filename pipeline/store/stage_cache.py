"""Stage results, each under the hash of all that it was made from: the same inputs are never worked twice."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipeline.errors import WorkspaceDamaged
from pipeline.files import locked, make_private, write_bytes
from pipeline.store.codec import decode, encode
from pipeline.store.key_encryption import derived
from pipeline.store.key_ring import WAITING, KeyRing

T = TypeVar("T")

_NONCE_BYTES = 12
_PURPOSE = "stage result"


class StageCache:
    """A folder of stage results as JSON files, each encrypted: raw transcripts are as confidential as the recording.

    Each is under a data key of its own, which goes with it: a copy in a backup cannot be read any more. What an earlier
    version kept is under a key of the workspace.
    """

    def __init__(
        self, root: Path, key: Callable[[], bytes], keys: KeyRing, *, needs_keys: Callable[[], bool] = lambda: False
    ) -> None:
        self.root = make_private(root)
        self.keys = keys
        self._lock = root.with_suffix(".lock")
        self._key = key
        self._needs_keys = needs_keys

    def require_keys(self) -> None:
        """Raises ``WorkspaceDamaged`` where the keys of stage results are gone: none would be made under the old one.

        A result under the key of the workspace could be read in an old backup after its erasure.
        """
        if self._needs_keys() and not self.keys.is_there:
            raise WorkspaceDamaged(f"keys/{self.keys.path.name} is missing", action="restore keys/ from its backup")

    def get(self, stage: str, key: str, kind: type[T]) -> T | None:
        """The result kept under this key, or None; an unreadable one counts as none, so that it is made again."""
        try:
            return decode(self.opened(self.place(stage, key)), kind)
        except (FileNotFoundError, ValueError, InvalidTag):
            return None

    def put(self, stage: str, key: str, value: object, kind: Any = None) -> Path:
        """Keeps a result, all of it or nothing; gives its file."""
        place = self.place(stage, key)
        make_private(place.parent)
        self._write(place, encode(value, kind))
        return place

    def drop(self, place: Path) -> None:
        """Removes one result's file, its key first; it is made again when it is needed."""
        if self.keys.is_there:
            self.keys.drop([self._owner(place), f"{self._owner(place)}{WAITING}"])
        place.unlink(missing_ok=True)

    def renew(self, owner: str) -> bool:
        """Encrypts a result again under a new data key; False where it does not open, and counts as none anyway.

        The new key waits until its file is in place, so that a kill at any moment loses nothing. Nobody else writes a
        result meanwhile.
        """
        place, waiting = self.root / owner, f"{owner}{WAITING}"
        with locked(self._lock):
            if not place.exists():
                self.keys.drop([owner, waiting])
                return True
            try:
                content = self.opened(place)
            except InvalidTag:
                return False
            begun = self.keys.find(waiting)
            if begun is not None and self._is_under(place, begun):  # as a killed one left it
                self._replace_key(owner, begun)
                return True
            self.keys.drop([waiting])
            data_key = self.keys.ensure(waiting)
            self._put(place, content, _of_data_key(data_key))
            self._replace_key(owner, data_key)
        return True

    def encrypt_again(self, place: Path) -> bool:
        """Puts a result that an earlier version kept under a key of its own; True when it was not. Safe to repeat."""
        try:
            self._decrypted(place, self._own_cipher(place))
        except InvalidTag:
            self._write(place, self.opened(place))
            return True
        return False

    def files(self) -> Iterator[Path]:
        """Every result's file."""
        yield from sorted(self.root.glob("*/*.json"))

    def opened(self, place: Path) -> bytes:
        """The JSON in a result's file; raises ``InvalidTag`` when it was changed or moved."""
        for cipher in self._ciphers(place):
            with suppress(InvalidTag):
                return self._decrypted(place, cipher)
        raise InvalidTag

    def place(self, stage: str, key: str) -> Path:
        """Where the result of this key lies."""
        return self.root / stage / f"{key}.json"

    def _write(self, place: Path, content: bytes) -> None:
        """Writes a result; its key is kept before, and stays the same, so that a kill in between loses nothing.

        Raises ``WorkspaceDamaged`` where there are keys no more: under that of the workspace no erasure would reach it.
        """
        if not (self.keys.is_there or self._needs_keys()):
            self._put(place, content, self._cipher())
            return
        with locked(self._lock, shared=True):
            self._put(place, content, _of_data_key(self.keys.ensure(self._owner(place))))

    def _put(self, place: Path, content: bytes, cipher: AESGCM) -> None:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        write_bytes(place, nonce + cipher.encrypt(nonce, content, self._owner(place).encode()))

    def _decrypted(self, place: Path, cipher: AESGCM | None) -> bytes:
        content = place.read_bytes()
        if cipher is None or len(content) <= _NONCE_BYTES:
            raise InvalidTag
        return cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], self._owner(place).encode())

    def _owner(self, place: Path) -> str:
        return str(place.relative_to(self.root))

    def _replace_key(self, owner: str, data_key: bytes) -> None:
        with self.keys.writing() as connection:
            self.keys.insert(connection, owner, data_key)
            self.keys.delete(connection, [f"{owner}{WAITING}"])

    def _is_under(self, place: Path, data_key: bytes) -> bool:
        try:
            self._decrypted(place, _of_data_key(data_key))
        except InvalidTag:
            return False
        return True

    def _ciphers(self, place: Path) -> Iterator[AESGCM | None]:
        """What may open a result: its own key, the one that waits to be it, again its own where both were replaced."""
        for ending in ("", WAITING, ""):
            yield self._own_cipher(place, ending)
        yield self._cipher()

    def _own_cipher(self, place: Path, ending: str = "") -> AESGCM | None:
        """The cipher of a result's own data key, None where it has none."""
        key = self.keys.find(f"{self._owner(place)}{ending}") if self.keys.is_there else None
        return None if key is None else _of_data_key(key)

    def _cipher(self) -> AESGCM:
        """That of the workspace, which an earlier version used for every result."""
        return AESGCM(hmac.digest(self._key(), b"offrecord stage results v1", "sha256"))


def _of_data_key(data_key: bytes) -> AESGCM:
    return AESGCM(derived(data_key, _PURPOSE))
