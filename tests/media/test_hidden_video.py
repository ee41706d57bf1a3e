"""What fits into units of a picture that every copy keeps: parameter sets and marks have no room to hide in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pipeline.media import probe
from pipeline.media.hidden_video import MOST_SETS, can_be_copied, hidden_units
from pipeline.media.nal_units import LONGEST_SET
from tests.media.making import H264, PICTURE, ffmpeg

START = b"\0\0\0\1"


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A picture as a bare stream of units, without messages."""
    path = tmp_path_factory.mktemp("stream") / "a.h264"
    ffmpeg(*PICTURE, *H264, "-bf", "0", "-bsf:v", "filter_units=remove_types=6", "-f", "h264", path)
    return path.read_bytes()


def boxed(folder: Path, stream: bytes) -> Path:
    """The stream in an MP4, as it is."""
    (folder / "a.h264").write_bytes(stream)
    words = ["-v", "error", "-y", "-r", "10", "-i", folder / "a.h264", "-c", "copy", folder / "a.mp4"]
    subprocess.run(["ffmpeg", *map(str, words)], check=True)
    return folder / "a.mp4"


def test_a_picture_without_anything_else_may_be_copied(stream: bytes, tmp_path: Path) -> None:
    path = boxed(tmp_path, stream)
    assert can_be_copied(path, probe(path))
    assert hidden_units(path) == 0


@pytest.mark.parametrize(
    "more",
    [
        b"\x68\xce\x0f\xc8" + b"secret sound" * 200,
        b"\x09\xf0" + b"secret sound" * 200,
        START.join(b"\x68\xce\x0f\xc8" + bytes([number]) + b"secret sound" * 50 for number in range(1, MOST_SETS + 9)),
    ],
    ids=["a long parameter set", "a mark with more", "many parameter sets"],
)
def test_sound_in_what_describes_the_picture_is_found(stream: bytes, tmp_path: Path, more: bytes) -> None:
    at = stream.rindex(START)
    path = boxed(tmp_path, stream[:at] + START + more + stream[at:])
    assert b"secret sound" in path.read_bytes()
    assert hidden_units(path) > LONGEST_SET
    assert not can_be_copied(path, probe(path))
