"""Sounds are copied out of a file as they are, and nothing else of it with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import InputRefused
from pipeline.media import decode, probe
from pipeline.media.copy_audio import copy_sounds, holds_only
from tests.media.making import SECRET, ffmpeg

TONES = [
    argument for hertz in (300, 500) for argument in ("-f", "lavfi", "-i", f"sine=frequency={hertz}:r=48000:d=1.3")
]
PICTURE = ("-f", "lavfi", "-i", "testsrc=s=160x128:r=5:d=1.2")
MAPPED = ("-map", "0:v", "-map", "1:a", "-map", "2:a", "-c:v", "mpeg4")


def heard(path: Path, stream: int) -> np.ndarray:
    return np.concatenate(list(decode(path, stream=stream, rate=48_000, channels=1)))


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "aac"), ("a.mkv", "aac"), ("a.mkv", "flac"), ("a.mkv", "libopus")]
)
def test_a_sound_is_copied_as_it_is(tmp_path: Path, name: str, codec: str) -> None:
    path, copy, again = tmp_path / name, tmp_path / "copy", tmp_path / "again"
    ffmpeg(*PICTURE, *TONES, *MAPPED, "-c:a", codec, "-metadata", f"title={SECRET}", path)
    assert not holds_only(path, [0, 1])
    copy_sounds(path, copy, streams=[1])
    found = probe(copy)
    assert [stream.kind for stream in found.streams] == ["audio"] and SECRET.encode() not in copy.read_bytes()
    assert np.array_equal(heard(copy, 0), heard(path, 1)) and not np.array_equal(heard(copy, 0), heard(path, 0))
    assert holds_only(copy, [0])
    copy_sounds(path, again, streams=[1])
    assert again.read_bytes() == copy.read_bytes()


def test_a_sound_that_would_be_heard_at_other_times_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "late.mkv"
    ffmpeg(*PICTURE, "-itsoffset", "0.7", *TONES[:4], *TONES[4:], *MAPPED, "-c:a", "flac", path)
    with pytest.raises(InputRefused, match="as it is"):
        copy_sounds(path, tmp_path / "copy", streams=[0])
