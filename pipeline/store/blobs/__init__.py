"""Blobs: files that are put once under a name and never changed, in a folder or in a bucket, behind one interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class BlobStore(Protocol):
    """A place for blobs. A name is one or more parts of letters, digits, dots, dashes and underscores, with slashes.

    Each call raises ``StorageUnavailable`` where the store does not answer, which says nothing of the blob.
    """

    def put_if_absent(self, name: str, source: Path) -> bool:
        """Puts a finished private file, whole and flushed, or not at all; False where the name is taken.

        Nothing is ever put over what is there. A writer whose answer was lost sees False for its own blob.
        """

    def read(self, name: str, *, start_byte: int = 0, size: int | None = None) -> Iterator[bytes]:
        """The bytes from ``start_byte`` on, ``size`` of them or all, in pieces; raises ``FileNotFoundError``.

        A read that is cut off raises: the end of the pieces is the end of the range.
        """

    def read_whole(self, name: str) -> bytes:
        """A small blob in one request; raises ``FileNotFoundError``. One that is cut off raises."""

    def exists(self, name: str) -> bool:
        """Whether a blob is there."""

    def delete(self, name: str) -> bool:
        """Removes a blob, and makes sure that it is gone; True when it was there."""

    def names(self) -> Iterator[str]:
        """The name of every blob, in no fixed order; a scan of the whole store."""

    def size(self, name: str) -> int:
        """The bytes of a blob; raises ``FileNotFoundError``."""

    def knows_conditions(self, name: str, source: Path) -> bool:
        """Whether nothing is put over a name that is taken, in one step; tries it out under a free name."""
