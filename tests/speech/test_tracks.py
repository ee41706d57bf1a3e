"""Which tracks may be opened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import spans
from pipeline.records import Cell, Cue, Interval, NamedTurn, NamedVoices, Outcome, Purpose, Track
from pipeline.records.speaker_turns import LEAST_DISPUTED_S, disputes, turns
from pipeline.speech.audio_types import RATE, Span
from pipeline.speech.coverage import merged
from pipeline.speech.speakers import speaker
from pipeline.speech.tracks import audible, closed, open_captions, quiet, readable
from tests.speech.conftest import NOW, HandMade, ruling_of, session_of, track_of

OWN = (track_of(Path("a"), owner="p1", number=1), track_of(Path("b"), owner="p2", number=2))
MIXED = track_of(Path("m"), owner=None, number=3)


def heard(*outcomes: Outcome, tracks: tuple[Track, ...], session_id: str = "s1") -> list[str]:
    session = session_of(*tracks, people=2)
    return [track.track_id for track in audible(session, ruling_of(*outcomes, session_id=session_id))]


def test_own_tracks_are_taken_and_then_no_mixed_one() -> None:
    assert heard(Outcome.PROCEED, Outcome.PROCEED, tracks=(*OWN, MIXED)) == ["t1", "t2"]


@pytest.mark.parametrize("outcome", [Outcome.MINUS, Outcome.HOLD, Outcome.REFUSE])
def test_whoever_is_taken_out_is_not_opened(outcome: Outcome) -> None:
    assert "t2" not in heard(Outcome.PROCEED, outcome, tracks=OWN)
    assert heard(Outcome.PROCEED, outcome, tracks=(MIXED,)) == []


def test_a_track_of_somebody_nothing_was_decided_about_is_not_opened() -> None:
    assert heard(Outcome.PROCEED, tracks=OWN) == ["t1"]


def test_nothing_is_opened_without_a_ruling_for_this_session() -> None:
    assert heard(tracks=OWN) == []
    assert heard(Outcome.PROCEED, Outcome.PROCEED, tracks=OWN, session_id="another") == []


def test_a_mixed_track_is_taken_if_all_may_be_transcribed() -> None:
    assert heard(Outcome.PROCEED, Outcome.PROCEED, tracks=(MIXED,)) == ["t3"]


CUES = (
    Cue(start_s=0.0, end_s=2.0, participant_id="p1", text="one"),
    Cue(start_s=2.0, end_s=4.0, participant_id="p2", text="two"),
    Cue(start_s=5.0, end_s=6.0, participant_id=None, text="who"),
)
VOICES = NamedVoices(
    turns=(
        NamedTurn(start_s=0.0, end_s=3.0, participant_id="p1"),
        NamedTurn(start_s=3.0, end_s=4.0, participant_id=None),
        NamedTurn(start_s=5.0, end_s=7.0, participant_id="p2"),
    ),
    overlaps=(Interval(start_s=6.5, end_s=6.6),),
)


@pytest.mark.parametrize(
    ("captions", "voices", "span", "who"),
    [
        (CUES, None, Span(1.0, 1.5), "p1"),
        (CUES, None, Span(1.8, 2.6), "p2"),
        (CUES, None, Span(1.5, 2.5), None),
        (CUES, None, Span(5.1, 5.5), None),
        ((), VOICES, Span(2.0, 2.5), "p1"),
        ((), VOICES, Span(3.1, 3.5), None),
        ((), VOICES, Span(6.0, 6.4), "p2"),
        ((), VOICES, Span(6.3, 6.7), None),
        (CUES, VOICES, Span(1.0, 1.5), "p1"),
        (CUES, VOICES, Span(2.2, 2.6), None),
        (CUES, VOICES, Span(3.2, 3.6), "p2"),
        (CUES, VOICES, Span(5.1, 5.5), "p2"),
    ],
)
def test_the_speaker_is_whose_captions_or_voice_share_most_of_a_word_unless_they_disagree(
    captions: tuple[Cue, ...], voices: NamedVoices | None, span: Span, who: str | None
) -> None:
    assert speaker(replace(session_of(MIXED, captions=captions), voices=voices), span) == who


def in_parts(*parts: tuple[str, float, float, Outcome]) -> HandMade:
    cells = tuple(
        Cell(
            participant_id=who,
            interval=Interval(start_s=start_s, end_s=end_s),
            purpose=Purpose.TRANSCRIBE,
            outcome=outcome,
            rule_id="test",
            reason="test",
        )
        for who, start_s, end_s, outcome in parts
    )
    return HandMade(session_id="s1", cells=cells, log_head="", valid_until=NOW)


IN_PARTS = in_parts(
    ("p1", 0.0, 60.0, Outcome.PROCEED),
    ("p2", 0.0, 20.0, Outcome.PROCEED),
    ("p2", 20.0, 30.0, Outcome.MINUS),
    ("p2", 30.0, 50.0, Outcome.PROCEED),
    ("p2", 50.0, 60.0, Outcome.HOLD),
)


def test_what_is_closed_in_a_part_is_closed_there_alone() -> None:
    own = dict(closed(session_of(*OWN, people=2), IN_PARTS))
    assert own == {"t1": (Span(50.0, 60.0),), "t2": (Span(20.0, 30.0), Span(50.0, 60.0))}
    assert dict(closed(session_of(MIXED, people=2), IN_PARTS))["t3"] == (Span(20.0, 30.0), Span(50.0, 60.0))
    assert len(audible(session_of(*OWN, people=2), IN_PARTS)) == 2


@given(
    spans=st.lists(st.tuples(st.floats(-2.0, 6.0), st.floats(0.0, 3.0)), max_size=5),
    sizes=st.lists(st.integers(1, RATE), min_size=1, max_size=6),
)
def test_samples_in_a_closed_span_are_zero_and_no_others(spans: list[tuple[float, float]], sizes: list[int]) -> None:
    blocks = [np.ones((size, 1), np.float32) for size in sizes]
    shut = merged(Span(start_s, start_s + length_s) for start_s, length_s in spans)
    heard = np.concatenate(list(quiet(blocks, shut)))[:, 0]
    assert len(heard) == sum(sizes)
    at = np.arange(len(heard))
    inside = np.zeros(len(heard), bool)
    near = np.zeros(len(heard), bool)
    for span in shut:
        inside |= (at >= span.start_s * RATE) & (at < span.end_s * RATE)
        near |= (at >= span.start_s * RATE - 1) & (at < span.end_s * RATE + 1)
    assert not heard[inside].any()
    assert heard[~near].all()
    assert all(block.all() for block in blocks)


def test_captions_of_what_is_closed_are_not_read() -> None:
    cues = tuple(
        Cue(start_s=start_s, end_s=start_s + 2.0, participant_id=who, text=f"{who}{start_s:.0f}")
        for start_s in (5.0, 25.0, 55.0)
        for who in ("p1", "p2", None)
    )
    session = session_of(*OWN, people=2, captions=cues)
    left = [cue.text for cue in readable(session, IN_PARTS).captions]
    assert left == ["p15", "p25", "None5", "p125", "", "", "", "", ""]
    assert [cue.text for cue in open_captions(session, [Span(26.0, 60.0)]).captions] == ["p15", "p25", "None5"]


REFUSED = in_parts(("p1", 0.0, 60.0, Outcome.PROCEED), ("p2", 0.0, 60.0, Outcome.MINUS))


def test_a_caption_of_somebody_else_is_not_read_where_a_refusers_voice_is_heard() -> None:
    cues = tuple(
        Cue(start_s=start_s, end_s=end_s, participant_id=who, text=f"{who}{start_s:.0f}")
        for start_s, end_s, who in ((0.0, 10.0, "p1"), (10.0, 20.0, "p1"), (22.0, 30.0, "p2"), (31.0, 60.0, "p1"))
    )
    session = session_of(MIXED, people=2, captions=cues)
    assert [cue.text for cue in readable(session, REFUSED).captions] == ["p10", "p110", "", "p131"]
    turns = ((0.0, 10.5, "p1"), (10.5, 14.0, "p2"), (14.0, 22.0, "p1"), (22.0, 30.4, "p2"), (30.4, 60.0, "p1"))
    voices = NamedVoices(
        turns=tuple(NamedTurn(start_s=start_s, end_s=end_s, participant_id=who) for start_s, end_s, who in turns),
        overlaps=(),
    )
    named = replace(session, voices=voices)
    assert [cue.text for cue in readable(named, REFUSED).captions] == ["p10", "", "", "p131"]
    (dispute,) = disputes(replace(named, captions=tuple(replace(cue, time_uncertainty_s=0.1) for cue in cues)))
    assert (dispute.captioned, dispute.heard, dispute.start_s, dispute.end_s) == ("p1", "p2", 11.0, 13.5)


cues = st.lists(
    st.tuples(st.floats(0.0, 58.0), st.floats(0.1, 20.0), st.sampled_from(["p1", "p2", "p3", None])), max_size=8
)


@given(said=cues, heard=cues)
def test_where_captions_and_a_named_voice_differ_neither_is_the_speaker_and_both_may_be(
    said: list[tuple[float, float, str | None]], heard: list[tuple[float, float, str | None]]
) -> None:
    captions = tuple(
        Cue(start_s=start_s, end_s=min(60.0, start_s + length_s), participant_id=who, text="w", time_uncertainty_s=0.3)
        for start_s, length_s, who in said
    )
    named = tuple(
        NamedTurn(start_s=start_s, end_s=min(60.0, start_s + length_s), participant_id=who)
        for start_s, length_s, who in heard
    )
    session = session_of(MIXED, people=3, captions=captions)
    session = replace(session, voices=NamedVoices(turns=named, overlaps=()))
    for dispute in disputes(session):
        assert dispute.end_s - dispute.start_s >= LEAST_DISPUTED_S and dispute.captioned != dispute.heard
        assert speaker(session, Span(dispute.start_s, dispute.end_s)) not in (dispute.captioned, dispute.heard)
        for person in (dispute.captioned, dispute.heard):
            maybe = turns(session, person)
            assert maybe is None or spans.subtract([(dispute.start_s, dispute.end_s)], spans.times(maybe)) == []


def test_notes_are_read_only_where_all_that_everybody_says_may_be_transcribed() -> None:
    session = replace(session_of(*OWN, people=2), notes=("Priya asks for a faster queue",))
    agreed = in_parts(("p1", 0.0, 60.0, Outcome.PROCEED), ("p2", 0.0, 60.0, Outcome.PROCEED))
    assert readable(session, agreed).notes == session.notes
    assert readable(session, IN_PARTS).notes == readable(session, REFUSED).notes == ()
