"""Blobs of one workspace: a mark in the store says whose it is, so that nothing is taken for gone that lies elsewhere.

A server says of a wrong bucket, and of one that was emptied, that a blob is not there: that would pass for erased.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.errors import ConfigurationError, ObjectStorageRefused, ObjectStorageUnavailable
from pipeline.files import write_bytes
from pipeline.settings.storage import StorageSettings, StoredKind
from pipeline.store.blobs import BlobStore
from pipeline.store.blobs.s3 import S3Blobs

MARK = "workspace"


def owned_blobs(
    settings: StorageSettings, kind: StoredKind, *, owner: Callable[[], str], known: Path
) -> OwnedBlobs | None:
    """A workspace's blobs of a kind in object storage, None where the settings name no place for it.

    Raises ``ConfigurationError`` where the settings name another place than the one that they were put in.
    """
    address = settings.address(kind)
    if _marked_address(known) not in ("", address):
        raise ConfigurationError(
            f"{kind.words} of this workspace are in object storage, at another place than storage.{kind} names",
            action=f"name the place in {known.parent.name}/{known.name} again; `offrecord storage copy folder` brings "
            "them back",
        )
    if not address:
        return None
    return OwnedBlobs(S3Blobs(settings, kind), kind=kind, address=address, owner=owner, known=known)


class OwnedBlobs:
    """A store that is asked for its mark before anything else, once in each process."""

    def __init__(
        self, blobs: BlobStore, *, kind: StoredKind, address: str, owner: Callable[[], str], known: Path
    ) -> None:
        """``known`` is the file of the workspace that says at which address it has put its mark."""
        self._blobs = blobs
        self._kind = kind
        self._address = address
        self._owner = owner
        self._known = known
        self._is_checked = False

    def put_if_absent(self, name: str, source: Path) -> bool:
        """As the store does."""
        return self._checked().put_if_absent(name, source)

    def read(self, name: str, *, start_byte: int = 0, size: int | None = None) -> Iterator[bytes]:
        """As the store does."""
        return self._checked().read(name, start_byte=start_byte, size=size)

    def read_whole(self, name: str) -> bytes:
        """As the store does."""
        return self._checked().read_whole(name)

    def exists(self, name: str) -> bool:
        """As the store does."""
        return self._checked().exists(name)

    def delete(self, name: str) -> bool:
        """As the store does."""
        return self._checked().delete(name)

    def names(self) -> Iterator[str]:
        """As the store does, without the mark."""
        return (name for name in self._checked().names() if name != MARK)

    def size(self, name: str) -> int:
        """As the store does."""
        return self._checked().size(name)

    def knows_conditions(self, name: str, source: Path) -> bool:
        """As the store does."""
        return self._checked().knows_conditions(name, source)

    def require(self) -> None:
        """Raises ``ObjectStorageRefused`` where the place is another workspace's, or lost this one's mark."""
        self._checked()

    def tried(self, scratch: Path) -> bool:
        """Puts, reads and deletes a small blob; whether the server refuses to put over what is there."""
        name, content = f"try-{secrets.token_hex(16)}", secrets.token_bytes(64)
        source = scratch / name
        write_bytes(source, content)
        try:
            self.put_if_absent(name, source)
            same = b"".join(self.read(name)) == content
            self.delete(name)
            if not same:
                raise ObjectStorageUnavailable("object storage gives back something else than was put")
            return self.knows_conditions(name, source)
        finally:
            source.unlink(missing_ok=True)

    def leave(self) -> None:
        """Takes the mark back, when nothing of the workspace is left here; first from the store."""
        self._checked().delete(MARK)
        self._known.unlink(missing_ok=True)
        self._is_checked = False

    def _checked(self) -> BlobStore:
        if not self._is_checked:
            self._check()
            self._is_checked = True
        return self._blobs

    def _check(self) -> None:
        owner, known = self._owner(), self._known.exists()
        try:
            mark = b"".join(self._blobs.read(MARK)).decode("ascii", "replace")
        except FileNotFoundError:
            if known:
                raise ObjectStorageRefused(
                    "what this workspace keeps in object storage is not at the place that the settings name",
                    action=f"check storage.{self._kind} and storage.endpoint, and that nobody emptied the bucket",
                ) from None
            self._put_mark(owner)
            mark = b"".join(self._blobs.read(MARK)).decode("ascii", "replace")
        if mark != owner:
            raise ObjectStorageRefused(
                "the place in object storage belongs to another workspace",
                action=f"give storage.{self._kind} a prefix",
            )
        if not known:
            write_bytes(self._known, self._address.encode())

    def _put_mark(self, owner: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            mark = Path(folder) / MARK
            mark.write_text(owner, "ascii")
            self._blobs.put_if_absent(MARK, mark)


def _marked_address(known: Path) -> str:
    """The address at which a workspace has put its mark; empty where it has not."""
    try:
        return known.read_text("utf-8")
    except FileNotFoundError:
        return ""
