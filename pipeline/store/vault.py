"""The vault: originals by content hash, sealed once and never edited (0600 in 0700), encrypted each under its own key.

The key is one for a file, not for a recording: erasure and retention remove single files of a recording, and two
recordings may share one. A vault from before encryption holds plain files; both are read. What is encrypted may lie in
object storage; what is plain never does.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

from pipeline.errors import ConfigurationError, InputRefused, WorkspaceDamaged
from pipeline.files import make_private, write_bytes
from pipeline.records import VaultFile
from pipeline.store.bucket_originals import BucketOriginals
from pipeline.store.folder_originals import FolderOriginals
from pipeline.store.key_ring import KeyRing
from pipeline.store.key_sources import SECRET_BYTES
from pipeline.store.open_copies import OpenCopies
from pipeline.store.plain_files import PlainOriginals, copy_sealed, open_regular

MARK = "ENCRYPTED"
"""Says to people and to the program that what is sealed here is encrypted: without its keys nothing is sealed plain."""

_MARK_TEXT = b"The files here are encrypted. Their keys are in keys/ of the workspace; see docs/operator.md.\n"
_PARTIAL = ".partial-"
_STAYS = "remove it from the inbox if it is there; the recording stays removed"
_PLAIN = "originals are not encrypted, and nothing plain goes into object storage"
_RESTORE = "restore it from a backup, then run `offrecord verify`"


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultFiles:
    """What is in a vault: the digest of each file, and how many blobs in object storage no data key opens."""

    digests: frozenset[str]
    unknown_blobs: int


class Vault:
    """Sealed files, each known by the SHA-256 of its bytes as they were before it was encrypted."""

    def __init__(
        self,
        root: Path,
        keys: KeyRing,
        copies: OpenCopies,
        *,
        bucket: BucketOriginals | None = None,
        was_erased: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.root, self.keys = make_private(root), keys
        self.plain = PlainOriginals(root)
        self.folder = FolderOriginals(root, keys)
        self.bucket, self._copies, self._was_erased = bucket, copies, was_erased

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
        if self.bucket is not None:
            self.require_encrypted()
            self.bucket.blobs.require()

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
        if (plain := self.plain.place(digest)).is_file():
            return plain
        if self.folder.has(digest) or (self.bucket is not None and self.has_key(digest)):
            with suppress(FileNotFoundError):
                copy = self._copies.path(digest, partial(self._decrypt, digest))
                if self.has_key(digest):
                    return copy
                self._copies.remove(digest)  # erased meanwhile, by whoever looked for copies before this was one
        if self._was_erased(digest):
            raise InputRefused("the recording was removed: erased on request, or past its retention", action=_STAYS)
        raise WorkspaceDamaged(f"vault: {digest[:12]} is missing", action=_RESTORE)

    def has(self, digest: str) -> bool:
        """Whether a file is there and can be opened, as far as that can be told without opening it."""
        if self.plain.has(digest):
            return True
        if not self.has_key(digest):
            return False
        return self.folder.has(digest) or (self.bucket is not None and self.bucket.has(digest))

    def has_trace(self, digest: str) -> bool:
        """Whether anything of a file is left beside its key: itself, an opened copy, or a blob still to be deleted."""
        is_left = self.bucket is not None and bool(self.bucket.unkept.names(digest))
        return is_left or any(there(digest) for there in (self.plain.has, self.folder.has, self._copies.has))

    def seal(self, source: Path, *, kind: str) -> VaultFile:
        """Copies a plain file in, once, flushed to the disk; raises ``InputRefused`` for a link or a device."""
        if self.bucket is not None:
            self.require_encrypted()
        key = secrets.token_bytes(SECRET_BYTES) if self.is_encrypted else None
        with open_regular(source) as original:
            temporary = self.root / f"{_PARTIAL}{os.getpid()}"
            try:
                digest, size = copy_sealed(original, temporary, key)
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
        if not self.plain.has(digest):
            return False
        if not self.opens(digest):
            key, temporary = secrets.token_bytes(SECRET_BYTES), self.root / f"{_PARTIAL}{os.getpid()}"
            try:
                with open_regular(self.plain.place(digest)) as original:
                    if copy_sealed(original, temporary, key)[0] != digest:
                        raise WorkspaceDamaged(f"vault: {digest[:12]} was changed", action=_RESTORE)
                self._put(temporary, digest, key)
            finally:
                temporary.unlink(missing_ok=True)
            if not self.opens(digest):
                raise WorkspaceDamaged(
                    f"vault: {digest[:12]} cannot be read back after it was encrypted",
                    action="check the disk; the plain file was kept",
                )
        return self.plain.delete(digest)

    def files(self) -> VaultFiles:
        """Everything that is there; where files are in object storage, a listing of it."""
        digests, unknown = self.bucket.listed() if self.bucket is not None else (frozenset[str](), 0)
        return VaultFiles(
            digests=frozenset({*self.plain_digests(), *self.folder.digests(), *digests}), unknown_blobs=unknown
        )

    def digests(self) -> Iterator[str]:
        """Every sealed file's digest, sorted."""
        yield from sorted(self.files().digests)

    def known_digests(self) -> frozenset[str]:
        """The digest of every file that is here, or whose data key is; nothing is asked of object storage."""
        owners = self.keys.owners() if self.bucket is not None and self.keys.is_there else frozenset[str]()
        return frozenset({*self.plain_digests(), *self.folder.digests()}) | owners

    def plain_digests(self) -> list[str]:
        """The digests of the files that are not encrypted, sorted."""
        return self.plain.digests()

    def has_key(self, digest: str) -> bool:
        """Whether there is a key of a file, so that whoever has a copy of it can still read it."""
        return self.is_encrypted and self.keys.has(digest)

    def keys_not_copied(self, *, since: datetime) -> int:
        """How many files were encrypted before a time, and have their key in no copy of the keys."""
        return self.keys.not_copied(since=since) if self.is_encrypted else 0

    def without_key(self) -> list[str]:
        """The digests of the encrypted files of the folder that no key is there for."""
        owners = self.keys.owners() if self.is_encrypted else frozenset()
        return [digest for digest in self.folder.digests() if digest not in owners]

    def unopened(self, digests: Iterable[str] | None = None) -> list[str]:
        """Those encrypted files, of all or of some, whose beginning no key opens; the rest of them is not read."""
        plain = frozenset(self.plain_digests())
        encrypted = frozenset(self.folder.digests()) | (self.known_digests() - plain) if digests is None else digests
        return [digest for digest in sorted(encrypted) if not self._begins(digest)]

    def damaged(self, digests: Iterable[str] | None = None) -> list[str]:
        """Those files, of all or of some, whose bytes are no longer what they were, or cannot be had."""
        return [digest for digest in (self.digests() if digests is None else digests) if not self._is_whole(digest)]

    def erase(self, digest: str) -> bool:
        """Removes a sealed file for good, its key first: no backup of it can be read then. True when it was there."""
        return any(self.erase_each([digest]))

    def erase_each(self, digests: Iterable[str]) -> Iterator[str]:
        """Removes sealed files, the keys of all before the first of them; gives each that was there when it is gone.

        What is in object storage goes last; where it does not answer, this raises, and the next call goes on.
        """
        wanted = sorted(set(digests))
        known = self._drop_keys(wanted)
        for digest in wanted:
            self._copies.remove(digest)
        for digest in wanted:
            was_here = [self.plain.delete(digest), self.folder.delete(digest), digest in known]
            if self.bucket is not None:
                was_here.append(self.bucket.delete_unkept(digest))
            if any(was_here):
                yield digest

    def sweep(self) -> None:
        """Removes what a killed run left half copied, half uploaded or half deleted, and what it left open."""
        self.sweep_opened()
        for path in self.root.glob(f"{_PARTIAL}*"):
            path.unlink(missing_ok=True)
        self.folder.finish_renewals()
        if self.bucket is not None:
            self.bucket.sweep()

    @property
    def opened_folder(self) -> Path:
        """Where every process keeps what it has opened."""
        return self._copies.root

    def sweep_opened(self) -> None:
        """Removes what processes that are gone had opened; what others still work on stays."""
        self._copies.sweep()

    def opens(self, digest: str) -> bool:
        """Whether the encrypted file is there and opens to what it was."""
        hasher = hashlib.sha256()
        try:
            for content in self.content(digest):
                hasher.update(content)
        except (FileNotFoundError, WorkspaceDamaged):
            return False
        return hasher.hexdigest() == digest

    def require_encrypted(self) -> None:
        """Raises ``ConfigurationError`` where files are plain: those go into no bucket."""
        if not self.is_encrypted:
            raise ConfigurationError(_PLAIN, action="run `offrecord keys encrypt`, or name no place in [storage]")

    def _put(self, temporary: Path, digest: str, key: bytes | None) -> None:
        """Gives a copied file its place, with its key in one step."""
        if key is None:
            self.plain.put(temporary, digest)
        elif self.bucket is None:
            self.folder.put(temporary, digest, key)
        else:
            self.folder.delete(digest)  # one that no key opens, else it had not to be put
            self.bucket.put(temporary, digest, key)

    def _drop_keys(self, digests: list[str]) -> frozenset[str]:
        if not self.is_encrypted:
            return frozenset()
        return self.bucket.drop(digests) if self.bucket is not None else self.keys.drop(digests)

    def _is_whole(self, digest: str) -> bool:
        if self.plain.has(digest):
            return self.plain.is_whole(digest) and (not self.folder.has(digest) or self.opens(digest))
        return self.opens(digest)

    def _begins(self, digest: str) -> bool:
        with closing(self.content(digest)) as content:
            try:
                next(content, None)
            except (FileNotFoundError, WorkspaceDamaged):
                return False
        return True

    def _decrypt(self, digest: str, out: IO[bytes]) -> None:
        out.writelines(self.content(digest))

    def content(self, digest: str) -> Generator[bytes]:
        """What an encrypted file was; raises ``WorkspaceDamaged``, ``FileNotFoundError``."""
        if self.bucket is None or self.folder.has(digest):
            return self.folder.plain(digest)
        return self.bucket.plain(digest)
