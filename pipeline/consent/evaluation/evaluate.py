"""Decides every cell of the matrix of participant, interval and purpose from what is on file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.consent.evaluation import deadline
from pipeline.consent.evaluation.explanations import reason_of
from pipeline.consent.evaluation.facts import Facts, gather, is_internal
from pipeline.consent.evaluation.intervals import intervals, joined
from pipeline.consent.evaluation.policy import Policy
from pipeline.consent.evaluation.rule_tables import Answer, Identity, State, decide, decide_capture
from pipeline.consent.evaluation.snapshot import OnFile
from pipeline.consent.log.agreements import closed
from pipeline.consent.log.decisions import Decision, decision_of
from pipeline.consent.log.manual_decisions import settle
from pipeline.records import Cell, Outcome, Purpose, Role, Session


@dataclass(frozen=True, slots=True)
class Decided:
    """The cells of a session, each decision with its inputs, and when the first yes or hold in it ends by itself.

    ``due`` says until when each person and purpose that is held may be.
    """

    cells: tuple[Cell, ...]
    decisions: tuple[Decision, ...]
    next_expiry: datetime | None
    due: Mapping[tuple[str, Purpose], datetime]


def decide_session(session: Session, on_file: OnFile, *, now: datetime) -> Decided:
    """Every cell of a session: for each participant and interval the purposes asked for, recording and transcribing."""
    purposes = tuple(dict.fromkeys((Purpose.RECORD, Purpose.TRANSCRIBE, *session.purposes)))
    all_facts = [
        gather(session, person, interval, on_file, purposes, now=now)
        for person in session.participants
        for interval in intervals(session, person, on_file)
    ]
    behind = [facts for facts in all_facts for _ in purposes]
    by_rule = [cell for facts in all_facts for cell in _cells(facts, purposes)]
    relaxed = [_relaxed(cell, facts, on_file.policy) for cell, facts in zip(by_rule, behind, strict=True)]
    settled = settle(relaxed, session, on_file, now=now)
    guarded = [_guarded(cell, facts) for cell, facts in zip(settled, behind, strict=True)]
    agreed = [_enabled(cell, on_file.policy) for cell in closed(guarded, session, on_file.agreements, now=now)]
    final, due = deadline.applied(agreed, session, on_file, now=now)
    steps = zip(by_rule, relaxed, settled, guarded, agreed, final, strict=True)
    decisions = tuple(decision_of(facts, row, on_file, now=now) for facts, row in zip(behind, steps, strict=True))
    ends = (*due.values(), *(at for facts in all_facts for at in _expiries(facts)))
    return Decided(joined(final), decisions, min(ends, default=None), due)


def _relaxed(cell: Cell, facts: Facts, policy: Policy) -> Cell:
    """Rule P1, where the policy has it: without somebody who was silent and never answered, where that would hold."""
    base = cell.rule_id in ("C11", "C12") and cell.outcome is Outcome.HOLD
    silent = not facts.person.spoke and facts.identity is Identity.MATCHED
    if not (policy.silent_relax and base and silent and facts.at_speech.state is State.ABSENT):
        return cell
    return replace(cell, outcome=Outcome.MINUS, rule_id="P1", reason=reason_of("P1"))


def _enabled(cell: Cell, policy: Policy) -> Cell:
    """Rule P2: a purpose that workspace, series or session do not use recordings for is refused."""
    if cell.purpose in policy.purposes or cell.outcome is Outcome.REFUSE:
        return cell
    return replace(cell, outcome=Outcome.REFUSE, rule_id="P2", reason=reason_of("P2"))


def _guarded(cell: Cell, facts: Facts) -> Cell:
    """Rule M2, which no staff opens: a minor, or somebody who may be one, is held unless their guardian agreed.

    What a guardian may agree to stays inside the team: a minor is never published.
    """
    internal = is_internal(cell.purpose)
    floor = Outcome.HOLD if internal else Outcome.REFUSE
    if not facts.needs_guardian or cell.outcome.restrictiveness >= floor.restrictiveness:
        return cell
    agreed = internal and cell.purpose in facts.guarded and facts.identity is Identity.MATCHED
    if agreed and cell.outcome is Outcome.PROCEED:
        return replace(cell, rule_id="G1", reason=reason_of("G1"))
    return cell if agreed else replace(cell, outcome=floor, rule_id="M2", reason=reason_of("M2"))


def _cells(facts: Facts, purposes: Sequence[Purpose]) -> Iterator[Cell]:
    """One person's cells; none is more open than the one for recording."""
    record = _record(facts)
    for purpose in purposes:
        answer = _answer(facts, purpose)
        if facts.person.role is not Role.BOT and record.outcome.restrictiveness > answer.outcome.restrictiveness:
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
