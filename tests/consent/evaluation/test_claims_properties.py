"""No claim by host or file ever opens an outcome, over generated sessions: only evidence does, or the platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Unpack

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.consent.evaluation.claims import (
    effective_session,
    proved_silent,
    shown_bot,
    with_unknown_speaker,
)
from pipeline.consent.evaluation.consent_state import state_now
from pipeline.consent.evaluation.evaluate import evaluate
from pipeline.consent.evaluation.jurisdictions import rules_of
from pipeline.consent.evaluation.participant_match import PartyMatch
from pipeline.consent.evaluation.policy import policy_of
from pipeline.consent.evaluation.rule_tables import REFUSALS, Identity
from pipeline.consent.evaluation.snapshot import ConsentSnapshot
from pipeline.consent.log.events import Event, EventState
from pipeline.consent.notices.versions import Notice
from pipeline.records import (
    AgeStatus,
    Cue,
    ListAuthority,
    Outcome,
    Participant,
    Provenance,
    Purpose,
    Role,
    Session,
    Track,
)
from pipeline.settings import ConsentSettings
from tests.consent.conftest import NOW, START, session
from tests.fields import ParticipantFields

RULES = rules_of(Path(__file__).parent)
NOTICE = Notice(digest="n" * 64, purposes=frozenset(Purpose), asks=True, scope="any")
PURPOSES = (Purpose.RECORD, Purpose.TRANSCRIBE, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)
WHEN = st.sampled_from([-10_000, -60, -3, 0, 4, 30, 90, 5_000])
"""Minutes from the session's start: long before, in doubt of clocks, in it, after it."""
CANDIDATES = {Identity.MATCHED: 1, Identity.AMBIGUOUS: 2, Identity.UNMATCHED: 0}
Place = tuple[str, Purpose, float]
MIXED = Track(track_id="m", participant_id=None, digest="e" * 64, stream=0, duration_s=3600.0)


@st.composite
def people(draw: st.DrawFn, number: int) -> Participant:
    return Participant(
        participant_id=f"p{number}",
        name=draw(st.sampled_from([f"Person {number}", "Otter.ai", "Craig"])),
        company=draw(st.sampled_from([None, "Lumen Labs", "Granite"])),
        location=draw(st.sampled_from(["US-NY", "US-CA", "DE", None])),
        joined_late=draw(st.booleans()),
        shared_microphone=draw(st.sampled_from([False, False, True])),
    )


@st.composite
def captions(draw: st.DrawFn, speakers: list[str | None]) -> tuple[Cue, ...]:
    if draw(st.booleans()):
        return ()
    return tuple(
        Cue(start_s=at, end_s=at + 20.0, participant_id=draw(st.sampled_from(speakers)), text="x")
        for at in range(0, 3600, 600)
    )


Situation = tuple[Session, dict[str, PartyMatch], dict[str, list[Event]]]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """A session without claims, who its people are on file, and what those answered."""
    listed = [draw(people(number)) for number in range(1, draw(st.integers(1, 3)) + 1)]
    mixed = draw(st.booleans())
    meeting = replace(
        session(*listed, mixed=[each.participant_id for each in listed] if mixed else ()),
        notice_asserted=draw(st.booleans()),
        list_authority=ListAuthority.HOST,
        captions=draw(captions([*(each.participant_id for each in listed), None])),
    )
    meeting = replace(meeting, tracks=(MIXED,) if mixed else meeting.tracks)
    matches, events = {}, {}
    for person in listed:
        identity = draw(st.sampled_from(Identity))
        parties = tuple(
            f"prt_{person.participant_id}_{n}" for n in range({"matched": 1, "ambiguous": 2, "unmatched": 0}[identity])
        )
        matches[person.participant_id] = PartyMatch(identity, parties)
        for party in parties:
            events[party] = [draw(answers(party, seq)) for seq in range(draw(st.integers(0, 4)))]
    return meeting, matches, events


@st.composite
def answers(draw: st.DrawFn, party: str, seq: int) -> Event:
    at = START + timedelta(minutes=draw(WHEN))
    return Event(
        event_id=f"evt_{party}_{seq}",
        row_key=f"{party}{seq}",
        seq=seq,
        party_id=party,
        purpose=draw(st.sampled_from(PURPOSES)),
        scope="any",
        state=draw(st.sampled_from(EventState)),
        indicated_at=at,
        effective_from=at,
        valid_until=draw(st.sampled_from([None, NOW - timedelta(days=1)])),
        notice=draw(st.sampled_from([NOTICE.digest, None])),
    )


def outcomes(meeting: Session, matches: dict[str, PartyMatch], events: dict[str, list[Event]]) -> dict[Place, Outcome]:
    """The outcome of every participant and purpose, every few minutes, as the snapshot of a store would give it."""
    worked = with_unknown_speaker(effective_session(meeting))
    nobody = PartyMatch(Identity.UNMATCHED)
    everybody = {
        participant.participant_id: matches.get(participant.participant_id, nobody)
        for participant in worked.participants
    }
    bots = {
        participant.participant_id
        for participant in worked.participants
        if shown_bot(
            worked, participant, on_file=everybody[participant.participant_id].identity is not Identity.UNMATCHED
        )
    }
    snapshot = ConsentSnapshot(
        session=worked,
        matches=everybody,
        bots=frozenset(bots),
        events=events,
        notices={NOTICE.digest: NOTICE},
        trusted=frozenset({NOTICE.digest}),
        log_head="",
        known_by=dict.fromkeys(everybody, ""),
        rules=RULES,
        policy=policy_of(worked, ConsentSettings()),
    )
    cells = evaluate(snapshot, now=NOW).cells
    return {
        (cell.participant_id, cell.purpose, at_s): cell.outcome
        for cell in cells
        for at_s in range(30, 3600, 210)
        if cell.interval.start_s <= at_s < cell.interval.end_s
    }


def opened(before: dict[Place, Outcome], after: dict[Place, Outcome]) -> set[Place]:
    """Where an outcome is more open than it was."""
    return {place for place, outcome in after.items() if outcome.restrictiveness < before[place].restrictiveness}


def claiming(meeting: Session, number: int, **claims: Unpack[ParticipantFields]) -> Session:
    person = replace(meeting.participants[number], **claims)
    return replace(meeting, participants=(*meeting.participants[:number], person, *meeting.participants[number + 1 :]))


CLAIMS: dict[str, ParticipantFields] = {
    "a bot": {"role": Role.BOT},
    "a partner": {"role": Role.PARTNER},
    "a customer": {"role": Role.CUSTOMER},
    "silent": {"spoke": False},
    "of age": {"minor": AgeStatus.ADULT},
    "a minor": {"minor": AgeStatus.MINOR},
    "late": {"joined_late": True},
    "a room": {"shared_microphone": True},
    "a silent bot": {"role": Role.BOT, "spoke": False},
}


@pytest.mark.parametrize("claim", CLAIMS)
@given(situation=situations(), number=st.integers(0, 2))
def test_no_claim_opens_an_outcome(claim: str, situation: Situation, number: int) -> None:
    found, matches, events = situation
    assume(number < len(found.participants))
    claimed = claiming(found, number, **CLAIMS[claim])
    person = claimed.participants[number]
    on_file = matches[person.participant_id].identity is not Identity.UNMATCHED
    assume(not shown_bot(claimed, person, on_file=on_file) and not proved_silent(claimed, person))
    assert not opened(outcomes(found, matches, events), outcomes(claimed, matches, events))


@given(situation=situations(), number=st.integers(0, 2))
def test_the_role_of_staff_opens_nothing_against_their_own_answer(situation: Situation, number: int) -> None:
    """M7 stands in for a form that nobody filled in; it changes nothing for who answered, or may have."""
    found, matches, events = situation
    assume(number < len(found.participants))
    claimed = claiming(found, number, role=Role.STAFF)
    who = claimed.participants[number].participant_id
    answered = {
        event.purpose
        for party in matches[who].party_ids
        for event in events[party]
        if event.state not in (EventState.REQUESTED, EventState.INVALIDATED)
    }
    doubtful = matches[who].identity is Identity.AMBIGUOUS
    before, after = outcomes(found, matches, events), outcomes(claimed, matches, events)
    places = opened(before, after)
    assert not {place for place in places if place[0] != who}
    if doubtful or {Purpose.RECORD, *PURPOSES} <= answered:
        assert not places
    parties = matches[who].party_ids
    refused = {purpose for purpose in PURPOSES if any(says_no(events[party], found, purpose) for party in parties)}
    assert not any(after[place] is Outcome.PROCEED for place in places if {place[1], Purpose.RECORD} & refused)


def says_no(events: list[Event], meeting: Session, purpose: Purpose) -> bool:
    about = [event for event in events if event.purpose is purpose]
    return state_now(about, meeting, NOW, {NOTICE.digest}).status in REFUSALS


@given(situation=situations())
def test_an_incomplete_list_is_never_more_open_than_a_complete_one(situation: Situation) -> None:
    found, matches, events = situation
    incomplete = replace(found, list_authority=ListAuthority.NOBODY)
    complete, after = outcomes(found, matches, events), outcomes(incomplete, matches, events)
    assert not {place for place in opened(after | complete, after) if place in complete}
    if any(track.participant_id is None for track in found.tracks):
        assert all(outcome is Outcome.HOLD for place, outcome in after.items() if place[0] == "unknown")


@given(situation=situations(), number=st.integers(0, 2))
def test_who_is_not_listed_is_never_more_open_than_who_is(situation: Situation, number: int) -> None:
    found, matches, events = situation
    assume(number < len(found.participants))
    unlisted = claiming(found, number, provenance=Provenance.UNLISTED)
    before, after = outcomes(found, matches, events), outcomes(unlisted, matches, events)
    assert not opened(before, after)
    who = unlisted.participants[number].participant_id
    theirs = [outcome for place, outcome in after.items() if place[0] == who]
    assert all(outcome.restrictiveness >= Outcome.HOLD.restrictiveness for outcome in theirs)
