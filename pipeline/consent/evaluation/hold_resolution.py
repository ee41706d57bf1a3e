"""How what people decided applies: to holds alone, never to a no, and void when the ground moves.

A decision stands on the rule and the evidence that held the cell. A cell that is held on another ground, or closed
further, is not settled by it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.consent.evaluation.consent_state import state_during, state_now
from pipeline.consent.evaluation.explanations import reason_of
from pipeline.consent.evaluation.rule_tables import REFUSALS
from pipeline.consent.evaluation.snapshot import ConsentSnapshot
from pipeline.consent.log.manual_decisions import ManualAction, ManualDecision
from pipeline.records import Cell, Outcome, Purpose, Session
from pipeline.records.shell_actor import is_one_person
from pipeline.records.speaker_turns import separable

PUBLIC = frozenset({Purpose.PUBLIC_RECORDING, Purpose.PUBLIC_QUOTE})
"""Purposes whose hold takes two different people to open."""


def resolved(
    outcome: Outcome, *, refused: bool, removable: bool, decisions: Sequence[ManualDecision], people: int
) -> Outcome:
    """The outcome after the decisions about it: ``people`` different ones must allow, and a hold with a no stays."""
    if outcome is not Outcome.HOLD or refused or not decisions:
        return outcome
    if any(decision.act is ManualAction.KEEP_OUT for decision in decisions):
        return Outcome.MINUS if removable else outcome
    return Outcome.PROCEED if _people(decisions) >= people else outcome


def _people(decisions: Sequence[ManualDecision]) -> int:
    """How many people decided for sure: acts under one name, or from one account, are one person's."""
    apart: list[ManualDecision] = []
    for decision in decisions:
        if not any(
            is_one_person(decision.actor, decision.account, earlier.actor, earlier.account) for earlier in apart
        ):
            apart.append(decision)
    return len(apart)


def settle(cells: Sequence[Cell], snapshot: ConsentSnapshot, *, now: datetime) -> tuple[Cell, ...]:
    """The cells with what people decided; none becomes more open than the same person's recording at that time."""
    if not snapshot.manual_decisions:
        return tuple(cells)
    settled = tuple(_settled(cell, snapshot, now) for cell in cells)
    records = {(cell.participant_id, cell.interval): cell for cell in settled if cell.purpose is Purpose.RECORD}
    return tuple(
        after if after == before else _within(before, after, records.get((after.participant_id, after.interval)))
        for before, after in zip(cells, settled, strict=True)
    )


def basis_of(cell: Cell, snapshot: ConsentSnapshot) -> str:
    """The ground on which a cell stands: its rule, its evidence, and whom the participant is known as."""
    who = snapshot.known_by[cell.participant_id]
    return hashlib.sha256(json.dumps([cell.rule_id, *cell.evidence, who]).encode()).hexdigest()


def says_no(cell: Cell, snapshot: ConsentSnapshot, *, now: datetime) -> bool:
    """Whether the person, or anybody that they may be, refused this purpose or the recording, then or since."""
    session = snapshot.session
    start = session.started_at + timedelta(seconds=cell.interval.start_s)
    end = session.started_at + timedelta(seconds=cell.interval.end_s)
    for party_id in snapshot.matches[cell.participant_id].party_ids:
        about = {purpose: snapshot.events_for(party_id, purpose) for purpose in (Purpose.RECORD, cell.purpose)}
        today = [state_now(events, session, now, snapshot.trusted) for events in about.values()]
        then = state_during(about[Purpose.RECORD], session, start, end, snapshot.trusted)
        if any(state.status in REFUSALS for state in (*today, then)):
            return True
    return False


def removable(session: Session, participant_id: str) -> bool:
    """Whether a participant can be taken out cleanly."""
    return not session.participant(participant_id).spoke or separable(session, participant_id)


def _settled(cell: Cell, snapshot: ConsentSnapshot, now: datetime) -> Cell:
    basis = basis_of(cell, snapshot)
    about = [
        decision
        for decision in snapshot.manual_decisions
        if (decision.act is not ManualAction.ALLOW or decision.at <= now)
        and (decision.participant_id, decision.purpose) == (cell.participant_id, cell.purpose)
        and basis in decision.bases
    ]
    if cell.outcome is not Outcome.HOLD or not about:
        return cell
    outcome = resolved(
        cell.outcome,
        refused=says_no(cell, snapshot, now=now),
        removable=removable(snapshot.session, cell.participant_id),
        decisions=about,
        people=2 if cell.purpose in PUBLIC else 1,
    )
    if outcome is cell.outcome:
        return cell
    rule_id = "H1" if outcome is Outcome.PROCEED else "H2"
    return replace(cell, outcome=outcome, rule_id=rule_id, reason=reason_of(rule_id), evidence=_evidence(cell, about))


def _evidence(cell: Cell, decisions: Iterable[ManualDecision]) -> tuple[str, ...]:
    return (*cell.evidence, *(f"act_{decision.seq}" for decision in decisions))


def _within(before: Cell, after: Cell, record: Cell | None) -> Cell:
    open_enough = record is None or record.outcome.restrictiveness <= after.outcome.restrictiveness
    return after if open_enough else before
