"""What is kept no longer, decided without doing anything: the dry run, and what a run then removes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, select

from pipeline.records import Session
from pipeline.store import Workspace, legal_holds
from pipeline.store.database import reading
from pipeline.store.legal_holds import StoredHold
from pipeline.store.registry import Registry
from pipeline.store.tables.runs import ledger
from pipeline.store.tables.runs import session as session_table
from pipeline.workflow.retention.evidence import due_evidence
from pipeline.workflow.retention.holds import holding
from pipeline.workflow.retention.material import measured
from pipeline.workflow.retention.periods import OF_SESSIONS, REMOVED, RetainedKind, days_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionItem:
    """One kind of material of a session, or the answers of a party, that is kept no longer.

    ``held_by`` are the holds that keep it from being removed; ``size`` is in bytes, 0 for rows of the database.
    """

    subject: str
    kind: RetainedKind
    files: int
    size: int
    held_by: tuple[str, ...] = ()


def due(workspace: Workspace, *, now: datetime) -> list[RetentionItem]:
    """Everything that the next run would remove, and what is kept for a hold alone; changes nothing."""
    standing = legal_holds.standing(workspace.db)
    items = [item for kind in OF_SESSIONS for _, item in due_sessions(workspace, kind, standing, now=now)]
    evidence = [
        RetentionItem(subject=each.party_id, kind=RetainedKind.EVIDENCE, files=each.rows, size=0, held_by=each.held_by)
        for each in due_evidence(workspace, standing, now=now)
    ]
    return [item for item in (*items, *evidence) if item.files]


def due_sessions(
    workspace: Workspace, kind: RetainedKind, standing: Sequence[StoredHold], *, now: datetime
) -> Iterator[tuple[Session, RetentionItem]]:
    """The sessions of which this kind is kept no longer and not removed yet, also where nothing of it is there."""
    registry = Registry(workspace.db)
    for session_id in _over(workspace, kind, now):
        session = registry.session(session_id)
        files, size = measured(workspace, session, kind)
        held_by = holding(session, standing, workspace=workspace)
        yield session, RetentionItem(subject=session_id, kind=kind, files=files, size=size, held_by=held_by)


def _over(workspace: Workspace, kind: RetainedKind, now: datetime) -> list[str]:
    days = days_of(kind, workspace.settings.retention)
    if not days:
        return []
    until = (now.astimezone(UTC) - timedelta(days=days)).isoformat()
    key = session_table.c.session_id.concat(f"/{kind}")
    has_receipt = exists().where(ledger.c.kind == REMOVED, ledger.c.key == key)
    query = select(session_table.c.session_id).where(session_table.c.started_at <= until, ~has_receipt)
    with reading(workspace.db) as connection:
        return list(connection.execute(query.order_by(session_table.c.started_at)).scalars())
