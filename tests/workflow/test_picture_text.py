"""A picture is kept only where it was read, or nobody asked for that; and it is read only where it may be shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.consent import log_head
from pipeline.errors import InputRefused
from pipeline.media import ocr, tools
from pipeline.proof import read_manifest
from pipeline.records import (
    Audience,
    Context,
    OcrResult,
    Outcome,
    Participant,
    Purpose,
    Ruling,
    Session,
    Track,
    Transcript,
    Video,
    Word,
)
from pipeline.reports.doctor import examine
from pipeline.settings import PictureSettings
from pipeline.store import Workspace
from pipeline.workflow import picture_text
from pipeline.workflow.analyse import AnalysedSession, analyse
from pipeline.workflow.plan_renditions import plan_renditions
from pipeline.workflow.publish import publish_all
from pipeline.workflow.session_context import SessionContext
from tests.media.making import H264, ffmpeg
from tests.media.test_ocr import SLIDE
from tests.review.conftest import SESSION_ID, ruling

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
SEEN = OcrResult(reader="tesseract 5", frames=3)


class SealedStub:
    """A vault that opens nothing."""

    def path(self, digest: str) -> Path:
        return Path(digest)


DEFAULT = PictureSettings()


def context_of(workspace: Workspace, ruled: Ruling | None = None, picture: PictureSettings = DEFAULT) -> SessionContext:
    here = Session(
        session_id=SESSION_ID,
        source_digest="0" * 64,
        platform="other",
        title="",
        started_at=NOW,
        host=None,
        recorder_location=None,
        notice_asserted=True,
        purposes=(Purpose.INTERNAL_SHARE,),
        duration_s=60.0,
        participants=tuple(Participant(participant_id=f"p{n}", name=f"N{n}") for n in (1, 2)),
        tracks=(),
        video=Video(digest="v" * 64, duration_s=60.0),
    )
    changed = workspace.settings.model_copy(update={"picture": picture})
    workspace.settings = changed
    return SessionContext(session=here, workspace=workspace, ruling=ruled or ruling(), known=Context(), now=NOW)


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    return new_workspace(tmp_path / "ws")


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A reader that is there; what it was asked for."""
    asked: list[float] = []

    def read(path: Path, *, per_second: float, cover: object) -> OcrResult:
        asked.append(per_second)
        return SEEN

    monkeypatch.setattr(ocr, "version", lambda: "tesseract 5")
    monkeypatch.setattr(ocr, "read", read)
    monkeypatch.setattr(
        SessionContext,
        "put",
        lambda self, stage, key, value, kind=None, purpose=None: self.workspace.stages.put(stage, key, value),
    )
    return asked


def test_a_picture_is_read_once_and_may_then_be_kept(workspace: Workspace, looks: list[float]) -> None:
    context = context_of(workspace, picture=PictureSettings(ocr_per_second=2.0))
    object.__setattr__(workspace, "vault", SealedStub())
    assert picture_text.read_picture(context) == SEEN
    assert picture_text.read_picture(context) == SEEN
    assert looks == [2.0]
    assert picture_text.may_be_kept(context, SEEN)
    assert not picture_text.is_unread(context)


def test_a_picture_that_cannot_be_decoded_stays_out_and_the_rest_goes_on(
    workspace: Workspace, looks: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *, per_second: float, cover: object) -> OcrResult:
        raise InputRefused("a media file cannot be read to its end")

    monkeypatch.setattr(ocr, "read", refuse)
    object.__setattr__(workspace, "vault", SealedStub())
    context = context_of(workspace)
    assert picture_text.read_picture(context) is None
    assert not picture_text.may_be_kept(context, None)


def test_a_picture_that_nobody_may_see_is_not_read(workspace: Workspace, looks: list[float]) -> None:
    assert picture_text.read_picture(context_of(workspace, ruling(internal_share=Outcome.MINUS))) is None
    context = context_of(workspace)
    assert picture_text.read_picture(replace(context, session=replace(context.session, video=None))) is None
    assert picture_text.read_picture(context_of(workspace, picture=PictureSettings(keep=False))) is None
    assert not picture_text.may_be_kept(context_of(workspace, picture=PictureSettings(keep=False)), SEEN)
    assert looks == []


def test_without_a_reader_the_picture_stays_out_and_that_is_said(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tools.Tool(name="tesseract", version=None, install="apt-get install tesseract-ocr")
    monkeypatch.setattr(tools, "reader", lambda: missing)
    context = context_of(workspace)
    assert picture_text.read_picture(context) is None
    assert not picture_text.may_be_kept(context, None)
    assert picture_text.is_unread(context)
    (said,) = [each for each in examine(workspace) if each.what == "tesseract"]
    assert (said.ok, said.action) == (False, "apt-get install tesseract-ocr; until then no picture is kept")
    unlooked = context_of(workspace, picture=PictureSettings(require_ocr=False))
    assert picture_text.may_be_kept(unlooked, None)
    assert not picture_text.is_unread(unlooked)
    assert [each.ok for each in examine(workspace) if each.what == "tesseract"] == [True]


@pytest.mark.usefixtures("text_reader")
@pytest.mark.parametrize(
    ("settings", "picture"),
    [
        (PictureSettings(), "encoded again with 3 covers, not reviewed"),
        (PictureSettings(require_ocr=False), "copied, not reviewed"),
        (PictureSettings(keep=False), "none"),
    ],
)
def test_the_settings_of_the_picture_hold_from_the_recording_to_what_is_let_out(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: PictureSettings, picture: str
) -> None:
    slide, sound = (
        ("-loop", "1", "-i", SLIDE, "-t", "3", "-r", "5"),
        ("-f", "lavfi", "-i", "sine=d=3:r=48000"),
    )
    ffmpeg(*sound, *slide, "-vf", "scale=640:-2", *H264, "-c:a", "aac", tmp_path / "a.mp4")
    (workspace.root / "terms.toml").write_text('[[terms]]\ntext = "Halcyon Freight"\nkind = "company"\n')
    digest = workspace.vault.seal(tmp_path / "a.mp4", kind="media").digest
    track = Track(track_id="t1", participant_id=None, digest=digest, stream=0, duration_s=3.0)
    here = context_of(workspace, picture=settings).session
    here = replace(here, tracks=(track,), duration_s=3.0, video=Video(digest=digest, duration_s=3.0))
    said = Word(
        start_s=1.0,
        end_s=1.5,
        time_uncertainty_s=0.0,
        text="hello",
        probability=1.0,
        track_id="t1",
        participant_id="p1",
    )
    ruled = replace(ruling(), log_head=log_head(workspace))
    monkeypatch.setattr("pipeline.consent.rule", lambda *_, **__: ruled)
    monkeypatch.setattr("pipeline.consent.record_announcements", lambda *_, **__: False)
    monkeypatch.setattr(
        "pipeline.workflow.recognition._transcribed", lambda *_: Transcript(engine="by hand", words=(said,))
    )
    monkeypatch.setattr("pipeline.workflow.render_planned.speech.relisten", lambda *_, **__: [])
    monkeypatch.setattr(SessionContext, "put", lambda self, stage, key, value, kind=None, purpose=None: None)
    analysed = analyse(here, workspace, now=NOW)
    assert isinstance(analysed, AnalysedSession), analysed
    assert {proposal.label for proposal in analysed.review_state.proposals} == (
        {"PICTURE"} if settings == DEFAULT else set()
    )
    published = publish_all(analysed, plan_renditions(analysed)).outcomes[Audience.INTERNAL].published
    assert published is not None
    told = read_manifest(workspace.out / published.folder / "proof.json")
    assert told is not None
    assert (told.picture, told.media) == (picture, "sound.m4a" if picture == "none" else "picture.mp4")
    if picture != "none":
        seen = ocr.read(workspace.out / published.folder / told.media, per_second=1.0)
        texts = " ".join(word.text for line in seen.lines for word in line.words)
        assert "Owner" in texts
        assert ("Halcyon" in texts) == (not settings.require_ocr)
