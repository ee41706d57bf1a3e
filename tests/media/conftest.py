"""Media made once for all tests of the door to ffmpeg."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.media.making import H264, PICTURE, SECRET, ffmpeg, tone


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small files: a wav, a flac, an mp3, an ogg, an mkv and an mp4 with picture."""
    folder = tmp_path_factory.mktemp("media")
    ffmpeg(*tone(), *PICTURE, *H264, "-c:a", "aac", "-metadata", f"title={SECRET}", folder / "plain.mp4")
    for name in ("plain.wav", "plain.flac", "plain.mp3", "plain.ogg", "plain.m4a"):
        ffmpeg(*tone(), folder / name)
    ffmpeg(*tone(), "-c:a", "libopus", folder / "plain.opus")
    ffmpeg("-i", folder / "plain.mp4", "-c", "copy", folder / "plain.mkv")
    return folder
