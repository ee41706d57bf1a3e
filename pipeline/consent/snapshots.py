"""Keeps each imported file as it was: sealed in the vault as evidence, named in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from pipeline.errors import TryAgain
from pipeline.store import Workspace
from pipeline.store.ledger import append

KIND = "consent"
IMPORTED = "consent_import"
"""The kind of ledger entry whose key is the digest of an imported file."""


def keep_snapshot(
    connection: Connection, workspace: Workspace, file: Path, digest: str, counts: Mapping[str, int]
) -> None:
    """Seals a file that was just read, at the end of the transaction that files what it says."""
    try:
        sealed = workspace.vault.seal(file, kind=KIND)
    except FileNotFoundError as error:
        raise TryAgain("the file could not be kept as evidence", action="nothing was imported; run again") from error
    if sealed.digest != digest:
        raise TryAgain("the file changed while it was read", action="nothing was imported; run again")
    append(connection, IMPORTED, digest, counts)


def kept_snapshots(workspace: Workspace) -> frozenset[str]:
    """The digests of all files that were imported, for the check of the vault."""
    return frozenset(digest for digest, _ in workspace.ledger.under(IMPORTED, ""))
