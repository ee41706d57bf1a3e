"""A session of which consent closes the second half: the first half is let out, and nothing of the rest."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pipeline import ingest, media, run
from pipeline.consent.answers.importer import import_answers
from pipeline.records import Attendance, Participant, Session
from pipeline.store import Workspace
from tests.end_to_end.conftest import SAMPLES, SESSIONS, TRUTHS

pytestmark = pytest.mark.slow

FOLDER = "2026-11-18-j-public"
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
BORDER_S = 20.0


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("half") / "ws"
    Workspace.create(root)
    (root / "offrecord.toml").write_text('[run]\nstable_for_s = 0\n[speech]\nengine = "sphinx"\n')
    shutil.copyfile(SAMPLES / "terms.toml", root / "terms.toml")
    opened = Workspace.open(root)
    import_answers(SAMPLES / "consent.csv", SAMPLES / "consent-form.toml", workspace=opened, now=NOW)
    return opened


@pytest.fixture(scope="module")
def out(workspace: Workspace) -> Path:
    """The internal rendition of the session, joined at the border by somebody whom nobody told."""
    session = ingest.ingest(SESSIONS / FOLDER, workspace=workspace)
    assert isinstance(session, Session), session
    late = Participant(participant_id="p3", name="Late Comer", location="US-TX", joined_late=True)
    stay = Attendance(participant_id="p3", join_s=BORDER_S, leave_s=session.duration_s)
    session = replace(session, participants=(*session.participants, late), attendance=(stay,))
    progress = run.process(session, workspace, now=NOW)
    assert progress.result.status == "done", progress.result
    return workspace.out / session.session_id / "internal"


def test_the_sound_after_the_border_is_silence(out: Path) -> None:
    paths = [path for path in out.iterdir() if path.suffix in (".m4a", ".flac", ".opus", ".ogg", ".wav", ".mp4")]
    assert paths
    for path in paths:
        sound = np.concatenate(list(media.decode(path, stream=0, rate=16_000, channels=1)))
        border = int((BORDER_S + 0.1) * 16_000)
        assert np.abs(sound[:border]).max() > 0.01
        assert np.abs(sound[border:]).max() < 0.001


def test_no_word_of_it_is_in_any_text(out: Path, workspace: Workspace) -> None:
    truth = next(truth for truth in TRUTHS if truth.folder == FOLDER)
    words = truth.body["words"]
    before = {word["text"].lower() for word in words if word["start_s"] < BORDER_S + 1}
    after = {word["text"].lower() for word in words if word["start_s"] > BORDER_S} - before
    assert len(after) > 10
    texts = [path for path in out.iterdir() if path.suffix in (".txt", ".vtt", ".json", ".jsonl", ".md", ".srt")]
    assert texts
    for path in texts:
        if path.name in ("proof.json", "manifest.json"):
            continue
        said = set(path.read_text("utf-8").lower().replace(".", " ").replace(",", " ").split())
        assert not {word for word in after if len(word) > 4} & said, path.name
