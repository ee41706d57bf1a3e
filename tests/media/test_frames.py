"""Frames are read and written at their own times, and what hides beside the picture is counted and left behind."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import InputRefused
from pipeline.media import mux, probe
from pipeline.media.closed_captions import has_hidden_captions, hidden_captions
from pipeline.media.frames import Frame, frames, repaint
from pipeline.media.hidden_video import can_be_copied, hidden_frames, hidden_units
from pipeline.media.nal_units import HEVC, units
from pipeline.media.output_formats import OUTPUT_FORMATS
from tests.media.making import H264, PICTURE, ffmpeg, tone, with_captions_608

HEVC_WORDS = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-pix_fmt", "yuv420p")


def leave(frame: Frame, until_s: float) -> None:
    assert until_s >= frame.at_s


def test_frames_keep_their_own_times(tmp_path: Path) -> None:
    source, made = tmp_path / "vfr.mp4", tmp_path / "made.mp4"
    uneven = "setpts='(N+0.37*mod(N,3))/10/TB'"
    ffmpeg("-itsoffset", "0.4", *PICTURE, *tone(), "-vf", uneven, *H264, "-fps_mode", "passthrough", source)
    told = ffmpeg_times(source)
    assert len({round(b - a, 3) for a, b in pairwise(told)}) > 1
    seen = [frame.at_s for frame in frames(source)]
    np.testing.assert_allclose(seen, told, atol=0.0011)
    repaint(source, made, leave)
    again = list(frames(made))
    np.testing.assert_allclose([frame.at_s for frame in again], seen, atol=0.0011)
    for one, other in zip(frames(source), again, strict=True):
        assert np.abs(one.planes[0].astype(int) - other.planes[0]).mean() < 4


def ffmpeg_times(path: Path) -> list[float]:
    listed = ffmpeg("-i", path, "-map", "0:v", "-f", "framemd5", "-fps_mode", "passthrough", "pipe:1").decode()
    lines = listed.splitlines()
    base = next(line.split()[-1] for line in lines if line.startswith("#tb 0"))
    one, many = map(int, base.split("/"))
    return [int(line.split(",")[2]) * one / many for line in lines if line[:1] == "0"]


def test_a_picture_that_begins_late_stays_where_it_was(tmp_path: Path) -> None:
    source, picture, sound, made = (tmp_path / name for name in ("late.mkv", "p.mp4", "s.m4a", "made.mp4"))
    ffmpeg(*tone(), "-itsoffset", "0.5", *PICTURE, *H264, "-bf", "0", source)
    ffmpeg(*tone(), sound)
    repaint(source, picture, leave)
    mux(made, output_format=OUTPUT_FORMATS[".mp4"], sounds=[sound], picture=picture)
    before, after = ([frame.at_s for frame in frames(path)] for path in (source, made))
    assert before[0] > 0.4
    assert after[0] == 0.0
    np.testing.assert_allclose(after[1:], before[1:], atol=0.003)


def test_looks_are_as_many_as_asked_and_gray(media: Path) -> None:
    seen = list(frames(media / "plain.mp4", gray=True, per_second=2.0))
    assert [frame.at_s for frame in seen] == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    assert [plane.shape for plane in seen[0].planes] == [(120, 160)]


def test_a_picture_that_is_none_is_refused(media: Path) -> None:
    with pytest.raises(InputRefused):
        list(frames(media / "plain.wav"))


def test_hevc_loses_its_messages_even_those_in_the_header(tmp_path: Path) -> None:
    source, sound, made = tmp_path / "h.mp4", tmp_path / "s.m4a", tmp_path / "made.mp4"
    ffmpeg(*PICTURE, *HEVC_WORDS, source)
    ffmpeg(*tone(), sound)
    header = source.read_bytes()
    header = header[header.index(b"hvcC") :]
    assert b"x265" in header
    assert hidden_units(source, "hevc") > 100
    assert can_be_copied(source, probe(source), output_format=OUTPUT_FORMATS[".mp4"])
    assert not can_be_copied(source, probe(source), output_format=OUTPUT_FORMATS[".mkv"])
    mux(made, output_format=OUTPUT_FORMATS[".mp4"], sounds=[sound], picture=source)
    assert b"x265" not in made.read_bytes()
    assert hidden_units(made, "hevc") == 0
    assert {HEVC.type_of(unit) for unit in units(made, HEVC)} <= HEVC.kept
    assert pixels(made) == pixels(source)


def pixels(path: Path) -> bytes:
    return ffmpeg("-i", path, "-map", "0:v", "-f", "md5", "-fps_mode", "passthrough", "pipe:1")


@pytest.mark.parametrize(
    "words", [("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"), ("-c:v", "mpeg4")]
)
def test_other_pictures_are_encoded_again_and_nothing_of_them_is_kept(tmp_path: Path, words: tuple[str, ...]) -> None:
    source, made = tmp_path / "other.mkv", tmp_path / "made.mp4"
    ffmpeg(*PICTURE, *words, source)
    assert not can_be_copied(source, probe(source))
    repaint(source, made, leave)
    probed = probe(made)
    assert [stream.codec for stream in probed.streams] == ["h264"]
    assert abs(probed.duration_s - 3.0) < 0.11


def test_what_an_edit_list_hides_is_not_encoded_again(media: Path, tmp_path: Path) -> None:
    cut, made = tmp_path / "cut.mp4", tmp_path / "made.mp4"
    ffmpeg("-ss", "1.5", "-i", media / "plain.mp4", "-c", "copy", cut)
    assert hidden_frames(cut) > 0
    repaint(cut, made, leave)
    assert hidden_frames(made) == 0
    assert len(list(frames(made))) == len(list(frames(cut))) <= 16


def test_hidden_captions_are_read_and_do_not_survive_a_new_picture(tmp_path: Path) -> None:
    plain, planted, made = (tmp_path / name for name in ("plain.mp4", "cc.mp4", "made.mp4"))
    ffmpeg(*tone(), *PICTURE, *H264, "-bf", "0", "-c:a", "aac", plain)
    with_captions_608(plain, planted, "FALCON SECRET")
    assert not has_hidden_captions(plain, probe(plain))
    assert has_hidden_captions(planted, probe(planted))
    assert "FALCON SECRET" in hidden_captions(planted, probe(planted))
    repaint(planted, made, leave)
    assert not has_hidden_captions(made, probe(made))
    assert "FALCON" not in hidden_captions(made, probe(made))
