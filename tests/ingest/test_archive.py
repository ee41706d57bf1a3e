"""Zips of other platforms' recordings, as Drive and OneDrive hand them out; hostile ones are in test_craig.py."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Protocol

import pytest

from pipeline.ingest import ingest
from pipeline.records import Refused, Session
from pipeline.store import Workspace
from pipeline.workflow.draft_session import SessionChoices, draft_session
from tests.ingest.conftest import MakeFolder, Media

STEM = "Office hours (2026-11-18 at 15_00 GMT)"
CHAT = "00:00:00.500,00:00:03.500\nAna Diaz: hello\n"


class DriveZip(Protocol):
    """What the fixture ``drive_zip`` is."""

    def __call__(self, around: str, **more: str) -> Path: ...


@pytest.fixture
def drive_zip(tmp_path: Path, media: Media) -> DriveZip:
    """A zip of a Meet recording, with or without a folder around."""

    def write(around: str, **more: str) -> Path:
        path = tmp_path / "inbox" / "drive-download.zip"
        path.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(media["video.mp4"], f"{around}{STEM}.mp4")
            archive.writestr(f"{around}{STEM}.sbv", CHAT)
            archive.writestr(f"{around}thumbnail.bin", "x")
            for name, text in more.items():
                archive.writestr(f"{around}{name}", text)
        return path

    return write


@pytest.mark.parametrize("around", ["", "Meet Recordings/"])
def test_a_zip_of_any_layout_is_read_as_its_folder_would_be(
    around: str, drive_zip: DriveZip, workspace: Workspace
) -> None:
    session = ingest(drive_zip(around), workspace=workspace)
    assert isinstance(session, Session), session
    assert (session.platform, session.title) == ("meet", "Office hours")
    assert [who.name for who in session.participants] == ["Ana Diaz"]
    assert session.unrecognised_files == 1
    assert not list(workspace.scratch.iterdir())


def test_a_kind_that_is_not_read_is_refused_in_a_zip_as_in_its_folder(
    drive_zip: DriveZip, workspace: Workspace
) -> None:
    alone = ingest(drive_zip("", **{"old.avi": "x"}), workspace=workspace)
    assert isinstance(alone, Refused) and ".avi" in alone.reason
    told = ingest(drive_zip("", **{"old.avi": "x", "session.toml": "title = 'x'\n"}), workspace=workspace)
    assert isinstance(told, Session), told


def test_a_file_in_the_zip_and_beside_it_is_refused(
    drive_zip: DriveZip, make: MakeFolder, workspace: Workspace
) -> None:
    path = drive_zip("", **{"session.toml": "title = 'x'\n"})
    folder = make({"x.zip": path, "session.toml": "title = 'y'\n"})
    result = ingest(folder, workspace=workspace)
    assert isinstance(result, Refused)
    assert "both" in result.reason


def test_an_unfinished_recording_in_a_zip_is_refused(drive_zip: DriveZip, workspace: Workspace) -> None:
    path = drive_zip("", **{"double_click_to_convert_01.zoom": "x"})
    result = ingest(path, workspace=workspace)
    assert isinstance(result, Refused)


@pytest.mark.parametrize("name", ["x.mp4.tmp", "y.mp4.part"])
def test_a_part_of_a_file_in_a_zip_is_refused(name: str, drive_zip: DriveZip, workspace: Workspace) -> None:
    result = ingest(drive_zip("", **{name: "x"}), workspace=workspace)
    assert isinstance(result, Refused)
    assert "unfinished" in result.reason


def test_its_draft_is_of_what_is_in_it(drive_zip: DriveZip, workspace: Workspace) -> None:
    draft = draft_session(drive_zip("folder/"), SessionChoices(), workspace=workspace)
    assert 'name = "Ana Diaz"' in draft.text and "2026-11-18" in draft.text
    assert not list(workspace.scratch.iterdir())
