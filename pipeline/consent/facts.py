"""The facts about one participant in one interval that decisions are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.consent import platform
from pipeline.consent.decide import Identity, Inputs, Join, Law, NoticeProof, Speech, State, Use
from pipeline.consent.events import Event
from pipeline.consent.identity import normalise
from pipeline.consent.on_file import OnFile
from pipeline.consent.states import Standing, scope_width, standing_during, standing_now, worst
from pipeline.records import Interval, Participant, Purpose, Role, Session

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
    at_speech: Standing
    today: Mapping[Purpose, Standing]
    told: tuple[Event, ...]
    told_of: frozenset[Purpose]
    platform_notice: str | None = None
    """What shows that the platform told them of the recording, and that they said yes."""

    @property
    def own_staff(self) -> bool:
        """Whether rule M7 applies: one of the host's own people."""
        company, host = self.person.company, self.session.host
        own = company is None or (host is not None and normalise(company) == normalise(host))
        return self.person.role is Role.STAFF and own

    def inputs(self, purpose: Purpose) -> Inputs:
        """The inputs of the decision about one purpose, as the file has them."""
        return Inputs(
            purpose=use_of(purpose),
            rule=self.law,
            notice=self._notice(),
            notice_names_purpose=purpose in self.told_of or self._platform_names(purpose),
            consent_at_speech=self.at_speech.state,
            consent_now=self.today[purpose].state,
            identity=self.identity,
            join=self._join(),
            speech=Speech.SPOKE if self.person.spoke else Speech.SILENT,
            separable=self.session.has_own_track(self.person.participant_id),
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
        """The ids of the events that a decision stands on: consent when spoken, consent now, notice."""
        events = (self.at_speech.event, self.today[purpose].event, *self.told)
        shown = [event.event_id for event in events if event is not None]
        return tuple(dict.fromkeys([*shown, *([self.platform_notice] if self.platform_notice else [])]))

    def _platform_names(self, purpose: Purpose) -> bool:
        """Whether the platform's notice names a purpose: it tells of the recording and of nothing else."""
        return self.platform_notice is not None and purpose is Purpose.RECORD

    def _notice(self) -> NoticeProof:
        if self.told or self.platform_notice:
            return NoticeProof.EVIDENCED
        asserted = self.session.notice_asserted or self.own_staff
        return NoticeProof.ASSERTED if asserted else NoticeProof.NONE

    def _join(self) -> Join:
        if not self.person.joined_late:
            return Join.ON_TIME
        own_notice = self.told or self.platform_notice or self.own_staff
        return Join.LATE_OWN_NOTICE if own_notice else Join.LATE_NO_NOTICE


def gather(
    session: Session,
    person: Participant,
    interval: Interval,
    on_file: OnFile,
    purposes: Sequence[Purpose],
    *,
    law: Law,
    now: datetime,
) -> Facts:
    """The facts about one participant; of several people that they may be, the most closed answer counts."""
    match = on_file.matches[person.participant_id]
    start = session.started_at + timedelta(seconds=interval.start_s)
    end = session.started_at + timedelta(seconds=interval.end_s)

    def candidates(purpose: Purpose) -> list[list[Event]]:
        return [on_file.events_for(party_id, purpose) for party_id in match.party_ids]

    told = _told(session, match.party_ids, on_file, start)
    stay = platform.answered(session, person, interval)
    at_speech = worst(
        standing_during(events, session, start, end, on_file.trusted) for events in candidates(Purpose.RECORD)
    )
    named = [on_file.notices[str(event.notice)].purposes for event in told]
    return Facts(
        session=session,
        person=person,
        interval=interval,
        law=law,
        identity=Identity.AMBIGUOUS if person.shared_microphone else match.identity,
        at_speech=platform.heard(at_speech, session, person, interval, on_file.events_of(match.party_ids)),
        today={
            purpose: worst(standing_now(events, session, now, on_file.trusted) for events in candidates(purpose))
            for purpose in purposes
        },
        told=told,
        told_of=frozenset.intersection(*named) if named else frozenset(),
        platform_notice=platform.evidence(session) if stay and stay.told else None,
    )


def _told(session: Session, party_ids: Sequence[str], on_file: OnFile, start: datetime) -> tuple[Event, ...]:
    """For each candidate an answer, from before the interval, to a form that asked; empty if anyone lacks one."""
    told = []
    for party_id in party_ids:
        answers = [event for event in on_file.events.get(party_id, ()) if event.indicated_at <= start]
        latest = next((event for event in reversed(answers) if _shows_notice(event, session, on_file)), None)
        if latest is None:
            return ()
        told.append(latest)
    return tuple(told)


def _shows_notice(event: Event, session: Session, on_file: OnFile) -> bool:
    """Whether an event shows that its person saw an intact notice for this session."""
    notice = on_file.notices.get(event.notice or "")
    if notice is None or not notice.asks or notice.digest not in on_file.trusted:
        return False
    return scope_width(event.scope, session) is not None
