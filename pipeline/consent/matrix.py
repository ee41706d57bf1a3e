"""Decides every cell of the matrix of participant, interval and purpose from what is on file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.consent.decide import Answer, State, decide, decide_capture
from pipeline.consent.facts import Facts, gather, is_internal
from pipeline.consent.human import settle
from pipeline.consent.intervals import intervals, joined
from pipeline.consent.jurisdictions import strictest
from pipeline.consent.on_file import OnFile
from pipeline.consent.organisations import closed
from pipeline.consent.reasons import reason_of
from pipeline.records import Cell, Minor, Outcome, Participant, Purpose, Role, Session


@dataclass(frozen=True, slots=True)
class Decided:
    """The cells of a session, and when the first yes they stand on ends by itself."""

    cells: tuple[Cell, ...]
    next_expiry: datetime | None


def decide_session(session: Session, on_file: OnFile, *, now: datetime) -> Decided:
    """Every cell of a session: for each participant and interval the purposes asked for, recording and transcribing."""
    law = strictest(_locations(session), now=now)
    purposes = tuple(dict.fromkeys((Purpose.RECORD, Purpose.TRANSCRIBE, *session.purposes)))
    all_facts = [
        gather(session, person, interval, on_file, purposes, law=law, now=now)
        for person in session.participants
        for interval in intervals(session, person, on_file)
    ]
    settled = settle([cell for facts in all_facts for cell in _cells(facts, purposes)], session, on_file, now=now)
    guarded = [_guarded(cell, session.participant(cell.participant_id)) for cell in settled]
    cells = joined(closed(guarded, session, on_file.agreements, now=now))
    return Decided(cells, min((at for facts in all_facts for at in _expiries(facts)), default=None))


def _guarded(cell: Cell, person: Participant) -> Cell:
    """Rule M2, which nobody's decision opens: a minor, or somebody who may be one, is held, and never published."""
    floor = Outcome.HOLD if is_internal(cell.purpose) else Outcome.REFUSE
    if person.minor is Minor.ADULT or cell.outcome.closedness >= floor.closedness:
        return cell
    return replace(cell, outcome=floor, rule_id="M2", reason=reason_of("M2"))


def _locations(session: Session) -> Iterator[str | None]:
    """Where the recorder and every person was; a bot is nowhere."""
    yield session.recorder_location
    yield from (person.location for person in session.participants if person.role is not Role.BOT)


def _cells(facts: Facts, purposes: Sequence[Purpose]) -> Iterator[Cell]:
    """One person's cells; none is more open than the one for recording."""
    record = _record(facts)
    for purpose in purposes:
        answer = _answer(facts, purpose)
        if facts.person.role is not Role.BOT and record.outcome.closedness > answer.outcome.closedness:
            answer = record
        yield Cell(
            participant_id=facts.person.participant_id,
            interval=facts.interval,
            purpose=purpose,
            outcome=answer.outcome,
            rule_id=answer.rule,
            reason=reason_of(answer.rule),
            evidence=facts.evidence(purpose),
        )


def _answer(facts: Facts, purpose: Purpose) -> Answer:
    """The answer for one purpose by itself."""
    if purpose is Purpose.CODE_PUBLISH:
        return Answer(Outcome.REFUSE, "O1")
    if facts.person.role is Role.BOT:
        return Answer(Outcome.PROCEED if is_internal(purpose) else Outcome.HOLD, "M3")
    if purpose is Purpose.RECORD:
        return _record(facts)
    return _named(facts, purpose, decide(facts.staff_inputs(purpose)))


def _record(facts: Facts) -> Answer:
    """Recording has the capture gate alone, but a later no or doubt about the recording itself counts for all of it."""
    inputs = facts.staff_inputs(Purpose.RECORD)
    settled = inputs.consent_now in (State.GIVEN, State.ABSENT)
    return _named(facts, Purpose.RECORD, decide_capture(inputs) if settled else decide(inputs))


def _named(facts: Facts, purpose: Purpose, answer: Answer) -> Answer:
    """The answer under the name M7 where a yes inside the team was taken from somebody's employment."""
    assumed = is_internal(purpose) and facts.staff_inputs(purpose) != facts.inputs(purpose)
    return Answer(answer.outcome, "M7") if assumed and answer.outcome is Outcome.PROCEED else answer


def _expiries(facts: Facts) -> Iterator[datetime]:
    """When each yes that counts today ends by itself."""
    for standing in facts.today.values():
        if standing.state is State.GIVEN and standing.event and standing.event.valid_until:
            yield standing.event.valid_until
