"""What a backup holds: the manifest that it begins with, and the names that may be in it."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.errors import InputRefused
from pipeline.store import terms

MANIFEST = "backup.json"
DATABASE, HEADS, KEYS, STAGES, VAULT = "offrecord.db", "heads", "keys", "stages", "vault"
FORMAT = 1
FOLDERS = ("out", "reports", STAGES, terms.FOLDER, "withdrawn", VAULT)
FILES = (DATABASE, HEADS, "withdrawals.journal")
LEFT_OUT = ("consent.lock", "lock", "stages.lock", "stages.copies.lock")
"""Files of the workspace's own that mean nothing elsewhere; ``keys``, ``log`` and ``scratch`` are left out too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupManifest:
    """What a backup says of itself: its ``format``, the program's version, when it was made and what it holds."""

    format: int
    version: str
    made_at: str
    contents: str
    originals: bool


def members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The members of an archive; raises ``InputRefused`` for anything but plain files below the folder itself."""
    for member in archive:
        path = PurePosixPath(member.name)
        if not member.isreg() or path.is_absolute() or ".." in path.parts or not path.parts:
            raise InputRefused("the backup holds something that is no plain file", action="take another copy")
        yield member
