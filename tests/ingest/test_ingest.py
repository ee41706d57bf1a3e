"""Whole folders through the verb, with a real workspace and real media."""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import TryAgain
from pipeline.ingest import ingest
from pipeline.records import ListAuthority, Purpose, Refused, Role, Session
from pipeline.store import Workspace
from tests.ingest.conftest import CONF, REPORT, SNOWFLAKES, Files, MakeFolder, Media, ffmpeg
from tests.ingest.outcomes import taken

STARTED = "started_at = 2026-11-18T15:00:00Z\n"
TOML = """
title = "Office hours"
started_at = 2026-11-18T15:00:00Z
host = "Lumen Labs"
recorder_location = "US-TX"
notice = "asserted"

[[participants]]
name = "Priya Raman"
email = "priya@halcyon.example"
role = "customer"
track = "priya.flac"

[[participants]]
name = "Hannah Berg"
joined = "late"
speaks = false
"""


def state(root: Path) -> dict[str, tuple[str, int, int]]:
    return {
        str(path.relative_to(root)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        )
        for path in [root, *root.rglob("*")]
    }


def refused(path: Path, workspace: Workspace) -> str:
    result = ingest(path, workspace=workspace)
    assert isinstance(result, Refused)
    assert result.action
    assert not list(workspace.vault.digests())
    return result.reason


def test_a_session_folder_becomes_a_session(make: MakeFolder, media: Media, workspace: Workspace) -> None:
    root = make(
        {"session.toml": TOML, "priya.flac": media["one.flac"], "room.m4a": media["mixed.m4a"], "notes.docx": b"?"}
    )
    before = state(root)
    session = taken(root, workspace)
    assert state(root) == before
    assert session.started_at == datetime(2026, 11, 18, 15, tzinfo=UTC)
    assert session.session_id == f"2026-11-18-{session.source_digest[:8]}"
    assert (session.title, session.host, session.recorder_location) == ("Office hours", "Lumen Labs", "US-TX")
    assert session.notice_asserted
    assert session.purposes == (Purpose.TRANSCRIBE, Purpose.INTERNAL_IMPROVE, Purpose.INTERNAL_SHARE)
    assert [(p.participant_id, p.name, p.role, p.joined_late, p.spoke) for p in session.participants] == [
        ("p1", "Priya Raman", Role.CUSTOMER, False, True),
        ("p2", "Hannah Berg", Role.UNKNOWN, True, False),
    ]
    assert [(t.track_id, t.participant_id, t.stream) for t in session.tracks] == [("t1", "p1", 0), ("t2", None, 0)]
    assert session.duration_s == pytest.approx(2.0, abs=0.1)
    assert session.unrecognised_files == 1
    assert {each.kind for each in session.sealed} == {"media", "facts"}
    digest = hashlib.sha256((root / "priya.flac").read_bytes()).hexdigest()
    assert session.tracks[0].digest == digest
    assert workspace.vault.path(digest).read_bytes() == (root / "priya.flac").read_bytes()


def test_the_same_recording_under_another_name_and_title_has_the_same_source(
    make: MakeFolder, media: Media, workspace: Workspace
) -> None:
    one = taken(make({"session.toml": TOML, "priya.flac": media["one.flac"]}, "a"), workspace)
    other_toml = TOML.replace("Office hours", "Another").replace("priya.flac", "p.flac")
    other = taken(make({"session.toml": other_toml, "p.flac": media["one.flac"]}, "b"), workspace)
    third = taken(make({"session.toml": TOML, "priya.flac": media["two.flac"]}, "c"), workspace)
    assert (one.source_digest, one.session_id) == (other.source_digest, other.session_id)
    assert third.source_digest != one.source_digest


def test_an_embedded_subtitle_is_taken_and_the_containers_title_is_not(
    make: MakeFolder, media: Media, workspace: Workspace
) -> None:
    toml = "started_at = 2026-11-18T15:00:00Z\n[[participants]]\nname = 'Hannah Berg'\n"
    session = taken(make({"session.toml": toml, "r.mkv": media["captioned.mkv"]}), workspace)
    assert [(cue.participant_id, cue.text) for cue in session.captions] == [("p1", "hello")]
    assert "FALCONSECRET" not in repr(session)
    assert session.title == ""


def test_a_caption_file_goes_before_an_embedded_one(make: MakeFolder, media: Media, workspace: Workspace) -> None:
    toml = "started_at = 2026-11-18T15:00:00Z\ncaptions = 'c.vtt'\n"
    vtt = "WEBVTT\n\n00:00.500 --> 00:01.000\n<v Priya>from the file</v>\n"
    session = taken(make({"session.toml": toml, "c.vtt": vtt, "r.mkv": media["captioned.mkv"]}), workspace)
    assert [(cue.start_s, cue.participant_id, cue.text) for cue in session.captions] == [(0.5, "p1", "from the file")]
    named = [(who.name, who.provenance, who.spoke, who.email) for who in session.participants]
    assert named == [("Priya", "unlisted", True, None), ("Hannah Berg", "unlisted", True, None)], (
        "the other track names one too"
    )
    assert session.unrecognised_files == 0


def test_a_picture_is_the_sessions_only_when_nobody_owns_it(
    make: MakeFolder, media: Media, workspace: Workspace
) -> None:
    toml = "started_at = 2026-11-18T15:00:00Z\n[[participants]]\nname = 'P'\n"
    mixed = taken(make({"session.toml": toml, "v.mp4": media["video.mp4"]}, "a"), workspace)
    own = taken(make({"session.toml": toml + "track = 'v.mp4'\n", "v.mp4": media["video.mp4"]}, "b"), workspace)
    assert mixed.video is not None
    assert mixed.video.digest == mixed.tracks[0].digest
    assert own.video is None


def test_a_zoom_folder_with_corrections(make: MakeFolder, media: Media, workspace: Workspace) -> None:
    files: Files = {
        "recording.conf": CONF,
        "audio1123456789.m4a": media["mixed.m4a"],
        "Audio Record/audioPriyaRaman11123456789.m4a": media["mixed.m4a"],
        "Audio Record/audioHannahBerg21123456789.m4a": media["long.m4a"],
        "participants_1.csv": REPORT,
        "meeting_saved_chat.txt": "16:00:01 From Pri to Everyone:\n\thello\n16:00:02 From Hannah Berg to P:\n\tpsst\n",
        "meeting_saved_closed_caption.txt": "[Hannah Berg] 16:00:01\nWelcome\n\n[Somebody] 16:00:02\nThanks\n",
        "playback.m3u": "x",
        "session.toml": "timezone = 'Europe/Berlin'\n[[participants]]\nname = 'hannah berg'\nrole = 'staff'\n",
    }
    session = taken(make(files, "2026-11-18 16.00.00 A secret topic"), workspace)
    assert session.started_at == datetime(2026, 11, 18, 15, tzinfo=UTC)
    assert [(p.name, p.email, p.joined_late, p.role) for p in session.participants] == [
        ("Priya Raman", "priya@halcyon.example", False, Role.UNKNOWN),
        ("hannah berg", "hannah@lumen.example", True, Role.STAFF),
        ("Somebody", None, True, Role.UNKNOWN),
    ]
    assert [who.provenance for who in session.participants] == ["listed", "listed", "unlisted"]
    assert [t.participant_id for t in session.tracks] == ["p1", "p2", None]
    assert [(c.at_s, c.participant_id, c.text, c.direct) for c in session.chat] == [
        (1.0, "p1", "hello", False),
        (2.0, "p2", "psst", True),
    ]
    assert [(c.start_s, c.end_s, c.participant_id) for c in session.captions] == [
        (1.0, 2.0, "p2"),
        (2.0, session.duration_s, "p3"),
    ]
    assert session.unrecognised_files == 0
    assert session.platform == "zoom"
    assert "secret topic" not in repr(session)


@pytest.mark.parametrize("beside", [False, True])
def test_a_craig_zip_alone_or_with_a_session_toml(
    craig_zip: Path, make: MakeFolder, workspace: Workspace, beside: bool
) -> None:
    path = craig_zip
    if beside:
        told = f"[[participants]]\nname = 'Priya R'\nplatform_id = 'discord:{SNOWFLAKES[0]}'\ncompany = 'Halcyon'\n"
        told += "location = 'US-NY'\nrole = 'customer'\njoined = 'on_time'\n[[participants]]\nname = 'Silent'\n"
        path = make({"session.toml": told, "c.zip": craig_zip})
    session = taken(path, workspace)
    first, second, *others = session.participants
    assert (session.platform, session.started_at) == ("discord", datetime(2026, 11, 18, 16, tzinfo=UTC))
    assert [first.platform_id, second.platform_id] == [f"discord:{each}" for each in SNOWFLAKES]
    assert second.role is Role.BOT
    assert [t.participant_id for t in session.tracks] == ["p1", "p2"]
    assert session.unrecognised_files == 1
    if beside:
        assert (first.name, first.company, first.location, first.role) == ("Priya R", "Halcyon", "US-NY", Role.CUSTOMER)
        assert first.joined_late, "nobody but the host says that they were on time"
        assert [p.name for p in others] == ["Silent"]
    else:
        assert first.joined_late
    assert not list(workspace.scratch.iterdir())


def test_an_unpacked_craig_folder_is_the_same_source_as_its_zip(
    craig_zip: Path, make: MakeFolder, workspace: Workspace
) -> None:
    root = make({})
    shutil.unpack_archive(craig_zip, root, "zip")
    assert taken(root, workspace).source_digest == taken(craig_zip, workspace).source_digest


def test_broken_media_are_refused_by_number_and_left_as_they_are(
    make: MakeFolder, media: Media, workspace: Workspace
) -> None:
    toml = "started_at = 2026-11-18T15:00:00Z\n"
    cut = media["two.flac"].read_bytes()[:9000]
    root = make({"session.toml": toml, "SECRETNAME.flac": cut, "a.flac": media["one.flac"]}, "cut")
    before = state(root)
    reason = refused(root, workspace)
    assert reason.startswith("media file 1 of 2")
    assert "SECRETNAME" not in reason
    assert state(root) == before
    assert refused(make({"session.toml": toml, "r.wav": b""}, "empty"), workspace) == "media file 1 of 1 is empty"
    assert "playlist" in refused(make({"session.toml": toml, "r.mp4": "#EXTM3U\n/etc/hostname\n"}, "list"), workspace)


def test_ambiguous_layouts_are_refused(make: MakeFolder, media: Media, workspace: Workspace) -> None:
    toml = "started_at = 2026-11-18T15:00:00Z\n"
    two_lengths = make({"session.toml": toml, "a.m4a": media["mixed.m4a"], "b.m4a": media["long.m4a"]}, "lengths")
    two_pictures = make({"session.toml": toml, "a.mp4": media["video.mp4"], "b.mp4": media["video.mp4"]}, "pictures")
    assert "different lengths" in refused(two_lengths, workspace)
    assert "picture" in refused(two_pictures, workspace)
    assert "start" in refused(make({"session.toml": "", "a.m4a": media["mixed.m4a"]}, "start"), workspace)
    assert "no media" in refused(make({"session.toml": toml}, "none"), workspace)
    silent = make({"session.toml": toml + "captions = 'x.vtt'\n", "a.m4a": media["mixed.m4a"]}, "captions")
    assert "'captions' is not there" in refused(silent, workspace)


def test_what_holds_no_media_is_refused_without_a_word_of_it(make: MakeFolder, workspace: Workspace) -> None:
    result = ingest(make({"SECRET.docx": b"x"}), workspace=workspace)
    assert isinstance(result, Refused)
    assert "unknown" in result.reason and "docs/ingest.md" in result.action
    assert "SECRET" not in repr(result)


def test_an_empty_folder_and_links_are_refused(
    make: MakeFolder, media: Media, workspace: Workspace, tmp_path: Path
) -> None:
    assert refused(make({}), workspace) == "the folder is empty"
    root = make({"session.toml": ""}, "linked")
    (root / "r.flac").symlink_to(media["one.flac"])
    assert "link" in refused(root, workspace)
    link = tmp_path / "inbox" / "link"
    link.symlink_to(root)
    assert "link" in refused(link, workspace)
    pipe = make({"session.toml": ""}, "pipe")
    os.mkfifo(pipe / "r.wav")
    assert "device" in refused(pipe, workspace)


def test_a_folder_still_being_written_is_left(make: MakeFolder, media: Media, workspace: Workspace) -> None:
    toml = {"session.toml": TOML}
    with pytest.raises(TryAgain):
        ingest(make({**toml, "r.mp4.part": b"x"}, "part"), workspace=workspace)
    with pytest.raises(TryAgain):
        ingest(make({**toml, "~lock": b"x"}, "tilde"), workspace=workspace)
    (workspace.root / "offrecord.toml").write_text("[run]\nstable_for_s = 3600\n")
    patient = type(workspace).open(workspace.root)
    root = make({**toml, "priya.flac": media["one.flac"]}, "fresh")
    for path in root.iterdir():
        os.utime(path, (time.time(),) * 2)
    with pytest.raises(TryAgain):
        ingest(root, workspace=patient)
    for path in root.iterdir():
        os.utime(path, (time.time() - 7200,) * 2)
    assert isinstance(ingest(root, workspace=patient), Session)


def test_a_folder_that_changes_during_the_ingest_is_left(
    make: MakeFolder, media: Media, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make({"session.toml": TOML, "priya.flac": media["one.flac"]})

    def growing(*values: object) -> object:
        (root / "more.flac").write_bytes(b"x")
        return taking(*values)

    module = importlib.import_module("pipeline.ingest.ingest")
    taking = module.assemble
    monkeypatch.setattr(module, "assemble", growing)
    with pytest.raises(TryAgain):
        ingest(root, workspace=workspace)


SAMPLES = Path(__file__).parents[2] / "sample_media" / "sessions"


@pytest.mark.slow
@pytest.mark.parametrize("folder", sorted(SAMPLES.glob("*")), ids=lambda path: path.name[:14].replace(" ", "_"))
def test_the_samples_are_sessions_or_refused_as_they_should(folder: Path, workspace: Workspace) -> None:
    before = state(folder)
    result = ingest(folder, workspace=workspace)
    broken = folder.name.endswith(("truncated", "empty", "playlist"))
    assert isinstance(result, Refused if broken else Session), result
    assert state(folder) == before


@pytest.mark.parametrize("complete", [True, False])
def test_the_host_says_whether_the_list_is_complete(
    complete: bool, make: MakeFolder, media: Media, workspace: Workspace
) -> None:
    told = f"participants_complete = true\n{STARTED}" if complete else STARTED
    session = taken(make({"session.toml": told, "mixed.m4a": media["mixed.m4a"]}), workspace)
    assert session.list_authority is (ListAuthority.HOST if complete else ListAuthority.NOBODY)


def test_an_own_track_is_measured_where_its_owner_is_said_not_to_speak(
    make: MakeFolder, media: Media, workspace: Workspace, tmp_path: Path
) -> None:
    mute = ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "2", target=tmp_path / "mute.flac")
    told = STARTED + "".join(
        f"[[participants]]\nname='{name}'\ntrack='{name}.flac'\n{claim}\n"
        for name, claim in (("one", "speaks = false"), ("two", "role = 'bot'"), ("three", "speaks = false"))
    )
    files: Files = {"session.toml": told, "one.flac": mute, "two.flac": mute, "three.flac": media["two.flac"]}
    session = taken(make(files), workspace)
    assert [track.silent for track in session.tracks] == [True, True, False]


def test_a_recording_of_a_kind_that_is_not_read_is_refused_with_what_would_help(
    workspace: Workspace, make: MakeFolder, media: Media
) -> None:
    old = make({"call.wma": "x"}, "old")
    result = ingest(old, workspace=workspace)
    assert result == Refused(
        reason="a recording is of a kind that is not read: .wma",
        action="convert it without loss, for example with `ffmpeg -i FILE -c copy NEW.mkv`, and take the old file out",
    )
    assert ingest(old / "call.wma", workspace=workspace) == result
    assert ".avi, .ts" in refused(
        make({"phone.flac": media["one.flac"], "desk.ts": "x", "room.AVI": "x"}, "three"), workspace
    )
    toml = STARTED + '[[participants]]\nname = "Priya"\ntrack = "priya.amr"\n'
    assert ".amr" in refused(make({"session.toml": toml, "priya.amr": "x"}, "own"), workspace)


def test_a_recording_of_a_kind_that_is_not_read_beside_a_session_toml_is_counted_by_what_it_is(
    workspace: Workspace, make: MakeFolder, media: Media
) -> None:
    session = taken(make({"session.toml": STARTED, "a.flac": media["one.flac"], "b.mts": "x"}), workspace)
    assert session.unrecognised_kinds == ("recordings of a kind that is not read",)
