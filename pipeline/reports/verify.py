"""Whether a workspace is as it was left: the vault, every chain, the published renditions, and orphans."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from pipeline import consent
from pipeline.consent.answers import answer_rows
from pipeline.consent.log.identity import Keys
from pipeline.errors import ConsentUnreadable, WorkspaceDamaged
from pipeline.lexicon.counted import counted
from pipeline.reports import published
from pipeline.reports.check_result import CheckResult, listed_ids
from pipeline.reports.verify_storage import verify_storage
from pipeline.store import Workspace, integrity
from pipeline.store.chains import head_of
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from pipeline.store.tables.rulings import decision
from pipeline.workflow import request_files
from pipeline.workflow.round_robin import MEGABYTE, next_round


def verify_workspace(workspace: Workspace, *, megabytes: int | None = None) -> tuple[CheckResult, ...]:
    """Re-hashes everything, or of each kind of file as many ``megabytes`` as follow those of the last time.

    Raises ``ConsentUnreadable`` when the consent chain does not hold.
    """
    consent.verify_chain(workspace)
    return (CheckResult(what="consent chain", ok=True, found="whole"), *_checks(workspace, megabytes))


def _checks(workspace: Workspace, megabytes: int | None) -> Iterator[CheckResult]:
    yield _ledger(workspace)
    yield _decisions(workspace)
    yield _answers(workspace)
    yield from _vault(workspace) if megabytes is None else _vault_in_turn(workspace, megabytes)
    yield _renditions(workspace, megabytes)
    yield from verify_storage(workspace, megabytes=megabytes)
    for what, problems in (
        ("renditions, missing", integrity.missing_renditions(workspace)),
        ("exports, changed since they were written", request_files.changed_exports(workspace)),
        ("tables, changed outside", integrity.changed_tables(workspace)),
        ("keys, missing or changed", integrity.changed_keys(workspace)),
    ):
        yield CheckResult(what=what, ok=not problems, found=listed_ids(problems))


def _ledger(workspace: Workspace) -> CheckResult:
    try:
        count = workspace.ledger.verify()
    except WorkspaceDamaged as error:
        return CheckResult(what="ledger", ok=False, found=error.message)
    return CheckResult(what="ledger", ok=True, found=counted(count, "entry", "entries"))


def _decisions(workspace: Workspace) -> CheckResult:
    """How many there are: that none was changed is part of the consent chain."""
    with reading(workspace.db) as connection:
        return CheckResult(what="decisions", ok=True, found=counted(head_of(connection, decision).seq, "decision"))


def _answers(workspace: Workspace) -> CheckResult:
    """Every row of every imported table, under the digest that its events name; an erased one is not missing."""
    what, rows = "answers as filed", Counter[str]()
    try:
        with reading(workspace.db) as connection:
            for row in answer_rows.read(connection, Keys(workspace.key("identity"))):
                rows[row.source] += 1
    except ConsentUnreadable as error:
        return CheckResult(what=what, ok=False, found=error.message)
    entries = workspace.ledger.under(answer_rows.IMPORTED, "")
    imported = {source: int(json.loads(body)["rows"]) for source, body in entries}
    missing = {source for source, count in imported.items() if rows[source] < count}
    return CheckResult(
        what=what,
        ok=not missing,
        found=f"missing in {listed_ids(missing)}" if missing else counted(rows.total(), "row"),
    )


def _vault_in_turn(workspace: Workspace, megabytes: int) -> Iterator[CheckResult]:
    """Some of the originals: what is there is not listed, and what is not there is damaged when its turn comes."""
    sizes = _sizes(workspace)
    missing = sizes.keys() - workspace.vault.known_digests()
    tonight = next_round(workspace, "originals", sizes, size_of=sizes.__getitem__, limit=megabytes * MEGABYTE)
    damaged = workspace.vault.damaged(tonight)
    yield CheckResult(what="vault, missing", ok=not missing, found=listed_ids(missing))
    yield CheckResult(what="vault, damaged", ok=not damaged, found=listed_ids(damaged))
    yield CheckResult(what="vault, checked", ok=True, found=f"{len(tonight)} of {counted(len(sizes), 'original')}")


def _sizes(workspace: Workspace) -> dict[str, int]:
    """Every original that a session names, with its bytes."""
    return {sealed.digest: sealed.size for session in Registry(workspace.db).sessions() for sealed in session.sealed}


def _vault(workspace: Workspace) -> Iterator[CheckResult]:
    files = workspace.vault.files()
    stored, named = files.digests, _sizes(workspace).keys()
    missing, damaged, orphans = named - stored, workspace.vault.damaged(sorted(stored)), stored - named
    yield CheckResult(what="vault, missing", ok=not missing, found=listed_ids(missing))
    without_key = workspace.vault.without_key()
    yield CheckResult(what="vault, without a key", ok=not without_key, found=listed_ids(without_key))
    yield CheckResult(what="vault, damaged", ok=not damaged, found=listed_ids(damaged))
    yield CheckResult(
        what="vault, originals of no session (orphans: kept, nothing to do)", ok=True, found=listed_ids(orphans)
    )
    if workspace.vault.bucket is not None:
        unknown = counted(files.unknown_blobs, "blob") if files.unknown_blobs else "none"
        yield CheckResult(what="object storage, without a key (kept)", ok=True, found=unknown)


def _renditions(workspace: Workspace, megabytes: int | None = None) -> CheckResult:
    unknown = [str(path.relative_to(workspace.out)) for path in published.unknown_files(workspace)]
    placed = {"/".join(place): place for place in published.placed(workspace)}
    if megabytes is not None:
        limit = megabytes * MEGABYTE
        tonight = next_round(
            workspace, "renditions", placed, size_of=lambda name: published.size(workspace, placed[name]), limit=limit
        )
        placed = {name: placed[name] for name in tonight}
    changed = [place for place in placed.values() if not published.is_as_proved(workspace, place)]
    problems = {*unknown, *("/".join(place) for place in changed)}
    return CheckResult(what="renditions, changed since their proof", ok=not problems, found=listed_ids(problems))
