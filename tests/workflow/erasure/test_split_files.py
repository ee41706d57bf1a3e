"""One file with several sounds and a picture: of it only what stays is kept, and the file itself goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import InputRefused
from pipeline.media import probe
from pipeline.records import Session, Track, Video
from pipeline.store import Workspace, withdrawals
from pipeline.store.registry import Registry
from pipeline.store.withdrawals import WithdrawalState
from pipeline.workflow import erasure
from pipeline.workflow.erasure import split_files
from tests.consent.conftest import NOW, Files, file_answers, person, row, workspace
from tests.consent.conftest import session as session_of
from tests.media.making import ffmpeg
from tests.workflow.erasure.test_erase import ANA, BO, ask

__all__ = ["file_answers", "workspace"]


@pytest.fixture
def together(workspace: Workspace, file_answers: Files, tmp_path: Path) -> Session:
    """Ana and Bo on tracks of their own in one file, with a picture."""
    file_answers(row(ANA), row(BO))
    tones = [("-f", "lavfi", "-i", f"sine=frequency={hertz}:r=16000:d=1") for hertz in (300, 500)]
    shown = ("-f", "lavfi", "-i", "testsrc=s=64x64:r=5:d=1")
    mapped = ("-map", "0:v", "-map", "1:a", "-map", "2:a", "-c:v", "mpeg4", "-c:a", "flac")
    ffmpeg(*shown, *tones[0], *tones[1], *mapped, tmp_path / "call.mkv")
    sealed = workspace.vault.seal(tmp_path / "call.mkv", kind="media")
    tracks = tuple(
        Track(track_id=f"t{n}", participant_id=f"p{n}", digest=sealed.digest, stream=n - 1, duration_s=1.0)
        for n in (1, 2)
    )
    people = (person(1, ANA, name="Ana Maria Ruiz"), person(2, BO, name="Bo Lindqvist"))
    video = Video(digest=sealed.digest, duration_s=1.0)
    meeting = session_of(*people, tracks=tracks, sealed=(sealed,), video=video, duration_s=1.0)
    Registry(workspace.db).take(tmp_path / "inbox", "f", meeting)
    return meeting


def test_a_voice_and_the_picture_go_from_a_file_that_others_stay_in(together: Session, workspace: Workspace) -> None:
    ask(workspace, ANA)
    erasure.carry_out(workspace, now=NOW)
    (track,) = Registry(workspace.db).session(together.session_id).tracks
    assert (track.participant_id, track.stream) == ("p2", 0)
    assert list(workspace.vault.digests()) == [track.digest] != [together.tracks[0].digest]
    assert [stream.kind for stream in probe(workspace.vault.path(track.digest)).streams] == ["audio"]
    assert withdrawals.read(workspace.db)[0].state is WithdrawalState.DONE


def test_what_cannot_be_taken_apart_waits_and_then_goes_whole(
    together: Session, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise InputRefused("it cannot be copied", action="")

    monkeypatch.setattr(split_files, "copy_sounds", refuse)
    ask(workspace, ANA)
    for _ in range(2):
        erasure.carry_out(workspace, now=NOW)
        assert withdrawals.read(workspace.db)[0].state is WithdrawalState.WAITING
        assert list(workspace.vault.digests()) == [together.tracks[0].digest]
    erasure.carry_out(workspace, now=NOW + erasure.erase.HOLD_MIXED)
    assert withdrawals.read(workspace.db)[0].state is WithdrawalState.DONE
    assert list(workspace.vault.digests()) == []
