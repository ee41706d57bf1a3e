"""The consent stage: rules what every participant's consent allows in one session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.consent import on_file
from pipeline.consent.matrix import decide_session
from pipeline.consent.reasons import action_of
from pipeline.records import Cell, Held, Outcome, Purpose, Refused, Ruling, Session
from pipeline.store import Workspace
from pipeline.store.database import unreadable_is_closed

_NEEDED = (Purpose.RECORD, Purpose.TRANSCRIBE)
"""Without these two nothing can be done with a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ruling(Ruling):
    def _made_by_consent(self) -> None:
        """Made here."""


def rule(session: Session, *, workspace: Workspace, now: datetime) -> Ruling | Held | Refused:
    """What consent allows in a session, read now; a stop when it may not be recorded or transcribed.

    Raises ``ConsentUnreadable`` when what is on file cannot be trusted.
    """
    with unreadable_is_closed():
        filed = on_file.read(session, workspace=workspace)
    decided = decide_session(session, filed, now=now)
    settings = workspace.settings.consent
    lasts = now + timedelta(hours=settings.valid_hours)
    ruling = _Ruling(
        session_id=session.session_id,
        cells=decided.cells,
        log_head=filed.log_head,
        valid_until=min(lasts, decided.next_expiry or lasts),
        duration_s=session.duration_s,
        own_tracks=frozenset(track.participant_id for track in session.tracks if track.participant_id is not None),
    )
    due = session.started_at + timedelta(days=settings.hold_deadline_days)
    if all(ruling.allows(purpose) for purpose in _NEEDED):
        return ruling
    return _stop(decided.cells, due)


def _stop(cells: Sequence[Cell], due: datetime) -> Held | Refused:
    """Why the session may not go on at all, in no span of it; names participants by id only."""
    needed = [cell for cell in cells if cell.purpose in _NEEDED]
    if not needed:
        return Held(reason="no participant is known", action="list everybody who was there in session.toml")
    worst = max((cell.outcome for cell in needed), key=lambda outcome: outcome.closedness)
    stopping = [cell for cell in needed if cell.outcome is worst]
    rules = dict.fromkeys(f"{cell.participant_id} {cell.rule_id}" for cell in stopping)
    reason = f"consent: {', '.join(rules)}: {stopping[0].reason}"
    action = action_of(stopping[0].rule_id, due=due.date().isoformat())
    return Refused(reason=reason, action=action) if worst is Outcome.REFUSE else Held(reason=reason, action=action)
