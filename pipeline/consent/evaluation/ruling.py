"""The ruling: what every participant's consent allows in one session, read now; recorded only where it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.consent.evaluation.announcement import announced
from pipeline.consent.evaluation.evaluate import Evaluation, evaluate
from pipeline.consent.evaluation.explanations import action_of, draft_action, series_action
from pipeline.consent.evaluation.rule_tables import Identity
from pipeline.consent.evaluation.snapshot import ConsentSnapshot, read_snapshot
from pipeline.consent.log import decisions, notice_deliveries
from pipeline.consent.log.log import clock
from pipeline.consent.notices import versions
from pipeline.records import Cell, Held, Outcome, Purpose, Refused, Ruling, Session, Word
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed

_SERIES = "series:"
_NEEDED = (Purpose.RECORD, Purpose.TRANSCRIBE)
"""Without these two nothing can be done with a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ruling(Ruling):
    def _made_by_consent(self) -> None:
        """Made here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evaluated:
    """A ruling or stop with what it was made from, and until when it holds."""

    outcome: Ruling | Held | Refused
    snapshot: ConsentSnapshot
    evaluation: Evaluation
    valid_until: datetime


def rule(session: Session, *, workspace: Workspace, now: datetime) -> Ruling | Held | Refused:
    """The current ruling, recorded: what it stands on and what was decided is filed where it is new or changed.

    A stop when the session may not be recorded or transcribed. Raises ``ConsentUnreadable`` when what is on file cannot
    be trusted.
    """
    evaluated = _evaluated(session, workspace=workspace, now=now)
    _record(session, evaluated, workspace=workspace, now=now)
    return evaluated.outcome


def current_ruling(session: Session, *, workspace: Workspace, now: datetime) -> Ruling | Held | Refused:
    """What consent allows in a session, read now, for exports and views: writes nothing; raises as ``rule`` does."""
    return _evaluated(session, workspace=workspace, now=now).outcome


def record_announcements(session: Session, words: Sequence[Word], *, workspace: Workspace) -> bool:
    """Files the notices that the team announces in what was transcribed; True where one is new: rule again then."""
    with unreadable_is_closed():
        with reading(workspace.db) as connection:
            wordings = versions.announced(versions.on_file(connection))
        tracks = {track.track_id: track.digest for track in session.tracks}
        deliveries = announced(session, words, wordings, tracks=tracks) if wordings else ()
        if not deliveries:
            return False
        with workspace.db.begin() as connection:
            return notice_deliveries.append(connection, deliveries) > 0


def _evaluated(session: Session, *, workspace: Workspace, now: datetime) -> _Evaluated:
    with unreadable_is_closed():
        snapshot = read_snapshot(session, workspace=workspace, now=now)
    evaluation = evaluate(snapshot, now=now)
    lasts = now + timedelta(hours=workspace.settings.consent.ruling_ttl_hours)
    valid_until = min(lasts, evaluation.next_expiry or lasts)
    ruling = _Ruling(
        session_id=session.session_id,
        cells=evaluation.cells,
        log_head=snapshot.log_head,
        valid_until=valid_until,
        live_until_s=clock() + (valid_until - now).total_seconds(),
        duration_s=session.duration_s,
        own_tracks=frozenset(track.participant_id for track in session.tracks if track.participant_id is not None),
    )
    allowed = all(ruling.allows(purpose) for purpose in _NEEDED)
    outcome = ruling if allowed else _stop(evaluation, snapshot)
    return _Evaluated(outcome=outcome, snapshot=snapshot, evaluation=evaluation, valid_until=valid_until)


def _record(session: Session, evaluated: _Evaluated, *, workspace: Workspace, now: datetime) -> None:
    """Files what the session's own files show of notices, and every decision that is new or changed."""
    about, unrecorded = evaluated.evaluation.decisions, evaluated.snapshot.unrecorded
    with unreadable_is_closed(), reading(workspace.db) as connection:
        changed = decisions.changed(connection, session.session_id, about, now=now)
    if not (changed or unrecorded):
        return
    with unreadable_is_closed(), workspace.db.begin() as connection:
        notice_deliveries.append(connection, unrecorded)
        changed = decisions.changed(connection, session.session_id, about, now=now)
        decisions.append(connection, session.session_id, changed, now=now, valid_until=evaluated.valid_until)


def _stop(evaluation: Evaluation, snapshot: ConsentSnapshot) -> Held | Refused:
    """Why the session may not go on at all, in no span of it; names participants by id only."""
    needed = [cell for cell in evaluation.cells if cell.purpose in _NEEDED]
    if not needed:
        listing = _draft_action("", snapshot.session) or "list everybody who was there in session.toml"
        return Held(reason="no participant is known", action=listing)
    worst = max((cell.outcome for cell in needed), key=lambda outcome: outcome.restrictiveness)
    stopping = [cell for cell in needed if cell.outcome is worst]
    rules = dict.fromkeys(f"{cell.participant_id} {cell.rule_id}" for cell in stopping)
    reason = f"consent: {', '.join(rules)}: {stopping[0].reason}"
    due = min((at for (_, purpose), at in evaluation.due.items() if purpose in _NEEDED), default=None)
    action = _draft_action(stopping[0].rule_id, snapshot.session) or action_of(
        stopping[0].rule_id,
        due=due.date().isoformat() if due else "",
        is_ambiguous=_is_ambiguous(stopping[0], snapshot),
        series=_series_action(stopping[0], snapshot),
    )
    return Refused(reason=reason, action=action) if worst is Outcome.REFUSE else Held(reason=reason, action=action)


def _draft_action(rule_id: str, session: Session) -> str:
    """How its session.toml is begun, for media that nobody described: these alone have a start that nobody stated."""
    return draft_action(rule_id, session.session_id) if session.start_is_estimated else ""


def _is_ambiguous(cell: Cell, snapshot: ConsentSnapshot) -> bool:
    """Whether an answer may be on file of somebody who is not known for certain, or by nothing that answers have."""
    people = {each.participant_id: each for each in snapshot.session.participants}
    person = people.get(cell.participant_id)
    is_only_named = person is not None and person.email is None and person.platform_id is None
    return is_only_named or snapshot.matches[cell.participant_id].identity is Identity.AMBIGUOUS


def _series_action(cell: Cell, snapshot: ConsentSnapshot) -> str:
    """What is wrong with the session's series, where somebody answered for a series and it counts for nothing."""
    has_answered = any(
        event.scope.startswith(_SERIES) for event in snapshot.events_of(snapshot.matches[cell.participant_id].party_ids)
    )
    scopes = {notice.scope for notice in snapshot.notices.values() if notice.scope.startswith(_SERIES)}
    series = {scope.removeprefix(_SERIES) for scope in scopes}
    return series_action(snapshot.session.series, series) if has_answered else ""
