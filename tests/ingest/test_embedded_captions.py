"""Captions inside media that are not the session's captions are taken in to be searched, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.detect import detect
from pipeline.ingest import ingest
from pipeline.records import Context, Session, SoundPlace, TextPlace, Transcript
from pipeline.settings import DetectSettings
from pipeline.store import Workspace
from tests.ingest.conftest import MakeFolder
from tests.media.making import H264, PICTURE, ffmpeg, tone, with_captions_608

FACTS = 'started_at = 2026-11-18T15:00:00Z\n[[participants]]\nname = "Sam Lee"\n'


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording with two subtitle tracks, and a name in the captions that hide in its picture."""
    folder = tmp_path_factory.mktemp("planted")
    for name, text in (("one", "we are ready"), ("two", "ask Halcyon Freight")):
        (folder / f"{name}.srt").write_text(f"1\n00:00:00,500 --> 00:00:02,500\n{text}\n")
    ffmpeg(*tone(), *PICTURE, *H264, "-bf", "0", "-c:a", "aac", folder / "plain.mp4")
    with_captions_608(folder / "plain.mp4", folder / "hidden.mp4", "CALL PRIYA RAMAN")
    subtitles = ("-i", folder / "one.srt", "-i", folder / "two.srt", "-map", "0", "-map", "1", "-map", "2")
    ffmpeg("-i", folder / "hidden.mp4", *subtitles, "-c", "copy", "-c:s", "mov_text", folder / "recording.mp4")
    return folder / "recording.mp4"


def test_a_name_in_hidden_captions_is_a_mention(make: MakeFolder, planted: Path, workspace: Workspace) -> None:
    session = ingest(make({"recording.mp4": planted, "session.toml": FACTS}), workspace=workspace)
    assert isinstance(session, Session), session
    assert session.captions == ()
    texts = [cue.text for cue in session.embedded]
    assert {"we are ready", "ask Halcyon Freight"} <= set(texts)
    assert any("CALL PRIYA RAMAN" in text for text in texts)
    context = Context(companies=("Halcyon Freight Inc", "Priya Raman Ltd"))
    findings = detect(session, Transcript(engine="none", words=()), context, settings=DetectSettings())
    for entity in ("company:halcyon freight inc", "company:priya raman ltd"):
        places = [one.place for one in findings if one.entity == entity]
        assert {"embedded captions"} == {place.surface for place in places if isinstance(place, TextPlace)}
        assert any(isinstance(place, SoundPlace) and place.end_s > place.start_s for place in places)


def test_session_toml_may_ask_for_no_picture(make: MakeFolder, planted: Path, workspace: Workspace) -> None:
    folder = make({"recording.mp4": planted, "session.toml": f"picture = false\n{FACTS}"})
    session = ingest(folder, workspace=workspace)
    assert isinstance(session, Session), session
    assert session.video is None
