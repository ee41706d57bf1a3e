"""Whose voice may be where in mixed sound, by captions and by voices that people named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import spans
from pipeline.records import CAPTION_DOUBT_S, Cue, Interval, NamedTurn, NamedVoices, Participant, Session, Track
from pipeline.records.speaker_turns import VOICE_DOUBT_S, disputes, separable, turns

Cues = tuple[tuple[float, float, str | None], ...]
TALK: Cues = ((0.0, 20.0, "p1"), (22.0, 30.0, "p2"), (31.0, 60.0, "p1"))


def mixed(*cues: tuple[float, float, str | None]) -> Session:
    return Session(
        session_id="s1",
        source_digest="0" * 64,
        platform="folder",
        title="",
        started_at=datetime(2026, 11, 18, 15, tzinfo=UTC),
        host=None,
        recorder_location=None,
        notice_asserted=True,
        purposes=(),
        duration_s=60.0,
        participants=tuple(Participant(participant_id=f"p{n}", name=f"Person {n}") for n in (1, 2, 3)),
        tracks=(Track(track_id="m", participant_id=None, digest="0" * 64, stream=0, duration_s=60.0),),
        captions=tuple(Cue(start_s=start, end_s=end, participant_id=who, text="w") for start, end, who in cues),
    )


def test_all_but_the_captions_of_others_may_be_theirs() -> None:
    assert turns(mixed(*TALK), "p2") == (Interval(start_s=20.0, end_s=31.0),)
    assert turns(mixed(*TALK), "p1") == (
        Interval(start_s=0.0, end_s=22.0),
        Interval(start_s=30.0, end_s=60.0),
    )
    overlapping = mixed((0.0, 60.0, "p1"), (22.0, 30.0, "p2"))
    assert turns(overlapping, "p2") == (Interval(start_s=22.0 - CAPTION_DOUBT_S, end_s=30.0 + CAPTION_DOUBT_S),)


def test_a_caption_of_nobody_known_may_be_theirs() -> None:
    talk = mixed(*TALK[:2], (31.0, 57.0, "p1"), (57.5, 59.0, None))
    assert turns(talk, "p2") == (Interval(start_s=20.0, end_s=31.0), Interval(start_s=56.5, end_s=60.0))


@pytest.mark.parametrize(
    "talk",
    [
        mixed(),
        mixed((0.0, 60.0, "p1")),
        mixed((0.0, 5.0, "p1"), (6.0, 9.0, "p2")),
        mixed((0.0, 30.0, "p1"), (31.0, 40.0, "p2"), (41.0, 60.0, None)),
    ],
    ids=["no captions", "never named", "too little captioned", "too many unknown"],
)
def test_captions_that_cannot_tell(talk: Session) -> None:
    assert turns(talk, "p2") is None
    assert not separable(talk, "p2")


def test_a_shared_microphone_is_nobody_alone() -> None:
    talk = mixed(*TALK)
    p1, p2, p3 = talk.participants
    assert turns(replace(talk, participants=(p1, replace(p2, shared_microphone=True), p3)), "p2") is None
    around = turns(replace(talk, participants=(replace(p1, shared_microphone=True), p2, p3)), "p2")
    assert around == (Interval(start_s=0.0, end_s=60.0),)


def test_where_others_have_own_tracks_mixed_sound_is_not_used() -> None:
    talk = mixed(*TALK)
    own = replace(talk, tracks=(*talk.tracks, replace(talk.tracks[0], track_id="t1", participant_id="p1")))
    assert [separable(own, who) for who in ("p1", "p2")] == [True, False]
    assert separable(talk, "p1")


cues = st.lists(st.tuples(st.floats(0.0, 58.0), st.floats(0.1, 12.0), st.sampled_from(["p1", "p2", None])), max_size=9)


@given(said=cues)
def test_none_of_their_captions_is_outside_of_their_turns(said: list[tuple[float, float, str | None]]) -> None:
    talk = mixed(*((start, min(60.0, start + length), who) for start, length, who in said))
    found = turns(talk, "p2")
    for cue in talk.captions:
        if found is not None and cue.participant_id in (None, "p2"):
            start_s, end_s = max(0.0, cue.start_s - CAPTION_DOUBT_S), min(60.0, cue.end_s + CAPTION_DOUBT_S)
            assert any(one.start_s <= start_s and end_s <= one.end_s for one in found)
    assert all(before.end_s < after.start_s for before, after in pairwise(found or ()))


def named_turns(*named: tuple[float, float, str | None]) -> tuple[NamedTurn, ...]:
    return tuple(NamedTurn(start_s=start, end_s=end, participant_id=who) for start, end, who in named)


def voices(
    *named: tuple[float, float, str | None],
    overlaps: tuple[tuple[float, float], ...] = (),
    doubtful: tuple[tuple[float, float, str | None], ...] = (),
) -> NamedVoices:
    return NamedVoices(
        turns=named_turns(*named),
        overlaps=tuple(Interval(start_s=start, end_s=end) for start, end in overlaps),
        doubtful=named_turns(*doubtful),
    )


def test_named_voices_say_what_is_surely_anothers_where_captions_do_not() -> None:
    said = voices((0.0, 20.0, "p1"), (22.0, 30.0, "p2"), (31.0, 60.0, "p1"), overlaps=((5.0, 6.0),))
    talk = replace(mixed(), voices=said)
    assert turns(talk, "p2") == (Interval(start_s=5.0, end_s=6.0), Interval(start_s=20.0, end_s=31.0))
    assert separable(talk, "p1") and not separable(talk, "p3")
    near = replace(talk, voices=voices((0.0, 22.0, "p1"), (22.0, 30.0, "p2"), (30.0, 60.0, "p1")))
    assert turns(near, "p2") == (Interval(start_s=22.0 - VOICE_DOUBT_S, end_s=30.0 + VOICE_DOUBT_S),)


def test_what_may_be_a_voice_as_well_goes_with_it_and_with_nobody_else() -> None:
    said = ((0.0, 20.0, "p1"), (20.0, 40.0, "p2"), (40.0, 60.0, "p3"))
    talk = replace(mixed(), voices=voices(*said, doubtful=((5.0, 6.0, "p2"), (50.0, 51.0, None))))
    assert turns(talk, "p2") == (
        Interval(start_s=5.0, end_s=6.0),
        Interval(start_s=20.0 - VOICE_DOUBT_S, end_s=40.0 + VOICE_DOUBT_S),
        Interval(start_s=50.0, end_s=51.0),
    )
    assert turns(talk, "p1") == (Interval(start_s=0.0, end_s=20.5), Interval(start_s=50.0, end_s=51.0))


def test_captions_and_voices_are_not_asked_about_where_the_voice_itself_is_in_doubt() -> None:
    captions = mixed((0.0, 10.0, "p1"), (10.0, 60.0, "p2"))
    sure = replace(captions, voices=voices((0.0, 10.0, "p3"), (10.0, 60.0, "p2")))
    assert [(dispute.captioned, dispute.heard) for dispute in disputes(sure)] == [("p1", "p3")]
    doubted = voices((0.0, 10.0, "p3"), (10.0, 60.0, "p2"), doubtful=((0.0, 10.0, "p1"),))
    assert disputes(replace(captions, voices=doubted)) == ()


def test_where_captions_and_voices_disagree_both_are_theirs() -> None:
    captions = mixed((0.0, 30.0, "p1"), (31.0, 40.0, "p2"), (41.0, 60.0, "p1"))
    both = replace(captions, voices=voices((0.0, 10.0, "p1"), (10.0, 20.0, "p2"), (20.0, 60.0, "p1")))
    assert turns(both, "p2") == (Interval(start_s=9.5, end_s=20.5), Interval(start_s=30.0, end_s=41.0))


def test_a_room_s_voice_is_nobodys_alone_and_own_tracks_come_first() -> None:
    talk = replace(mixed(), voices=voices((0.0, 30.0, "p1"), (30.0, 60.0, "p2")))
    p1, p2, p3 = talk.participants
    room = replace(talk, participants=(replace(p1, shared_microphone=True), p2, p3))
    assert turns(room, "p2") == (Interval(start_s=0.0, end_s=60.0),) and turns(room, "p1") is None
    own = replace(talk, tracks=(*talk.tracks, replace(talk.tracks[0], track_id="t1", participant_id="p1")))
    assert not separable(own, "p2")


parts = st.lists(st.tuples(st.floats(0.0, 58.0), st.floats(0.1, 12.0)), max_size=4)


@given(said=cues, heard=cues, together=parts, doubted=cues)
def test_unconfirmed_means_closed(
    said: list[tuple[float, float, str | None]],
    heard: list[tuple[float, float, str | None]],
    together: list[tuple[float, float]],
    doubted: list[tuple[float, float, str | None]],
) -> None:
    """No voice that is not named after somebody opens anything about them, and no name opens what captions close."""
    talk = mixed(*((start, min(60.0, start + length), who) for start, length, who in said))
    named = voices(
        *((start, min(60.0, start + length), who) for start, length, who in heard),
        overlaps=tuple((start, min(60.0, start + length)) for start, length in together),
        doubtful=tuple((start, min(60.0, start + length), who) for start, length, who in doubted),
    )
    before, after = turns(talk, "p2"), turns(replace(talk, voices=named), "p2")
    if all(turn.participant_id != "p2" for turn in named.turns):
        assert after == before
        return
    assert after is not None
    theirs = spans.times(after)
    assert spans.subtract(spans.times(before or ()), theirs) == []
    own = spans.pad(spans.times(turn for turn in named.turns if turn.participant_id == "p2"), VOICE_DOUBT_S)
    unnamed = spans.times(turn for turn in named.turns if turn.participant_id is None)
    maybe = spans.times(turn for turn in named.doubtful if turn.participant_id in {"p2", None})
    closed = spans.clip([*own, *unnamed, *maybe, *spans.times(named.overlaps)], 0.0, talk.duration_s)
    assert spans.subtract(closed, theirs) == []
    surely_others = spans.merge(spans.times(turn for turn in named.turns if turn.participant_id == "p1"))
    assert spans.subtract(spans.complement(theirs, 0.0, talk.duration_s), surely_others) == []


@given(said=cues, heard=cues)
def test_what_captions_say_beside_named_voices_only_closes(
    said: list[tuple[float, float, str | None]], heard: list[tuple[float, float, str | None]]
) -> None:
    named = voices(*((start, min(60.0, start + length), who) for start, length, who in heard))
    alone = replace(mixed(), voices=named)
    captioned = mixed(*((start, min(60.0, start + length), who) for start, length, who in said))
    for person in {turn.participant_id for turn in named.turns} - {None}:
        before, after = (turns(talk, person or "") for talk in (alone, replace(captioned, voices=named)))
        assert before is not None and after is not None
        assert spans.subtract(spans.times(before), spans.times(after)) == []


def test_a_caption_of_theirs_counts_also_where_captions_cannot_tell() -> None:
    few = mixed((0.0, 5.0, "p1"), (40.0, 44.0, "p2"))
    said = voices((0.0, 20.0, "p1"), (22.0, 30.0, "p2"), (31.0, 60.0, "p1"))
    assert turns(few, "p2") is None
    assert turns(replace(few, voices=said), "p2") == (
        Interval(start_s=20.0, end_s=31.0),
        Interval(start_s=40.0 - CAPTION_DOUBT_S, end_s=44.0 + CAPTION_DOUBT_S),
    )


def test_a_voice_that_nobody_named_may_be_theirs_to_its_very_edges() -> None:
    said = voices((0.0, 20.0, "p1"), (20.0, 24.0, None), (24.0, 40.0, "p1"), (40.0, 44.0, "p2"), (44.0, 60.0, "p1"))
    assert turns(replace(mixed(), voices=said), "p2") == (
        Interval(start_s=20.0 - VOICE_DOUBT_S, end_s=24.0 + VOICE_DOUBT_S),
        Interval(start_s=40.0 - VOICE_DOUBT_S, end_s=44.0 + VOICE_DOUBT_S),
    )
