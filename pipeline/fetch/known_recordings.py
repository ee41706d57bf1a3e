"""Which recordings may not come again: those that came before, that are here, or that were erased or removed.

The ledger has a keyed hash of the platform's id of each that came. What a person put into an inbox by hand is known by
the digest of its files alone: from the platform where it says one, else once they are here.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pipeline.store import Workspace, tombstones
from pipeline.store.registry import Registry, entry_id

_KIND = "fetched"


class Known(StrEnum):
    """Why a recording does not come; empty where it may."""

    NO = ""
    FETCHED = "fetched before"
    INBOX = "in the inbox"
    STORED = "in the workspace"
    REMOVED = "erased, or past its retention"


class KnownRecordings:
    """What one workspace and one inbox have of a platform's recordings."""

    def __init__(self, workspace: Workspace, inbox: Path, platform: str) -> None:
        self._workspace = workspace
        self._inbox = inbox
        self._platform = platform
        self._entries = {entry.entry_id for entry in Registry(workspace.db).entries().values()}

    def mark(self, recording_id: str) -> str:
        """What the ledger has in place of a platform's id of a recording."""
        text = f"offrecord fetched v1\n{self._platform}\n{recording_id}"
        return hmac.digest(self._workspace.key("identity"), text.encode(), "sha256").hex()

    def place(self, mark: str, started_at: datetime) -> Path:
        """Its folder in the inbox, whose name says no title."""
        return self._inbox / f"{self._platform}-{started_at:%Y%m%d-%H%M%S}-{mark[:8]}"

    def why(self, mark: str, place: Path, *, again: bool) -> Known:
        """Why it does not come, as far as that is known before it is fetched; ``again`` lets one come a second time.

        What lies in the inbox or was once taken from there does not come whatever is asked.
        """
        if place.exists():
            return Known.INBOX
        if entry_id(place) in self._entries:
            return Known.STORED
        removed = self._workspace.ledger.has(_KIND, f"{mark}/{Known.REMOVED.name.lower()}")
        if removed:
            return Known.REMOVED
        return Known.FETCHED if not again and self._workspace.ledger.has(_KIND, mark) else Known.NO

    def why_file(self, digests: Iterable[str]) -> Known:
        """Why a recording with media files of these SHA-256 digests does not come."""
        for digest in digests:
            if tombstones.holds(self._workspace.db, digest):
                return Known.REMOVED
            if self._workspace.vault.has(digest):
                return Known.STORED
        return Known.NO

    def note(self, mark: str, known: Known) -> None:
        """Notes once that a recording came, or why it does not come any more."""
        key = f"{mark}/{known.name.lower()}" if known is Known.REMOVED else mark
        self._workspace.ledger.append(_KIND, key, {"platform": self._platform})
