"""New containers that hold what we put in and nothing else, byte for byte the same every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import TryAgain, UsageProblem
from pipeline.media import decode, encoder, mux, probe, subtitles
from pipeline.media.hidden_video import can_be_copied, hidden_frames, hidden_units
from pipeline.media.output_formats import OUTPUT_FORMATS, format_of
from pipeline.media.tone import second_of_tone
from tests.media.making import H264, PICTURE, SECRET, captions_608, ffmpeg, tone, with_captions_608

RATE = 48_000

PRIMED = {".webm": 7 * RATE // 1000}
"""WebM counts milliseconds: the 6.5 ms that Opus primes with lie 7 ms before 0, and there its container starts."""


def clip() -> NDArray[np.float32]:
    sound = np.zeros((2 * RATE, 2), np.float32)
    sound[RATE // 2 : RATE] = 0.3 * np.sin(np.arange(RATE // 2) * 0.2, dtype=np.float32)[:, None]
    return sound


def write(path: Path, suffix: str) -> None:
    with encoder(path, output_format=OUTPUT_FORMATS[suffix], rate=RATE, channels=2) as out:
        for block in np.array_split(clip(), 3):
            out.write(block)


@pytest.mark.parametrize("suffix", sorted(OUTPUT_FORMATS))
def test_sound_stays_in_time_and_bytes_repeat(tmp_path: Path, suffix: str) -> None:
    one, two = tmp_path / f"one{suffix}", tmp_path / f"two{suffix}"
    write(one, suffix)
    write(two, suffix)
    assert one.read_bytes() == two.read_bytes()
    assert one.stat().st_mode & 0o777 == 0o600
    back = np.concatenate(list(decode(one, stream=0, rate=RATE, channels=2)))
    loud = np.flatnonzero(np.abs(back[:, 0]) > 0.05)
    late = PRIMED.get(suffix, 0)
    assert loud[0] == pytest.approx(RATE // 2 + late, abs=300)
    assert loud[-1] == pytest.approx(RATE + late, abs=300)
    if OUTPUT_FORMATS[suffix].lossless:
        np.testing.assert_allclose(back, clip(), atol=1 / 32768)


def test_24_bits_are_kept(tmp_path: Path) -> None:
    for suffix in (".wav", ".flac"):
        path = tmp_path / f"a{suffix}"
        with encoder(path, output_format=OUTPUT_FORMATS[suffix], rate=RATE, channels=2, bits=24) as out:
            out.write(clip())
        np.testing.assert_allclose(
            np.concatenate(list(decode(path, stream=0, rate=RATE, channels=2))), clip(), atol=2**-23
        )


def test_a_picture_loses_its_captions_and_banner(tmp_path: Path) -> None:
    plain, planted, sound, made = (tmp_path / name for name in ("plain.mp4", "cc.mp4", "s.m4a", "made.mp4"))
    ffmpeg(*tone(), *PICTURE, *H264, "-bf", "0", "-c:a", "aac", plain)
    with_captions_608(plain, planted, "FALCON SECRET")
    assert "FALCON SECRET" in captions_608(planted)
    assert hidden_units(planted) > 0
    write(sound, ".m4a")
    mux(made, output_format=OUTPUT_FORMATS[".mp4"], sounds=[sound], picture=planted)
    assert captions_608(made) == ""
    assert hidden_units(made) == 0
    assert b"x264" in planted.read_bytes()
    assert b"x264" not in made.read_bytes()
    frames = [
        ffmpeg("-i", path, "-map", "0:v", "-f", "framemd5", "-fps_mode", "passthrough", "pipe:1")
        for path in (planted, made)
    ]
    assert [line.split(b",")[-1] for line in frames[0].splitlines() if line[:1] == b"0"] == [
        line.split(b",")[-1] for line in frames[1].splitlines() if line[:1] == b"0"
    ]


def test_frames_behind_an_edit_list_are_counted(media: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    ffmpeg("-ss", "1.5", "-i", media / "plain.mp4", "-c", "copy", cut)
    assert hidden_frames(cut) == 15
    assert not can_be_copied(cut, probe(cut))
    assert can_be_copied(media / "plain.mp4", probe(media / "plain.mp4"))


def test_a_picture_of_another_codec_is_not_copied(tmp_path: Path) -> None:
    other = tmp_path / "other.mkv"
    ffmpeg(*tone(), *PICTURE, "-c:v", "mpeg4", "-c:a", "aac", other)
    assert not can_be_copied(other, probe(other))


def test_an_encoder_that_gives_up_is_no_success(tmp_path: Path) -> None:
    with (
        pytest.raises(TryAgain),
        encoder(tmp_path / "a.flac", output_format=OUTPUT_FORMATS[".flac"], rate=RATE, channels=12) as out,
    ):
        for _ in range(50):
            out.write(np.zeros((RATE, 12), np.float32))


def test_an_output_is_never_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "out.wav").symlink_to(tmp_path / "victim")
    with (
        pytest.raises(FileExistsError),
        encoder(tmp_path / "out.wav", output_format=OUTPUT_FORMATS[".wav"], rate=RATE, channels=2),
    ):
        pass
    assert (tmp_path / "victim").read_text() == "precious"


def test_unknown_suffixes_are_named_with_the_known_ones() -> None:
    with pytest.raises(UsageProblem, match=r"\.flac .*\.wav"):
        format_of(".avi")


def test_embedded_subtitles_can_be_read(media: Path, tmp_path: Path) -> None:
    (tmp_path / "s.srt").write_text(f"1\n00:00:00,500 --> 00:00:01,000\n{SECRET}\n")
    ffmpeg("-i", media / "plain.mp4", "-i", tmp_path / "s.srt", "-c", "copy", "-c:s", "mov_text", tmp_path / "a.mp4")
    text = subtitles(tmp_path / "a.mp4", stream=0)
    assert text.startswith("WEBVTT")
    assert SECRET in text


def test_the_tone_repeats_without_a_seam() -> None:
    second = second_of_tone(RATE)
    assert second.shape == (RATE,)
    assert abs(float(second[0] - second[-1])) < 0.01
    assert 0.04 < np.abs(second).max() < 0.06
