"""Which tracks may be opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.records import Cue, Outcome, Track
from pipeline.speech.heard import Span
from pipeline.speech.speakers import speaker
from pipeline.speech.tracks import audible
from tests.speech.conftest import ruling_of, session_of, track_of

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


def test_the_speaker_is_whose_caption_shares_most_of_a_word() -> None:
    cues = (
        Cue(start_s=0.0, end_s=2.0, participant_id="p1", text="one"),
        Cue(start_s=2.0, end_s=4.0, participant_id="p2", text="two"),
        Cue(start_s=5.0, end_s=6.0, participant_id=None, text="who"),
    )
    assert speaker(cues, Span(1.0, 1.5)) == "p1"
    assert speaker(cues, Span(1.8, 2.6)) == "p2"
    assert speaker(cues, Span(1.5, 2.5)) is None
    assert speaker(cues, Span(5.1, 5.5)) is None
