"""Writing is read in a picture where there is a reader, and where there is none that is said, not passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError, TryAgain
from pipeline.media import ocr, tools
from tests.media.making import H264, ffmpeg

SLIDE = Path(__file__).parent / "slide.png"


@pytest.fixture(scope="module")
def slides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of gray, with a slide from 2 to 3.95."""
    path = tmp_path_factory.mktemp("slides") / "slides.mp4"
    gray = ("-f", "lavfi", "-i", "color=c=gray:s=640x360:r=5:d=6", "-loop", "1", "-i", SLIDE)
    ffmpeg(*gray, "-filter_complex", "[0][1]overlay=enable='between(t,2,3.95)'", "-t", "6", *H264, path)
    return path


@pytest.mark.usefixtures("text_reader")
def test_what_stands_on_a_slide_is_read_with_its_place_and_time(slides: Path) -> None:
    seen = ocr.read(slides, per_second=1.0)
    assert seen.frames == 3
    text = {" ".join(word.text for word in line.words) for line in seen.lines}
    assert "Roadmap for Halcyon Freight" in text
    for line in seen.lines:
        assert line.start_s <= 2.0
        assert 3.95 <= line.end_s <= 5.0
    (roadmap,) = [line for line in seen.lines if line.words[0].text == "Roadmap"]
    first = roadmap.words[0].region
    assert 0.05 < first.left < 0.08
    assert 0.15 < first.top < first.bottom < 0.26


def test_without_a_reader_nothing_is_taken_for_read(slides: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = tools.Tool(name="tesseract", version=None, install="apt-get install tesseract-ocr")
    monkeypatch.setattr(tools, "reader", lambda: missing)
    assert ocr.version() is None
    with pytest.raises(ConfigurationError, match="tesseract is missing; install it: apt-get"):
        ocr.read(slides, per_second=1.0)


@pytest.mark.usefixtures("text_reader")
def test_a_picture_that_begins_late_keeps_its_times(slides: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.mkv"
    sound = ("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono")
    ffmpeg("-itsoffset", "3", "-i", slides, *sound, "-t", "9", "-c:v", "copy", "-c:a", "flac", late)
    lines = ocr.read(late, per_second=1.0).lines
    assert lines
    assert all(4.0 <= line.start_s <= 5.0 and 6.95 <= line.end_s <= 8.0 for line in lines)


@pytest.mark.usefixtures("text_reader")
def test_a_term_shown_for_one_look_on_a_moving_picture_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many frames are read together, each is read as if it were alone."""
    path = tmp_path / "moving.mp4"
    moving = ("-f", "lavfi", "-i", "testsrc=s=640x360:r=2:d=5", "-loop", "1", "-i", SLIDE)
    ffmpeg(*moving, "-filter_complex", "[0][1]overlay=enable='between(t,2.8,3.4)'", "-t", "5", *H264, path)
    seen = ocr.read(path, per_second=1.0)
    assert seen.frames == 5
    shown = [line for line in seen.lines if "Halcyon" in {word.text for word in line.words}]
    assert shown
    assert all(line.start_s <= 2.8 and 3.4 <= line.end_s <= 4.6 for line in shown)
    monkeypatch.setattr(ocr, "MOST_TOGETHER", 1)
    assert ocr.read(path, per_second=1.0) == seen


@pytest.mark.usefixtures("text_reader")
def test_pages_that_the_reader_left_out_are_not_taken_for_empty(slides: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ocr.tiff
    monkeypatch.setattr(ocr, "tiff", lambda pages: real(pages[:1]))
    with pytest.raises(TryAgain):
        ocr.read(slides, per_second=1.0)


@pytest.mark.usefixtures("text_reader")
def test_writing_stands_as_long_as_it_is_there_also_at_looks_that_cannot_read_it(tmp_path: Path) -> None:
    """What moves elsewhere in a page may make the very same letters unreadable, and they are as public then."""
    path = tmp_path / "busy.mp4"
    name = "drawtext=font=Sans:text='Quentin Marlowe':fontsize=24:x=10:y=60:fontcolor=white:box=1:boxcolor=black"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=320x240:r=10:d=9.8", "-vf", name, *H264, path)
    read = [line for line in ocr.read(path, per_second=1.0).lines if "Marlowe" in {word.text for word in line.words}]
    assert min(line.start_s for line in read) == 0.0
    assert max(line.end_s for line in read) >= 9.8


@pytest.mark.usefixtures("text_reader")
def test_writing_that_gives_way_to_other_writing_stands_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "two.mp4"
    style = "fontsize=28:x=20:y=60:fontcolor=black"
    first = f"drawtext=font=Sans:text='Quentin Marlowe':{style}:enable='lt(t,4)'"
    second = f"drawtext=font=Sans:text='Roadmap of autumn':{style}:enable='gte(t,4)'"
    ffmpeg("-f", "lavfi", "-i", "color=c=white:s=320x240:r=5:d=10", "-vf", f"{first},{second}", *H264, path)
    lines = ocr.read(path, per_second=1.0).lines
    name = [line for line in lines if "Marlowe" in {word.text for word in line.words}]
    other = [line for line in lines if "Roadmap" in {word.text for word in line.words}]
    assert name and other
    assert max(line.end_s for line in name) <= 5.0
    assert min(line.start_s for line in other) >= 3.0
