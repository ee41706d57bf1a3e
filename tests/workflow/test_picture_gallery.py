"""Where only some people may be seen, an internal rendition keeps their tiles of a gallery view, if settings ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.consent import log_head
from pipeline.media import ocr, tools
from pipeline.media.frames import Frame, frames
from pipeline.proof import prove, read_manifest
from pipeline.records import (
    Audience,
    RedactionBox,
    Region,
    Ruling,
    Track,
    Transcript,
    Video,
    Word,
)
from pipeline.review.picture import decisions
from pipeline.review.picture.queue import show
from pipeline.settings import PictureSettings
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow import picture_gallery, picture_text
from pipeline.workflow.analyse import AnalysedSession, analyse
from pipeline.workflow.plan_renditions import plan_renditions
from pipeline.workflow.publish import publish_all
from pipeline.workflow.session_context import SessionContext
from tests.gallery.making import Box, Scene, gallery, places
from tests.gallery.ruled import PEOPLE, ruled, session_of
from tests.media.making import ffmpeg
from tests.workflow.test_picture_text import NOW, context_of

ASKED = PictureSettings(gallery_tiles=True)
FOUR = PEOPLE[:4]
WIDTH, HEIGHT = 640, 360
LABELS = tuple((person.participant_id, person.name) for person in FOUR)
SCENES = (Scene(2.0, LABELS), Scene(1.0, (("p2", ""),), "speaker"))
LENGTH_S = 3.0


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("film")
    silent = gallery(folder / "silent.mp4", SCENES, width=WIDTH, height=HEIGHT, rate=5)
    tone = ("-f", "lavfi", "-i", f"sine=d={LENGTH_S}:r=48000")
    ffmpeg("-i", silent, *tone, "-c:v", "copy", "-c:a", "aac", folder / "film.mp4")
    return folder / "film.mp4"


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace], monkeypatch: pytest.MonkeyPatch) -> Workspace:
    def put(self: SessionContext, stage: str, key: str, value: object, kind: object = None, **_: object) -> None:
        self.workspace.stages.put(stage, key, value, kind)

    monkeypatch.setattr(SessionContext, "put", put)
    return new_workspace(tmp_path / "ws")


def context(workspace: Workspace, film: Path, ruling: Ruling, picture: PictureSettings = ASKED) -> SessionContext:
    digest = workspace.vault.seal(film, kind="media").digest
    without = workspace.settings.detect.model_copy(update={"spacy_model": ""})
    workspace.settings = workspace.settings.model_copy(update={"detect": without})
    session = replace(session_of(LENGTH_S, FOUR), video=Video(digest=digest, duration_s=LENGTH_S))
    return replace(context_of(workspace, ruling, picture), session=session)


REFUSED = ruled(LENGTH_S, "p2", people=FOUR)


@pytest.mark.usefixtures("text_reader")
def test_tiles_are_looked_at_where_they_are_asked_for_and_help_and_no_name_is_kept(
    workspace: Workspace, film: Path
) -> None:
    off = PictureSettings()
    assert picture_gallery.see_gallery(context(workspace, film, REFUSED, off)) is None
    assert picture_gallery.see_gallery(context(workspace, film, ruled(LENGTH_S, people=FOUR))) is None
    everybody = ruled(LENGTH_S, *(person.participant_id for person in FOUR), people=FOUR)
    assert picture_gallery.see_gallery(context(workspace, film, everybody)) is None
    asked = context(workspace, film, REFUSED)
    seen = picture_gallery.see_gallery(asked)
    assert seen is not None and len(seen.spans[0].tiles) == 4
    assert "Ana" not in repr(seen) and "Okafor" not in repr(seen)
    assert picture_gallery.see_gallery(replace(asked, session=replace(asked.session, purposes=()))) is None
    renamed = (replace(FOUR[0], name="Anna Sylvester"), *FOUR[1:])
    again = picture_gallery.see_gallery(replace(asked, session=replace(asked.session, participants=renamed)))
    assert again != seen, "whose labels they are depends on the names"


@pytest.mark.usefixtures("text_reader")
def test_what_stays_in_no_rendition_is_not_read(workspace: Workspace, film: Path) -> None:
    asked = context(workspace, film, ruled(LENGTH_S, "p2", people=FOUR), ASKED)
    assert picture_text.read_picture(asked) is None
    hidden = picture_gallery.hidden_from_readers(asked, picture_gallery.see_gallery(asked))
    text = picture_text.read_picture(asked, hidden)
    assert text is not None and picture_text.may_be_kept(asked, text)
    letters = " ".join(word.text for line in text.lines for word in line.words)
    assert "Okafor" not in letters
    assert all(line.start_s < 2.0 for line in text.lines), "nor in the speaker view"


def test_without_a_reader_the_picture_stays_out_and_that_is_said(
    workspace: Workspace, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "reader", lambda: tools.Tool(name="tesseract", version=None, install="apt-get"))
    asked = context(workspace, film, REFUSED)
    assert picture_gallery.see_gallery(asked) is None and picture_text.is_unread(asked)
    assert picture_gallery.closed_by_tiles(workspace, asked.session, REFUSED) == ()
    off = context(workspace, film, REFUSED, PictureSettings())
    assert not picture_text.is_unread(off)


def test_a_frame_is_blank_where_it_is_hidden_at_its_time() -> None:
    half = RedactionBox(start_s=1.0, end_s=2.0, region=Region(left=0.0, top=0.0, right=0.5, bottom=1.0))
    blank = picture_gallery.blanking([half])
    assert blank is not None and picture_gallery.blanking([]) is None
    for at_s, left in ((0.5, 255), (1.5, 16), (2.5, 255)):
        frame = Frame(at_s=at_s, width=64, height=32, gray=True, data=bytearray(b"\xff" * 64 * 32))
        blank(frame)
        assert (frame.planes[0][0, 0], frame.planes[0][0, 63]) == (left, 255)


def part(frame: Frame, box: Box) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The middle of a tile, above its label."""
    left, top, right, bottom = box
    return frame.planes[0][top + 20 : bottom - 60, left + 20 : right - 20]


@pytest.mark.usefixtures("text_reader")
def test_in_what_is_let_out_only_those_are_seen_who_may_be(
    workspace: Workspace, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the recording to what is proved and let out, and to what a reviewer is shown of it."""
    here = context(workspace, film, REFUSED).session
    digest = here.video.digest if here.video else ""
    own = Track(track_id="t1", participant_id="p1", digest=digest, stream=0, duration_s=LENGTH_S)
    here = replace(here, tracks=(own,))
    Registry(workspace.db).take(film, here.source_digest, here)
    by_log = replace(REFUSED, log_head=log_head(workspace))
    said = Word(start_s=1.0, end_s=1.5, time_uncertainty_s=0.0, text="hello", probability=1.0, track_id="t1",
                participant_id="p1")  # fmt: skip
    monkeypatch.setattr("pipeline.consent.rule", lambda *_, **__: by_log)
    monkeypatch.setattr("pipeline.consent.record_announcements", lambda *_, **__: False)
    monkeypatch.setattr(
        "pipeline.workflow.recognition._transcribed", lambda *_: Transcript(engine="by hand", words=(said,))
    )
    monkeypatch.setattr("pipeline.workflow.render_planned.speech.relisten", lambda *_, **__: [])
    analysed = analyse(here, workspace, now=NOW)
    assert isinstance(analysed, AnalysedSession), analysed
    published = publish_all(analysed, plan_renditions(analysed)).outcomes[Audience.INTERNAL]
    assert published.published is not None, published
    folder = workspace.out / published.published.folder
    told = read_manifest(folder / "proof.json")
    assert told is not None and prove(folder).verdict == "proved"
    reasons = {cover.reason for cover in told.covers}
    assert {"consent: gallery tile of p2", "consent: beside the gallery tiles", "consent: name label of p1"} <= reasons
    read = ocr.read(folder / told.media, per_second=5.0)
    texts = " ".join(word.text for line in read.lines for word in line.words)
    assert not any(name in texts for person in FOUR for name in person.name.split())
    boxes = places(SCENES[0], WIDTH, HEIGHT)
    seen = dict.fromkeys(range(4), 0)
    for frame in frames(folder / told.media):
        for index, box in enumerate(boxes):
            seen[index] += bool((part(frame, box) > 40).any())
    assert seen[1] == 0 and min(seen[0], seen[2], seen[3]) >= 5
    lines = show(
        workspace, here.session_id, reveal=False, closed=picture_gallery.closed_by_tiles(workspace, here, by_log)
    )
    assert ("consent", "covered", "gallery tile of p2") in {(line.id, line.state, line.text) for line in lines}
    assert "consent" not in decisions.covers(workspace.db, here.session_id)
