"""Microsoft Teams: recordings by name in several languages, transcripts in every form, and attendance reports."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pipeline.records import ListAuthority, Session
from pipeline.store import Workspace
from tests.ingest.attendance.test_merge import teams_text
from tests.ingest.conftest import Files, MakeFolder, Media
from tests.ingest.documents import docx
from tests.ingest.outcomes import refused, taken

TITLE = "Office hours"
RECORDING = f"{TITLE}-20261118_160000-Meeting Recording.mp4"
VTT = "WEBVTT\n\nab12/3-0\n00:00:00.100 --> 00:00:01.000\n<v Raman, Priya>Hello.</v>\n\n"
VTT += "ab12/4-0\n00:00:01.000 --> 00:00:01.900\n"
VTT += "<v Guest>Hi.</v>\n"
ZONE = "timezone = 'UTC'\n"
SAID = [("p1", "Hello."), ("p2", "Hi.")]


def spoken(name: str, text: str, at: str, cue: str) -> str:
    payload = {"startDateTime": f"2026-11-18T15:00:{at}.1234567Z", "endDateTime": "2026-11-18T15:00:02Z"}
    words = {"speakerName": name, "spokenText": text, "spokenLanguage": "en-us"}
    return f"{cue}\n{json.dumps(payload | words)}\n\n"


METADATA = (
    "WEBVTT\n\n"
    + spoken("Raman, Priya", "Hello.", "10", "00:00:00.100 --> 00:00:01.000")
    + spoken("Guest", "Hi.", "11", "00:00:01.000 --> 00:00:01.900")
)
TURNS = docx(
    f"{TITLE}-20261118_160000-Meeting Recording\nNovember 18, 2026, 4:00PM\n2s",
    "Raman, Priya started transcription",
    "Raman, Priya   0:00\nHello.",
    "Guest   0:01\nHi.",
)
TIMED = docx("0:0:0.0 --> 0:0:1.0\nRaman, Priya\nHello.", "0:0:1.0 --> 0:0:1.900\nGuest\nHi.")


def attendance(language: str = "en", text: str | None = None) -> bytes:
    return b"\xff\xfe" + (text or teams_text(language)).replace("\n", "\r\n").encode("utf-16-le")


def said(session: Session) -> list[tuple[str | None, str]]:
    return [(cue.participant_id, cue.text) for cue in session.captions]


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "nb"])
def test_a_folder_as_downloaded_in_several_languages(
    language: str, media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    words = {"de": "Besprechungsaufzeichnung", "fr": "Enregistrement de la réunion", "es": "Grabación de la reunión"}
    files: Files = {
        f"{TITLE}-20261118_160000-{words.get(language, 'Meeting Recording')}.mp4": media["video.mp4"],
        f"{TITLE}.vtt": VTT,
        f"{TITLE} - Attendance report 11-18-26.csv": attendance(language),
        "session.toml": ZONE,
    }
    session = taken(make(files), workspace)
    assert (session.platform, session.title) == ("teams", "Office hours")
    assert session.started_at == datetime(2026, 11, 18, 16, tzinfo=UTC)
    assert [(who.name, who.email, who.joined_late) for who in session.participants] == [
        ("Raman, Priya", "priya@halcyon.example", False),
        ("Guest", None, True),
    ]
    assert said(session) == SAID
    assert (session.list_authority, session.unrecognised_files) == (ListAuthority.PLATFORM, 0)
    assert session.video is not None


@pytest.mark.parametrize(
    ("name", "text"),
    [(f"{TITLE}.vtt", VTT), ("content.vtt", METADATA), (f"{TITLE}.docx", TURNS), (f"{TITLE}.docx", TIMED)],
    ids=["vtt", "metadata", "turns", "timed"],
)
def test_a_transcript_in_every_form(
    name: str, text: bytes | str, media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    files: Files = {RECORDING: media["video.mp4"], name: text, "session.toml": ZONE, "list.csv": attendance()}
    session = taken(make(files), workspace)
    assert said(session) == SAID
    assert session.captions[0].start_s == pytest.approx(0.05, abs=0.06)
    assert session.captions[1].start_s == 1.0


@pytest.mark.parametrize(
    ("name", "hour"),
    [
        (f"{TITLE}-20261118_160000UTC-Meeting Recording.mp4", 16),
        (f"{TITLE} 20261118_160000-Meeting Recording.mp4", 15),
    ],
)
def test_the_zone_is_in_the_name_or_known_by_the_transcript(
    name: str, hour: int, media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    session = taken(make({name: media["video.mp4"], "meta.vtt": METADATA}), workspace)
    assert (session.started_at.hour, session.start_is_estimated) == (hour, False)


def test_without_any_zone_it_is_asked_for(media: Media, make: MakeFolder, workspace: Workspace) -> None:
    assert "time zone" in refused(make({RECORDING: media["video.mp4"], f"{TITLE}.vtt": VTT}), workspace)
    late = METADATA.replace("2026-11-18T15:00", "2026-11-18T15:06")
    assert "time zone" in refused(make({RECORDING: media["video.mp4"], "m.vtt": late}, "late"), workspace)


def test_who_writes_in_another_chat_is_a_participant_too(media: Media, make: MakeFolder, workspace: Workspace) -> None:
    """Of several chats one is the session's; the others are published nowhere, and who wrote there was there."""
    files: Files = {RECORDING: media["video.mp4"], "session.toml": ZONE, "a.csv": attendance()}
    chats = {"chat.txt": "16:00:01 From Ana Writer to Everyone:\n\thello\n"}
    again = {"chat (1).txt": "16:00:01 From Zed Quill to Everyone:\n\tsecret\n"}
    another = {"old chat.txt": "09:00:01 From Yesterday's Guest to Everyone:\n\tbye\n" + chats["chat.txt"]}
    session = taken(make({**files, **chats, **again, **another}), workspace)
    assert {who.name for who in session.participants} == {"Raman, Priya", "Guest", "Ana Writer", "Zed Quill"}
    assert len(session.chat) == 1 and session.unrecognised_files == 2


def test_several_reports_of_one_meeting_are_one_list(media: Media, make: MakeFolder, workspace: Workspace) -> None:
    other = teams_text().replace("Guest", "Third Person").replace("Raman, Priya", "Fourth Person")
    other = other.replace("priya@", "fourth@")
    files: Files = {RECORDING: media["video.mp4"], "session.toml": ZONE, "a.csv": attendance()}
    session = taken(make({**files, "b.csv": attendance(text=other)}), workspace)
    assert [who.name for who in session.participants] == ["Raman, Priya", "Guest", "Fourth Person", "Third Person"]
    another = attendance(text=other.replace("Office hours", "Something else"))
    assert "different meetings" in refused(make({**files, "b.csv": another}, "another"), workspace)


def test_a_list_with_hidden_times_is_not_complete(media: Media, make: MakeFolder, workspace: Workspace) -> None:
    hidden = teams_text().split("3. In-Meeting")[0]
    for at in ("11/18/26, 3:59:40 PM", "11/18/26, 4:30:00 PM", "11/18/26, 5:00:00 PM"):
        hidden = hidden.replace(at, "")
    files: Files = {RECORDING: media["video.mp4"], "session.toml": ZONE, "a.csv": attendance(text=hidden)}
    session = taken(make(files), workspace)
    assert session.list_authority is ListAuthority.NOBODY
    assert all(who.joined_late for who in session.participants)


GRAPH = {
    "value": [
        {
            "totalParticipantCount": 2,
            "attendanceRecords": [
                {
                    "id": "r1",
                    "emailAddress": "priya@halcyon.example",
                    "role": "Presenter",
                    "identity": {"id": "aad-1", "displayName": "Raman, Priya", "tenantId": "t"},
                    "attendanceIntervals": [
                        {"joinDateTime": "2026-11-18T15:59:40Z", "leaveDateTime": "2026-11-18T16:20:00.1234567Z"}
                    ],
                },
                {
                    "identity": {"displayName": "Guest"},
                    "attendanceIntervals": [
                        {"joinDateTime": "2026-11-18T16:30:00Z", "leaveDateTime": "2026-11-18T17:00:00Z"}
                    ],
                },
            ],
        }
    ]
}


def test_a_report_of_the_api_is_in_utc_whatever_the_zone(media: Media, make: MakeFolder, workspace: Workspace) -> None:
    files: Files = {
        RECORDING: media["video.mp4"],
        "session.toml": "timezone = 'Europe/Berlin'\n",
        "report.json": json.dumps(GRAPH).replace("T15", "T14").replace("T16", "T15"),
    }
    session = taken(make(files), workspace)
    assert [(who.name, who.platform_id, who.joined_late) for who in session.participants] == [
        ("Raman, Priya", "teams:aad-1", False),
        ("Guest", None, True),
    ]
    assert session.list_authority is ListAuthority.PLATFORM


def test_a_transcript_without_tags_takes_names_from_the_document(
    media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    """Teams is known to leave the tags out: then another transcript of the same call may still say who spoke."""
    bare = VTT.replace("<v Raman, Priya>", "").replace("<v Guest>", "").replace("</v>", "")
    files: Files = {RECORDING: media["video.mp4"], f"{TITLE}.vtt": bare, f"{TITLE}.docx": TURNS, "session.toml": ZONE}
    files["list.csv"] = attendance()
    session = taken(make(files), workspace)
    assert said(session) == SAID
    named = make({**files, f"{TITLE}.docx": TURNS, f"{TITLE}.vtt": VTT.replace("Guest", "Somebody")}, "named")
    assert [who.name for who in taken(named, workspace).participants] == ["Raman, Priya", "Guest", "Somebody"]


def test_the_transcript_of_the_recordings_title_goes_first_and_others_only_name(
    media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    other = VTT.replace("Guest", "Stranger")
    files: Files = {RECORDING: media["video.mp4"], "Another.vtt": other, f"{TITLE}.vtt": VTT, "session.toml": ZONE}
    files["list.csv"] = attendance()
    session = taken(make(files), workspace)
    assert said(session) == SAID
    assert [who.name for who in session.participants] == ["Raman, Priya", "Guest", "Stranger"]
    assert session.unrecognised_files == 1


def test_two_recordings_are_refused(media: Media, make: MakeFolder, workspace: Workspace) -> None:
    files: Files = {RECORDING: media["video.mp4"], RECORDING.replace("160000", "170000"): media["video.mp4"]}
    assert "2 Teams recordings" in refused(make(files), workspace)


def test_what_is_not_a_list_refuses_nothing(media: Media, make: MakeFolder, workspace: Workspace) -> None:
    files: Files = {RECORDING: media["video.mp4"], "session.toml": ZONE, "notes.txt": "1. First\n2. Second\n3. Third\n"}
    session = taken(make(files), workspace)
    assert (session.unrecognised_files, session.notes) == (0, ("1. First", "2. Second", "3. Third"))


def test_a_chat_that_is_cut_off_refuses_the_session_in_one_line(
    media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    files: Files = {RECORDING: media["video.mp4"], "session.toml": ZONE, "chat.json": '{"value": [{"body": {"content'}
    refusal = refused(make(files), workspace)
    assert refusal == "a chat file cannot be read (no whole JSON: it is cut off or damaged)"
