"""How wide a window is, and why: by the arithmetic alone, on words made by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import (
    DetectionRule,
    Finding,
    Proposal,
    RedactionInterval,
    SoundPlace,
    SpeechSegment,
    Track,
    Transcript,
    Word,
)
from pipeline.review.uncertainty_margin import Widener
from pipeline.review.windows import of_findings, windows
from pipeline.settings import RedactSettings

SETTINGS = RedactSettings(pad_s=0.03, merge_gap_s=0.1)
DURATION_S = 60.0
TRACK = Track(track_id="t1", participant_id="p1", digest="", stream=0, duration_s=DURATION_S, smear_s=0.025)
BASE_S = SETTINGS.pad_s + TRACK.smear_s


def word(
    start_s: float,
    end_s: float,
    *,
    track_id: str = "t1",
    text: str = "",
    probability: float = 0.8,
    doubt_s: float = 0.0,
) -> Word:
    return Word(
        start_s=start_s,
        end_s=end_s,
        time_uncertainty_s=doubt_s,
        text=text,
        probability=probability,
        track_id=track_id,
        participant_id=None,
    )


def place(
    start_s: float, end_s: float, *, time_uncertainty_s: float = 0.0, words: tuple[int, int] = (0, 0)
) -> SoundPlace:
    return SoundPlace(track_id="t1", start_s=start_s, end_s=end_s, time_uncertainty_s=time_uncertainty_s, words=words)


def widened(
    words: list[Word], where: SoundPlace, *, voiced: tuple[SpeechSegment, ...] = (), track: Track = TRACK
) -> tuple[float, float, tuple[str, ...]]:
    transcript = Transcript(engine="", words=tuple(words), voiced=voiced)
    *_, window = Widener(transcript, [track], SETTINGS).widened(where, rule="r", proposal_id="p")
    return round(window.start_s, 6), round(window.end_s, 6), window.reasons


def test_padding_doubt_and_smear_add_up() -> None:
    words = [word(9.5, 10.0), word(10.0, 10.5), word(10.5, 11.0)]
    start_s, end_s, reasons = widened(words, place(10.0, 10.5, time_uncertainty_s=0.05, words=(1, 2)))
    assert (start_s, end_s) == (round(10 - BASE_S - 0.05, 6), round(10.5 + BASE_S + 0.05, 6))
    assert reasons == ("r", "pad 0.030 s", "doubt 0.050 s", "smear 0.025 s")


def test_a_word_that_was_surely_heard_and_timed_is_left_whole_but_for_doubt_and_smear() -> None:
    words = [word(9.5, 10.0, probability=0.9), word(10.0, 10.5), word(10.5, 11.0, probability=0.9)]
    start_s, end_s, reasons = widened(words, place(10.0, 10.5, time_uncertainty_s=0.01, words=(1, 2)))
    assert (start_s, end_s) == (round(10 - 0.035, 6), round(10.5 + 0.035, 6))
    assert reasons == ("r", "pad 0.000 s", "doubt 0.010 s", "smear 0.025 s")


def test_each_border_is_padded_by_what_is_beside_it() -> None:
    words = [word(9.5, 10.0, probability=0.9), word(10.0, 10.5), word(10.5, 11.0)]
    start_s, end_s, reasons = widened(words, place(10.0, 10.5, words=(1, 2)))
    assert (start_s, end_s) == (round(10 - 0.025, 6), round(10.5 + BASE_S, 6))
    assert reasons[:2] == ("r", "pad 0.030 s, 0.000 s before")


def test_the_silence_up_to_a_word_that_was_surely_heard_ends_with_it() -> None:
    words = [word(9.0, 9.8, probability=0.9), word(10.0, 10.5), word(12.0, 12.5)]
    start_s, end_s, _ = widened(words, place(10.0, 10.5, words=(1, 2)))
    assert (start_s, end_s) == (9.8, 10.825)


@pytest.mark.parametrize(
    ("neighbour", "where"),
    [
        (word(9.5, 10.0, probability=0.84), place(10.0, 10.5, words=(1, 2))),
        (word(9.5, 10.0, probability=0.9, doubt_s=0.06), place(10.0, 10.5, words=(1, 2))),
        (word(9.5, 10.0, probability=0.9), place(10.0, 10.5, time_uncertainty_s=0.06, words=(1, 2))),
        (word(9.5, 10.0, probability=0.9), place(10.1, 10.5, words=(1, 2))),
        (word(9.5, 10.0, probability=0.9), place(10.0, 10.5)),
    ],
    ids=["less sure", "doubtful time", "doubtful place", "a part of a word", "no words"],
)
def test_all_else_has_all_of_the_padding(neighbour: Word, where: SoundPlace) -> None:
    start_s, _, reasons = widened([neighbour, word(10.0, 10.5)], where)
    assert start_s <= round(where.start_s - BASE_S - where.time_uncertainty_s, 6)
    assert reasons[1] == "pad 0.030 s"


def test_what_a_team_pads_beyond_the_default_stays() -> None:
    words = [word(9.5, 10.0, probability=0.9), word(10.0, 10.5), word(10.5, 11.0, probability=0.9)]
    settings = RedactSettings(pad_s=0.1)
    (window,) = Widener(Transcript(engine="", words=tuple(words)), [TRACK], settings).widened(
        place(10.0, 10.5, words=(1, 2)), rule="r", proposal_id="p"
    )
    assert (window.start_s, window.end_s) == pytest.approx((10 - 0.07 - 0.025, 10.5 + 0.07 + 0.025))


def test_a_word_may_begin_or_end_anywhere_in_the_silence_beside_it() -> None:
    words = [word(9.0, 9.8), word(10.0, 10.5), word(12.0, 12.5)]
    start_s, end_s, reasons = widened(words, place(10.0, 10.5, words=(1, 2)))
    assert (start_s, end_s) == (9.775, 10.825)
    assert reasons[-2:] == ("gap 0.200 s before", "gap 0.300 s after")


def test_what_a_neighbour_takes_too_long_for_may_be_of_the_finding() -> None:
    where = place(10.0, 10.5, words=(1, 2))
    slow = [word(9.0, 10.0, text="so"), word(10.0, 10.5, text="Thandiwe"), word(10.5, 11.2, text="I")]
    start_s, end_s, _ = widened(slow, where)
    assert (start_s, end_s) == pytest.approx((9.7 - TRACK.smear_s, 10.8 + TRACK.smear_s))
    sure = [replace(one, probability=0.9) for one in slow]
    assert widened(sure, where)[:2] == pytest.approx((9.7 - TRACK.smear_s, 10.8 + TRACK.smear_s)), "no sure border"
    usual = [word(9.6, 10.0, text="also"), word(10.0, 10.5, text="Thandiwe"), word(10.5, 11.2, text="40")]
    assert widened(usual, where)[:2] == pytest.approx((10.0 - BASE_S, 10.5 + BASE_S))


def test_words_of_another_track_are_no_neighbours() -> None:
    words = [word(9.0, 9.9, track_id="t2"), word(10.0, 10.5)]
    assert widened(words, place(10.0, 10.5, words=(1, 2)))[0] == 9.675


def test_a_word_that_overlaps_the_edge_leaves_no_gap() -> None:
    words = [word(8.0, 10.2), word(9.0, 9.5), word(10.4, 11.0)]
    start_s, end_s, _ = widened(words, place(10.0, 10.5))
    assert (start_s, end_s) == (round(10 - BASE_S, 6), round(10.5 + BASE_S, 6))


def test_voice_that_goes_on_is_followed_until_it_pauses_or_another_word_begins() -> None:
    voiced = (SpeechSegment(track_id="t1", start_s=9.45, end_s=11.5), SpeechSegment(track_id="t2", start_s=0, end_s=60))
    start_s, end_s, reasons = widened(
        [word(10.0, 10.5), word(11.0, 11.4)], place(10.0, 10.5, words=(0, 1)), voiced=voiced
    )
    assert (start_s, end_s) == (9.425, 11.025)
    assert reasons[-2:] == ("voice 0.550 s before", "voice 0.500 s after")


def test_a_word_without_times_reaches_from_neighbour_to_neighbour() -> None:
    words = [word(8.9, 9.1), word(10.0, 10.0), word(10.9, 11.4)]
    start_s, end_s, reasons = widened(words, place(10.0, 10.0, words=(1, 2)))
    assert (start_s, end_s) == (9.075, 10.925)
    assert "no time of its own: 0.900 s before" in reasons


def test_doubt_about_the_words_of_one_track_silences_no_other() -> None:
    other = Track(track_id="t2", participant_id="p2", digest="", stream=0, duration_s=1)
    widener = Widener(Transcript(engine="", words=(word(10.0, 10.5),)), [TRACK, other], SETTINGS)
    everywhere, own = widener.widened(place(10, 10.5, words=(0, 1)), rule="r", proposal_id="")
    assert (everywhere.track_id, own.track_id) == (None, "t1")
    assert [everywhere.start_s, own.start_s] == pytest.approx([10 - BASE_S, 9.675])


def test_the_worst_codec_of_the_session_sets_the_smear() -> None:
    opus = Track(track_id="t2", participant_id=None, digest="", stream=0, duration_s=1, smear_s=0.034)
    transcript = Transcript(engine="", words=(word(9.5, 10.0), word(10.0, 10.5), word(10.5, 11.0)))
    (window,) = Widener(transcript, [TRACK, opus], SETTINGS).widened(
        place(10, 10.5, words=(1, 2)), rule="r", proposal_id=""
    )
    assert 10 - window.start_s == pytest.approx(0.064)


spans = st.tuples(st.floats(0, 55), st.floats(0, 3)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(
    st.lists(spans, max_size=8),
    st.lists(st.tuples(spans, st.floats(0, 0.4)), min_size=1, max_size=8),
    st.lists(spans, max_size=4),
    st.sampled_from([0.0, 0.25, 0.4]),
    st.sampled_from([0.8, 0.9]),
)
def test_every_finding_lies_in_a_window_and_windows_lie_apart(
    words: list[tuple[float, float]],
    findings: list[tuple[tuple[float, float], float]],
    voices: list[tuple[float, float]],
    grid_s: float,
    probability: float,
) -> None:
    settings = RedactSettings(pad_s=0.03, merge_gap_s=0.1, duration_step_s=grid_s)
    heard = tuple(sorted((word(*span, probability=probability) for span in words), key=lambda one: one.start_s))
    voiced = tuple(SpeechSegment(track_id="t1", start_s=start_s, end_s=end_s) for start_s, end_s in voices)
    widener = Widener(Transcript(engine="", words=heard, voiced=voiced), [TRACK], settings)
    found = tuple(
        Finding(
            finding_id=str(number),
            entity="e",
            label="person",
            text="",
            rule=DetectionRule.KNOWN_NAME,
            score=1,
            place=place(*span, time_uncertainty_s=time_uncertainty_s),
        )
        for number, (span, time_uncertainty_s) in enumerate(findings)
    )
    proposal = Proposal(proposal_id="p", session_id="s", entity="e", label="person", replacement="", findings=found)
    made = windows(of_findings([proposal], widener), duration_s=DURATION_S, settings=settings)
    for (start_s, end_s), time_uncertainty_s in findings:
        least_s = BASE_S if probability < 0.85 else TRACK.smear_s
        wide_s = time_uncertainty_s + least_s - 1e-9
        assert any(
            one.start_s <= max(0.0, start_s - wide_s) and one.end_s >= min(DURATION_S, end_s + wide_s) for one in made
        )
    assert all(later.start_s - one.end_s > settings.merge_gap_s for one, later in pairwise(made))
    if grid_s:
        assert all(_on_grid(one, grid_s) for one in made)
    assert windows(made, duration_s=DURATION_S, settings=settings) == made


def _on_grid(window: RedactionInterval, grid_s: float) -> bool:
    steps = (window.end_s - window.start_s) / grid_s
    return abs(steps - round(steps)) < 1e-5 or window.end_s - window.start_s == DURATION_S


def test_a_window_at_the_end_grows_at_its_start() -> None:
    settings = RedactSettings(duration_step_s=1.0)
    (window,) = windows([RedactionInterval(start_s=59.5, end_s=59.9)], duration_s=DURATION_S, settings=settings)
    assert (window.start_s, window.end_s) == (59.0, 60.0)
    (whole,) = windows([RedactionInterval(start_s=0.1, end_s=0.4)], duration_s=0.5, settings=settings)
    assert (whole.start_s, whole.end_s) == (0.0, 0.5)
