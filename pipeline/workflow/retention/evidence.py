"""The rows of answers that are kept no longer: the evidence of consent outlives everything that was made under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from pipeline.consent.answers import answer_rows
from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.consent.log.identity import Keys
from pipeline.consent.log.log import holding_releases
from pipeline.records import Session
from pipeline.store import Workspace, tombstones
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.legal_holds import StoredHold
from pipeline.store.registry import Registry
from pipeline.store.tables.consent import answer_row, party
from pipeline.workflow.retention.holds import holding_any
from pipeline.workflow.retention.material import is_any_left
from pipeline.workflow.retention.periods import RetainedKind, is_over


@dataclass(frozen=True, slots=True, kw_only=True)
class DueEvidence:
    """The rows of one party that are kept no longer, and the holds that keep them."""

    party_id: str
    rows: int
    held_by: tuple[str, ...]


def due_evidence(workspace: Workspace, standing: Sequence[StoredHold], *, now: datetime) -> list[DueEvidence]:
    """Whose answers are kept no longer: nothing is left of any session that they are or may be in, for long enough.

    Looks at every session where there is anybody to ask for.
    """
    settings = workspace.settings.retention
    rows = {who: count for who, since, count in _rows(workspace) if is_over(_EVIDENCE, since, settings, now=now)}
    if not rows:
        return []
    needed = {
        party_id
        for session in Registry(workspace.db).sessions()
        for party_id in _who(session, workspace)
        if party_id in rows and _needs(session, workspace, now)
    }
    return [
        DueEvidence(party_id=party_id, rows=count, held_by=holding_any({party_id}, standing))
        for party_id, count in sorted(rows.items())
        if party_id not in needed
    ]


def remove_evidence(workspace: Workspace, party_ids: Iterable[str]) -> None:
    """Removes the rows of these people; each row's digest stays, and so do their answers in the log."""
    keys = Keys(workspace.key("identity"))
    with holding_releases(workspace), workspace.db.begin() as connection:
        answer_rows.erase(connection, keys, sorted(party_ids), lambda _: False, tombstones.RETENTION)


_EVIDENCE = RetainedKind.EVIDENCE


def _rows(workspace: Workspace) -> list[tuple[str, datetime, int]]:
    """Each party with rows, since when they are on file, and how many rows there are."""
    if not workspace.settings.retention.evidence_days:
        return []
    query = (
        select(party.c.party_id, party.c.created_at, func.count())
        .join(answer_row, answer_row.c.party_id == party.c.party_id)
        .where(answer_row.c.sealed.is_not(None))
        .group_by(party.c.party_id)
    )
    with unreadable_is_closed(), reading(workspace.db) as connection:
        return [(who, datetime.fromisoformat(since), count) for who, since, count in connection.execute(query)]


def _needs(session: Session, workspace: Workspace, now: datetime) -> bool:
    over = is_over(_EVIDENCE, session.started_at, workspace.settings.retention, now=now)
    return not over or is_any_left(workspace, session)


def _who(session: Session, workspace: Workspace) -> set[str]:
    matches = read_snapshot(session, workspace=workspace).matches.values()
    return {party_id for match in matches for party_id in match.party_ids}
