"""Whether a workspace is as it was left: the vault, both chains, what is out, and orphans."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline import consent, requests
from pipeline.consent import answer_rows
from pipeline.consent.identity import Keys
from pipeline.errors import ConsentUnreadable, WorkspaceDamaged
from pipeline.files import file_digest
from pipeline.render import manifest
from pipeline.store import Workspace, integrity, releases
from pipeline.store.chains import head_of
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from pipeline.store.tables.rulings import decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """One thing checked: ``found`` holds counts and ids."""

    what: str
    ok: bool
    found: str


def inspect(workspace: Workspace) -> tuple[Verified, ...]:
    """Re-hashes everything; raises ``ConsentUnreadable`` when the consent chain does not hold."""
    consent.verify_chain(workspace)
    return (Verified(what="consent chain", ok=True, found="whole"), *_inspected(workspace))


def _inspected(workspace: Workspace) -> Iterator[Verified]:
    yield _ledger(workspace)
    yield _decisions(workspace)
    yield _answers(workspace)
    yield from _vault(workspace)
    yield _renditions(workspace)
    for what, problems in (
        ("renditions, missing", integrity.missing_renditions(workspace)),
        ("exports, changed since they were written", integrity.changed_exports(*requests.written(workspace))),
        ("tables, changed outside", integrity.changed_tables(workspace)),
        ("keys, missing or changed", integrity.changed_keys(workspace)),
    ):
        yield Verified(what=what, ok=not problems, found=_ids(problems))


def _ledger(workspace: Workspace) -> Verified:
    try:
        count = workspace.ledger.verify()
    except WorkspaceDamaged as error:
        return Verified(what="ledger", ok=False, found=error.message)
    return Verified(what="ledger", ok=True, found=f"{count} entries")


def _decisions(workspace: Workspace) -> Verified:
    """How many there are: that none was changed is part of the consent chain."""
    with reading(workspace.db) as connection:
        return Verified(what="decisions", ok=True, found=f"{head_of(connection, decision).seq} decisions")


def _answers(workspace: Workspace) -> Verified:
    """Every row of every imported table, under the digest that its events name; an erased one is not missing."""
    what, found = "answers as filed", Counter[str]()
    try:
        with reading(workspace.db) as connection:
            for row in answer_rows.read(connection, Keys(workspace.key("identity"))):
                found[row.source] += 1
    except ConsentUnreadable as error:
        return Verified(what=what, ok=False, found=error.message)
    entries = workspace.ledger.under(answer_rows.IMPORTED, "")
    imported = {source: int(json.loads(body)["rows"]) for source, body in entries}
    missing = {source for source, count in imported.items() if found[source] < count}
    return Verified(
        what=what, ok=not missing, found=f"missing in {_ids(missing)}" if missing else f"{found.total()} rows"
    )


def _vault(workspace: Workspace) -> Iterator[Verified]:
    there = set(workspace.vault.digests())
    named = {sealed.digest for session in Registry(workspace.db).sessions() for sealed in session.sealed}
    missing, damaged, orphans = named - there, workspace.vault.damaged(), there - named
    yield Verified(what="vault, missing", ok=not missing, found=_ids(missing))
    yield Verified(what="vault, damaged", ok=not damaged, found=_ids(damaged))
    yield Verified(what="vault, orphans (kept)", ok=True, found=_ids(orphans))


def _renditions(workspace: Workspace) -> Verified:
    folders = [path for path in workspace.out.glob("*/*") if path.parent.name != "exports"]
    strange = [path for path in workspace.out.iterdir() if path.is_symlink() or not path.is_dir()]
    wrong = strange + [path for path in folders if not _as_proved(workspace, path)]
    changed = {str(path.relative_to(workspace.out)) for path in wrong}
    return Verified(what="renditions, changed since their proof", ok=not changed, found=_ids(changed))


def _as_proved(workspace: Workspace, folder: Path) -> bool:
    """Whether a rendition is as it was signed, in its own place, and the one that the ledger says is out.

    An earlier one, or one that was taken back, is not.
    """
    if folder.is_symlink() or not folder.is_dir() or not all(path.is_file() for path in folder.iterdir()):
        return False
    told = manifest.read(folder / manifest.NAME)
    if told is None or not told.is_signed_by(workspace.signer.public_key):
        return False
    if folder != workspace.out / told.session_id / told.audience:
        return False
    if releases.current_entry(workspace.ledger, told.session_id, told.audience) != told.entry:
        return False
    noted = workspace.ledger.body(releases.RELEASED, told.entry)
    known = noted is not None and json.loads(noted)["proof"] == file_digest(folder / manifest.NAME)
    files = {file.name: file.digest for file in told.files}
    there = {path.name: file_digest(path) for path in folder.iterdir() if path.name != manifest.NAME}
    return known and files == there


def _ids(found: set[str] | list[str]) -> str:
    return ", ".join(sorted(name[:24] for name in found)) or "none"
