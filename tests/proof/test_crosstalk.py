"""A voice that is left out is in no other track, or that track is silent; and its words are in no text."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.media import decode
from pipeline.proof import crosstalk
from pipeline.proof.voice_match import RATE, VoiceMatch, match_voice
from pipeline.records import (
    ChatLine,
    Failed,
    Leak,
    ProofVerdict,
    RedactionInterval,
    RemovedInterval,
    Rendition,
    Session,
    Track,
    Transcript,
)
from pipeline.render import render
from pipeline.render.chat_turns import chat_turns
from pipeline.render.redacted_turns import redacted_pieces
from pipeline.render.speakers import labels
from pipeline.render.terms import TermReplacer
from pipeline.render.text_files import chat_txt
from tests.render.making import Plan, Vault, hears_nothing, level_db, plan, session, word
from tests.render.making import sound as rendered_sound

SAMPLES = Path(__file__).parents[2] / "sample_media" / "sessions"
REFUSED = SAMPLES / "2026-11-18-c-refused-own-track"
WITHDRAWN = SAMPLES / "2026-11-18-f-withdrawn"
LENGTH_S = 30.0
FRAME = 48_000
Mono = NDArray[np.float32]


def clip(path: Path) -> Mono:
    return np.concatenate([block[:, 0] for block in decode(path, stream=0, rate=RATE, channels=1, end_s=LENGTH_S)])


@pytest.fixture(scope="module")
def removed() -> Mono:
    return clip(REFUSED / "victor-stone.flac")


@pytest.fixture(scope="module")
def stays() -> Mono:
    return clip(REFUSED / "maria-lopez.flac")


def spilled(stays: Mono, removed: Mono, *, share: float, late_s: float, noise_dbfs: float = -65.0) -> Mono:
    """The voice through a room and a loudspeaker: later, coloured, with the noise of the other microphone."""
    draw = np.random.default_rng(1)
    room = np.exp(-np.arange(800) / 200) * draw.standard_normal(800)
    room[0] = 2.0
    heard = np.convolve(removed, room / np.sqrt((room**2).sum()))[: len(removed)]
    late = round(late_s * RATE)
    there = stays + 10 ** (noise_dbfs / 20) * draw.standard_normal(len(stays))
    there[late:] += share * heard[: len(stays) - late]
    return there.astype(np.float32)


def found(mono: Mono, other: Mono) -> VoiceMatch:
    return match_voice(
        (mono[at : at + FRAME, None], other[at : at + FRAME, None])
        for at in range(0, min(len(mono), len(other)), FRAME)
    )


@pytest.mark.parametrize("late_s", [0.0, 0.12, 0.7])
@pytest.mark.parametrize("share", [0.5, 0.05, 0.01])
def test_bleed_is_found_however_faint_and_late(stays: Mono, removed: Mono, share: float, late_s: float) -> None:
    voice = found(removed, spilled(stays, removed, share=share, late_s=late_s))
    assert voice.strength > 1.2
    assert voice.late_s == pytest.approx(late_s, abs=0.06)


@pytest.mark.parametrize("folder", [REFUSED, WITHDRAWN])
def test_talk_without_bleed_is_not_taken_for_it(folder: Path) -> None:
    clips = [clip(path) for path in sorted(folder.glob("*.flac"))]
    strengths = [found(one, other).strength for one in clips for other in clips if one is not other]
    assert len(strengths) == 6
    assert max(strengths) < 0.9


def test_the_other_way_round_is_no_bleed(stays: Mono, removed: Mono) -> None:
    assert not found(spilled(removed, stays, share=0.05, late_s=0.1), stays).is_there


def test_silence_and_hum_are_no_voice() -> None:
    seconds = np.arange(9 * RATE) / RATE
    harmonics = [np.sin(2 * np.pi * 50 * n * seconds + n) / n for n in range(1, 20)]
    hum = np.sum(harmonics, axis=0).astype(np.float32)
    noise = np.random.default_rng(3).standard_normal((2, len(seconds))).astype(np.float32)
    assert not found(0.001 * hum + 0.1 * noise[0], 0.001 * hum + 0.001 * noise[1]).is_there
    assert not found(np.zeros_like(hum), hum).is_there


def write(path: Path, samples: Mono) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


@pytest.fixture
def bled(tmp_path: Path, stays: Mono, removed: Mono) -> Iterator[Vault]:
    """Two tracks; the one that stays holds 5 % of the other, a tenth of a second late."""
    write(tmp_path / "priya", removed)
    write(tmp_path / "sam", spilled(stays, removed, share=0.05, late_s=0.1))
    write(tmp_path / "clean", spilled(stays, removed, share=0.0, late_s=0.1))
    yield Vault(tmp_path)


def long_session(*, stays: str = "sam") -> Session:
    tracks = tuple(
        Track(track_id=f"t{n}", participant_id=f"p{n}", digest=digest, stream=0, duration_s=LENGTH_S)
        for n, digest in ((1, "priya"), (2, stays))
    )
    return replace(session(), duration_s=LENGTH_S, tracks=tracks, chat=())


def without_priya() -> Plan:
    return replace(plan(windows=[], keep=["t2"], removed=frozenset({"p1"})), word_edits=(), text_edits=())


def heard_in(vault: Vault, approved: Plan, *, stays: str = "sam") -> tuple[RedactionInterval, ...]:
    """What bleeds into the kept track, as windows."""
    here = long_session(stays=stays)
    found = crosstalk.find_crosstalk(here, crosstalk.removed_voices(here, approved), here.tracks[1:], vault=vault)
    assert {(one.of, one.track_id) for one in found} <= {("t1", "t2")}
    return tuple(RedactionInterval(start_s=one.start_s, end_s=one.end_s, track_id=one.track_id) for one in found)


def made(vault: Vault, folder: Path, approved: Plan, *, stays: str = "sam") -> Rendition | Failed | Leak:
    heard = Transcript(
        engine="by hand", words=tuple(word(f"bled{n}", n, n + 1.0, track="t2", by="p2") for n in range(30))
    )
    return render(
        vault.sealed(long_session(stays=stays)),
        approved,
        heard,
        vault=vault,
        scratch=folder,
        listen=hears_nothing,
        key="k" * 64,
    )


def test_where_a_removed_voice_bleeds_the_other_track_is_silent(bled: Vault, tmp_path: Path, removed: Mono) -> None:
    approved = replace(without_priya(), windows=heard_in(bled, without_priya()))
    rendition = made(bled, tmp_path / "scratch", approved)
    assert isinstance(rendition, Rendition), rendition
    (check,) = [check for check in rendition.proof.checks if check.name == crosstalk.NAME]
    assert check.verdict is ProofVerdict.PROVED
    folder = tmp_path / "scratch" / rendition.folder
    heard = rendered_sound(folder / "sound.m4a")[:, 0]
    size = RATE // 10
    levels = np.sqrt((removed[: len(removed) // size * size].reshape(-1, size) ** 2).mean(axis=1))
    speaking = np.flatnonzero(levels > 0.02)
    assert len(speaking) > 20
    assert all(level_db(heard[(n * 4800) + 4800 : (n * 4800) + 9600]) < -60 for n in speaking)
    said = {text for turn in rendition.turns for text in turn.text.split()}
    spoken = {f"bled{n // 10}" for n in speaking}
    assert spoken
    assert not said & spoken
    assert said - {"[redacted]"}


def test_without_bleed_nothing_more_is_taken_out(bled: Vault, tmp_path: Path) -> None:
    assert heard_in(bled, without_priya(), stays="clean") == ()
    assert isinstance(made(bled, tmp_path / "scratch", without_priya(), stays="clean"), Rendition)


def test_bleed_that_stays_fails_the_proof(bled: Vault, tmp_path: Path) -> None:
    failed = made(bled, tmp_path / "scratch", without_priya())
    assert isinstance(failed, Failed)
    assert crosstalk.NAME in failed.reason
    assert not list((tmp_path / "scratch").rglob("*.m4a"))


def test_a_part_is_compared_in_that_part_alone(bled: Vault) -> None:
    here, gone = long_session(), RemovedInterval(start_s=10.0, end_s=20.0, participant_id="p1")
    approved = replace(plan(windows=[], keep=["t1", "t2"]), removed_intervals=(gone,))
    (voice,) = crosstalk.removed_voices(here, approved)
    assert [(window.start_s, window.end_s) for window in voice.windows] == [(10.0, 20.0)]
    windows = heard_in(bled, approved)
    assert windows
    assert all(window.start_s > 9.5 and window.end_s < 20.6 for window in windows)


times = st.floats(0.0, 28.0)
lengths = st.floats(0.1, 9.0)
people = st.sampled_from(["p1", "p2", None])


@settings(max_examples=100, deadline=None)
@given(
    gone=st.lists(st.tuples(people, times, lengths), max_size=4),
    said=st.lists(st.tuples(people, times, lengths), max_size=8),
)
def test_no_word_and_no_line_of_a_span_that_is_gone_survives(
    gone: list[tuple[str | None, float, float]], said: list[tuple[str | None, float, float]]
) -> None:
    spans = tuple(
        RemovedInterval(start_s=start, end_s=start + length, participant_id=who) for who, start, length in gone
    )
    approved = replace(plan(windows=[]), word_edits=(), text_edits=(), removed_intervals=spans)
    words = tuple(
        word(f"w{n}", start, start + length, track="t2" if who == "p2" else "t1", by=who)
        for n, (who, start, length) in enumerate(said)
    )
    chat = tuple(ChatLine(at_s=start, participant_id=who, text=f"w{n}") for n, (who, start, _) in enumerate(said))
    here = replace(session(), duration_s=LENGTH_S, chat=chat)
    pieces = {piece.text for piece in redacted_pieces(Transcript(engine="by hand", words=words), approved)}
    lines = chat_txt(chat_turns(here, approved, labels(here, approved), TermReplacer(approved.terms))).split()
    for n, (who, start, length) in enumerate(said):
        hit = [span for span in spans if span.participant_id is None or who in (None, span.participant_id)]
        touched = any(one.start_s < start + length and start < one.end_s for one in hit)
        assert (f"w{n}" in pieces) is not touched
        if any(one.start_s <= start < one.end_s for one in hit):
            assert f"w{n}" not in lines
        if not any(one.start_s - 1.0 <= start <= one.end_s + 1.0 for one in hit):
            assert f"w{n}" in lines


@pytest.mark.parametrize("tail_s", [0.2, 0.3, 0.5, 0.9, 1.2])
def test_who_speaks_to_the_very_end_is_not_heard_in_silence_there(removed: Mono, tail_s: float) -> None:
    """The sound is compared in frames of 3 s; a last one of half a second took 1.4 times the limit for a voice."""
    size = round((3 + tail_s) * RATE)
    speaks = [
        at for at in range(0, len(removed) - size, RATE) if np.abs(removed[at + 3 * RATE : at + size]).max() > 0.1
    ]
    assert len(speaks) > 3
    for at in speaks:
        voice = removed[at : at + size]
        noise = np.random.default_rng(at).standard_normal(size).astype(np.float32)
        assert not found(voice, np.zeros_like(voice)).is_there
        assert not found(voice, 0.05 * noise).is_there
    assert found(voice, spilled(np.zeros_like(voice), voice, share=0.05, late_s=0.1)).strength > 2


def test_a_voice_of_the_last_moment_alone_is_heard_as_one_in_the_middle_is(removed: Mono) -> None:
    """Somebody who says no more than a last "goodbye" comes from a loudspeaker as well: found were 4 of 6 before."""
    tail, size = round(0.5 * RATE), round(3.5 * RATE)
    heard = []
    for at in range(0, len(removed) - size, RATE):
        voice = removed[at : at + size].copy()
        voice[:-tail] = 0.0
        if np.abs(voice).max() > 0.1:
            heard.append(found(voice, spilled(np.zeros_like(voice), voice, share=0.05, late_s=0.0)).is_there)
    assert len(heard) > 5
    assert all(heard), heard
