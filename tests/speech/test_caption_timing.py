"""How late a platform's captions are: measured by the words of those who stay, of use for the voice of who does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import spans
from pipeline.records import Cue, Interval, Outcome, Session, Track, Transcript, Word
from pipeline.records.speaker_turns import turns
from pipeline.settings import SpeechSettings
from pipeline.speech.caption_timing import (
    LEAST_DOUBT_S,
    UNMEASURED_DOUBT_S,
    CueTime,
    caption_times,
    measures_captions,
    with_caption_times,
)
from pipeline.speech.tracks import readable
from tests.speech.conftest import ruling_of, session_of

WORD_S, PAUSE_S = 0.3, 0.4
STAYS, REFUSES = "p1", "p2"
SPHINX = SpeechSettings(engine="sphinx")
VOCABULARY = tuple(f"{first}{last}" for first in "bdfgklmnprst" for last in ("ake", "ound", "ity", "orm", "eal"))


@dataclass(frozen=True)
class Said:
    """One turn of a talk: who says which words from when to when, in seconds."""

    participant_id: str
    start_s: float
    words: tuple[str, ...]

    @property
    def end_s(self) -> float:
        return self.start_s + WORD_S * len(self.words)


def talk(count: int = 40, *, seed: int = 1) -> list[Said]:
    """Turns of somebody who stays, every third of somebody who does not, with pauses between."""
    random, said, at_s = Random(seed), list[Said](), 0.5
    for number in range(count):
        words = tuple(random.choices(VOCABULARY, k=random.randint(4, 14)))
        said.append(Said(REFUSES if number % 3 == 2 else STAYS, at_s, words))
        at_s = said[-1].end_s + PAUSE_S
    return said


def captioned(said: list[Said], lag: Callable[[float], float]) -> Session:
    """The session in mixed sound whose captions are shown ``lag`` seconds after they are said."""
    cues = tuple(
        Cue(
            start_s=max(0.0, turn.start_s + lag(turn.start_s)),
            end_s=max(0.0, turn.end_s + lag(turn.end_s)),
            participant_id=turn.participant_id,
            text=" ".join(turn.words),
        )
        for turn in said
    )
    duration_s = said[-1].end_s + 5.0
    track = Track(track_id="t1", participant_id=None, digest="0" * 64, stream=0, duration_s=duration_s)
    return replace(session_of(track, captions=cues, people=2), duration_s=duration_s)


def heard(said: list[Said]) -> Transcript:
    """A transcript with the words of those who stay alone, as consent leaves it."""
    return Transcript(engine="test", words=tuple(_words(turn for turn in said if turn.participant_id == STAYS)))


def _words(said: Iterator[Said]) -> Iterator[Word]:
    for turn in said:
        for number, text in enumerate(turn.words):
            yield Word(
                start_s=turn.start_s + WORD_S * number,
                end_s=turn.start_s + WORD_S * (number + 1),
                time_uncertainty_s=0.1,
                text=text,
                probability=0.9,
                track_id="t1",
                participant_id=None,
            )


def remaining_s(said: list[Said], session: Session, who: str) -> float:
    """The seconds of somebody's speech that lie outside of what may be the refuser's voice."""
    theirs = spans.times(turns(session, REFUSES) or ())
    return spans.total(
        spans.subtract(((turn.start_s, turn.end_s) for turn in said if turn.participant_id == who), theirs)
    )


def spoken_s(said: list[Said], who: str) -> float:
    return sum(turn.end_s - turn.start_s for turn in said if turn.participant_id == who)


@given(
    late_s=st.floats(-4.0, 8.0),
    drift=st.floats(-0.005, 0.005),
    jitter_s=st.floats(0.0, 0.3),
    seed=st.integers(0, 2**16),
)
def test_nothing_of_the_refuser_is_outside_whatever_the_captions_lag(
    late_s: float, drift: float, jitter_s: float, seed: int
) -> None:
    said, random = talk(seed=seed), Random(seed)
    session = captioned(said, lambda at_s: late_s + drift * at_s + random.uniform(-jitter_s, jitter_s))
    timed = with_caption_times(session, caption_times(session, heard(said), SPHINX))
    assert timed.captions != session.captions
    # Jitter is drawn anew for each caption: the worst of the others' bounds it but by a little.
    assert remaining_s(said, timed, REFUSES) <= 0.002 * spoken_s(said, REFUSES)


@pytest.mark.parametrize("late_s", [0.0, 0.8, -0.6, 2.0, 4.0])
def test_others_keep_most_of_their_speech_once_the_lag_is_known(late_s: float) -> None:
    said = talk()
    session = captioned(said, lambda at_s: late_s)
    timed = with_caption_times(session, caption_times(session, heard(said), SPHINX))
    assert remaining_s(said, timed, STAYS) >= 0.92 * spoken_s(said, STAYS)
    assert remaining_s(said, timed, STAYS) > remaining_s(said, session, STAYS)


def test_late_captions_leave_a_refuser_audible_until_they_are_measured() -> None:
    said = talk()
    session = captioned(said, lambda at_s: 3.0)
    assert remaining_s(said, session, REFUSES) > 1.0
    assert remaining_s(said, with_caption_times(session, caption_times(session, heard(said), SPHINX)), REFUSES) == 0.0


def test_a_recorder_that_paused_moves_what_comes_after() -> None:
    said = talk(80)
    middle_s = said[40].start_s
    session = captioned(said, lambda at_s: 0.5 if at_s < middle_s else 4.5)
    timed = with_caption_times(session, caption_times(session, heard(said), SPHINX))
    assert remaining_s(said, timed, REFUSES) == 0.0


@pytest.mark.parametrize("late_s", [-45.0, -12.0, 11.0, 25.0, 90.0])
def test_captions_that_are_far_off_as_a_whole_are_measured_too(late_s: float) -> None:
    said = [replace(turn, start_s=turn.start_s + 50.0) for turn in talk(150)]
    session = captioned(said, lambda at_s: late_s)
    session = replace(session, duration_s=session.duration_s + max(0.0, late_s))
    assert remaining_s(said, session, REFUSES) > 1.0
    timed = with_caption_times(session, caption_times(session, heard(said), SPHINX))
    assert remaining_s(said, timed, REFUSES) == 0.0
    assert remaining_s(said, timed, STAYS) >= 0.85 * spoken_s(said, STAYS)


@given(jump_s=st.floats(15.0, 90.0), seed=st.integers(0, 2**16))
def test_a_long_pause_of_the_recorder_leaves_nothing_of_the_refuser_or_is_noticed(jump_s: float, seed: int) -> None:
    said = talk(120, seed=seed)
    middle_s = said[60].start_s
    session = captioned(said, lambda at_s: 0.5 if at_s < middle_s else 0.5 + jump_s)
    session = replace(session, duration_s=session.duration_s + jump_s)
    times = caption_times(session, heard(said), SPHINX)
    left_s = remaining_s(said, with_caption_times(session, times), REFUSES)
    assert left_s == 0.0 or any(time.is_elsewhere for time in times)


def test_captions_of_another_talk_are_elsewhere() -> None:
    """Much was heard and none of it stands in the captions: their times say nothing of when the refuser speaks."""
    session = captioned(talk(60, seed=1), lambda at_s: 0.0)
    times = caption_times(session, heard(talk(60, seed=2)), SPHINX)
    assert times and all(time.is_elsewhere for time in times)
    own = caption_times(session, heard(talk(60, seed=1)), SPHINX)
    assert not any(time.is_elsewhere for time in own)
    unheard = caption_times(session, heard(talk(60, seed=2)), SpeechSettings(engine="captions"))
    assert not any(time.is_elsewhere for time in unheard)


def test_captions_that_nothing_measures_are_doubted_much() -> None:
    said = talk(4)
    session = captioned(said, lambda at_s: 0.5)
    assert_unmeasured(session, caption_times(session, heard(said), SPHINX))


def test_a_caption_far_from_everything_measured_is_doubted_much() -> None:
    said = talk(40)
    alone = Said(REFUSES, said[-1].end_s + 300.0, ("bake", "dound", "fity", "gorm"))
    session = captioned([*said, alone], lambda at_s: 0.5)
    times = caption_times(session, heard(said), SPHINX)
    assert times[0].time_uncertainty_s == LEAST_DOUBT_S
    assert_unmeasured(replace(session, captions=session.captions[-1:]), times[-1:])


def test_words_of_other_talk_measure_nothing() -> None:
    session = captioned(talk(seed=1), lambda at_s: 0.0)
    assert_unmeasured(session, caption_times(session, heard(talk(seed=2)), SPHINX))


def test_captions_do_not_measure_themselves() -> None:
    said = talk()
    session = captioned(said, lambda at_s: 0.0)
    assert_unmeasured(session, caption_times(session, heard(said), SpeechSettings(engine="captions")))


def test_own_tracks_need_no_captions() -> None:
    said = talk()
    session = captioned(said, lambda at_s: 0.0)
    assert measures_captions(session)
    owned = replace(session, tracks=tuple(replace(track, participant_id=STAYS) for track in session.tracks))
    assert not measures_captions(owned)
    assert_unmeasured(owned, caption_times(owned, heard(said), SPHINX))


def assert_unmeasured(session: Session, times: tuple[CueTime, ...]) -> None:
    """All captions stay as they are written, with the doubt of what nothing shows."""
    assert [(time.start_s, time.end_s) for time in times] == spans.times(session.captions)
    assert {time.time_uncertainty_s for time in times} == {UNMEASURED_DOUBT_S}


@pytest.mark.parametrize("named", [True, False])
def test_embedded_captions_are_taken_to_be_as_late_as_the_others_were(named: bool) -> None:
    said = talk()
    session = captioned(said, lambda at_s: 3.0)
    embedded = tuple(cue if named else replace(cue, participant_id=None) for cue in session.captions)
    session = replace(session, embedded=embedded)
    timed = with_caption_times(session, caption_times(session, heard(said), SPHINX))
    ruling = ruling_of(Outcome.PROCEED, Outcome.MINUS)
    whole = Interval(start_s=0.0, end_s=session.duration_s)
    read = readable(
        timed, replace(ruling, cells=tuple(replace(cell, interval=whole) for cell in ruling.cells))
    ).embedded
    hidden = [cue.text for turn, cue in zip(said, read, strict=True) if turn.participant_id == REFUSES]
    assert hidden and not any(hidden)
    assert not named or all(cue.text for turn, cue in zip(said, read, strict=True) if turn.participant_id == STAYS)
