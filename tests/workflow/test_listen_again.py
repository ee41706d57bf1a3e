"""Clips of what a proof heard again: private, noted in the ledger, silent where consent closes the sound."""

from __future__ import annotations

import stat
import wave
from pathlib import Path

import numpy as np
import pytest

from pipeline import speech
from pipeline.errors import UsageProblem
from pipeline.records import UncoveredSpeech
from pipeline.review.speaker_edits import AttributedTranscript
from pipeline.workflow.listen_again import HeardClip, write_clips
from pipeline.workflow.review_material import store_material
from tests.workflow.conftest import FALCON, NOW, PublishingSession
from tests.workflow.test_repair import Ears

PLACE = (2.25, 2.55)


@pytest.fixture
def heard(publishing: PublishingSession, monkeypatch: pytest.MonkeyPatch) -> PublishingSession:
    publishing.findings = (FALCON,)
    monkeypatch.setattr("pipeline.workflow.render_planned.speech.relisten", Ears(PLACE))
    monkeypatch.setattr("pipeline.workflow.listen_again.Registry.session", lambda *_: publishing.session)
    monkeypatch.setattr("pipeline.workflow.listen_again.consent.working_session", lambda session, **_: session)
    assert publishing.publish().published is not None
    keep_material(publishing)
    return publishing


def keep_material(publishing: PublishingSession, *withheld: UncoveredSpeech) -> None:
    """What a run keeps of a session for those who review it."""
    words = publishing.transcript
    attributed = AttributedTranscript(transcript=words, heard=words, withheld=withheld)
    store_material(publishing.analysed.context, attributed, publishing.findings)


def clips(publishing: PublishingSession, out: Path) -> list[HeardClip]:
    return write_clips(publishing.workspace, "s1", out, actor="ann", now=NOW)


def test_each_place_is_a_private_file_and_the_ledger_knows(heard: PublishingSession, tmp_path: Path) -> None:
    (line,) = clips(heard, tmp_path / "clips")
    assert (line.replacement, line.start_s, line.decision) == ("[heard 1]", PLACE[0], "undecided")
    file = tmp_path / "clips" / line.file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    with wave.open(str(file)) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(3.0 - 0.25, abs=0.01)
        assert np.abs(np.frombuffer(sound.readframes(sound.getnframes()), "<i2")).max() > 1000
    ((_, body),) = heard.workspace.ledger.under("listen", "s1")
    assert "falcon" not in body and "ann" not in body


def test_what_the_last_run_did_not_listen_to_is_silent(heard: PublishingSession, tmp_path: Path) -> None:
    # As where captions are late: the run knows whose voice it is, the record does not.
    whole = [UncoveredSpeech(track_id=track.track_id, start_s=0.0, end_s=3.0) for track in heard.session.tracks]
    keep_material(heard, *whole)
    (line,) = clips(heard, tmp_path / "clips")
    with wave.open(str(tmp_path / "clips" / line.file)) as sound:
        assert np.abs(np.frombuffer(sound.readframes(sound.getnframes()), "<i2")).max() == 0


def test_clips_lie_in_a_folder_of_their_own(heard: PublishingSession, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note").touch()
    for wrong in (tmp_path / "full", tmp_path / "full" / "note", heard.workspace.out / "clips", tmp_path / "no" / "no"):
        with pytest.raises(UsageProblem):
            clips(heard, wrong)
    assert not heard.workspace.ledger.under("listen", "s1"), "nobody listened"


def test_where_nothing_was_heard_there_is_nothing_to_listen_to(publishing: PublishingSession, tmp_path: Path) -> None:
    publishing.publish()
    with pytest.raises(UsageProblem, match="nothing was heard again"):
        clips(publishing, tmp_path / "clips")


def test_what_consent_closes_is_silent(publishing: PublishingSession) -> None:
    ruling, vault = publishing.ruling, publishing.workspace.vault
    open_sound = speech.excerpt(publishing.session, ruling, 1.0, 3.0, vault=vault)
    publishing.removed = frozenset({"p2"})
    without = speech.excerpt(publishing.session, publishing.ruling, 1.0, 3.0, vault=vault)
    assert np.abs(open_sound[-int(0.6 * 16000) : -int(0.5 * 16000)]).max() > 0.01
    assert np.abs(without[-int(0.6 * 16000) : -int(0.5 * 16000)]).max(initial=0.0) == 0.0
    assert np.abs(without).max() > 0.01, "the other goes on"
