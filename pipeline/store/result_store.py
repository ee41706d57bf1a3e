"""Where the sealed bytes of stage results lie: in the folder, or in a bucket and those used last in the folder too."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag

from pipeline.errors import ObjectStorageUnavailable
from pipeline.files import locked
from pipeline.store.blobs.concurrency import map_concurrently
from pipeline.store.bucket_results import BucketResults
from pipeline.store.result_files import ResultFiles

_TRIES = 4


class ResultStore:
    """Sealed stage results by owner, ``STAGE/KEY.json``; what they say and under which key is not known here."""

    def __init__(self, root: Path, *, bucket: BucketResults | None, kept_bytes: int) -> None:
        """With a ``bucket`` new ones go there, and about ``kept_bytes`` of them are in the folder as well."""
        self.files = ResultFiles(root, kept_bytes=kept_bytes)
        self.bucket = bucket
        self._lock = root.with_suffix(".copies.lock")

    @property
    def at_once(self) -> int:
        """How many may be read at once."""
        return 1 if self.bucket is None else self.bucket.at_once

    def name(self, owner: str) -> str | None:
        """The blob of a result, None where it is a file alone."""
        return None if self.bucket is None else self.bucket.name(owner)

    def owners(self, stage: str = "") -> list[str]:
        """Every owner of a result, or every one of a stage, in order."""
        in_bucket = () if self.bucket is None else self.bucket.names(stage)
        return sorted({*self.files.owners(stage), *in_bucket})

    def changed_at(self, owner: str) -> str:
        """What is another whenever a result was written again; empty where there is none."""
        return self.name(owner) or self.files.changed_at(owner)

    def changes(self, stage: str) -> list[tuple[str, str]]:
        """Every owner of a result of a stage, in order, with what ``changed_at`` says."""
        in_bucket = {} if self.bucket is None else self.bucket.names(stage)
        files = {owner: self.files.changed_at(owner) for owner in self.files.owners(stage) if owner not in in_bucket}
        return sorted({**files, **in_bucket}.items())

    def size(self, owner: str) -> int:
        """The bytes of a result; raises ``FileNotFoundError``."""
        size = None if self.bucket is None else self.bucket.size(owner)
        return (self.files.root / owner).stat().st_size if size is None else size

    def read(self, owner: str, *, keep: bool = False) -> bytes:
        """A result; with ``keep`` a copy of what had to be fetched stays in the folder.

        Raises ``FileNotFoundError``, and ``InvalidTag`` where the bucket has something else than was put.
        """
        for _ in range(_TRIES):
            name = self.name(owner)
            if self.bucket is None or name is None:
                return (self.files.root / owner).read_bytes()
            with suppress(FileNotFoundError):
                copy = (self.files.root / owner).read_bytes()
                if hashlib.sha256(copy).hexdigest() == name:
                    return copy
            with suppress(FileNotFoundError):  # where another took its place meanwhile: then that
                sealed = self.bucket.read(name)
                if keep:
                    with self.files.written(sealed) as fetched:
                        self.files.keep(fetched, owner)
                    self._trim(self.bucket)
                return sealed
        raise FileNotFoundError("no such stage result")

    def read_each(self, owners: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Many results, as many at once as may be asked for; one that is gone or changed is left out."""
        for owner, sealed in map_concurrently(self._tried, owners, at_once=self.at_once):
            if sealed is not None:
                yield owner, sealed

    def write(self, owner: str, seal: Callable[[], bytes], *, stays_here: bool = False) -> None:
        """Puts a result in the place of the one before; ``seal`` gives other bytes each time, of the same meaning."""
        if self.bucket is None or stays_here:
            self.files.write(owner, seal())
        else:
            self._upload(self.bucket, owner, seal)
            self._trim(self.bucket)

    def renew(self, owner: str, seal: Callable[[], bytes], data_key: bytes) -> None:
        """Puts a result of the bucket in the place of the one before, and its new data key in one step with it."""
        assert self.bucket is not None
        self._upload(self.bucket, owner, seal, data_key=data_key)

    def to_bucket(self, owner: str, seal: Callable[[], bytes]) -> None:
        """Moves a result into the bucket; it is read back there before the folder's file is one that may go."""
        assert self.bucket is not None
        self._upload(self.bucket, owner, seal, reads_back=True)
        self._trim(self.bucket)

    def to_folder(self, owner: str) -> None:
        """Moves a result out of the bucket; raises as ``read``."""
        assert self.bucket is not None
        with locked(self._lock):  # from who removes copies meanwhile: this is none any more
            self.files.write(owner, self.read(owner))
            self.bucket.move_to_folder(owner)

    def drop(self, connection: sqlite3.Connection, owners: Collection[str]) -> list[str]:
        """Forgets what is in the bucket within a transaction of the keys; gives what ``delete`` is to delete."""
        return [] if self.bucket is None else self.bucket.drop(connection, owners)

    def delete(self, owners: Collection[str], names: Collection[str]) -> None:
        """Deletes the files of owners and these blobs, which nobody can read any more.

        Where the bucket does not answer, the next run deletes them: nothing may hold up a withdrawal.
        """
        for owner in owners:
            (self.files.root / owner).unlink(missing_ok=True)
        if self.bucket is not None:
            self.bucket.unkept.delete_soon(self.bucket.blobs, names)

    def sweep(self) -> None:
        """Removes what a killed run left half done, and what is more in the folder than may be; under the lock."""
        self.files.sweep()
        if self.bucket is not None:
            self.bucket.unkept.sweep(self.bucket.blobs)
            with locked(self._lock, shared=True):
                self.files.trim(self.bucket.names())

    def leave_to_folder(self) -> None:
        """Takes for files alone what has a copy in the folder: of what a backup brought back no bucket need know."""
        if self.bucket is not None:
            self.bucket.leave_to_folder([owner for owner in self.bucket.names() if (self.files.root / owner).is_file()])

    def _tried(self, owner: str) -> tuple[str, bytes | None]:
        try:
            return owner, self.read(owner)
        except (FileNotFoundError, InvalidTag):
            return owner, None

    def _upload(
        self,
        bucket: BucketResults,
        owner: str,
        seal: Callable[[], bytes],
        *,
        data_key: bytes | None = None,
        reads_back: bool = False,
    ) -> None:
        for _ in range(_TRIES):
            with self.files.written(seal()) as sealed:
                if bucket.put(sealed, owner, data_key=data_key, reads_back=reads_back):
                    self.files.keep(sealed, owner)
                    return
        raise ObjectStorageUnavailable("other runs took over while a stage result was uploaded")

    def _trim(self, bucket: BucketResults) -> None:
        with locked(self._lock, shared=True):
            self.files.trim_at_times(bucket.names)
