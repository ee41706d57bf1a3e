"""Faces are proposed as covers where settings ask for it; without the model the picture stays out, and that is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline import detect, faces, models, review
from pipeline.consent import log_head
from pipeline.media.frames import frames
from pipeline.proof import read_manifest
from pipeline.records import (
    Audience,
    DetectionRule,
    FaceBox,
    FaceSpan,
    FaceTrack,
    FaceTracks,
    Outcome,
    PicturePlace,
    Region,
    Track,
    Transcript,
    Verdict,
    Video,
    Word,
)
from pipeline.reports.doctor import examine
from pipeline.review import decision_log
from pipeline.review.picture.plan import PictureReview, picture_plan
from pipeline.settings import PictureSettings
from pipeline.store import Workspace
from pipeline.workflow import picture_faces
from pipeline.workflow.analyse import AnalysedSession, analyse
from pipeline.workflow.plan_renditions import plan_renditions
from pipeline.workflow.publish import publish_all
from pipeline.workflow.session_context import SessionContext
from tests.faces.test_detector import drawn_face, pulled
from tests.media.making import H264, ffmpeg
from tests.review.conftest import SESSION_ID, ruling
from tests.workflow.test_picture_text import NOW, context_of

ASKED = PictureSettings(cover_faces=True)
FACE = Region(left=0.4, top=0.2, right=0.6, bottom=0.6)


def track(*spans: tuple[float, float]) -> FaceTrack:
    return FaceTrack(spans=tuple(FaceSpan(start_s=begin, end_s=end, region=FACE) for begin, end in spans), score=0.8)


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace], monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(
        SessionContext,
        "put",
        lambda self, stage, key, value, kind=None, purpose=None: self.workspace.stages.put(stage, key, value),
    )
    return new_workspace(tmp_path / "ws")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Three seconds: nothing, a face that moves, nothing."""
    frames_of = [drawn_face(240, 320, (100 + 4 * number, 110)) for number in range(10)]
    wall = np.full((240, 320, 3), (150, 155, 160), np.uint8)
    (tmp_path / "film.rgb").write_bytes(b"".join(each.tobytes() for each in (*[wall] * 10, *frames_of, *[wall] * 10)))
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "320x240", "-r", "10", "-i", tmp_path / "film.rgb")
    ffmpeg(*raw, "-pix_fmt", "yuv420p", *H264, tmp_path / "film.mp4")
    return tmp_path / "film.mp4"


class Opened:
    """A vault with one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def path(self, digest: str) -> Path:
        return self._path


class Detector:
    """Finds a face in every picture that is not the wall's colour throughout."""

    seen = 0

    def boxes(self, picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> tuple[FaceBox, ...]:
        Detector.seen += 1
        return (FaceBox(region=FACE, score=0.7),) if picture.std() > 10 else ()


def test_faces_are_looked_for_once_and_only_where_somebody_asks_and_may_see(
    workspace: Workspace, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faces, "version", lambda: "2 abc")
    monkeypatch.setattr(faces, "load_detector", Detector)
    object.__setattr__(workspace, "vault", Opened(film))
    monkeypatch.setattr(Detector, "seen", 0)
    assert picture_faces.see_faces(context_of(workspace)) is None
    assert picture_faces.see_faces(context_of(workspace, ruling(internal_share=Outcome.MINUS), ASKED)) is None
    context = context_of(workspace, picture=ASKED)
    assert picture_faces.see_faces(replace(context, session=replace(context.session, video=None))) is None
    assert Detector.seen == 0
    seen = picture_faces.see_faces(context)
    assert seen is not None and len(seen.tracks) == 1 and seen.looks == 6
    looked = Detector.seen
    assert picture_faces.see_faces(context) == seen
    assert Detector.seen == looked < seen.looks, "a wall that does not change is looked at once"
    assert picture_faces.may_be_kept(context, seen)
    monkeypatch.setattr(faces, "version", lambda: "2 of another model")
    assert picture_faces.see_faces(context) == replace(seen, detector="2 of another model")
    assert Detector.seen == 2 * looked, "another model looks again"


def test_without_the_model_the_picture_stays_out_and_that_is_said(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path / "none"))
    context = context_of(workspace, picture=ASKED)
    assert picture_faces.see_faces(context) is None
    assert not picture_faces.may_be_kept(context, None)
    assert picture_faces.is_unseen(context)
    (said,) = [each for each in examine(workspace) if each.what == "faces"]
    assert (said.ok, said.action) == (
        False,
        "run `offrecord models pull faces --from FOLDER`; until then no picture is kept",
    )
    context = context_of(workspace)
    assert picture_faces.may_be_kept(context, None) and not picture_faces.is_unseen(context)
    assert not [each for each in examine(workspace) if each.what == "faces"]


def test_each_face_is_a_proposal_that_covers_until_somebody_keeps_it(workspace: Workspace) -> None:
    seen = FaceTracks(detector="1", looks=9, tracks=(track((1.0, 2.0), (2.0, 3.0)), track((5.0, 6.0))))
    findings = tuple(detect.face_findings(SESSION_ID, seen))
    assert [finding.rule for finding in findings] == [DetectionRule.FACE_IN_PICTURE] * 3
    proposals = review.propose(SESSION_ID, findings)
    assert [(each.label, each.replacement, each.is_picture) for each in proposals] == [
        ("FACE", "[face 1]", True),
        ("FACE", "[face 2]", True),
    ]
    context = context_of(workspace)
    kept = PictureReview(may_be_kept=True)
    plan = picture_plan(context.session, context.ruling, Audience.INTERNAL, proposals, kept)
    assert plan is not None
    assert [(cover.start_s, cover.end_s, cover.region) for cover in plan.covers] == [
        (1.0, 2.0, FACE),
        (2.0, 3.0, FACE),
        (5.0, 6.0, FACE),
    ]
    assert picture_plan(context.session, context.ruling, Audience.PUBLIC, proposals, kept) is None
    assert tuple(detect.face_findings(SESSION_ID, None)) == ()


def test_what_somebody_decided_is_of_that_face_alone() -> None:
    """A face that another version finds elsewhere, or longer, is another one: nobody has kept it."""

    def ids(*tracks: FaceTrack) -> list[str]:
        findings = detect.face_findings(SESSION_ID, FaceTracks(detector="1", looks=9, tracks=tracks))
        return [each.proposal_id for each in review.propose(SESSION_ID, findings)]

    assert ids(track((1.0, 2.0)), track((5.0, 6.0))) == [*ids(track((1.0, 2.0))), *ids(track((5.0, 6.0)))]
    assert ids(track((1.0, 2.5))) != ids(track((1.0, 2.0)))


@pulled
def test_a_face_that_moves_through_a_film_is_covered_from_end_to_end(workspace: Workspace, film: Path) -> None:
    object.__setattr__(workspace, "vault", Opened(film))
    seen = picture_faces.see_faces(context_of(workspace, picture=ASKED.model_copy(update={"faces_per_second": 5.0})))
    assert seen is not None and len(seen.tracks) == 1
    places = [finding.place for finding in detect.face_findings(SESSION_ID, seen)]
    for number in range(10, 20):
        at_s, middle = number / 10, (100 + 4 * (number - 10)) / 320
        there = [each for each in places if isinstance(each, PicturePlace) and each.start_s <= at_s < each.end_s]
        assert any(each.region.left < middle - 0.1 and middle + 0.1 < each.region.right for each in there), number


@pulled
def test_in_what_is_let_out_nobody_finds_the_face(
    workspace: Workspace, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the recording to what is proved and let out: covered while nobody decided, shown once it is kept."""
    ffmpeg("-i", film, "-f", "lavfi", "-i", "sine=d=3:r=48000", "-c:v", "copy", "-c:a", "aac", tmp_path / "a.mp4")
    digest = workspace.vault.seal(tmp_path / "a.mp4", kind="media").digest
    asked = PictureSettings(cover_faces=True, require_ocr=False, faces_per_second=5.0)
    here = replace(
        context_of(workspace, picture=asked).session,
        tracks=(Track(track_id="t1", participant_id=None, digest=digest, stream=0, duration_s=3.0),),
        duration_s=3.0,
        video=Video(digest=digest, duration_s=3.0),
    )
    ruled = replace(ruling(), log_head=log_head(workspace))
    said = Word(
        start_s=1.0,
        end_s=1.5,
        time_uncertainty_s=0.0,
        text="hello",
        probability=1.0,
        track_id="t1",
        participant_id="p1",
    )
    monkeypatch.setattr("pipeline.consent.rule", lambda *_, **__: ruled)
    monkeypatch.setattr("pipeline.consent.record_announcements", lambda *_, **__: False)
    monkeypatch.setattr(
        "pipeline.workflow.recognition._transcribed", lambda *_: Transcript(engine="by hand", words=(said,))
    )
    monkeypatch.setattr("pipeline.workflow.render_planned.speech.relisten", lambda *_, **__: [])

    def let_out() -> tuple[str, int]:
        """What the manifest says of the picture, and in how many of its frames there is a face."""
        analysed = analyse(here, workspace, now=NOW)
        assert isinstance(analysed, AnalysedSession), analysed
        published = publish_all(analysed, plan_renditions(analysed)).outcomes[Audience.INTERNAL].published
        assert published is not None
        told = read_manifest(workspace.out / published.folder / "proof.json")
        assert told is not None
        shown = frames(workspace.out / published.folder / told.media)
        return told.picture, sum(bool(detector.boxes(frame.rgb())) for frame in shown)

    detector = faces.load_detector()
    assert sum(bool(detector.boxes(frame.rgb())) for frame in frames(film)) == 10
    picture, left = let_out()
    assert picture.startswith("encoded again with") and left == 0
    analysed = analyse(here, workspace, now=NOW)
    assert isinstance(analysed, AnalysedSession)
    (face,) = [each.proposal_id for each in analysed.review_state.proposals if each.label == "FACE"]
    decision_log.decide(
        workspace.db, SESSION_ID, [face], verdict=Verdict.KEEP, actor="ana", reason="she agreed", is_lead=False
    )
    picture, left = let_out()
    assert (picture, left) == ("copied, not reviewed", 10)


def test_the_colours_of_a_frame_are_those_that_are_shown(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=red:s=64x48:d=1:r=5", "-pix_fmt", "yuv420p", *H264, tmp_path / "red.mp4")
    shown = next(frames(tmp_path / "red.mp4")).rgb()
    assert shown.shape == (48, 64, 3) and np.abs(shown.astype(int) - [254, 0, 0]).max() < 8
    gray = next(frames(tmp_path / "red.mp4", gray=True)).rgb()
    assert gray.shape == (48, 64, 3) and (gray[..., 0] == gray[..., 2]).all()
    assert models.find(faces.MODEL).kind == "face-detection"
