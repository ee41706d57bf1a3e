"""Whether a workspace is as it was left: the vault, both chains, what is out, and orphans."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline import consent
from pipeline.consent.snapshots import kept_snapshots
from pipeline.errors import OffrecordError, WorkspaceDamaged
from pipeline.store import Workspace
from pipeline.store.files import sha256
from pipeline.store.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """One thing checked: ``found`` holds counts and ids."""

    what: str
    ok: bool
    found: str


def inspect(workspace: Workspace) -> tuple[Verified, ...]:
    """Re-hashes everything; raises ``ConsentUnreadable`` when the consent chain does not hold."""
    consent.verify_chain(workspace.db)
    return (Verified(what="consent chain", ok=True, found="whole"), *_inspected(workspace))


def _inspected(workspace: Workspace) -> Iterator[Verified]:
    yield _ledger(workspace)
    yield from _vault(workspace)
    yield _renditions(workspace)


def _ledger(workspace: Workspace) -> Verified:
    try:
        count = workspace.ledger.verify()
    except WorkspaceDamaged as error:
        return Verified(what="ledger", ok=False, found=error.message)
    return Verified(what="ledger", ok=True, found=f"{count} entries")


def _vault(workspace: Workspace) -> Iterator[Verified]:
    there = set(workspace.vault.digests())
    named = {sealed.digest for session in Registry(workspace.db).sessions() for sealed in session.sealed}
    named |= kept_snapshots(workspace)
    missing, damaged, orphans = named - there, workspace.vault.damaged(), there - named
    yield Verified(what="vault, missing", ok=not missing, found=_ids(missing))
    yield Verified(what="vault, damaged", ok=not damaged, found=_ids(damaged))
    yield Verified(what="vault, orphans (kept)", ok=True, found=_ids(orphans))


def _renditions(workspace: Workspace) -> Verified:
    manifests = sorted(workspace.out.glob("*/*/proof.json"))
    changed = {str(path.parent.relative_to(workspace.out)) for path in manifests if not _as_proved(path)}
    return Verified(what="renditions, changed since their proof", ok=not changed, found=_ids(changed))


def _as_proved(manifest: Path) -> bool:
    try:
        files = json.loads(manifest.read_text("utf-8"))["files"]
        return all(sha256(manifest.parent / file["name"]) == file["digest"] for file in files)
    except (OSError, ValueError, KeyError, TypeError, OffrecordError):
        return False


def _ids(found: set[str] | list[str]) -> str:
    return ", ".join(sorted(name[:24] for name in found)) or "none"
