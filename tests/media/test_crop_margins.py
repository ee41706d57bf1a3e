"""A picture of which its own header hides a part is not copied, and a proof finds the part that no player shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.media import probe
from pipeline.media.crop_margins import cuts_away
from pipeline.media.hidden_video import can_be_copied, hidden_units
from pipeline.media.nal_units import H264, HEVC, units
from pipeline.media.output_formats import OUTPUT_FORMATS
from pipeline.records import PicturePlan
from pipeline.render.picture import render_picture
from tests.media.making import ffmpeg

MP4 = OUTPUT_FORMATS[".mp4"]
HEVC_WORDS = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")
KINDS_OF_PICTURE = {
    "plain": ("-c:v", "libx264", "-profile:v", "baseline", "-pix_fmt", "yuv420p"),
    "fields": ("-c:v", "libx264", "-flags", "+ilme+ildct", "-pix_fmt", "yuv420p"),
    "lists": ("-c:v", "libx264", "-x264-params", "cqm=jvt", "-pix_fmt", "yuv444p"),
    "ten": ("-c:v", "libx264", "-pix_fmt", "yuv422p10le"),
    "hevc": (*HEVC_WORDS, "-pix_fmt", "yuv420p"),
}


@pytest.mark.parametrize("words", KINDS_OF_PICTURE.values(), ids=KINDS_OF_PICTURE)
def test_only_margins_of_a_block_or_more_are_counted(tmp_path: Path, words: tuple[str, ...]) -> None:
    path, hevc = tmp_path / "a.mp4", "libx265" in words
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=322x244:r=5:d=0.4", *words, path)
    assert can_be_copied(path, probe(path), output_format=MP4), "324 or 336 pixels are coded where 322 are shown"
    for edge in ("left", "bottom"):
        cut = tmp_path / f"{edge}.mp4"
        metadata = f"{'hevc' if hevc else 'h264'}_metadata=crop_{edge}={96 if hevc else 36}"
        ffmpeg("-i", path, "-c", "copy", "-bsf:v", metadata, cut)
        assert not can_be_copied(cut, probe(cut), output_format=MP4)
        codec = "hevc" if hevc else "h264"
        assert hidden_units(cut, codec) > hidden_units(path, codec)


def test_what_was_cut_away_is_not_in_the_new_picture(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=320x240:r=5:d=1", *KINDS_OF_PICTURE["plain"], tmp_path / "a.mp4")
    ffmpeg("-i", tmp_path / "a.mp4", "-c", "copy", "-bsf:v", "h264_metadata=crop_left=160", tmp_path / "cut.mp4")
    made = render_picture(PicturePlan(covers=()), tmp_path / "cut.mp4", tmp_path / "made.mp4", output_format=MP4)
    assert made.path == tmp_path / "made.mp4"
    whole = tmp_path / "whole.mp4"
    ffmpeg("-i", made.path, "-c", "copy", "-bsf:v", "h264_metadata=crop_left=0:crop_right=0", whole)
    found = probe(whole).video
    assert found is not None
    assert found.width == 160


def test_a_second_layer_is_hidden_and_a_broken_header_is_not_trusted(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=160x128:r=5:d=0.4", *KINDS_OF_PICTURE["hevc"], tmp_path / "a.mp4")
    found = list(units(tmp_path / "a.mp4", HEVC))
    assert {HEVC.layer_of(unit) for unit in found} == {0}
    assert HEVC.layer_of(bytes([found[-1][0], found[-1][1] | 8])) == 1
    assert HEVC.layer_of(bytes([found[-1][0] | 1, found[-1][1]])) == 32
    (header,) = [unit for unit in found if HEVC.type_of(unit) == 33]
    assert not cuts_away(header, HEVC)
    assert all(cuts_away(header[:size], HEVC) for size in (2, 8, 16))
    assert cuts_away(b"\x67", H264)
