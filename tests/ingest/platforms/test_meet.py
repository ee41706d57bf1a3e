"""Google Meet: recordings by name in several languages, chat, transcript documents, and lists of participants."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputRefused
from pipeline.ingest import chat_subtitles, ingest
from pipeline.records import ListAuthority, Refused
from pipeline.store import Workspace
from tests.ingest.conftest import Files, MakeFolder, Media
from tests.ingest.documents import docx
from tests.ingest.outcomes import taken

STEM = "Office hours (2026-11-18 at 16_00 GMT+1)"
CHAT = "00:00:00.500,00:00:03.500\nAna Diaz: hello\nand more\n\n00:00:01.000,00:00:04.000\nSomebody Else: hi\n"
LINES = (
    "Nov 18, 2026",
    "Office hours (2026-11-18 at 16:00 GMT+1) - Transcript",
    "Attendees",
    "Ana Diaz, Bo Li, Cy Dee, Bo Li's Presentation",
    "Transcript",
    "00:00:00",
    " ",
    "Ana Diaz: Hello.",
    "Bo Li: Hi.",
    "00:00:01",
    "Ana Diaz: Bye.",
    "Transcription ended after 00:00:02",
)
CSV = (
    "First name,Last name,Email,Duration,Time joined,Time exited\n"
    "Ana,Diaz,a@x,1 hr,3:59 PM,5:01 PM\nBo,Li,,5 min,4:30 PM,\n"
)
API = {
    "participants": [
        {
            "name": "conferenceRecords/c/participants/1",
            "earliestStartTime": "2026-11-18T14:59:30Z",
            "latestEndTime": "2026-11-18T16:00:00Z",
            "signedinUser": {"user": "users/123", "displayName": "Ana Diaz"},
        },
        {
            "earliestStartTime": "2026-11-18T15:20:00Z",
            "latestEndTime": "2026-11-18T16:00:00Z",
            "phoneUser": {"displayName": "+1 ***-***-1234"},
        },
        {"earliestStartTime": "2026-11-18T15:00:10.123456789Z", "anonymousUser": {"displayName": "Bo Li"}},
    ]
}


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("Office hours (2026-11-18 at 16_00 GMT+1).mp4", "+01:00"),
        ("Office hours (2026-11-18 at 16:00 GMT).mp4", "+00:00"),
        ("Office hours (2026-11-18 um 16_00 GMT+1).mp4", "+01:00"),
        ("Office hours (2026-11-18 à 16_00 GMT+1) - Enregistrement.mp4", "+01:00"),
        ("Office hours (2026-11-18 a las 16_00 GMT-5).mp4", "-05:00"),
        ("Office hours (2026-11-18 at 16_00 GMT+5_30).mp4", "+05:30"),
        ("Office hours – 2026_11_18 16_00 GMT+01_00 – Recording.mp4", "+01:00"),
        ("Office hours - 2026-11-18 16-00 UTC - Aufzeichnung.mp4", "+00:00"),
    ],
)
def test_a_recording_has_title_start_and_zone_in_its_name(
    name: str, start: str, media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    session = taken(make({name: media["video.mp4"]}), workspace)
    assert (session.platform, session.title) == ("meet", "Office hours")
    assert session.started_at == datetime.fromisoformat(f"2026-11-18T16:00:00{start}")
    assert (session.list_authority, session.start_is_estimated) == (ListAuthority.NOBODY, False)


def test_a_name_with_seconds_is_as_exact(media: Media, make: MakeFolder, workspace: Workspace) -> None:
    session = taken(
        make({"Office hours (2026-11-18 at 16_00_42 GMT+0) - Recording.mp4": media["video.mp4"]}), workspace
    )
    assert (session.platform, session.title) == ("meet", "Office hours")
    assert session.started_at == datetime.fromisoformat("2026-11-18T16:00:42+00:00")


@pytest.mark.parametrize(
    "name", ["Office hours - Recording.mp4", "Office hours – 2026_11_18 16_00 CET – Recording.mp4"]
)
def test_without_a_zone_it_is_asked_for(name: str, media: Media, make: MakeFolder, workspace: Workspace) -> None:
    result = ingest(make({name: media["video.mp4"]}), workspace=workspace)
    assert isinstance(result, Refused)
    assert "started_at" in result.action
    told = make({name: media["video.mp4"], "session.toml": "started_at = 2026-11-18T15:00:00Z\n"}, "told")
    assert taken(told, workspace).platform == "meet"


@pytest.mark.parametrize(
    ("name", "text"),
    [(f"{STEM} - Transcript.docx", docx(*LINES)), (f"{STEM} - Transcript.txt", "\n".join(LINES))],
)
def test_chat_and_transcript_name_who_took_part(
    name: str, text: bytes | str, media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    files: Files = {f"{STEM}.mp4": media["video.mp4"], f"{STEM}.sbv": CHAT, name: text, "chapters.json": "{}"}
    session = taken(make(files), workspace)
    assert [(who.name, who.provenance.value) for who in session.participants] == [
        ("Ana Diaz", "listed"),
        ("Bo Li", "listed"),
        ("Cy Dee", "listed"),
        ("Somebody Else", "unlisted"),
    ]
    assert [(cue.start_s, cue.end_s, cue.participant_id, cue.text) for cue in session.captions] == [
        (0.0, 1.0, "p1", "Hello."),
        (0.0, 1.0, "p2", "Hi."),
        (1.0, session.duration_s, "p1", "Bye."),
    ]
    assert [(line.at_s, line.participant_id, line.text) for line in session.chat] == [
        (0.0, "p1", "hello\nand more"),
        (1.0, "p4", "hi"),
    ]
    assert (session.list_authority, session.unrecognised_files) == (ListAuthority.NOBODY, 1)


@pytest.mark.parametrize(
    "heading", ["Teilnehmer", "Participants", "Asistentes", "Partecipanti", "参加者", "Attendees:"]
)
def test_the_list_of_a_transcript_is_found_in_other_languages(
    heading: str, media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    text = "\n".join(LINES).replace("Attendees", heading)
    session = taken(make({f"{STEM}.mp4": media["video.mp4"], "t.txt": text}), workspace)
    assert [who.name for who in session.participants] == ["Ana Diaz", "Bo Li", "Cy Dee"]


@pytest.mark.parametrize("header", ["First name,Last name,Email", "Name,Note,Email"])
def test_the_attendance_table_is_on_the_names_clock(
    header: str, media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    text = CSV.replace("First name,Last name,Email", header)
    session = taken(make({f"{STEM}.mp4": media["video.mp4"], "attendance.csv": text}), workspace)
    assert [(who.email, who.joined_late) for who in session.participants] == [("a@x", False), (None, True)]
    assert session.list_authority is ListAuthority.PLATFORM


def test_participants_of_the_api_have_ids_and_times_in_utc(
    media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    session = taken(make({f"{STEM}.mp4": media["video.mp4"], "participants.json": json.dumps(API)}), workspace)
    assert [(who.name, who.platform_id, who.joined_late) for who in session.participants] == [
        ("Ana Diaz", "google:123", False),
        ("+1 ***-***-1234", None, True),
        ("Bo Li", None, False),
    ]
    assert (session.list_authority, session.unrecognised_files) == (ListAuthority.PLATFORM, 0)
    assert session.started_at == datetime(2026, 11, 18, 16, tzinfo=timezone(timedelta(hours=1))).astimezone(UTC)


def test_two_people_of_one_name_with_ids_are_two(media: Media, make: MakeFolder, workspace: Workspace) -> None:
    other = {**API["participants"][0], "signedinUser": {"user": "users/9", "displayName": "Ana Diaz"}}
    answer = json.dumps({"participants": [*API["participants"], other]})
    session = taken(make({f"{STEM}.mp4": media["video.mp4"], "participants.json": answer}), workspace)
    assert [who.platform_id for who in session.participants if who.name == "Ana Diaz"] == ["google:123", "google:9"]


def test_two_recordings_are_refused_and_other_media_beside_one_are_left_out(
    media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    second = STEM.replace("16_00", "17_00")
    result = ingest(make({f"{STEM}.mp4": media["video.mp4"], f"{second}.mp4": media["video.mp4"]}), workspace=workspace)
    assert isinstance(result, Refused) and "2 recordings" in result.reason
    beside = make({f"{STEM}.mp4": media["video.mp4"], "jingle.mp3": media["mixed.m4a"]}, "beside")
    assert taken(beside, workspace).unrecognised_files == 1


def test_a_session_toml_with_other_files_of_such_names_is_plain_media(
    media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    told = "started_at = 2026-11-18T15:00:00Z\n[[participants]]\nname = 'Ana'\ntrack = 'ana.flac'\n"
    files: Files = {"Talk - Recording.mp4": media["video.mp4"], "ana.flac": media["one.flac"], "session.toml": told}
    session = taken(make(files), workspace)
    assert (session.platform, len(session.tracks)) == ("other", 2)


def test_a_message_without_a_name_counts_as_not_understood() -> None:
    chat = chat_subtitles.parse("before\n0:00:01.000,0:00:02.000\nno name here\n\n0:00:03.000,0:00:04.000\nAna: hi\n")
    assert ([message.text for message in chat.messages], chat.unread) == (["hi"], 2)
    with pytest.raises(InputRefused):
        chat_subtitles.parse("0:00:01.000,0:00:02.000\nsubtitles of somebody\n")


@given(st.one_of(st.text(), st.lists(st.sampled_from(["0:00:01.0,0:00:02.0", "Ana: hi", ":", "\n"])).map("\n".join)))
def test_any_subtitles_are_read_or_refused(text: str) -> None:
    try:
        assert all(message.text for message in chat_subtitles.parse(text).messages)
    except InputRefused as error:
        assert error.action
