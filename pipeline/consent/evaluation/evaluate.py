"""Decides every cell of the matrix of participant, interval and purpose from a snapshot; reads and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.consent.evaluation import deadline
from pipeline.consent.evaluation.explanations import reason_of
from pipeline.consent.evaluation.facts import Facts, gather, is_internal, use_of
from pipeline.consent.evaluation.hold_resolution import settle
from pipeline.consent.evaluation.intervals import intervals, joined
from pipeline.consent.evaluation.modifiers import (
    with_agreements,
    with_enabled_purposes,
    with_guardian,
    without_silent,
)
from pipeline.consent.evaluation.rule_tables import ConsentStatus, Inputs, RuleResult, Use, decide, decide_capture
from pipeline.consent.evaluation.snapshot import ConsentSnapshot
from pipeline.consent.log.agreements import forbidden
from pipeline.consent.log.decisions import ConsentDecision
from pipeline.records import Cell, Outcome, Provenance, Purpose


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The cells of a session, each decision with its inputs, and when the first yes or hold in it ends by itself.

    ``due`` says until when each person and purpose that is held may be.
    """

    cells: tuple[Cell, ...]
    decisions: tuple[ConsentDecision, ...]
    next_expiry: datetime | None
    due: Mapping[tuple[str, Purpose], datetime]


def evaluate(snapshot: ConsentSnapshot, *, now: datetime) -> Evaluation:
    """Every cell of a session: for each participant and interval the purposes asked for, recording and transcribing."""
    session = snapshot.session
    purposes = tuple(dict.fromkeys((Purpose.RECORD, Purpose.TRANSCRIBE, *session.purposes)))
    all_facts = [
        gather(person, interval, snapshot, purposes, now=now)
        for person in session.participants
        for interval in intervals(person, snapshot)
    ]
    behind = [facts for facts in all_facts for _ in purposes]
    by_rule = [cell for facts in all_facts for cell in _cells(facts, purposes)]
    relaxed = [without_silent(cell, facts, snapshot.policy) for cell, facts in zip(by_rule, behind, strict=True)]
    settled = settle(relaxed, snapshot, now=now)
    guarded = [with_guardian(cell, facts) for cell, facts in zip(settled, behind, strict=True)]
    agreed = with_agreements(guarded, session, snapshot.agreements, now=now)
    enabled = [with_enabled_purposes(cell, snapshot.policy) for cell in agreed]
    final, due = deadline.applied(enabled, snapshot, now=now)
    steps = zip(by_rule, relaxed, settled, guarded, enabled, final, strict=True)
    decisions = tuple(_decision(facts, row, snapshot, now=now) for facts, row in zip(behind, steps, strict=True))
    ends = (*due.values(), *(at for facts in all_facts for at in _expiries(facts)))
    return Evaluation(joined(final), decisions, min(ends, default=None), due)


def _decision(facts: Facts, steps: Sequence[Cell], snapshot: ConsentSnapshot, *, now: datetime) -> ConsentDecision:
    """The decision that a cell came to be by, from the cell of the rules alone to the one that holds."""
    final, person = steps[-1], facts.person
    agreements = snapshot.agreements.get(person.participant_id, ())
    clauses = {
        clause.event_id
        for moment in (facts.session.started_at, now)
        for clause in forbidden(agreements, moment, now=now).values()
    }
    stated = facts.inputs(final.purpose)
    inputs = {
        **{name: getattr(stated, name) for name in Inputs.__slots__},
        "guardian_agreed": final.purpose in facts.guarded,
        "is_bot": facts.bot,
        "minor": facts.age.value,
        "list_authority": facts.session.list_authority.value,
        "provenance": person.provenance.value,
        "organisation_forbids": sorted(clauses),
        "own_staff": facts.own_staff,
        "policy": snapshot.policy.described(),
        "shared_microphone": person.shared_microphone,
    }
    return ConsentDecision(
        participant_id=person.participant_id,
        interval=facts.interval,
        purpose=final.purpose,
        inputs=inputs,
        outcome=final.outcome,
        rules=tuple(dict.fromkeys(cell.rule_id for cell in steps)),
        ruleset=snapshot.rules.version,
        evidence=final.evidence,
    )


def _cells(facts: Facts, purposes: Sequence[Purpose]) -> Iterator[Cell]:
    """One person's cells; none is more open than the one for recording."""
    record = _result(facts, Purpose.RECORD)
    for purpose in purposes:
        result = _result(facts, purpose)
        if not facts.bot and record.outcome.restrictiveness > result.outcome.restrictiveness:
            result = record
        yield Cell(
            participant_id=facts.person.participant_id,
            interval=facts.interval,
            purpose=purpose,
            outcome=result.outcome,
            rule_id=result.rule,
            reason=reason_of(result.rule),
            evidence=facts.evidence(purpose),
        )


def _result(facts: Facts, purpose: Purpose) -> RuleResult:
    """What the rules say of one purpose: by the tables, and by who counts as a participant, whichever closes more."""
    floor, result = _floor(facts, purpose), _by_tables(facts, purpose)
    if floor is None:
        return result
    unknown = facts.person.provenance is Provenance.UNKNOWN
    return floor if unknown or result.outcome.restrictiveness <= floor.outcome.restrictiveness else result


def _floor(facts: Facts, purpose: Purpose) -> RuleResult | None:
    """The L rules: a list that nobody vouches for, somebody whom no list has, a bot that may be a person."""
    if use_of(purpose) is Use.SPECIAL or purpose is Purpose.CODE_PUBLISH:
        return None if facts.person.provenance is not Provenance.UNKNOWN else RuleResult(Outcome.REFUSE, "L1")
    if facts.person.provenance is Provenance.UNKNOWN:
        return RuleResult(Outcome.HOLD, "L1")
    if facts.person.provenance is Provenance.UNLISTED:
        return RuleResult(Outcome.HOLD, "L2")
    return RuleResult(Outcome.HOLD, "L3") if facts.claimed_bot and not facts.bot else None


def _by_tables(facts: Facts, purpose: Purpose) -> RuleResult:
    if purpose is Purpose.CODE_PUBLISH:
        return RuleResult(Outcome.REFUSE, "O1")
    if facts.bot:
        return RuleResult(Outcome.PROCEED if is_internal(purpose) else Outcome.HOLD, "M3")
    if purpose is Purpose.RECORD:
        return _record(facts)
    return _named(facts, purpose, decide(facts.staff_inputs(purpose)))


def _record(facts: Facts) -> RuleResult:
    """Recording has the capture gate alone, but a later no or doubt about the recording itself counts for all of it."""
    inputs = facts.staff_inputs(Purpose.RECORD)
    settled = inputs.consent_now in (ConsentStatus.GIVEN, ConsentStatus.ABSENT)
    return _named(facts, Purpose.RECORD, decide_capture(inputs) if settled else decide(inputs))


def _named(facts: Facts, purpose: Purpose, result: RuleResult) -> RuleResult:
    """The result under the name M7 where a yes inside the team was taken from somebody's employment."""
    assumed = is_internal(purpose) and facts.staff_inputs(purpose) != facts.inputs(purpose)
    return RuleResult(result.outcome, "M7") if assumed and result.outcome is Outcome.PROCEED else result


def _expiries(facts: Facts) -> Iterator[datetime]:
    """When each yes that counts today ends by itself."""
    for state in facts.today.values():
        if state.status is ConsentStatus.GIVEN and state.event and state.event.valid_until:
            yield state.event.valid_until
