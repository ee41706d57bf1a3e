"""The stores of a workspace's encrypted files, each in the folder or in the bucket that the settings name."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from pipeline.settings import Settings
from pipeline.settings.storage import StoredKind
from pipeline.store.blobs.owned import OwnedBlobs, owned_blobs
from pipeline.store.bucket_originals import BucketOriginals, storage_owner
from pipeline.store.bucket_results import BucketResults
from pipeline.store.key_encryption import KeyEncryptionKeys
from pipeline.store.key_ring import OF_STAGES, OF_VAULT, KeyRing
from pipeline.store.open_copies import OpenCopies
from pipeline.store.rendition_copies import RenditionCopies
from pipeline.store.stage_cache import StageCache
from pipeline.store.vault import Vault

_MEGABYTE = 1_000_000
KNOWN = {
    StoredKind.ORIGINALS: Path("vault", "BUCKET"),
    StoredKind.STAGE_RESULTS: Path("stages", "BUCKET"),
    StoredKind.RENDITIONS: Path("renditions.bucket"),
}
"""Where a workspace keeps the address at which it has put its mark, for each kind of files."""


class WorkspaceStores:
    """What makes the stores of one workspace; ``secret`` is one of its own, from which its mark in a bucket is made."""

    def __init__(self, root: Path, settings: Settings, keks: KeyEncryptionKeys, secret: Callable[[], bytes]) -> None:
        self._root, self._settings, self._keks, self._secret = root, settings, keks, secret

    def vault(self, was_erased: Callable[[str], bool]) -> Vault:
        """That of originals."""
        encryption = self._settings.encryption
        keys, blobs = KeyRing(self._root / "keys" / OF_VAULT, self._keks), self._blobs(StoredKind.ORIGINALS)
        # In a folder that several workspaces share, each has one of its own.
        own = hashlib.sha256(os.fsencode(self._root)).hexdigest()[:16]
        opened = Path(encryption.plaintext_folder) / own if encryption.plaintext_folder else self._root / "opened"
        bucket = None if blobs is None else BucketOriginals(blobs, keys)
        return Vault(self._root / "vault", keys, OpenCopies(opened), bucket=bucket, was_erased=was_erased)

    def stages(self, needs_keys: Callable[[], bool]) -> StageCache:
        """That of stage results."""
        storage, blobs = self._settings.storage, self._blobs(StoredKind.STAGE_RESULTS)
        keys = KeyRing(self._root / "keys" / OF_STAGES, self._keks)
        bucket = None if blobs is None else BucketResults(blobs, keys, at_once=storage.requests_at_once)
        kept_bytes = storage.stage_cache_mb * _MEGABYTE
        return StageCache(
            self._root / "stages", self._secret, keys, bucket=bucket, kept_bytes=kept_bytes, needs_keys=needs_keys
        )

    def rendition_copies(self, record_keys: KeyRing) -> RenditionCopies | None:
        """That of what is published, beside ``out/``; None where the settings want no copies."""
        blobs = self._blobs(StoredKind.RENDITIONS)
        return None if blobs is None else RenditionCopies(blobs, record_keys)

    def _blobs(self, kind: StoredKind) -> OwnedBlobs | None:
        storage, known = self._settings.storage, self._root / KNOWN[kind]
        return owned_blobs(storage, kind, owner=lambda: storage_owner(self._secret()), known=known)
