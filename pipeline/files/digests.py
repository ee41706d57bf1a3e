"""The digest of a file's bytes: the one place that reads a whole file to name it."""

from __future__ import annotations

import hashlib
from pathlib import Path


def file_digest(path: Path, algorithm: str = "sha256") -> str:
    """The digest of a file's bytes, in hexadecimal, read in constant memory; raises ``OSError``."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, algorithm).hexdigest()
