"""Words from captions, timed by the sound."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Cue
from pipeline.speech.audio_types import HeardWord, Span, spread_words
from pipeline.speech.engines.captions import CaptionWords
from tests.speech.conftest import chunk_of, introduced, session_of, sound, track_of

TEXT = "Hi, this is Priya Raman from Halcyon Freight."


def cue(start_s: float, end_s: float, who: str | None = "p1", text: str = TEXT) -> Cue:
    return Cue(start_s=start_s, end_s=end_s, participant_id=who, text=text)


def words(introduction: Path, *cues: Cue, owner: str | None = "p1", offset_s: float = 0.0) -> list[HeardWord]:
    track = track_of(introduction, owner=owner, offset_s=offset_s)
    session = session_of(track, people=2, captions=cues)
    return list(CaptionWords(session, track).recognise(chunk_of(sound(introduction))).words)


def test_words_keep_their_spelling_and_get_the_times_of_the_sound(introduction: Path) -> None:
    found = words(introduction, cue(0.5, 3.1))
    assert [word.text for word in found] == TEXT.split()
    for word, true in zip(found, introduced(), strict=True):
        assert word.span.start_s == pytest.approx(true.start_s, abs=0.2)


def test_the_offset_of_a_track_is_minded(introduction: Path) -> None:
    plain = words(introduction, cue(0.5, 3.1))
    moved = words(introduction, cue(10.5, 13.1), offset_s=10.0)
    assert [word.span.start_s for word in moved] == pytest.approx([word.span.start_s for word in plain], abs=0.05)


def test_the_words_of_another_speaker_are_not_laid_on_this_track(introduction: Path) -> None:
    assert words(introduction, cue(0.5, 3.1, who="p2")) == []
    assert words(introduction, cue(0.5, 3.1, who=None)) != []
    assert words(introduction, cue(0.5, 3.1, who="p2"), owner=None) != []


def test_a_cue_where_there_is_nothing_to_align_is_spread_with_more_doubt(introduction: Path) -> None:
    long_text = "word " * 200
    found = words(introduction, cue(0.4, 1.2, text=long_text))
    assert len(found) == 200
    assert min(word.time_uncertainty_s for word in found) > 0.3


def test_a_word_that_cannot_be_said_does_not_stop_the_rest(introduction: Path) -> None:
    found = words(introduction, cue(0.5, 3.1, text="Hi … 株式会社 from"))
    assert [word.text for word in found] == ["Hi", "株式会社", "from"]
    assert min(word.time_uncertainty_s for word in found) > 0.3


@given(st.lists(st.text("abc", min_size=1, max_size=9), min_size=1, max_size=20), st.floats(0.1, 20.0))
def test_spread_words_fill_their_cue_in_order(texts: list[str], seconds: float) -> None:
    found = spread_words(texts, Span(5.0, 5.0 + seconds), probability=0.5)
    assert [word.text for word in found] == texts
    assert found[0].span.start_s == 5.0
    assert found[-1].span.end_s == pytest.approx(5.0 + seconds)
    assert all(a.span.end_s == b.span.start_s for a, b in itertools.pairwise(found))
