"""What people decided about cells that were held: applied to holds alone, never to a no, void when the ground moves.

An act stands on the rule and the evidence that held the cell. A cell that is held on another ground, or closed further,
is not settled by it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from pipeline.consent.decide import REFUSALS
from pipeline.consent.reasons import reason_of
from pipeline.consent.states import standing_during, standing_now
from pipeline.errors import ConsentUnreadable
from pipeline.records import Cell, Outcome, Purpose, Session
from pipeline.records.speaker_turns import separable
from pipeline.store.artefact_tables import human_act
from pipeline.store.heads import head_of, walk

if TYPE_CHECKING:
    from pipeline.consent.on_file import OnFile

PUBLIC = frozenset({Purpose.PUBLIC_RECORDING, Purpose.PUBLIC_QUOTE})
"""Purposes whose hold takes two different people to open."""


class Act(StrEnum):
    """What a person decided about a held cell."""

    ALLOW = "allow"
    KEEP_OUT = "keep_out"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanAct:
    """One act as the chain holds it; ``bases`` are the grounds of the holds that it speaks of."""

    seq: int
    participant_id: str
    purpose: Purpose
    act: Act
    bases: frozenset[str]
    actor: str


def resolved(outcome: Outcome, *, refused: bool, removable: bool, acts: Sequence[HumanAct], people: int) -> Outcome:
    """The outcome after the acts about it; ``people`` different ones must allow, and only a hold without a no opens."""
    if outcome is not Outcome.HOLD or refused or not acts:
        return outcome
    if any(act.act is Act.KEEP_OUT for act in acts):
        return Outcome.MINUS if removable else outcome
    return Outcome.PROCEED if len({act.actor for act in acts}) >= people else outcome


def settle(cells: Sequence[Cell], session: Session, on_file: OnFile, *, now: datetime) -> tuple[Cell, ...]:
    """The cells with what people decided; none becomes more open than the same person's recording at that time."""
    if not on_file.acts:
        return tuple(cells)
    settled = tuple(_settled(cell, session, on_file, now) for cell in cells)
    records = {(one.participant_id, one.interval): one for one in settled if one.purpose is Purpose.RECORD}
    return tuple(
        after if after == before else _within(before, after, records.get((after.participant_id, after.interval)))
        for before, after in zip(cells, settled, strict=True)
    )


def basis_of(cell: Cell, on_file: OnFile) -> str:
    """The ground on which a cell stands: its rule, its evidence, and whom the participant is known as."""
    who = on_file.known_by[cell.participant_id]
    return hashlib.sha256(json.dumps([cell.rule_id, *cell.evidence, who]).encode()).hexdigest()


def says_no(cell: Cell, session: Session, on_file: OnFile, *, now: datetime) -> bool:
    """Whether the person, or anybody that they may be, said no to this purpose or to the recording, then or since."""
    start = session.started_at + timedelta(seconds=cell.interval.start_s)
    end = session.started_at + timedelta(seconds=cell.interval.end_s)
    for party_id in on_file.matches[cell.participant_id].party_ids:
        about = {purpose: on_file.events_for(party_id, purpose) for purpose in (Purpose.RECORD, cell.purpose)}
        today = [standing_now(events, session, now, on_file.trusted) for events in about.values()]
        then = standing_during(about[Purpose.RECORD], session, start, end, on_file.trusted)
        if any(standing.state in REFUSALS for standing in (*today, then)):
            return True
    return False


def removable(session: Session, participant_id: str) -> bool:
    """Whether a participant can be taken out cleanly."""
    return not session.participant(participant_id).spoke or separable(session, participant_id)


def acts_on(connection: Connection, session_id: str) -> tuple[HumanAct, ...]:
    """The acts about a session that were not undone, in order; raises ``ConsentUnreadable`` for a changed one."""
    query = select(human_act).where(human_act.c.session_id == session_id).order_by(human_act.c.seq)
    standing: list[HumanAct] = []
    for act in (_read(row) for row in connection.execute(query)):
        about = (act.participant_id, act.purpose)
        if act.act is Act.UNDO:
            standing = [one for one in standing if (one.participant_id, one.purpose) != about]
        else:
            standing.append(act)
    return tuple(standing)


def verify(connection: Connection) -> None:
    """Walks the chain; raises ``ConsentUnreadable`` at the first act that does not hold."""
    walk(connection, human_act, read=_read, broken=_broken)


def append(connection: Connection, body: Mapping[str, Any], session_id: str) -> int:
    """Adds an act within a transaction of the caller's; returns its number."""
    last = head_of(connection, human_act)
    place = {"seq": last.seq + 1, "session_id": session_id, "prev_hash": last.hash}
    text = json.dumps({**body, **place}, sort_keys=True)
    connection.execute(human_act.insert(), [{**place, "hash": hashlib.sha256(text.encode()).hexdigest(), "body": text}])
    return last.seq + 1


def _settled(cell: Cell, session: Session, on_file: OnFile, now: datetime) -> Cell:
    basis = basis_of(cell, on_file)
    about = [
        act
        for act in on_file.acts
        if (act.participant_id, act.purpose) == (cell.participant_id, cell.purpose) and basis in act.bases
    ]
    if cell.outcome is not Outcome.HOLD or not about:
        return cell
    outcome = resolved(
        cell.outcome,
        refused=says_no(cell, session, on_file, now=now),
        removable=removable(session, cell.participant_id),
        acts=about,
        people=2 if cell.purpose in PUBLIC else 1,
    )
    if outcome is cell.outcome:
        return cell
    rule_id = "H1" if outcome is Outcome.PROCEED else "H2"
    return replace(cell, outcome=outcome, rule_id=rule_id, reason=reason_of(rule_id), evidence=_evidence(cell, about))


def _evidence(cell: Cell, acts: Iterable[HumanAct]) -> tuple[str, ...]:
    return (*cell.evidence, *(f"act_{act.seq}" for act in acts))


def _within(before: Cell, after: Cell, record: Cell | None) -> Cell:
    open_enough = record is None or record.outcome.restrictiveness <= after.outcome.restrictiveness
    return after if open_enough else before


def _read(row: Any) -> HumanAct:
    if hashlib.sha256(str(row.body).encode()).hexdigest() != row.hash:
        raise _broken(row.seq)
    body = json.loads(row.body)
    if (body["seq"], body["session_id"], body["prev_hash"]) != (row.seq, row.session_id, row.prev_hash):
        raise _broken(row.seq)
    return HumanAct(
        seq=row.seq,
        participant_id=body["participant_id"],
        purpose=Purpose(body["purpose"]),
        act=Act(body["act"]),
        bases=frozenset(body["bases"]),
        actor=body["actor"],
    )


def _broken(seq: object) -> ConsentUnreadable:
    return ConsentUnreadable(
        f"what people decided about holds is not as it was written, at act {seq}",
        action="nothing was processed; restore offrecord.db and heads from one backup",
    )
