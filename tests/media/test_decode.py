"""The one decode function: faithful to timestamps and exact to the sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import InputRefused
from pipeline.media import decode
from tests.media.making import LENGTH_S, TONE_END_S, TONE_START_S, ffmpeg

RATE = 48_000


def whole(
    path: Path, *, start_s: float = 0.0, end_s: float | None = None, edit_list: bool = True
) -> NDArray[np.float32]:
    return np.concatenate(
        list(decode(path, stream=0, rate=RATE, channels=1, start_s=start_s, end_s=end_s, edit_list=edit_list))
    )


def sounding_s(path: Path) -> tuple[float, float]:
    loud = np.flatnonzero(np.abs(whole(path)[:, 0]) > 0.05)
    return loud[0] / RATE, (loud[-1] + 1) / RATE


@pytest.mark.parametrize(
    "name", ["plain.wav", "plain.flac", "plain.mp3", "plain.ogg", "plain.opus", "plain.m4a", "plain.mp4"]
)
def test_the_tone_is_where_it_was(media: Path, name: str) -> None:
    start_s, end_s = sounding_s(media / name)
    assert start_s == pytest.approx(TONE_START_S, abs=0.012)
    assert end_s == pytest.approx(TONE_END_S, abs=0.012)


def test_blocks_have_the_size_asked_for(media: Path) -> None:
    blocks = list(decode(media / "plain.wav", stream=0, rate=16_000, channels=2, block_s=0.7))
    assert [block.shape for block in blocks] == [(11_200, 2)] * 4 + [(3_200, 2)]
    assert all(block.dtype == np.float32 and block.flags.c_contiguous for block in blocks)


def test_an_excerpt_is_the_same_samples_as_in_the_whole(media: Path) -> None:
    everything = whole(media / "plain.mp4")
    part = whole(media / "plain.mp4", start_s=0.9, end_s=1.3)
    np.testing.assert_array_equal(part, everything[round(0.9 * RATE) : round(1.3 * RATE)])


def test_a_late_start_beside_a_picture_is_silence_in_matroska(media: Path, tmp_path: Path) -> None:
    """The start of the file is that of the picture, which ffmpeg knows only where it may look into it."""
    late = tmp_path / "late.mkv"
    twice = ("-i", media / "plain.mp4", "-itsoffset", "1.5", "-i", media / "plain.mp4")
    ffmpeg(*twice, "-map", "0:v", "-map", "1:a", "-c", "copy", late)
    start_s, _ = sounding_s(late)
    assert start_s == pytest.approx(TONE_START_S + 1.5, abs=0.03)


def test_a_late_start_is_silence(media: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.mp4"
    twice = ("-i", media / "plain.mp4", "-itsoffset", "1.5", "-i", media / "plain.mp4")
    ffmpeg(*twice, "-map", "0:v", "-map", "1:a", "-c", "copy", late)
    start_s, _ = sounding_s(late)
    assert start_s == pytest.approx(TONE_START_S + 1.5, abs=0.03)


def test_a_gap_is_silence(media: Path, tmp_path: Path) -> None:
    (tmp_path / "list").write_text(f"file {media}/plain.mkv\nduration 60\nfile {media}/plain.mkv\n")
    gap = tmp_path / "gap.mkv"
    ffmpeg("-f", "concat", "-safe", "0", "-i", tmp_path / "list", "-map", "0", "-c", "copy", gap)
    start_s, end_s = sounding_s(gap)
    assert start_s == pytest.approx(TONE_START_S, abs=0.05)
    assert end_s == pytest.approx(60 + TONE_END_S, abs=0.05)
    assert len(whole(gap)) / RATE == pytest.approx(60 + LENGTH_S, abs=0.1)


def test_what_an_edit_list_hides_is_shown_on_request(media: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    ffmpeg("-ss", "2.2", "-i", media / "plain.mp4", "-c", "copy", cut)
    assert np.abs(whole(cut)).max() < 0.01
    assert np.abs(whole(cut, edit_list=False)).max() > 0.4


def test_a_mix_to_one_channel_does_not_clip(tmp_path: Path) -> None:
    loud = tmp_path / "loud.wav"
    ffmpeg("-f", "lavfi", "-i", "aevalsrc='sin(2*PI*440*t)|sin(2*PI*440*t)':s=48000:d=0.5", loud)
    assert 0.9 < np.abs(whole(loud)).max() <= 1.0


def test_a_damaged_file_does_not_end_quietly(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(InputRefused):
        whole(tmp_path / "a.wav")
