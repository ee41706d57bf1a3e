"""Covers are opaque, whole and on time; what hides beside a picture is gone; and the proof sees when it is not so."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.media import probe
from pipeline.media.frames import Frame, frames, repaint
from pipeline.media.hidden_video import can_be_copied, hidden_frames, hidden_units
from pipeline.proof.picture_boxes import NAME, SAME, covers_hold
from pipeline.records import Failed, Leak, PicturePlan, ProofVerdict, RedactionBox, Region, Rendition, Session, Video
from pipeline.render import picture, render
from tests.media.making import H264, PICTURE, SECRET, captions_608, ffmpeg, tone, with_captions_608
from tests.media.test_frames import HEVC_WORDS
from tests.render.making import LENGTH_S, TRANSCRIPT, Vault, hears_nothing, plan, session

BOX = Region(left=0.3, top=0.2, right=0.55, bottom=0.5)
COVERS = (
    RedactionBox(start_s=1.02, end_s=1.5, region=BOX, reason=f"a slide of {SECRET}", proposal_ids=("r-1",)),
    RedactionBox(start_s=2.01, end_s=2.19, reason="ana saw a face"),
)
KEPT = PicturePlan(covers=COVERS)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """A picture with hidden captions in H.264, one in HEVC with a banner in its header, one cut by an edit list."""
    folder = tmp_path_factory.mktemp("pictures")
    sounds = (*tone(), *PICTURE, "-map", "1", "-map", "0", "-c:a", "aac")
    ffmpeg(*sounds, *H264, "-bf", "0", folder / "plain.mp4")
    with_captions_608(folder / "plain.mp4", folder / "captions.mp4", "FALCON SECRET")
    ffmpeg(*sounds, *HEVC_WORDS, folder / "hevc.mp4")
    long = ("-f", "lavfi", "-i", "testsrc=s=160x120:r=10:d=5", *tone(2.5, 3.5, 5.0), *H264, "-c:a", "aac")
    ffmpeg(*long, folder / "long.mp4")
    ffmpeg("-ss", "2", "-i", folder / "long.mp4", "-c", "copy", folder / "cut.mp4")
    return Vault(folder)


def with_picture(name: str) -> Session:
    here = session(video=True, tracks=False)
    tracks = tuple(replace(track, digest=name) for track in here.tracks)
    return replace(here, video=Video(digest=name, duration_s=LENGTH_S), tracks=tracks)


def made(pictures: Vault, scratch: Path, name: str, kept: PicturePlan) -> Rendition | Failed | Leak:
    return render(
        pictures.sealed(with_picture(name)),
        plan(keep=["t1"], picture=kept),
        TRANSCRIPT,
        vault=pictures,
        scratch=scratch,
        listen=hears_nothing,
        key="k",
        srt=True,
    )


def shown(path: Path) -> list[tuple[Frame, float]]:
    found = list(frames(path))
    return [(one, after.at_s) for one, after in zip(found, [*found[1:], replace_end(found[-1])], strict=True)]


def replace_end(frame: Frame) -> Frame:
    return Frame(at_s=float("inf"), width=frame.width, height=frame.height, gray=frame.gray, data=frame.data)


def inside(frame: Frame) -> list[np.ndarray]:
    """What is under the box, in brightness and both colours."""
    return [
        plane[
            int(BOX.top * plane.shape[0]) : round(BOX.bottom * plane.shape[0]),
            int(BOX.left * plane.shape[1]) : round(BOX.right * plane.shape[1]),
        ].astype(int)
        for plane in frame.planes
    ]


def test_covers_are_black_for_every_frame_that_touches_them(pictures: Vault, tmp_path: Path) -> None:
    rendition = made(pictures, tmp_path, "captions.mp4", KEPT)
    assert isinstance(rendition, Rendition), rendition
    file = tmp_path / rendition.folder / "picture.mp4"
    before = list(frames(pictures.path("captions.mp4")))
    boxes = whole = 0
    for (frame, until_s), was in zip(shown(file), before, strict=True):
        if frame.at_s < 2.19 and until_s > 2.01:
            whole += 1
            assert all(np.ptp(plane.astype(int)) <= 8 for plane in frame.planes)
        elif frame.at_s < 1.5 and until_s > 1.02:
            boxes += 1
            assert all(np.ptp(part) <= 8 for part in inside(frame))
            assert np.abs(frame.planes[0][:16].astype(int) - was.planes[0][:16]).mean() < 8
        elif not (frame.at_s < 1.6 and until_s > 0.9) and not (frame.at_s < 2.3 and until_s > 1.9):
            assert np.abs(frame.planes[0].astype(int) - was.planes[0]).mean() < 8
            assert max(np.ptp(part) for part in inside(frame)) > 30
    assert (boxes, whole) == (5, 2)
    assert captions_608(file) == ""
    assert (hidden_units(file), hidden_frames(file)) == (0, 0)
    assert "00:00:00,200 --> 00:00:02,500\n" in (file.parent / "captions.srt").read_text()
    told = json.loads((file.parent / "proof.json").read_text())
    assert told["picture"] == "encoded again with 2 covers, not reviewed"
    assert {NAME, SAME} <= {check.name for check in rendition.proof.checks}
    assert [cover["reason"] for cover in told["covers"]] == ["a slide of [product 1]", "laid by a person"]
    assert "r-1" not in json.dumps(told)
    assert SECRET not in json.dumps(told)
    assert sorted(path.name for path in file.parent.iterdir()) == sorted(file.name for file in rendition.files)


@pytest.mark.parametrize("name", ["hevc.mp4", "cut.mp4"])
def test_a_picture_without_covers_is_cleaned_or_made_again(pictures: Vault, tmp_path: Path, name: str) -> None:
    rendition = made(pictures, tmp_path, name, PicturePlan(reviewed_by="ana"))
    assert isinstance(rendition, Rendition), rendition
    file = tmp_path / rendition.folder / "picture.mp4"
    codec = probe(file).streams[0].codec
    assert codec == ("hevc" if name == "hevc.mp4" else "h264")
    assert (hidden_units(file, codec), hidden_frames(file)) == (0, 0)
    assert b"x265" not in file.read_bytes()
    assert captions_608(file) == ""
    told = json.loads((file.parent / "proof.json").read_text())["picture"]
    assert told == ("encoded again with 0 covers, reviewed" if name == "cut.mp4" else "copied, reviewed")
    if name == "cut.mp4":
        shown_frames = [len(list(frames(path))) for path in (pictures.path(name), file)]
        assert shown_frames[0] == shown_frames[1] < 50


AV1 = (("libsvtav1", "-preset", "12"), ("libaom-av1", "-cpu-used", "8"), ("librav1e", "-speed", "10"))


def av1_words() -> tuple[str, ...]:
    """Words for whichever AV1 encoder is here; the test is about reading it."""
    there = ffmpeg("-encoders").decode()
    words = next((words for words in AV1 if words[0] in there), None)
    if words is None:
        pytest.skip("this ffmpeg writes no AV1")
    return ("-c:v", *words)


def test_av1_is_covered_and_encoded_again(tmp_path: Path) -> None:
    name = "a.mkv"
    ffmpeg(*tone(), *PICTURE, "-map", "1", "-map", "0", *av1_words(), "-c:a", "aac", tmp_path / name)
    assert not can_be_copied(tmp_path / name, probe(tmp_path / name))
    rendition = made(Vault(tmp_path), tmp_path / "scratch", name, KEPT)
    assert isinstance(rendition, Rendition), rendition
    file = tmp_path / "scratch" / rendition.folder / "picture.mp4"
    assert [stream.codec for stream in probe(file).streams] == ["h264", "aac"]
    under = [all(np.ptp(part) <= 8 for part in inside(frame)) for frame, _ in shown(file)]
    touched = [
        any(frame.at_s < cover.end_s and until_s > cover.start_s for cover in COVERS) for frame, until_s in shown(file)
    ]
    assert len(under) == 30
    assert all(covered for covered, wanted in zip(under, touched, strict=True) if wanted)
    assert 7 <= sum(touched) <= sum(under) <= 9, "a frame that only touches a cover's end may be covered as well"


def late(frame: Frame, region: Region | None, *, draw_box: Callable[..., None]) -> None:
    if frame.at_s >= 1.2:
        draw_box(frame, region)


def faint(frame: Frame, region: Region | None, *, draw_box: Callable[..., None]) -> None:
    was = frame.planes[0].astype(int)
    draw_box(frame, region)
    frame.planes[0][:] = (frame.planes[0] * 0.97 + was * 0.03).astype(np.uint8)


def blurred(frame: Frame, region: Region | None, *, draw_box: Callable[..., None]) -> None:
    for plane in frame.planes:
        small = plane[: plane.shape[0] // 8 * 8, : plane.shape[1] // 8 * 8].reshape(plane.shape[0] // 8, 8, -1, 8)
        soft = np.repeat(np.repeat(small.mean(axis=(1, 3)), 8, axis=0), 8, axis=1).astype(np.uint8)
        plane[: soft.shape[0], : soft.shape[1]] = soft


def colourless(frame: Frame, region: Region | None, *, draw_box: Callable[..., None]) -> None:
    colours = [plane.copy() for plane in frame.planes[1:]]
    draw_box(frame, region)
    for plane, was in zip(frame.planes[1:], colours, strict=True):
        plane[:] = was


@pytest.mark.parametrize("mutant", [late, faint, blurred, colourless])
def test_a_cover_that_lets_anything_through_is_found(
    pictures: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: Callable[..., None]
) -> None:
    draw_box = picture.draw_box
    monkeypatch.setattr(picture, "draw_box", lambda frame, region: mutant(frame, region, draw_box=draw_box))
    source, out = pictures.path("plain.mp4"), tmp_path / "out.mp4"
    repaint(source, out, picture.Painter(COVERS))
    assert covers_hold(out, COVERS, source=source)[0].verdict is ProofVerdict.LEAK


def test_a_picture_whose_cover_was_forgotten_is_not_let_out(
    pictures: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture.Painter, "__call__", lambda self, frame, until_s: None)
    failed = made(pictures, tmp_path, "plain.mp4", KEPT)
    assert isinstance(failed, Failed)
    assert f"({NAME}" in failed.reason
    assert "proof: leak at" in failed.reason
    assert not list(tmp_path.rglob("*.mp4"))


def test_a_change_beside_the_covers_and_a_lost_frame_are_found(pictures: Vault, tmp_path: Path) -> None:
    source, other, short = pictures.path("plain.mp4"), tmp_path / "other.mp4", tmp_path / "short.mp4"
    ffmpeg("-i", source, "-an", "-vf", "negate", *H264, other)
    ffmpeg("-i", source, "-an", "-t", "2", *H264, short)
    verdicts = {check.name: check.verdict for check in covers_hold(other, (), source=source)}
    assert verdicts[SAME] is ProofVerdict.UNCHECKED
    assert [check.verdict for check in covers_hold(short, (), source=source)] == [ProofVerdict.UNCHECKED]
    (alone,) = covers_hold(source, COVERS)
    assert (alone.verdict, alone.name) == (ProofVerdict.LEAK, NAME)


def test_messages_left_in_the_header_are_found(
    pictures: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.media.nal_units.clean_header", lambda path: None)
    failed = made(pictures, tmp_path, "hevc.mp4", PicturePlan())
    assert isinstance(failed, Failed)
    assert "behind the picture" in failed.reason


def test_one_file_with_a_box(pictures: Vault, tmp_path: Path) -> None:
    spans = [
        {"start_s": 1.0, "end_s": 2.0},
        {"start_s": 1.02, "end_s": 1.5, "box": [BOX.left, BOX.top, BOX.right, BOX.bottom]},
        {"start_s": 2.01, "end_s": 2.19, "box": "all"},
    ]
    (tmp_path / "spans.json").write_text(json.dumps(spans))
    words = ["redact", pictures.path("hevc.mp4"), "--spans", tmp_path / "spans.json", "-o", tmp_path / "out.mkv"]
    done = CliRunner().invoke(main, [*map(str, words), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert (told["windows"], told["covers"], told["verdict"]) == (1, 2, "proved")
    assert probe(tmp_path / "out.mkv").streams[0].codec == "h264"
    (tmp_path / "spans.json").write_text(json.dumps([{"start_s": 1.0, "end_s": 2.0, "box": [0.5, 0, 0.4, 1]}]))
    wrong = CliRunner().invoke(main, [*map(str, words[:-1]), str(tmp_path / "other.mkv")])
    assert (wrong.exit_code, "span 1 has a box outside the picture" in wrong.output) == (2, True)
