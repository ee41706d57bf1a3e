"""Moves encrypted originals from the folder into object storage, or back: each copied, read back, then removed there.

Stopped at any instruction, a second call goes on: a file is found by its key at either place.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.files import file_digest
from pipeline.store import Workspace
from pipeline.store.bucket_originals import BucketOriginals, blob_name
from pipeline.store.vault import Vault

BUCKET, FOLDER = "bucket", "folder"
ShowFiles = Callable[[int, int], None]
"""Is called with how many files are done, and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedStorage:
    """How many originals were moved, those that stay where they are because they do not open, and what to do next."""

    copied: int
    damaged: tuple[str, ...]
    next: str


def copy_storage(workspace: Workspace, target: str, *, progress: ShowFiles = lambda *_: None) -> CopiedStorage:
    """Moves every encrypted original to ``bucket`` or ``folder``, under the lock of the workspace.

    Raises ``ConfigurationError`` where the settings name no bucket or originals are plain, ``StorageUnavailable`` where
    the bucket does not answer: what was moved until then stays moved.
    """
    with workspace.locked():
        workspace.sweep()
        vault, bucket = workspace.vault, workspace.vault.bucket
        if bucket is None:
            raise ConfigurationError(
                "no bucket is named", action="set storage.originals to s3://BUCKET/PREFIX; see docs/operations.md"
            )
        vault.require_keys()
        if vault.plain_digests():
            raise ConfigurationError("some originals are not encrypted", action="run `offrecord keys encrypt`")
        to_bucket = target == BUCKET
        digests = sorted(vault.folder.digests() if to_bucket else bucket.listed()[0])
        damaged = []
        for count, digest in enumerate(digests, start=1):
            moved = _to_bucket(vault, bucket, digest) if to_bucket else _to_folder(vault, bucket, digest)
            if not moved:
                damaged.append(digest)
            progress(count, len(digests))
        if not to_bucket and not damaged:
            bucket.blobs.leave()
    after = "" if to_bucket else "remove storage.originals from offrecord.toml before the next run"
    return CopiedStorage(copied=len(digests) - len(damaged), damaged=tuple(damaged), next=after)


def _to_bucket(vault: Vault, bucket: BucketOriginals, digest: str) -> bool:
    """Moves one file; False where it does not open, and then it stays."""
    if not vault.has_key(digest) or not vault.opens(digest):
        return False
    sealed, name = vault.folder.blobs.place(vault.folder.name(digest)), blob_name(vault.keys.key(digest))
    bucket.upload(sealed, name)
    if _digest_of(bucket.blobs.read(name)) != file_digest(sealed):
        # What lies there under this name is not what its key opens: a read that was changed, or a write.
        bucket.blobs.delete(name)
        return False
    vault.folder.delete(digest)
    return True


def _to_folder(vault: Vault, bucket: BucketOriginals, digest: str) -> bool:
    """Moves one file; False where it does not open, and then it stays."""
    name = blob_name(vault.keys.key(digest))
    with _temporary(vault.root) as copy:
        with copy.open("wb") as out:
            bucket.copy(digest, out)
        vault.folder.blobs.put_if_absent(vault.folder.name(digest), copy)
    if not vault.opens(digest):
        vault.folder.delete(digest)
        return False
    bucket.blobs.delete(name)
    return True


def _digest_of(pieces: Iterator[bytes]) -> str:
    hasher = hashlib.sha256()
    for content in pieces:
        hasher.update(content)
    return hasher.hexdigest()


@contextmanager
def _temporary(root: Path) -> Iterator[Path]:
    """A private file of the vault, which the next run removes after a kill."""
    handle, name = tempfile.mkstemp(prefix=".partial-", dir=root)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
