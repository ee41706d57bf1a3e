"""Cutting a stream of any length."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.audio_types import RATE, Samples, Span
from pipeline.speech.chunking import chunks, clips, pieces
from pipeline.speech.vad import FRAME, RememberedVoice, VoiceActivity, regions
from tests.speech.conftest import chunk_of, sample, sound, spoken


class Loudness(VoiceActivity):
    """Speech is what is loud: for streams made of numbers."""

    def __init__(self) -> None:
        self.fed = 0

    def feed(self, samples: Samples) -> Samples:
        self.fed += len(samples)
        loudest: Samples = np.abs(samples.reshape(-1, FRAME)).max(axis=1)
        return loudest


def stream(seconds: int, block: int = 1600) -> Iterator[Samples]:
    """Two seconds of numbers, then a second of near silence, and so on; every sample tells its place."""
    for at in range(0, seconds * RATE, block):
        places = np.arange(at, min(at + block, seconds * RATE))
        yield np.where((places // RATE) % 3 == 2, 0.0, 0.5 + places % 1000 / 10000).astype(np.float32)


def test_every_sample_is_in_one_piece_and_pieces_are_short_and_cut_in_silence() -> None:
    found = list(chunks(stream(151, block=777), voice=Loudness(), chunk_s=30.0))
    assert len(found) > 5
    joined = np.concatenate([chunk.samples for chunk in found])
    assert (joined[: 151 * RATE] == np.concatenate(list(stream(151)))).all()
    assert all(len(chunk.samples) <= 30 * RATE for chunk in found)
    assert all(chunk.samples[-1] == 0.0 for chunk in found[:-1])
    starts = np.cumsum([0, *(len(chunk.samples) for chunk in found[:-1])]) / RATE
    assert [chunk.start_s for chunk in found] == pytest.approx(starts)


def test_little_is_held_at_a_time() -> None:
    voice = Loudness()
    for chunk in chunks(stream(300), voice=voice, chunk_s=30.0):
        held = voice.fed - round((chunk.start_s + len(chunk.samples) / RATE) * RATE)
        assert held <= 31 * RATE


@pytest.mark.parametrize("block", [100, 1600, 20 * RATE])
def test_pieces_are_the_sound_of_their_spans_in_one_reading(block: int) -> None:
    whole = np.concatenate(list(stream(9)))
    spans = [Span(0.0, 0.25), Span(1.5, 3.25), Span(3.25, 3.5), Span(8.5, 12.0), Span(20.0, 21.0)]
    found = list(pieces(stream(9, block=block), spans))
    assert [span for span, _ in found] == spans
    for span, samples in found:
        assert (samples == whole[round(span.start_s * RATE) : round(span.end_s * RATE)]).all()
        assert len(samples) == max(0, round((min(9.0, span.end_s) - span.start_s) * RATE))


def test_a_second_pass_over_a_sound_asks_the_network_only_what_it_was_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    samples = sound(sample("hannah-berg.flac"), 0.0, 5.0)
    frames = samples[: len(samples) // FRAME * FRAME]
    alone, asked = VoiceActivity().feed(frames), list[int]()
    network = VoiceActivity.feed

    def counted(self: VoiceActivity, fed: Samples) -> Samples:
        asked.append(len(fed) // FRAME)
        return network(self, fed)

    monkeypatch.setattr(VoiceActivity, "feed", counted)
    remembered = RememberedVoice()
    first, second = remembered.one_pass(), remembered.one_pass()
    assert first.feed(frames[: 40 * FRAME]) == pytest.approx(alone[:40], abs=1e-4)
    assert second.feed(frames[: 20 * FRAME]) == pytest.approx(alone[:20], abs=1e-4)
    assert second.feed(frames[20 * FRAME :]) == pytest.approx(alone[20:], abs=1e-4)
    assert first.feed(frames[40 * FRAME :]) == pytest.approx(alone[40:], abs=1e-4)
    assert sum(asked) == len(alone)


def test_no_sound_gives_no_piece() -> None:
    assert list(chunks([], voice=Loudness())) == []


def test_sound_without_any_silence_is_cut_all_the_same() -> None:
    loud = (np.full(RATE, 0.9, np.float32) for _ in range(100))
    found = list(chunks(loud, voice=Loudness(), chunk_s=20.0))
    assert all(10 * RATE <= len(chunk.samples) <= 20 * RATE for chunk in found[:-1])
    assert sum(len(chunk.samples) for chunk in found) >= 100 * RATE


def speech_of(lengths: list[tuple[int, int]]) -> list[Span]:
    """Spans from lengths of pause and speech in hundredths of a second."""
    out, at = [], 0
    for pause, talk in lengths:
        out.append(Span((at + pause) / 100, (at + pause + talk) / 100))
        at += pause + talk
    return out


@given(st.lists(st.tuples(st.integers(17, 400), st.integers(7, 6000)), max_size=15))
def test_clips_hold_all_the_speech_and_do_not_overlap(lengths: list[tuple[int, int]]) -> None:
    speech = speech_of(lengths)
    whole = Span(0.0, (speech[-1].end_s if speech else 0.0) + 1.0)
    found = clips(speech, whole)
    for span in speech:
        assert sum(span.overlap_s(clip) for clip in found) == pytest.approx(span.length_s)
    assert all(before.end_s <= after.start_s + 1e-9 for before, after in itertools.pairwise(found))
    assert all(clip.length_s <= 20.5 + 1e-9 for clip in found)
    assert all(whole.start_s <= clip.start_s < clip.end_s <= whole.end_s for clip in found)


def test_talk_without_a_pause_is_cut_where_speech_is_least_likely() -> None:
    loud = np.full(50 * RATE, 0.9, np.float32)
    loud[int(21.0 * RATE) : int(21.1 * RATE)] = 0.5
    (chunk,) = chunks([loud], voice=Loudness())
    borders = [clip.end_s for clip in chunk.clips[:-1]]
    assert any(20.9 <= border <= 21.2 for border in borders)
    assert all(clip.length_s <= 20.5 for clip in chunk.clips)


def test_speech_is_found_where_it_is() -> None:
    said = spoken("hannah-berg.flac")
    pause = next(i for i in range(1, len(said)) if said[i].start_s - said[i - 1].end_s > 3.0)
    end_s = said[pause].start_s - 0.3
    chunk = chunk_of(sound(sample("hannah-berg.flac"), 0.0, end_s))
    silent = Span(said[pause - 1].end_s + 0.3, end_s)
    for word in said[:pause]:
        assert sum(Span(word.start_s, word.end_s).overlap_s(span) for span in chunk.speech) > 0
    assert sum(silent.overlap_s(span) for span in chunk.speech) == 0


def test_the_network_does_not_care_how_its_stream_is_cut() -> None:
    samples = sound(sample("priya-raman.flac"), 4.0, 9.0)
    samples = samples[: len(samples) // FRAME * FRAME]
    at_once, bit_by_bit = VoiceActivity(), VoiceActivity()
    parts = [bit_by_bit.feed(samples[at : at + 3 * FRAME]) for at in range(0, len(samples), 3 * FRAME)]
    assert np.concatenate(parts) == pytest.approx(at_once.feed(samples), abs=1e-4)


def test_short_pauses_are_bridged_and_clicks_left_out() -> None:
    probabilities = [0.0, 0.9, 0.0, *[0.0] * 10, *[0.9] * 10, *[0.0] * 3, *[0.9] * 10]
    assert regions(probabilities) == (Span(13 * 0.032, 36 * 0.032),)
