"""The consent stage: rules what every participant's consent allows in one session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.consent import decisions, notices, on_file, served
from pipeline.consent.announcement import announced
from pipeline.consent.log import clock
from pipeline.consent.matrix import Decided, decide_session
from pipeline.consent.reasons import action_of
from pipeline.records import Held, Outcome, Purpose, Refused, Ruling, Session, Word
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed

_NEEDED = (Purpose.RECORD, Purpose.TRANSCRIBE)
"""Without these two nothing can be done with a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ruling(Ruling):
    def _made_by_consent(self) -> None:
        """Made here."""


def rule(session: Session, *, workspace: Workspace, now: datetime) -> Ruling | Held | Refused:
    """What consent allows in a session, read now; a stop when it may not be recorded or transcribed.

    What it stands on and what was decided is kept, where that is not on file as it is. Raises ``ConsentUnreadable``
    when what is on file cannot be trusted.
    """
    with unreadable_is_closed():
        filed = on_file.read(session, workspace=workspace)
    decided = decide_session(session, filed, now=now)
    lasts = now + timedelta(hours=workspace.settings.consent.valid_hours)
    valid_until = min(lasts, decided.next_expiry or lasts)
    _keep(session, filed, decided, workspace=workspace, now=now, valid_until=valid_until)
    ruling = _Ruling(
        session_id=session.session_id,
        cells=decided.cells,
        log_head=filed.log_head,
        valid_until=valid_until,
        live_until_s=clock() + (valid_until - now).total_seconds(),
        duration_s=session.duration_s,
        own_tracks=frozenset(track.participant_id for track in session.tracks if track.participant_id is not None),
    )
    if all(ruling.allows(purpose) for purpose in _NEEDED):
        return ruling
    return _stop(decided)


def heard(session: Session, words: Sequence[Word], *, workspace: Workspace) -> bool:
    """Files the notices that the team announces in what was transcribed; True where one is new: rule again then."""
    with unreadable_is_closed():
        with reading(workspace.db) as connection:
            spoken = notices.spoken(notices.on_file(connection))
        tracks = {track.track_id: track.digest for track in session.tracks}
        found = announced(session, words, spoken, tracks=tracks) if spoken else ()
        if not found:
            return False
        with workspace.db.begin() as connection:
            return served.append(connection, found) > 0


def _keep(
    session: Session,
    filed: on_file.OnFile,
    decided: Decided,
    *,
    workspace: Workspace,
    now: datetime,
    valid_until: datetime,
) -> None:
    """Files what the session's own files show of notices, and every decision that is new or changed."""
    with unreadable_is_closed(), reading(workspace.db) as connection:
        sets = decisions.changed(connection, session.session_id, decided.decisions, now=now)
    if not (sets or filed.unfiled):
        return
    with unreadable_is_closed(), workspace.db.begin() as connection:
        served.append(connection, filed.unfiled)
        sets = decisions.changed(connection, session.session_id, decided.decisions, now=now)
        decisions.append(connection, session.session_id, sets, now=now, valid_until=valid_until)


def _stop(decided: Decided) -> Held | Refused:
    """Why the session may not go on at all, in no span of it; names participants by id only."""
    needed = [cell for cell in decided.cells if cell.purpose in _NEEDED]
    if not needed:
        return Held(reason="no participant is known", action="list everybody who was there in session.toml")
    worst = max((cell.outcome for cell in needed), key=lambda outcome: outcome.restrictiveness)
    stopping = [cell for cell in needed if cell.outcome is worst]
    rules = dict.fromkeys(f"{cell.participant_id} {cell.rule_id}" for cell in stopping)
    reason = f"consent: {', '.join(rules)}: {stopping[0].reason}"
    due = min((at for (_, purpose), at in decided.due.items() if purpose in _NEEDED), default=None)
    action = action_of(stopping[0].rule_id, due=due.date().isoformat() if due else "")
    return Refused(reason=reason, action=action) if worst is Outcome.REFUSE else Held(reason=reason, action=action)
