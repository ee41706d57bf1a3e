"""Of two lists for one recording everybody counts, and of every claim the strictest."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import AgeStatus, Attendance, ListAuthority, Participant, Purpose, Role, Session, Track
from pipeline.records.same_recording import strictest_union
from pipeline.records.session import SessionPolicy
from tests.store.test_store import session

NAMES = ("Ana", "Ben", "Cem")
PEOPLE = st.lists(
    st.builds(
        Participant,
        participant_id=st.just(""),
        name=st.sampled_from(NAMES),
        email=st.none(),
        role=st.sampled_from(Role),
        location=st.sampled_from([None, "US-CA", "DE"]),
        spoke=st.booleans(),
        joined_late=st.booleans(),
        minor=st.sampled_from(AgeStatus),
        shared_microphone=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda person: person.name,
).map(lambda people: tuple(replace(one, participant_id=f"p{at}") for at, one in enumerate(people, start=1)))


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    people = draw(PEOPLE)
    owner = draw(st.sampled_from([None, *(one.participant_id for one in people)]))
    stays = [Attendance(participant_id=one.participant_id, join_s=draw(st.integers(0, 3)), leave_s=9) for one in people]
    return replace(
        session(),
        participants=people,
        tracks=(Track(track_id="t1", participant_id=owner, digest="d", stream=0, duration_s=60.0),),
        attendance=tuple(draw(st.lists(st.sampled_from(stays), unique=True)) if stays else ()),
        purposes=tuple(draw(st.lists(st.sampled_from(Purpose), unique=True))),
        list_authority=draw(st.sampled_from(ListAuthority)),
        policy=SessionPolicy(purposes_enabled=tuple(draw(st.lists(st.sampled_from(Purpose), max_size=2, unique=True)))),
    )


def by_name(found: Session) -> dict[str, Participant]:
    return {one.name: one for one in found.participants}


@given(sessions(), sessions())
def test_everybody_counts_and_no_claim_opens(one: Session, other: Session) -> None:
    both = strictest_union(one, other)
    assert by_name(both).keys() == by_name(one).keys() | by_name(other).keys()
    assert len({person.participant_id for person in both.participants}) == len(both.participants)
    for side in (one, other):
        for name, person in by_name(side).items():
            joint = by_name(both)[name]
            assert joint.spoke >= person.spoke and joint.joined_late >= person.joined_late
            assert joint.shared_microphone >= person.shared_microphone
            assert joint.minor is not AgeStatus.ADULT or person.minor is AgeStatus.ADULT
            assert joint.location in (person.location, None)
            assert joint.role in (person.role, Role.UNKNOWN)
        assert set(both.purposes) <= set(side.purposes)
    (track,), (mine,), (theirs,) = both.tracks, one.tracks, other.tracks
    if track.participant_id is not None:
        owners = {
            side.participant(who).name
            for side, who in ((one, mine.participant_id), (other, theirs.participant_id))
            if who
        }
        assert owners == {both.participant(track.participant_id).name} and mine.participant_id and theirs.participant_id
    if by_name(one).keys() != by_name(other).keys():
        assert both.list_authority is ListAuthority.NOBODY


@given(sessions())
def test_the_same_list_changes_nothing(one: Session) -> None:
    assert strictest_union(one, one) == one


@given(sessions(), sessions())
def test_once_joined_the_same_again_adds_nothing(one: Session, other: Session) -> None:
    both = strictest_union(one, other)
    assert strictest_union(both, other) == both


def test_addresses_tell_people_apart_and_together() -> None:
    ana = Participant(participant_id="p1", name="Ana", email="ana@a.example")
    listed = replace(session(), participants=(ana,))
    same = replace(session(), participants=(replace(ana, name="A. Silva", email="ANA@a.example"),))
    assert [one.aliases for one in strictest_union(listed, same).participants] == [("A. Silva",)]
    namesake = replace(session(), participants=(replace(ana, email="ana@b.example"),))
    assert [one.email for one in strictest_union(listed, namesake).participants] == ["ana@a.example", "ana@b.example"]
