"""Whose voice may be where in mixed sound, by the captions alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import CAPTION_DOUBT_S, Cue, Interval, Participant, Session, Track
from pipeline.records.speaker_turns import separable, turns

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
