"""The vault: originals by content hash, sealed once and never edited (0600 in 0700), encrypted each under its own key.

The key is one for a file, not for a recording: erasure and retention remove single files of a recording, and two
recordings may share one. A vault from before encryption holds plain files; both are read.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

from pipeline.errors import InputRefused, WorkspaceDamaged
from pipeline.files import file_digest, make_private, sync_folder, write_bytes
from pipeline.records import VaultFile
from pipeline.store.key_ring import KeyRing
from pipeline.store.key_sources import SECRET_BYTES
from pipeline.store.open_copies import OpenCopies

SEALED = ".sealed"
MARK = "ENCRYPTED"
"""Says to people and to the program that what is sealed here is encrypted: without its keys nothing is sealed plain."""

_MARK_TEXT = b"The files here are encrypted. Their keys are in keys/ of the workspace; see docs/operator.md.\n"
_CHUNK_BYTES = 1 << 20
_PARTIAL = ".partial-"
_STAYS = "remove it from the inbox if it is there; the recording stays removed"
_RESTORE = "restore it from a backup, then run `offrecord verify`"


class Vault:
    """A folder of sealed files, each named by the SHA-256 of its bytes as they were before it was encrypted."""

    def __init__(
        self, root: Path, keys: KeyRing, copies: OpenCopies, *, was_erased: Callable[[str], bool] = lambda _: False
    ) -> None:
        self.root = make_private(root)
        self.keys = keys
        self._copies = copies
        self._was_erased = was_erased

    @property
    def is_encrypted(self) -> bool:
        """Whether what is sealed from now on is encrypted."""
        return self.keys.is_there or (self.root / MARK).exists()

    def begin_encryption(self) -> None:
        """Makes the keys and says so, once: from now on every file is encrypted when it is sealed."""
        self.keys.keks.make_own()
        self.keys.keks.current()
        if not (self.root / MARK).exists():
            self.keys.create()
            write_bytes(self.root / MARK, _MARK_TEXT)

    def require_keys(self) -> None:
        """Raises what stands in the way of sealing and opening files, before anything is done."""
        if self.is_encrypted:
            self.keys.counts()
            self.keys.keks.current()

    def in_use(self) -> AbstractContextManager[None]:
        """What is opened stays open for the block, and is removed at its end."""
        return self._copies.in_use()

    def keep_open(self, seconds: float) -> None:
        """Leaves opened files there for so long after the last use, for a process that serves people."""
        self._copies.keep(seconds)

    def path(self, digest: str) -> Path:
        """Where a file lies as it was before it was sealed; of an encrypted one a private copy, made once.

        Raises ``WorkspaceDamaged`` when it is not there or was changed, ``InputRefused`` where it was erased, or
        removed when its retention ended.
        """
        if (plain := self._place(digest)).is_file():
            return plain
        if self._place(digest, SEALED).is_file():
            return self._copies.path(digest, partial(self._decrypt, digest))
        if self._was_erased(digest):
            raise InputRefused("the recording was removed: erased on request, or past its retention", action=_STAYS)
        raise WorkspaceDamaged(f"vault: {digest[:12]} is missing", action=_RESTORE)

    def has(self, digest: str) -> bool:
        """Whether a file is there and can be opened, as far as that can be told without opening it."""
        if self._place(digest).exists():
            return True
        return self._place(digest, SEALED).exists() and self.has_key(digest)

    def seal(self, source: Path, *, kind: str) -> VaultFile:
        """Copies a plain file in, once, flushed to the disk; raises ``InputRefused`` for a link or a device."""
        key = secrets.token_bytes(SECRET_BYTES) if self.is_encrypted else None
        with _open_regular(source) as original:
            temporary = self.root / f"{_PARTIAL}{os.getpid()}"
            try:
                digest, size = _copy(original, temporary, key)
                if self._was_erased(digest):
                    raise InputRefused("this recording was erased on request, or is past its retention", action=_STAYS)
                if not self.has(digest):
                    self._put(temporary, digest, key)
            finally:
                temporary.unlink(missing_ok=True)
        return VaultFile(digest=digest, kind=kind, size=size)

    def encrypt(self, digest: str) -> bool:
        """Puts an encrypted file in the place of a plain one; True when it was plain.

        The plain one goes only when the other was read back. Stopped at any instruction, a second call ends the same.
        Raises ``WorkspaceDamaged`` where the plain one is not what it was, and leaves it.
        """
        plain = self._place(digest)
        if not plain.exists():
            return False
        if not self._opens(digest):
            key, temporary = secrets.token_bytes(SECRET_BYTES), self.root / f"{_PARTIAL}{os.getpid()}"
            try:
                with _open_regular(plain) as original:
                    if _copy(original, temporary, key)[0] != digest:
                        raise WorkspaceDamaged(f"vault: {digest[:12]} was changed", action=_RESTORE)
                self._put(temporary, digest, key)
            finally:
                temporary.unlink(missing_ok=True)
            if not self._opens(digest):
                raise WorkspaceDamaged(
                    f"vault: {digest[:12]} cannot be read back after it was encrypted",
                    action="check the disk; the plain file was kept",
                )
        plain.unlink()
        sync_folder(plain.parent)
        return True

    def digests(self) -> Iterator[str]:
        """Every sealed file's digest, sorted."""
        for shelf in sorted(self.root.iterdir()):
            if shelf.is_dir():
                yield from sorted({path.name.removesuffix(SEALED) for path in shelf.iterdir()})

    def plain_digests(self) -> list[str]:
        """The digests of the files that are not encrypted."""
        return [digest for digest in self.digests() if self._place(digest).exists()]

    def has_key(self, digest: str) -> bool:
        """Whether there is a key of a file, so that whoever has a copy of it can still read it."""
        return self.is_encrypted and self.keys.has(digest)

    def keys_not_copied(self, *, since: datetime) -> int:
        """How many files were encrypted before a time, and have their key in no copy of the keys."""
        return self.keys.not_copied(since=since) if self.is_encrypted else 0

    def without_key(self) -> list[str]:
        """The digests of the encrypted files that no key is there for."""
        owners = self.keys.owners() if self.is_encrypted else frozenset()
        return [each for each in self.digests() if each not in owners and self._place(each, SEALED).exists()]

    def unopened(self) -> list[str]:
        """The digests of the encrypted files whose beginning no key opens; the rest of them is not read."""
        return [each for each in self.digests() if self._place(each, SEALED).exists() and not self._begins(each)]

    def damaged(self) -> list[str]:
        """The digests whose bytes are no longer what they were, or cannot be had."""
        return [digest for digest in self.digests() if not self._is_whole(digest)]

    def erase(self, digest: str) -> bool:
        """Removes a sealed file for good, its key first; True when it was there.

        Without its key nobody can read a file any more, in whatever backup it lies.
        """
        return any(self.erase_each([digest]))

    def erase_each(self, digests: Iterable[str]) -> Iterator[str]:
        """Removes sealed files, the keys of all before the first of them; gives each that was there when it is gone."""
        wanted = sorted(set(digests))
        known = self.keys.drop(wanted) if self.is_encrypted else frozenset()
        yield from (digest for digest in wanted if self._remove(digest) or digest in known)

    def sweep(self) -> None:
        """Removes what a killed run left half copied, and what it left open."""
        self.sweep_opened()
        for path in self.root.glob(f"{_PARTIAL}*"):
            path.unlink(missing_ok=True)

    @property
    def opened_folder(self) -> Path:
        """Where every process keeps what it has opened."""
        return self._copies.root

    def sweep_opened(self) -> None:
        """Removes what processes that are gone had opened; what others still work on stays."""
        self._copies.sweep()

    def _put(self, temporary: Path, digest: str, key: bytes | None) -> None:
        """Gives a copied file its place, with its key in one step; where both are there already it is left out."""
        place = self._place(digest, SEALED if key else "")
        make_private(place.parent)

        def put() -> None:
            temporary.replace(place)
            sync_folder(place.parent)

        if key is None:
            put()
        else:
            self.keys.put(digest, key, put)

    def _remove(self, digest: str) -> bool:
        self._copies.remove(digest)
        places = [place for place in (self._place(digest), self._place(digest, SEALED)) if place.exists()]
        for place in places:
            place.unlink()
            sync_folder(place.parent)
        return bool(places)

    def _is_whole(self, digest: str) -> bool:
        plain = self._place(digest)
        if plain.exists() and file_digest(plain) != digest:
            return False
        return self._opens(digest) if self._place(digest, SEALED).exists() else True

    def _opens(self, digest: str) -> bool:
        """Whether the encrypted file is there and opens to what it was."""
        hasher = hashlib.sha256()
        try:
            for content in self._content(digest):
                hasher.update(content)
        except (FileNotFoundError, WorkspaceDamaged):
            return False
        return hasher.hexdigest() == digest

    def _begins(self, digest: str) -> bool:
        with closing(self._content(digest)) as content:
            try:
                next(content, None)
            except WorkspaceDamaged:
                return False
        return True

    def _decrypt(self, digest: str, out: IO[bytes]) -> None:
        for content in self._content(digest):
            out.write(content)

    def _content(self, digest: str) -> Generator[bytes]:
        # Imported here, and below: it takes 0.1 s, and few commands open or seal an original.
        from pipeline.store.streaming_aead import decrypted

        with self._place(digest, SEALED).open("rb") as sealed:
            yield from decrypted(sealed, self.keys.key(digest))

    def _place(self, digest: str, suffix: str = "") -> Path:
        return self.root / digest[:2] / f"{digest}{suffix}"


def _open_regular(path: Path) -> IO[bytes]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise InputRefused(
            "a file is a link or cannot be read", action="put a plain readable file in its place"
        ) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise InputRefused("something in the folder is not a plain file", action="remove it")
    return os.fdopen(handle, "rb")


def _copy(source: IO[bytes], target: Path, key: bytes | None) -> tuple[str, int]:
    """Copies a file, encrypted with a key where there is one, flushed; gives its digest and size as it is plain."""
    target.unlink(missing_ok=True)
    hasher, size = hashlib.sha256(), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with ExitStack() as stack:
            out: IO[bytes] = stack.enter_context(os.fdopen(os.dup(handle), "wb"))
            if key is not None:
                from pipeline.store.streaming_aead import encrypting

                out = stack.enter_context(encrypting(out, key))
            while chunk := source.read(_CHUNK_BYTES):
                hasher.update(chunk)
                out.write(chunk)
                size += len(chunk)
        os.fsync(handle)
    finally:
        os.close(handle)
    return hasher.hexdigest(), size
