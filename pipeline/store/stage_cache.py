"""Stage results, each under the hash of all that it was made from: the same inputs are never worked twice."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipeline.errors import WorkspaceDamaged
from pipeline.files import locked, make_private
from pipeline.store.blobs.concurrency import map_concurrently
from pipeline.store.bucket_results import BucketResults
from pipeline.store.codec import decode, encode
from pipeline.store.key_encryption import derived
from pipeline.store.key_ring import WAITING, KeyRing
from pipeline.store.key_sources import SECRET_BYTES
from pipeline.store.result_store import ResultStore

T = TypeVar("T")

_LONGEST_KEY = 200  # a file system takes 255 bytes for a name, and this one gets an ending
_NONCE_BYTES = 12
_PURPOSE = "stage result"


class StageCache:
    """The stage results of a workspace as JSON, each encrypted: raw transcripts are as confidential as the recording.

    Each is under a data key of its own, which goes with it: a copy in a backup cannot be read any more. What an earlier
    version kept is under a key of the workspace.
    """

    def __init__(
        self,
        root: Path,
        key: Callable[[], bytes],
        keys: KeyRing,
        *,
        bucket: BucketResults | None = None,
        kept_bytes: int = 0,
        needs_keys: Callable[[], bool] = lambda: False,
    ) -> None:
        """With a ``bucket`` new results go there, and about ``kept_bytes`` of them are in the folder as well."""
        self.root = make_private(root)
        self.keys = keys
        self.store = ResultStore(root, bucket=bucket, kept_bytes=kept_bytes)
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
        """The result kept under this key, or None; an unreadable one counts as none, so that it is made again.

        What a person typed as a session's id may be a key: one that is no plain name leads nowhere.
        """
        if "/" in key or not key.isprintable() or len(key) > _LONGEST_KEY:
            return None
        try:
            return self.decoded(self._opened(self.place(stage, key), keep=True), kind)
        except (FileNotFoundError, InvalidTag):
            return None

    def decoded(self, content: bytes, kind: type[T]) -> T | None:
        """The value of a result that was opened; None where it is not of this kind, as one of an earlier version."""
        try:
            return decode(content, kind)
        except ValueError:
            return None

    def put(self, stage: str, key: str, value: object, kind: Any = None, *, stays_here: bool = False) -> Path:
        """Keeps a result, all of it or nothing; gives its place. What ``stays_here`` goes to no bucket."""
        place = self.place(stage, key)
        self._write(place, encode(value, kind), stays_here=stays_here)
        return place

    def drop(self, place: Path) -> None:
        """Removes one result, its key first; it is made again when it is needed."""
        self.drop_each([place])

    def drop_each(self, places: Iterable[Path]) -> None:
        """Removes results, the keys of all before the first of them; what is in object storage goes last."""
        owners, names = [self._owner(place) for place in places], list[str]()
        if self.keys.is_there and owners:
            with self.keys.writing() as connection:
                self.keys.delete(connection, [f"{owner}{ending}" for owner in owners for ending in ("", WAITING)])
                names = self.store.drop(connection, owners)
        self.store.delete(owners, names)

    def sweep(self) -> None:
        """Removes what a killed run left half done, and what is more in the folder than may be; under the lock."""
        self.store.sweep()

    def renew(self, owner: str) -> bool:
        """Encrypts a result again under a new data key; False where it does not open, and counts as none anyway.

        The new key waits until its file is in place, so that a kill at any moment loses nothing. Nobody else writes a
        result meanwhile.
        """
        place, waiting = self.root / owner, f"{owner}{WAITING}"
        with locked(self._lock):
            try:
                content = self.opened(place)
            except FileNotFoundError:
                self.keys.drop([owner, waiting])
                return True
            except InvalidTag:
                return False
            if self.store.name(owner) is not None:
                data_key = secrets.token_bytes(SECRET_BYTES)
                self.store.renew(owner, lambda: _sealed(owner, content, _of_data_key(data_key)), data_key)
                return True
            begun = self.keys.find(waiting)
            if begun is not None and self._is_under(place, begun):  # as a killed one left it
                self._replace_key(owner, begun)
                return True
            self.keys.drop([waiting])
            data_key = self.keys.ensure(waiting)
            self.store.files.write(owner, _sealed(owner, content, _of_data_key(data_key)))
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

    def to_bucket(self, place: Path) -> bool:
        """Moves a result into the bucket; False where it does not open, and stays in the folder. Safe to repeat."""
        owner = self._owner(place)
        with locked(self._lock, shared=True):
            try:
                content = self.opened(place)
                cipher = _of_data_key(self.keys.ensure(owner))
                self.store.to_bucket(owner, lambda: _sealed(owner, content, cipher))
            except (FileNotFoundError, InvalidTag):
                return False
        return True

    def to_folder(self, place: Path) -> bool:
        """Moves a result out of the bucket; False where it does not open, and stays there. Safe to repeat."""
        with locked(self._lock, shared=True):
            try:
                self.opened(place)
                self.store.to_folder(self._owner(place))
            except (FileNotFoundError, InvalidTag):
                return False
        return True

    def files(self, stage: str = "") -> list[Path]:
        """The place of every result, or of every one of a stage, in order."""
        return [self.root / owner for owner in self.store.owners(stage)]

    def is_there(self, place: Path) -> bool:
        """Whether there is a result at a place."""
        return self.changed_at(place) != ""

    def changed_at(self, place: Path) -> str:
        """What is another whenever a result was written again; empty where there is none."""
        return self.store.changed_at(self._owner(place))

    def changes(self, stage: str) -> list[tuple[str, str]]:
        """Every result of a stage with what is another whenever it was written again."""
        return self.store.changes(stage)

    def size(self, place: Path) -> int:
        """The bytes of a result as it is sealed; raises ``FileNotFoundError``."""
        return self.store.size(self._owner(place))

    def opened(self, place: Path) -> bytes:
        """The JSON of a result; raises ``InvalidTag`` when it was changed or moved, ``FileNotFoundError``."""
        return self._opened(place)

    def opened_each(self, places: Iterable[Path], *, at_once: int = 0) -> Iterator[tuple[Path, bytes | None]]:
        """The JSON of many results with their places, so many at once or as many as may be; None of one unreadable.

        One that is gone meanwhile is left out, and no copy of what is fetched stays in the folder.
        """
        for place, content, is_gone in map_concurrently(self._tried, places, at_once=at_once or self.store.at_once):
            if not is_gone:
                yield place, content

    def place(self, stage: str, key: str) -> Path:
        """The place of the result of this key, whether or not it is there: of its file, or of a copy of it."""
        return self.root / stage / f"{key}.json"

    def _tried(self, place: Path) -> tuple[Path, bytes | None, bool]:
        """A result's JSON, or none, and whether it is gone."""
        try:
            return place, self.opened(place), False
        except InvalidTag:
            return place, None, False
        except FileNotFoundError:
            return place, None, True

    def _opened(self, place: Path, *, keep: bool = False) -> bytes:
        for cipher in self._ciphers(place):
            with suppress(InvalidTag):
                return self._decrypted(place, cipher, keep=keep)
        raise InvalidTag

    def _write(self, place: Path, content: bytes, *, stays_here: bool = False) -> None:
        """Writes a result; its key is kept before, and stays the same, so that a kill in between loses nothing.

        Raises ``WorkspaceDamaged`` where there are keys no more: under that of the workspace no erasure would reach it.
        """
        owner = self._owner(place)
        if not (self.keys.is_there or self._needs_keys()):
            self.store.files.write(owner, _sealed(owner, content, self._cipher()))
            return
        with locked(self._lock, shared=True):
            cipher = _of_data_key(self.keys.ensure(owner))
            self.store.write(owner, lambda: _sealed(owner, content, cipher), stays_here=stays_here)

    def _decrypted(self, place: Path, cipher: AESGCM | None, *, keep: bool = False) -> bytes:
        owner = self._owner(place)
        content = self.store.read(owner, keep=keep)
        if cipher is None or len(content) <= _NONCE_BYTES:
            raise InvalidTag
        return cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], owner.encode())

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


def _sealed(owner: str, content: bytes, cipher: AESGCM) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, content, owner.encode())


def _of_data_key(data_key: bytes) -> AESGCM:
    return AESGCM(derived(data_key, _PURPOSE))
