"""Removes what is kept no longer, each kind of a session with one receipt; safe to repeat after a kill."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.records import Session
from pipeline.store import Workspace, database, legal_holds, record_keys, tombstones
from pipeline.store.artefacts import Artefact, ArtefactState
from pipeline.store.legal_holds import StoredHold
from pipeline.store.registry import Registry
from pipeline.workflow import tagging
from pipeline.workflow.retention.due import RetentionItem, due_sessions
from pipeline.workflow.retention.evidence import due_evidence, remove_evidence
from pipeline.workflow.retention.holds import subjects_of
from pipeline.workflow.retention.material import rendition_folders, transcripts_of
from pipeline.workflow.retention.periods import OF_SESSIONS, REMOVED, RENDITIONS, RetainedKind, days_of, receipt_key

_BEGUN = "retention_begun"
_MADE_FROM_IT = ("rendition", "tags", "vcon")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalReceipt:
    """One removal: of what, how many files and bytes, after how many days, and when."""

    subject: str
    kind: str
    files: int
    size: int
    days: int
    at: str


def carry_out(workspace: Workspace, *, now: datetime, removes: bool = True) -> list[RetentionItem]:
    """Removes everything that is kept no longer and not held; under the lock of the workspace.

    A rendition is withdrawn when its time is over, held or not; without ``removes`` that is all that is done. Returns
    what was there and is removed.
    """
    standing = legal_holds.standing(workspace.db)
    removed: list[RetentionItem] = []
    for kind in OF_SESSIONS:
        due = list(due_sessions(workspace, kind, standing, now=now))
        over = [(session, item) for session, item in due if removes and not item.held_by]
        shared = _kept_by_others(workspace, over) if kind is RetainedKind.ORIGINAL else frozenset()
        for session, _ in due if kind in RENDITIONS else ():
            _withdraw(workspace, session.session_id, kind)
        for session, item in over:
            _remove(workspace, session, item, shared, now)
            removed.append(item)
    removed += _remove_evidence(workspace, standing, now) if removes else []
    _remove_again(workspace)
    if removed:
        record_keys.drop_unused(workspace.db)
        database.purge_deleted(workspace.db)
    return [item for item in removed if item.files]


def receipts(workspace: Workspace, subject: str = "") -> list[RemovalReceipt]:
    """Every removal, or those of one session or party, in order; not where there was nothing to remove.

    Raises ``UsageProblem`` where there is no such session or person, and never was.
    """
    removals = workspace.ledger.under(REMOVED, f"{subject}/" if subject else "")
    if subject and not removals:
        people = subjects_of(subject, workspace)
        removals = [removal for each in people for removal in workspace.ledger.under(REMOVED, f"{each}/")]
    bodies = [(key.rpartition("/"), json.loads(body)) for key, body in removals]
    return [RemovalReceipt(subject=who, kind=kind, **body) for (who, _, kind), body in bodies if body["files"]]


def removal_lines(removed: Sequence[RetentionItem]) -> tuple[str, ...]:
    """What the report says of what was removed; `offrecord retention receipts` names each."""
    counts = Counter(item.kind for item in removed)
    listed = ", ".join(f"{count} of kind {kind}" for kind, count in sorted(counts.items()))
    return (f"Kept no longer and removed: {listed}. `offrecord retention receipts` lists them.",) if counts else ()


def _remove(workspace: Workspace, session: Session, item: RetentionItem, shared: frozenset[str], now: datetime) -> None:
    """Removes one kind of a session but for ``shared`` files: what goes is noted first, the receipt is written last."""
    _begin(workspace, item)
    if item.kind is RetainedKind.ORIGINAL:
        _remove_originals(workspace, session, shared, now)
    elif item.kind is RetainedKind.TRANSCRIPT:
        _remove_transcripts(workspace, session, now)
    else:
        for folder in rendition_folders(workspace, session.session_id, item.kind):
            shutil.rmtree(folder)
        artefacts = [each for each in workspace.artefacts.of(session.session_id) if each.kind in _MADE_FROM_IT]
        _say_erased(
            workspace, (each for each in artefacts if not workspace.has_material(workspace.root / each.location))
        )
    _finish(workspace, item)


def _remove_originals(workspace: Workspace, session: Session, shared: frozenset[str], now: datetime) -> None:
    digests = {file.digest for file in session.sealed} - shared
    _refuse_again(workspace, session, digests, now)
    _erase(workspace, digests)
    Registry(workspace.db).rewrite(replace(session, sealed=()))


def _kept_by_others(workspace: Workspace, over: Iterable[tuple[Session, RetentionItem]]) -> frozenset[str]:
    """The files of these sessions that another session has too, of which they are not removed now."""
    going = {session.session_id: {file.digest for file in session.sealed} for session, _ in over}
    wanted = frozenset[str]().union(*going.values())
    return Registry(workspace.db).named_by_others(wanted, besides=going.keys()) if wanted else wanted


def _remove_transcripts(workspace: Workspace, session: Session, now: datetime) -> None:
    _refuse_again(workspace, session, (), now)
    workspace.words.drop(session.session_id)
    artefacts = transcripts_of(workspace, session.session_id)
    workspace.stages.drop_each({workspace.root / artefact.location for artefact in artefacts})
    Registry(workspace.db).rewrite_erased(replace(session, captions=(), embedded=(), chat=(), notes=()))
    _say_erased(workspace, artefacts)


def _refuse_again(workspace: Workspace, session: Session, digests: Iterable[str], now: datetime) -> None:
    """Notes what was removed on purpose: the recording and these files are refused when they come again."""
    of_kinds = [(session.source_digest, tombstones.SOURCE), *((digest, tombstones.VAULT) for digest in digests)]
    with workspace.db.begin() as connection:
        for digest, kind in of_kinds:
            tombstones.put(
                connection,
                digest,
                kind=kind,
                withdrawal_id=tombstones.RETENTION,
                session_id=session.session_id,
                erased_at=now,
            )


def _remove_evidence(workspace: Workspace, standing: Sequence[StoredHold], now: datetime) -> list[RetentionItem]:
    evidence = [each for each in due_evidence(workspace, standing, now=now) if not each.held_by]
    items = [
        RetentionItem(subject=each.party_id, kind=RetainedKind.EVIDENCE, files=each.rows, size=0) for each in evidence
    ]
    for item in items:
        _begin(workspace, item)
    if evidence:
        remove_evidence(workspace, [each.party_id for each in evidence])
    for item in items:
        _finish(workspace, item)
    return items


def _withdraw(workspace: Workspace, session_id: str, kind: RetainedKind) -> None:
    """Takes a rendition out of the output folder, whether or not its files are removed, and says so in its state."""
    audience, registry = RENDITIONS[kind], Registry(workspace.db)
    if kind is RetainedKind.INTERNAL:
        tagging.drop_tags(workspace, session_id)
    if not workspace.retract(session_id, audience):
        return
    state = registry.state(session_id)
    if state is not None:
        folder = f"{session_id}/{audience}"
        left = tuple(each for each in state.result.renditions if each != folder)
        registry.conclude(replace(state, state_key="", result=replace(state.result, renditions=left)))


def _remove_again(workspace: Workspace) -> None:
    """Removes originals that a backup brought back."""
    _erase(workspace, tombstones.of_retention(workspace.db))


def _erase(workspace: Workspace, digests: Iterable[str]) -> None:
    for _ in workspace.vault.erase_each(digests):
        pass


def _say_erased(workspace: Workspace, artefacts: Iterable[Artefact]) -> None:
    workspace.artefacts.set_state((artefact.artefact_id for artefact in artefacts), ArtefactState.ERASED)


def _begin(workspace: Workspace, item: RetentionItem) -> None:
    """Notes what goes before any of it does, once: a receipt after a kill says all of it."""
    days = days_of(item.kind, workspace.settings.retention)
    body = {"files": item.files, "size": item.size, "days": days}
    workspace.ledger.append(_BEGUN, receipt_key(item.subject, item.kind), body)


def _finish(workspace: Workspace, item: RetentionItem) -> None:
    key = receipt_key(item.subject, item.kind)
    body = json.loads(workspace.ledger.body(_BEGUN, key) or "{}")
    workspace.ledger.append(REMOVED, key, {name: body[name] for name in ("files", "size", "days")})
