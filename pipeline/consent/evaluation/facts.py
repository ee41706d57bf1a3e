"""The facts about one participant in one interval that decisions are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.consent.evaluation import platform_notice
from pipeline.consent.evaluation.claims import claimed_bot
from pipeline.consent.evaluation.consent_state import ConsentState, most_restrictive, state_during, state_now
from pipeline.consent.evaluation.notice_reach import notices_reached
from pipeline.consent.evaluation.own_staff import own_staff
from pipeline.consent.evaluation.rule_tables import (
    ConsentStatus,
    Identity,
    Inputs,
    Join,
    Law,
    NoticeProof,
    Speech,
    Use,
)
from pipeline.consent.evaluation.snapshot import ConsentSnapshot
from pipeline.consent.log.events import Event, EventState
from pipeline.consent.log.notice_deliveries import NoticeDelivery
from pipeline.records import AgeStatus, Interval, Participant, Provenance, Purpose, Session
from pipeline.records.speaker_turns import separable

_USES = {
    Purpose.TRANSCRIBE: Use.TRANSCRIBE,
    Purpose.PUBLIC_RECORDING: Use.PUBLIC,
    Purpose.PUBLIC_QUOTE: Use.PUBLIC,
    Purpose.CODE_PUBLISH: Use.PUBLIC,
    Purpose.ML_TRAINING: Use.SPECIAL,
    Purpose.VOICEPRINT: Use.SPECIAL,
}
_OPEN_TO_STAFF = (ConsentStatus.GIVEN, ConsentStatus.ABSENT)


def use_of(purpose: Purpose) -> Use:
    """The class of a purpose; recording counts as internal."""
    return _USES.get(purpose, Use.INTERNAL)


def is_internal(purpose: Purpose) -> bool:
    """Whether a purpose stays inside the team."""
    return use_of(purpose) in (Use.TRANSCRIBE, Use.INTERNAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one participant in one interval: consent when they spoke, consent now, notice, identity."""

    session: Session
    person: Participant
    interval: Interval
    law: Law
    identity: Identity
    match_identity: Identity
    separable: bool
    at_speech: ConsentState
    today: Mapping[Purpose, ConsentState]
    notices: tuple[NoticeDelivery, ...]
    notified_purposes: frozenset[Purpose]
    """What the notices that reached them by then name: one to each person that they may be, the platform's, one that
    was announced."""
    age: AgeStatus = AgeStatus.ADULT
    guarded: frozenset[Purpose] = frozenset()
    """What their guardian agreed to, where they need one."""
    erased_before: bool = False
    """Whether they were erased before, and so what they had answered is known of nobody any more."""
    bot: bool = False
    """Whether they are a bot for sure."""
    claimed_bot: bool = False
    """Whether a role or a name says so."""

    @property
    def own_staff(self) -> bool:
        """Whether rule M7 applies: one of the host's own people by their role, of whom nothing on file says otherwise.

        Not who may be somebody else on file, said no to the recording or left doubt about it, or was erased and did not
        answer again: what they said themselves counts.
        """
        states = (self.at_speech.status, self.today[Purpose.RECORD].status)
        open_minded = all(status in _OPEN_TO_STAFF for status in states)
        doubted = self.match_identity is Identity.AMBIGUOUS or self.erased_before
        return own_staff(self.session, self.person) and open_minded and not doubted

    @property
    def needs_guardian(self) -> bool:
        """Whether rule M2 applies: they are, or may be, a minor."""
        return self.age is not AgeStatus.ADULT

    def inputs(self, purpose: Purpose) -> Inputs:
        """The inputs of the decision about one purpose, as the file has them."""
        return Inputs(
            purpose=use_of(purpose),
            rule=self.law,
            notice=self._notice(),
            notice_names_purpose=purpose in self.notified_purposes,
            consent_at_speech=self.at_speech.status,
            consent_now=self.today[purpose].status,
            identity=self.identity,
            join=self._join(),
            speech=Speech.SPOKE if self.person.spoke else Speech.SILENT,
            separable=self.separable,
        )

    def staff_inputs(self, purpose: Purpose) -> Inputs:
        """M7: own staff need no form for use inside the team, but a no or a doubt of theirs counts as anybody's."""
        inputs = self.inputs(purpose)
        if not self.own_staff:
            return inputs
        inputs = replace(inputs, consent_at_speech=ConsentStatus.GIVEN)
        if not is_internal(purpose):
            return inputs
        if inputs.consent_now in _OPEN_TO_STAFF:
            inputs = replace(inputs, consent_now=ConsentStatus.GIVEN)
        willing = inputs.consent_at_speech is inputs.consent_now is ConsentStatus.GIVEN
        known = willing and not self.person.shared_microphone
        return replace(inputs, identity=Identity.MATCHED) if known else inputs

    def evidence(self, purpose: Purpose) -> tuple[str, ...]:
        """The ids of what a decision stands on: consent when spoken, consent now, each notice and what shows it."""
        events = [state.event.event_id for state in (self.at_speech, self.today[purpose]) if state.event is not None]
        shown = [evidence for notice in self.notices for evidence in (notice.evidence, notice.delivery_id)]
        return tuple(dict.fromkeys([*events, *shown]))

    def _notice(self) -> NoticeProof:
        if self.notices:
            return NoticeProof.EVIDENCED
        asserted = self.session.notice_asserted or self.own_staff
        return NoticeProof.ASSERTED if asserted else NoticeProof.NONE

    def _join(self) -> Join:
        if not self.person.joined_late:
            return Join.ON_TIME
        return Join.LATE_OWN_NOTICE if self.notices or self.own_staff else Join.LATE_NO_NOTICE


def gather(
    person: Participant,
    interval: Interval,
    snapshot: ConsentSnapshot,
    purposes: Sequence[Purpose],
    *,
    now: datetime,
) -> Facts:
    """The facts about one participant; of several people that they may be, the most restrictive answer counts."""
    session, match = snapshot.session, snapshot.matches[person.participant_id]
    start = session.started_at + timedelta(seconds=interval.start_s)
    end = session.started_at + timedelta(seconds=interval.end_s)
    reached, age = notices_reached(person, interval, snapshot), age_of(person, snapshot)

    def answers(purpose: Purpose, *, by_guardian: bool = False) -> list[Sequence[Event]]:
        """What each person that they may be answered, or had answered for them."""
        of_each = [snapshot.events_for(party_id, purpose) for party_id in match.party_ids]
        return [_for_a_minor(events) if by_guardian else _for_an_adult(events, age) for events in of_each]

    def when_spoken(*, by_guardian: bool = False) -> ConsentState:
        of_each = answers(Purpose.RECORD, by_guardian=by_guardian)
        return most_restrictive(state_during(events, session, start, end, snapshot.trusted) for events in of_each)

    def today(purpose: Purpose, *, by_guardian: bool = False) -> ConsentState:
        of_each = answers(purpose, by_guardian=by_guardian)
        return most_restrictive(state_now(events, session, now, snapshot.trusted) for events in of_each)

    yes = ConsentStatus.GIVEN
    guarded = when_spoken(by_guardian=True).status is today(Purpose.RECORD, by_guardian=True).status is yes
    strictest = snapshot.rules.strictest(locations(snapshot), now=now, announced=reached.announcement is not None)
    return Facts(
        session=session,
        person=person,
        interval=interval,
        law=snapshot.policy.at_least(strictest),
        identity=Identity.AMBIGUOUS if person.shared_microphone else match.identity,
        match_identity=match.identity,
        separable=separable(session, person.participant_id),
        at_speech=platform_notice.with_answers(
            when_spoken(), session, person, interval, snapshot.events_of(match.party_ids)
        ),
        today={purpose: today(purpose) for purpose in purposes},
        age=age,
        notices=reached.notices,
        notified_purposes=reached.purposes,
        erased_before=person.participant_id in snapshot.erased_before,
        bot=person.participant_id in snapshot.bots,
        claimed_bot=claimed_bot(session, person),
        guarded=frozenset(
            purpose for purpose in purposes if guarded and today(purpose, by_guardian=True).status is yes
        ),
    )


def age_of(person: Participant, snapshot: ConsentSnapshot) -> AgeStatus:
    """Whether somebody is of age: what the session or their own form says of a minor closes; that they are not one is
    for their own form to attest where a place has a rule about minors.
    """
    match = snapshot.matches[person.participant_id]
    attested = [event for event in snapshot.events_of(match.party_ids) if event.of_age is not None]
    latest = max(attested, key=lambda event: (event.indicated_at, event.seq), default=None)
    if latest is not None and not latest.of_age:
        return AgeStatus.MINOR
    if person.minor is not AgeStatus.ADULT or not snapshot.rules.asks_age(locations(snapshot)):
        return person.minor
    if person.participant_id in snapshot.bots or person.provenance is Provenance.UNKNOWN:
        return AgeStatus.ADULT
    sure = latest is not None and match.identity is Identity.MATCHED
    return AgeStatus.ADULT if sure else AgeStatus.UNSURE


def _for_an_adult(events: Sequence[Event], age: AgeStatus) -> Sequence[Event]:
    """An adult's events: that somebody agreed as their guardian is nothing that can be read with certainty."""
    if age is not AgeStatus.ADULT:
        return events
    return [replace(event, state=EventState.UNKNOWN) if _is_yes_of_guardian(event) else event for event in events]


def _for_a_minor(events: Sequence[Event]) -> Sequence[Event]:
    """A minor's events without consent of their own: every refusal counts, whoever entered it."""
    return [event for event in events if event.state is not EventState.GIVEN or event.by_guardian]


def _is_yes_of_guardian(event: Event) -> bool:
    return event.by_guardian and event.state is EventState.GIVEN


def locations(snapshot: ConsentSnapshot) -> Iterator[str | None]:
    """Where the recorder and every person was; a bot is nowhere, and so is whoever may not be there at all."""
    yield snapshot.session.recorder_location
    for person in snapshot.session.participants:
        if person.participant_id not in snapshot.bots and person.provenance is not Provenance.UNKNOWN:
            yield person.location
