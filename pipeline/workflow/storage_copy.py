"""Moves encrypted files from the folder into object storage, or back: each copied, read back, then removed there.

Stopped at any instruction, a second call goes on: a file is found by its key at either place.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.files import file_digest
from pipeline.settings.storage import StoredKind
from pipeline.store import Workspace
from pipeline.store.blobs.concurrency import map_concurrently
from pipeline.store.bucket_originals import BucketOriginals, blob_name
from pipeline.store.bucket_results import BucketResults
from pipeline.store.rendition_copies import RenditionCopies
from pipeline.store.vault import Vault
from pipeline.store.workspace_stores import KNOWN
from pipeline.workflow.copied_renditions import copy_missing
from pipeline.workflow.restore_renditions import require_known_state, restore_locked

BUCKET, FOLDER = "bucket", "folder"
ShowFiles = Callable[[str, int, int], None]
"""Is called with what is moved, how many files of it are done, and how many there are."""


@dataclass(slots=True, kw_only=True)
class CopiedStorage:
    """How many of each kind were moved, blobs of nothing that were deleted, what stays where it is because it does not
    open, the renditions whose copies stay because they may not be out now, and what to do next.
    """

    originals: int = 0
    stage_results: int = 0
    renditions: int = 0
    orphans: int = 0
    damaged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    next: str = ""


def copy_storage(
    workspace: Workspace, target: str, *, now: datetime, progress: ShowFiles = lambda *_: None
) -> CopiedStorage:
    """Moves every encrypted file of a kind that the settings name a place for, to ``bucket`` or ``folder``.

    Under the lock of the workspace. Raises ``ConfigurationError`` where the settings name no bucket or originals are
    plain, ``StorageUnavailable`` where the bucket does not answer: what was moved until then stays moved.
    """
    with workspace.locked():
        workspace.sweep()
        if not (buckets := workspace.buckets()):
            raise ConfigurationError(
                "no bucket is named", action="set storage.originals to s3://BUCKET/PREFIX; see docs/operations.md"
            )
        workspace.require_storage()
        if workspace.vault.plain_digests():
            raise ConfigurationError("some originals are not encrypted", action="run `offrecord keys encrypt`")
        if target == FOLDER and workspace.rendition_copies is not None:
            require_known_state(workspace, now=now)  # before anything is moved: what is missing from out/ is restored
        done = CopiedStorage()
        if workspace.vault.bucket is not None:
            _copy_originals(workspace.vault, workspace.vault.bucket, target, done, partial(progress, "originals"))
        if workspace.stages.store.bucket is not None:
            _copy_results(workspace, workspace.stages.store.bucket, target, done, partial(progress, "stage results"))
        if workspace.rendition_copies is not None:
            _copy_renditions(workspace, workspace.rendition_copies, target, done, now, partial(progress, "renditions"))
    if target == FOLDER:
        done.next = _next(done, [kind for kind in buckets if not (workspace.root / KNOWN[kind]).exists()])
    return done


def _next(done: CopiedStorage, emptied: Sequence[StoredKind]) -> str:
    named = " and ".join(f"storage.{kind}" for kind in emptied)
    steps = [f"remove {named} from offrecord.toml before the next run"] if emptied else []
    if done.refused:
        steps.append("let `offrecord run` take back what may not be out, then run this again")
    return "; ".join(steps)


def _copy_originals(
    vault: Vault, bucket: BucketOriginals, target: str, done: CopiedStorage, progress: Callable[[int, int], None]
) -> None:
    to_bucket = target == BUCKET
    digests = sorted(vault.folder.digests() if to_bucket else bucket.listed()[0])
    move = _to_bucket if to_bucket else _to_folder
    damaged = _moved(digests, lambda digest: move(vault, bucket, digest), progress)
    done.originals, done.damaged = len(digests) - len(damaged), [*done.damaged, *damaged]
    if not to_bucket and not damaged:
        bucket.blobs.leave()


def _copy_results(
    workspace: Workspace, bucket: BucketResults, target: str, done: CopiedStorage, progress: Callable[[int, int], None]
) -> None:
    """Moves stage results, many at once; and deletes what lies in the bucket and is none."""
    stages, in_bucket = workspace.stages, bucket.names()
    if target == BUCKET:
        owners = [owner for owner in stages.store.owners() if owner not in in_bucket]
        move = stages.to_bucket
    else:
        owners, move = sorted(in_bucket), stages.to_folder
    damaged = _moved(owners, lambda owner: move(stages.root / owner), progress, at_once=bucket.at_once)
    done.stage_results, done.damaged = len(owners) - len(damaged), [*done.damaged, *damaged]
    done.orphans += _delete(bucket.orphans(bucket.listed()), bucket.blobs.delete, at_once=bucket.at_once)
    if target == FOLDER and not damaged:
        bucket.blobs.leave()


def _copy_renditions(
    workspace: Workspace,
    copies: RenditionCopies,
    target: str,
    done: CopiedStorage,
    now: datetime,
    progress: Callable[[int, int], None],
) -> None:
    """Puts the copies that are missing; or removes all, after what ``out/`` lacks was restored from them."""
    listed = frozenset(copies.blobs.names())
    if target == BUCKET:
        copies.delete(copies.missing(listed))
        done.renditions = copy_missing(workspace)
    else:
        restored = restore_locked(workspace, now=now, progress=progress)
        done.renditions, done.damaged = len(restored.restored), [*done.damaged, *restored.damaged]
        done.refused = [*restored.refused]
        if restored.damaged or restored.refused:
            return
        copies.delete([*copies.published(), *copies.unpublished()])
    done.orphans += _delete(copies.orphans(copies.blobs.names()), copies.blobs.delete, at_once=8)
    if target == FOLDER:
        copies.blobs.leave()


def _moved(
    names: Iterable[str], move: Callable[[str], bool], progress: Callable[[int, int], None], *, at_once: int = 1
) -> list[str]:
    """Moves each of these, so many at once; gives those that stay where they are."""
    wanted = list(names)
    damaged = []
    for count, (name, is_moved) in enumerate(
        zip(wanted, map_concurrently(move, wanted, at_once=at_once), strict=True), start=1
    ):
        if not is_moved:
            damaged.append(name)
        progress(count, len(wanted))
    return damaged


def _delete(names: Iterable[str], delete: Callable[[str], bool], *, at_once: int) -> int:
    return sum(map_concurrently(delete, sorted(names), at_once=at_once))


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
