"""The files of stage results in the folder of a workspace: all of them, or copies of those in a bucket used last."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.files import make_private, write_bytes

_PARTIAL = ".partial-"
_PARTIAL_S = 3600.0
"""What is half written for so long, a killed process left: the review app may be writing while a run removes them."""
_PARTS = 16
"""A process looks at how much is there when it has added this part of what may be there."""


class ResultFiles:
    """The folder, with a folder for each stage in it; each file by its owner, ``STAGE/KEY.json``."""

    def __init__(self, root: Path, *, kept_bytes: int) -> None:
        """``kept_bytes`` is how much may be there of what lies in a bucket."""
        self.root = make_private(root)
        self._kept_bytes = kept_bytes
        self._added = 0

    def owners(self, stage: str = "") -> Iterator[str]:
        """Every file, or every one of a stage."""
        return (str(place.relative_to(self.root)) for place in self.root.glob(f"{stage or '*'}/*.json"))

    def changed_at(self, owner: str) -> str:
        """When a file was written, empty where there is none."""
        try:
            return str((self.root / owner).stat().st_mtime_ns)
        except FileNotFoundError:
            return ""

    def write(self, owner: str, sealed: bytes) -> None:
        """Writes a file that is in no bucket, all of it or nothing."""
        write_bytes(make_private((self.root / owner).parent) / Path(owner).name, sealed)

    @contextmanager
    def written(self, sealed: bytes) -> Iterator[Path]:
        """A sealed result as a private file, gone after the block unless it was kept."""
        path = self.root / f"{_PARTIAL}{secrets.token_hex(8)}"
        write_bytes(path, sealed)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def keep(self, sealed: Path, owner: str) -> None:
        """Keeps a copy of what is in the bucket, over what is there; none where none may be kept."""
        place = self.root / owner
        if not self._kept_bytes:
            place.unlink(missing_ok=True)
            return
        self._added += sealed.stat().st_size
        sealed.replace(make_private(place.parent) / place.name)

    def trim_at_times(self, in_bucket: Callable[[], Collection[str]]) -> None:
        """The same as ``trim``, where this process has added so much that more may be there than should."""
        if self._added > self._kept_bytes // _PARTS:
            self.trim(in_bucket())

    def trim(self, in_bucket: Collection[str]) -> None:
        """Removes files of what lies in the bucket, those first that were written longest ago, until few enough are."""
        self._added, copies = 0, []
        for owner in self.owners():
            if owner in in_bucket:
                with suppress(FileNotFoundError):
                    status = (self.root / owner).stat()
                    copies.append((status.st_mtime_ns, status.st_size, owner))
        over = sum(size for _, size, _ in copies) - self._kept_bytes
        for _, size, owner in sorted(copies):
            if over <= 0:
                return
            (self.root / owner).unlink(missing_ok=True)
            over -= size

    def sweep(self) -> None:
        """Removes what a killed process left half written."""
        for path in self.root.glob(f"{_PARTIAL}*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - _PARTIAL_S:
                    path.unlink()
