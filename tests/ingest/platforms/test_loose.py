"""Media that nobody described: a session that holds, dated by the best hint that its files give."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

import pytest

from pipeline.ingest import register, union, unread
from pipeline.ingest.listing import session_toml_of
from pipeline.records import ListAuthority
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.ingest.conftest import Files, MakeFolder, Media, ffmpeg
from tests.ingest.outcomes import taken

MARCH = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
CAPTIONS = "WEBVTT\n\n00:00.100 --> 00:01.000\n<v Bo Li>Hello.\n"
CHAT = "00:00:01\tCy Dee:\tHi there\n"
ROSTER = "Name (Original Name),User Email\nAna Ruiz,ana@x.example\n"
TOLD = "started_at = 2026-11-18T15:00:00Z\nparticipants_complete = true\n[[participants]]\nname = 'Ana'\n"


class Lone(Protocol):
    """What the fixture ``lone`` is."""

    def __call__(self, name: str = "call.m4a", source: str = "mixed.m4a") -> Path: ...


@pytest.fixture
def lone(make: MakeFolder, media: Media) -> Lone:
    """A lone file in an inbox, last written in March."""

    def write(name: str = "call.m4a", source: str = "mixed.m4a") -> Path:
        path = make({name: media[source]}, "of files") / name
        os.utime(path, (MARCH.timestamp(),) * 2)
        return path

    return write


def test_one_loose_file_is_a_session_that_nobody_vouches_for(lone: Lone, workspace: Workspace) -> None:
    session = taken(lone(), workspace)
    assert (session.participants, session.list_authority) == ((), ListAuthority.NOBODY)
    assert [track.participant_id for track in session.tracks] == [None]
    assert (session.started_at, session.start_is_estimated) == (MARCH, True)
    assert any("started_at" in line for line in unread([session]))


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("2026-11-18 15-00-05.mkv", datetime(2026, 11, 18, 15, 0, 5, tzinfo=UTC)),
        ("VID_20261118_150005.mp4", datetime(2026, 11, 18, 15, 0, 5, tzinfo=UTC)),
        ("WhatsApp Audio 2026-11-18 at 15.00.05.opus", datetime(2026, 11, 18, 15, 0, 5, tzinfo=UTC)),
        ("Recording_20261118-1500.m4a", datetime(2026, 11, 18, 15, 0, tzinfo=UTC)),
        ("New Recording 12.m4a", MARCH),
    ],
)
def test_a_start_in_the_name_goes_before_the_files_time(
    lone: Lone, workspace: Workspace, name: str, start: datetime
) -> None:
    session = taken(lone(name), workspace)
    assert (session.started_at, session.start_is_estimated) == (start, True)


def test_the_media_files_own_clock_goes_before_its_time_of_change(
    media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    stamp = ("-metadata", "creation_time=2026-11-18T15:00:05Z")
    path = make({}, "clocked") / "call.mp4"
    ffmpeg("-i", str(media["mixed.m4a"]), "-c", "copy", *stamp, target=path)
    assert taken(path, workspace).started_at == datetime(2026, 11, 18, 15, 0, 5, tzinfo=UTC)


def test_what_lies_beside_names_people_and_completes_nothing(
    make: MakeFolder, media: Media, workspace: Workspace
) -> None:
    files: Files = {
        "call.m4a": media["mixed.m4a"],
        "words.vtt": CAPTIONS,
        "chat.txt": CHAT,
        "who.csv": ROSTER,
        "x.pdf": "%PDF",
    }
    session = taken(make(files), workspace)
    assert [who.name for who in session.participants] == ["Ana Ruiz", "Bo Li", "Cy Dee"]
    assert [(cue.participant_id, cue.text) for cue in session.captions] == [("p2", "Hello.")]
    assert [line.text for line in session.chat] == ["Hi there"]
    assert (session.list_authority, session.unrecognised_files) == (ListAuthority.NOBODY, 1)


def test_a_session_toml_beside_a_lone_file_is_its_own(lone: Lone, workspace: Workspace) -> None:
    path = lone()
    session_toml_of(path).write_text(TOLD)
    session = taken(path, workspace)
    assert [who.name for who in session.participants] == ["Ana"]
    assert (session.started_at.hour, session.start_is_estimated) == (15, False)
    assert session.list_authority is ListAuthority.HOST


def test_saying_it_later_in_a_folder_of_its_own_dates_the_same_recording(
    lone: Lone, make: MakeFolder, media: Media, workspace: Workspace
) -> None:
    registry = Registry(workspace.db)
    first, path = taken(lone(), workspace), lone()
    register(workspace, registry, path, "1", first)
    folder = make({"session.toml": TOLD, "call.m4a": media["mixed.m4a"]}, "described")
    register(workspace, registry, folder, "2", taken(folder, workspace))
    (joined,) = registry.sessions()
    assert (joined.session_id, joined.started_at.month, joined.start_is_estimated) == (first.session_id, 11, False)
    assert joined.list_authority is ListAuthority.HOST
    assert union(taken(folder, workspace), [first]).start_is_estimated is False


def test_a_phones_offset_is_kept(media: Media, make: MakeFolder, workspace: Workspace) -> None:
    path = make({}, "phone") / "IMG_1234.mov"
    tag = ("-metadata", "com.apple.quicktime.creationdate=2026-11-18T16:00:05+0100", "-movflags", "use_metadata_tags")
    ffmpeg("-i", str(media["mixed.m4a"]), "-c", "copy", *tag, target=path)
    assert taken(path, workspace).started_at == datetime(2026, 11, 18, 16, 0, 5, tzinfo=timezone(timedelta(hours=1)))
