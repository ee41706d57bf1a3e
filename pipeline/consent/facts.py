"""The facts about one participant in one interval that decisions are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.consent import platform
from pipeline.consent.decide import Identity, Inputs, Join, Law, NoticeProof, Speech, State, Use
from pipeline.consent.events import Event, EventState
from pipeline.consent.on_file import OnFile
from pipeline.consent.reaching import reaching
from pipeline.consent.served import NoticeServed
from pipeline.consent.staff import own_staff
from pipeline.consent.states import Standing, standing_during, standing_now, worst
from pipeline.records import AgeStatus, Interval, Participant, Purpose, Role, Session
from pipeline.records.speaker_turns import separable

_USES = {
    Purpose.TRANSCRIBE: Use.TRANSCRIBE,
    Purpose.PUBLIC_RECORDING: Use.PUBLIC,
    Purpose.PUBLIC_QUOTE: Use.PUBLIC,
    Purpose.CODE_PUBLISH: Use.PUBLIC,
    Purpose.ML_TRAINING: Use.SPECIAL,
    Purpose.VOICEPRINT: Use.SPECIAL,
}
_OPEN_TO_STAFF = (State.ABSENT, State.EXPIRED)


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
    separable: bool
    at_speech: Standing
    today: Mapping[Purpose, Standing]
    told: tuple[NoticeServed, ...]
    told_of: frozenset[Purpose]
    """What the notices that reached them by then name: one to each person that they may be, the platform's, one that
    was announced."""
    guarded: frozenset[Purpose] = frozenset()
    """What their guardian agreed to, where they need one."""
    forgotten: bool = False
    """Whether they were erased before, and so what they had said is known of nobody any more."""

    @property
    def own_staff(self) -> bool:
        """Whether rule M7 applies: one of the host's own people, who was not erased without answering again."""
        return own_staff(self.session, self.person) and not self.forgotten

    @property
    def needs_guardian(self) -> bool:
        """Whether rule M2 applies: they are, or may be, a minor."""
        return self.person.minor is not AgeStatus.ADULT

    def inputs(self, purpose: Purpose) -> Inputs:
        """The inputs of the decision about one purpose, as the file has them."""
        return Inputs(
            purpose=use_of(purpose),
            rule=self.law,
            notice=self._notice(),
            notice_names_purpose=purpose in self.told_of,
            consent_at_speech=self.at_speech.state,
            consent_now=self.today[purpose].state,
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
        if inputs.consent_at_speech in _OPEN_TO_STAFF:
            inputs = replace(inputs, consent_at_speech=State.GIVEN)
        if not is_internal(purpose):
            return inputs
        if inputs.consent_now in _OPEN_TO_STAFF:
            inputs = replace(inputs, consent_now=State.GIVEN)
        willing = inputs.consent_at_speech is inputs.consent_now is State.GIVEN
        known = willing and not self.person.shared_microphone
        return replace(inputs, identity=Identity.MATCHED) if known else inputs

    def evidence(self, purpose: Purpose) -> tuple[str, ...]:
        """The ids of what a decision stands on: consent when spoken, consent now, each notice and what shows it."""
        events = (self.at_speech.event, self.today[purpose].event)
        shown = [event.event_id for event in events if event is not None]
        return tuple(dict.fromkeys([*shown, *(one for each in self.told for one in (each.evidence, each.served_id))]))

    def _notice(self) -> NoticeProof:
        if self.told:
            return NoticeProof.EVIDENCED
        asserted = self.session.notice_asserted or self.own_staff
        return NoticeProof.ASSERTED if asserted else NoticeProof.NONE

    def _join(self) -> Join:
        if not self.person.joined_late:
            return Join.ON_TIME
        return Join.LATE_OWN_NOTICE if self.told or self.own_staff else Join.LATE_NO_NOTICE


def gather(
    session: Session,
    person: Participant,
    interval: Interval,
    on_file: OnFile,
    purposes: Sequence[Purpose],
    *,
    now: datetime,
) -> Facts:
    """The facts about one participant; of several people that they may be, the most closed answer counts."""
    match = on_file.matches[person.participant_id]
    start = session.started_at + timedelta(seconds=interval.start_s)
    end = session.started_at + timedelta(seconds=interval.end_s)
    reach = reaching(session, person, interval, on_file)

    def said(purpose: Purpose, *, by_guardian: bool = False) -> list[Sequence[Event]]:
        """What each person that they may be said, or had said for them."""
        found = [on_file.events_for(party_id, purpose) for party_id in match.party_ids]
        return [_for_a_minor(some) if by_guardian else _for_an_adult(some, person) for some in found]

    def when_spoken(*, by_guardian: bool = False) -> Standing:
        events = said(Purpose.RECORD, by_guardian=by_guardian)
        return worst(standing_during(some, session, start, end, on_file.trusted) for some in events)

    def today(purpose: Purpose, *, by_guardian: bool = False) -> Standing:
        events = said(purpose, by_guardian=by_guardian)
        return worst(standing_now(some, session, now, on_file.trusted) for some in events)

    guarded = when_spoken(by_guardian=True).state is today(Purpose.RECORD, by_guardian=True).state is State.GIVEN
    return Facts(
        session=session,
        person=person,
        interval=interval,
        law=on_file.policy.at_least(
            on_file.rules.strictest(_locations(session), now=now, announced=reach.announced is not None)
        ),
        identity=Identity.AMBIGUOUS if person.shared_microphone else match.identity,
        separable=separable(session, person.participant_id),
        at_speech=platform.heard(when_spoken(), session, person, interval, on_file.events_of(match.party_ids)),
        today={purpose: today(purpose) for purpose in purposes},
        told=reach.notices,
        told_of=reach.names,
        forgotten=person.participant_id in on_file.forgotten,
        guarded=frozenset(
            purpose for purpose in purposes if guarded and today(purpose, by_guardian=True).state is State.GIVEN
        ),
    )


def _for_an_adult(events: Sequence[Event], person: Participant) -> Sequence[Event]:
    """An adult's events: that somebody agreed as their guardian is nothing that can be read with certainty."""
    if person.minor is not AgeStatus.ADULT:
        return events
    return [replace(one, state=EventState.UNKNOWN) if _is_yes_of_guardian(one) else one for one in events]


def _for_a_minor(events: Sequence[Event]) -> Sequence[Event]:
    """A minor's events without the yes that was their own: every no counts, whoever said it."""
    return [one for one in events if one.state is not EventState.GIVEN or one.by_guardian]


def _is_yes_of_guardian(event: Event) -> bool:
    return event.by_guardian and event.state is EventState.GIVEN


def _locations(session: Session) -> Iterator[str | None]:
    """Where the recorder and every person was; a bot is nowhere."""
    yield session.recorder_location
    yield from (person.location for person in session.participants if person.role is not Role.BOT)
