"""A codec swings slowly back to zero behind a cut: that is no leak, while the faintest voice over it still is one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.errors import ProofFailed
from pipeline.media import decode
from pipeline.media.decode import SILENCE_DBFS
from pipeline.proof.silence import _level, _quick
from pipeline.render import single_file, write_audio
from tests.media.making import ffmpeg
from tests.proof.test_proof import Blind

RATE = 48_000
SAMPLES = Path(__file__).parents[2] / "sample_media" / "sessions"
SPEECH = SAMPLES / "2026-11-18-b-halcyon-freight-mixed" / "recording.m4a"


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of speech with a strong offset, as cheap microphones have it."""
    path = tmp_path_factory.mktemp("talk") / "a.wav"
    ffmpeg("-i", SPEECH, "-t", "4", "-ac", "1", "-ar", str(RATE), "-af", "dcshift=0.05", path)
    return path


@pytest.fixture(scope="module")
def voice(talk: Path) -> NDArray[np.float32]:
    sound = np.concatenate(list(decode(talk, stream=0, rate=RATE, channels=1)))
    return sound - np.float32(sound.mean())


def redacted(talk: Path, folder: Path) -> single_file.RedactionSummary:
    (folder / "spans.json").write_text(json.dumps([{"start_s": 1.0, "end_s": 1.8}, {"start_s": 2.5, "end_s": 3.3}]))
    return single_file.redact(talk, spans_file=folder / "spans.json", out=folder / "out.opus")


def test_an_offset_does_not_make_a_leak(talk: Path, tmp_path: Path) -> None:
    levels = [check.detail for check in redacted(talk, tmp_path).checks if check.name == "level in the windows"]
    assert len(levels) == 1


def test_a_faint_voice_over_an_offset_is_a_leak(talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def attenuate(block: NDArray[np.float32], at: int, ranges: object) -> None:
        block *= 0.02

    monkeypatch.setattr(write_audio, "silence", attenuate)
    monkeypatch.setattr(write_audio, "PreEncodeCheck", Blind)
    with pytest.raises(ProofFailed, match="level in the windows"):
        redacted(talk, tmp_path)


@settings(max_examples=40, deadline=None)
@given(
    start=st.integers(0, 3 * RATE),
    size=st.integers(RATE // 50, RATE),
    above_db=st.floats(3.0, 20.0),
    offset=st.floats(-0.1, 0.1),
    decay_s=st.floats(0.04, 1.0),
)
def test_no_voice_hides_in_what_is_taken_off(
    voice: NDArray[np.float32], start: int, size: int, above_db: float, offset: float, decay_s: float
) -> None:
    piece = voice[start : start + size]
    level_dbfs, _ = _level(piece, 0, RATE, tone=False)
    assume(level_dbfs > -45)
    faint = piece * np.float32(10 ** ((SILENCE_DBFS + above_db - level_dbfs) / 20))
    swing = offset * np.exp(-np.arange(len(piece)) / (decay_s * RATE))[:, None]
    heard, _ = _level(_quick((faint + swing).astype(np.float32), RATE), 0, RATE, tone=False)
    assert heard > SILENCE_DBFS


@pytest.mark.parametrize("hertz", [80.0, 100.0, 200.0, 1000.0])
def test_a_voice_s_lowest_tone_stays(hertz: float) -> None:
    wave = np.sin(2 * np.pi * hertz * np.arange(RATE // 2) / RATE).astype(np.float32)[:, None]
    before, after = (_level(sound, 0, RATE, tone=False)[0] for sound in (wave, _quick(wave, RATE)))
    assert after > before - 1.0
