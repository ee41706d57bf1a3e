"""Encrypts everything again under new data keys, after somebody else had the old ones; resumed after a kill.

Originals, stage results and the texts of session records, each by itself: the new file first, then its key, then the
old one goes. What was copied together with the old keys stays readable for whoever has both.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import WorkspaceDamaged
from pipeline.store import Workspace, database, record_keys
from pipeline.store.bucket_originals import BlobReader
from pipeline.store.key_ring import KeyRing
from pipeline.store.key_sources import SECRET_BYTES
from pipeline.store.plain_files import copy_sealed
from pipeline.store.stale_keys import StaleKeys
from pipeline.workflow.copied_renditions import copy_missing
from pipeline.workflow.vault_keys import ShowFiles, note_keys, require_encrypted, rotate_locked


@dataclass(frozen=True, slots=True, kw_only=True)
class Reencrypted:
    """The id of the new key-encryption key, how many originals, stage results and records are under new data keys,
    and the digests of originals that do not open and stay as they are.
    """

    key_id: str
    originals: int
    stage_results: int
    records: int
    damaged: tuple[str, ...]


def reencrypt(workspace: Workspace, *, progress: ShowFiles = lambda *_: None) -> Reencrypted:
    """Rotates the key-encryption key, then encrypts everything again that is under a data key from before that.

    Under the lock of the workspace; raises ``ConfigurationError`` where originals are plain, ``StorageUnavailable``
    where the bucket does not answer. Stopped at any instruction, a second call goes on with what is left.
    """
    with workspace.locked():
        workspace.sweep()
        require_encrypted(workspace)
        workspace.require_storage()
        _begin(workspace)
        damaged: list[str] = []
        originals = _each(workspace.vault.keys, lambda digest: _renew_original(workspace, digest), damaged, progress)
        results = _each(workspace.stages.keys, workspace.stages.renew, [], progress)
        records = _renew_records(workspace)
        workspace.sweep_buckets()
        copy_missing(workspace)
        for ring in (workspace.vault.keys, workspace.stages.keys, workspace.records.keys):
            StaleKeys(ring).end()
        database.purge_deleted(workspace.db)
        done = Reencrypted(
            key_id=workspace.vault.keys.keks.current().kek_id,
            originals=originals,
            stage_results=results,
            records=records,
            damaged=tuple(damaged),
        )
        note_keys(workspace, "reencrypted", {"files": originals, "results": results, "records": records})
    return done


def _begin(workspace: Workspace) -> None:
    """Lists all data keys once, under a new key-encryption key; that of the vault last, which says that it was done."""
    if StaleKeys(workspace.vault.keys).has_begun:
        return
    rotate_locked(workspace)
    for ring in (workspace.stages.keys, workspace.records.keys, workspace.vault.keys):
        StaleKeys(ring).begin()


def _each(ring: KeyRing, renew: Callable[[str], bool], damaged: list[str], progress: ShowFiles) -> int:
    """Renews every owner that is left; how many were renewed."""
    stale = StaleKeys(ring)
    owners = stale.owners()
    for count, owner in enumerate(owners, start=1):
        if not renew(owner):
            damaged.append(owner)
        stale.forget([owner])
        progress(count, len(owners))
    return len(owners) - len(damaged)


def _renew_original(workspace: Workspace, digest: str) -> bool:
    """Puts an original that was encrypted again in the place of the one before; False where that does not open."""
    vault = workspace.vault
    if not vault.has_key(digest):
        return True
    data_key, temporary = secrets.token_bytes(SECRET_BYTES), vault.root / f".partial-{os.getpid()}"
    try:
        source = BlobReader(vault.content(digest))
        if copy_sealed(source, temporary, data_key)[0] != digest:
            return False
        if vault.bucket is None or vault.folder.has(digest):
            vault.folder.renew(temporary, digest, data_key)
        else:
            vault.bucket.put(temporary, digest, data_key)
            vault.bucket.delete_unkept(digest)
    except (FileNotFoundError, WorkspaceDamaged):
        return False
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _renew_records(workspace: Workspace) -> int:
    stale = StaleKeys(workspace.records.keys)
    owners = stale.owners()
    record_keys.renew(workspace.db, owners)
    stale.forget(owners)
    return len(owners)
