"""Zoom's cloud: the files as downloaded, the API's JSON beside them, and one file for each participant."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TypedDict, Unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.attendance import zoom_api as participants
from pipeline.ingest.platforms import zoom_api
from pipeline.records import ListAuthority
from pipeline.store import Workspace
from tests.ingest.conftest import Files, MakeFolder, Media
from tests.ingest.outcomes import refused, taken

STAMP = "GMT20261118-150000_Recording"
TRANSCRIPT = (
    "WEBVTT\n\n1\n00:00:00.100 --> 00:00:01.000\nPriya Raman: Hello.\n"
    "\n2\n00:00:01.000 --> 00:00:01.900\nHannah Berg: Hi.\n"
)
REPORT = (
    "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,Recording disclaimer response\n"
    "Priya Raman,priya@halcyon.example,11/18/2026 03:59:40 PM,11/18/2026 04:30:00 PM,31,Yes,OK\n"
    "Hannah Berg,hannah@lumen.example,11/18/2026 04:10:00 PM,11/18/2026 04:30:00 PM,20,No,\n"
)
TOLD = "timezone = 'Europe/London'\n"


@pytest.fixture
def files(media: Media) -> Files:
    return {
        f"{STAMP}_1920x1080.mp4": media["video.mp4"],
        f"{STAMP}_gallery_1280x720.mp4": media["video.mp4"],
        f"{STAMP}.m4a": media["mixed.m4a"],
        f"{STAMP}.transcript.vtt": TRANSCRIPT,
        f"{STAMP}.cc.vtt": "WEBVTT\n\n00:00.100 --> 00:01.000\nHello.\n",
        f"{STAMP}newChat.txt": "00:00:01\tPriya Raman:\thello\n",
        "participants_85512345678.csv": REPORT,
    }


class Entry(TypedDict, total=False):
    """What may be said of a file in the API's answer."""

    id: str
    file_name: str
    file_size: int
    recording_start: str
    status: str


def entry(name: str, media: Media, *, kind: str, **more: Unpack[Entry]) -> dict[str, object]:
    size = media[name].stat().st_size
    extension = name.rpartition(".")[2].upper()
    return {
        "id": f"{kind[:4]}-1234-abcd",
        "recording_start": "2026-11-18T15:00:00Z",
        "recording_end": "2026-11-18T15:30:00Z",
        "file_type": extension,
        "file_extension": extension,
        "file_size": size,
        "status": "completed",
        "recording_type": kind,
        **more,
    }


def meeting(*files: dict[str, object], own: tuple[dict[str, object], ...] = (), **more: object) -> str:
    return json.dumps({"topic": "Office hours", "recording_files": files, "participant_audio_files": own, **more})


def test_marks_of_writing_direction_in_a_name_make_nobody_another(
    files: Files, make: MakeFolder, workspace: Workspace
) -> None:
    files["participants_85512345678.csv"] = REPORT.replace("Priya Raman", "\u202bדנה כהן\u202c")
    files[f"{STAMP}.transcript.vtt"] = TRANSCRIPT.replace("Priya Raman", "\u202bדנה כהן\u202c")
    session = taken(make(files), workspace)
    assert [who.name for who in session.participants] == [
        "דנה כהן",
        "Hannah Berg",
        "Priya Raman",
    ]  # who wrote in the chat
    assert [cue.participant_id for cue in session.captions] == ["p1", "p2"]


def test_a_name_that_begins_with_a_mark_of_direction_is_a_speakers(
    files: Files, make: MakeFolder, workspace: Workspace
) -> None:
    del files["participants_85512345678.csv"], files[f"{STAMP}newChat.txt"], files[f"{STAMP}.cc.vtt"]
    files[f"{STAMP}.transcript.vtt"] = TRANSCRIPT.replace("Priya", "\u202bדנה").replace("Hannah", "\u202bרות")
    session = taken(make(files), workspace)
    assert [who.name for who in session.participants] == ["דנה Raman", "רות Berg"]
    assert [cue.text for cue in session.captions] == ["Hello.", "Hi."]


def test_captions_without_a_word_give_way_to_others(files: Files, make: MakeFolder, workspace: Workspace) -> None:
    files[f"{STAMP}.transcript.vtt"] = "WEBVTT\n"
    session = taken(make(files), workspace)
    assert [cue.text for cue in session.captions] == ["Hello."]


def test_an_empty_report_is_refused_as_such(files: Files, make: MakeFolder, workspace: Workspace) -> None:
    files["participants_85512345678.csv"] = "\ufeff\r\n"
    assert "empty" in refused(make(files), workspace)


def test_files_as_downloaded_by_name(files: Files, make: MakeFolder, workspace: Workspace) -> None:
    session = taken(make(files), workspace)
    assert (session.platform, session.started_at) == ("zoom", datetime(2026, 11, 18, 15, tzinfo=UTC))
    assert [who.name for who in session.participants] == ["Priya Raman", "Hannah Berg"]
    assert session.list_authority is ListAuthority.PLATFORM
    assert [(cue.participant_id, cue.text) for cue in session.captions] == [("p1", "Hello."), ("p2", "Hi.")]
    assert [(line.participant_id, line.text) for line in session.chat] == [("p1", "hello")]
    assert session.video is not None
    assert session.unrecognised_files == 2, "the other picture and the other captions"
    assert all(who.joined_late for who in session.participants if who.name == "Hannah Berg")


def test_times_of_the_report_count_where_the_zone_is_said(files: Files, make: MakeFolder, workspace: Workspace) -> None:
    told = {**files, "session.toml": "timezone = 'Europe/London'\n[[participants]]\nname='Priya Raman'\ncompany='H'\n"}
    late = REPORT.replace("03:59:40", "02:59:40").replace("04:10:00", "03:10:00")
    session = taken(make({**told, "participants_85512345678.csv": late}), workspace)
    assert [(who.name, who.joined_late, who.company) for who in session.participants] == [
        ("Priya Raman", False, "H"),
        ("Hannah Berg", True, None),
    ]


def person(name: str, joined: str, **more: str) -> dict[str, str]:
    return {"name": name, "join_time": joined, "leave_time": "2026-11-18T16:30:00Z", "status": "in_meeting", **more}


def test_the_report_of_the_api_lists_who_was_there_in_utc_and_by_their_accounts(
    files: Files, make: MakeFolder, workspace: Workspace
) -> None:
    people = [
        person("Priya Raman", "2026-11-18T14:59:40Z", participant_user_id="z1", user_email="priya@halcyon.example"),
        person("Hannah Berg", "2026-11-18T15:10:00Z", id="z 2", user_email=""),
        {**person("Somebody Else", "2026-11-18T15:00:00Z"), "status": "in_waiting_room"},
    ]
    del files["participants_85512345678.csv"]
    answer = json.dumps({"page_count": 1, "next_page_token": "", "participants": people})
    files[f"{STAMP}.poll.csv"] = "Which one do you like?\nThe first\n"
    session = taken(make({**files, "participants.json": answer}), workspace)
    listed = [(each.name, each.email, each.platform_id, each.joined_late) for each in session.participants]
    assert listed == [
        ("Priya Raman", "priya@halcyon.example", "zoom:z1", False),
        ("Hannah Berg", None, None, True),
    ]
    assert session.list_authority is ListAuthority.PLATFORM
    assert session.unrecognised_files == 2, "the other picture and the other captions"
    assert session.notes == ("Which one do you like?", "The first")


def test_each_participants_sound_begins_where_the_api_says(
    media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    own = (
        entry("one.flac", media, kind="audio_only", id="own1-1234", file_name="Audio only - Priya Raman"),
        entry(
            "long.m4a",
            media,
            kind="audio_only",
            id="own2-1234",
            file_name="Audio only - Somebody",
            recording_start="2026-11-18T15:00:03Z",
        ),
        entry("mixed.m4a", media, kind="audio_only", file_name="Audio only - Interpretation (简体中文)"),
    )
    for each in own:
        each["file_extension"] = each["file_type"] = "M4A"
    own[0]["file_size"] = media["mixed.m4a"].stat().st_size
    files: Files = {
        f"{STAMP}.mp4": media["video.mp4"],
        "Audio only - Priya Raman.m4a": media["mixed.m4a"],
        "Audio only - Somebody.m4a": media["long.m4a"],
        "Audio only - Interpretation (简体中文).m4a": media["mixed.m4a"],
        "recordings.json": meeting(entry("video.mp4", media, kind="shared_screen_with_speaker_view"), own=own),
        "participants.csv": REPORT,
    }
    session = taken(make(files), workspace)
    assert [(who.name, who.provenance.value) for who in session.participants] == [
        ("Priya Raman", "listed"),
        ("Hannah Berg", "listed"),
        ("Somebody", "unlisted"),
    ]
    assert [(track.participant_id, track.offset_s) for track in session.tracks] == [("p1", 0), ("p3", 3), (None, 0)]
    assert session.duration_s == pytest.approx(9, abs=0.2)
    assert (session.title, session.unrecognised_files) == ("Office hours", 1)


def test_files_under_other_names_are_known_by_the_api(media: Media, make: MakeFolder, workspace: Workspace) -> None:
    files: Files = {
        "shar-1234-abcd.mp4": media["video.mp4"],
        "sound.m4a": media["mixed.m4a"],
        "Audio only - Priya Raman.m4a": media["mixed.m4a"],
        "api.json": json.dumps({"payload": {"object": json.loads(meeting(entry("video.mp4", media, kind="shared")))}}),
    }
    session = taken(make(files), workspace)
    assert session.started_at == datetime(2026, 11, 18, 15, tzinfo=UTC)
    assert [track.participant_id for track in session.tracks] == ["p1", None]
    assert session.list_authority is ListAuthority.NOBODY


def test_a_timeline_names_who_spoke(files: Files, make: MakeFolder, workspace: Workspace) -> None:
    users = [{"username": "Priya Raman", "user_id": "1"}, {"username": "Somebody Else", "user_id": "2"}]
    timeline = json.dumps({"timeline": [{"ts": "00:00:01.000", "users": users}, {"ts": "00:00:02.000", "users": []}]})
    session = taken(make({**files, f"{STAMP}.timeline.json": timeline}), workspace)
    assert [(who.name, who.provenance.value) for who in session.participants][2:] == [("Somebody Else", "unlisted")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"GMT20261118-153000_Recording.m4a": "mixed.m4a"}, "2 recordings"),
        ({"Audio only - Priya Raman.m4a": "mixed.m4a", "b/Audio only - Priya Raman.m4a": "mixed.m4a"}, "only one"),
        ({"Audio only - Priya Raman.m4a": "long.m4a"}, "different lengths"),
    ],
)
def test_what_is_not_certain_is_refused(
    change: dict[str, str], reason: str, files: Files, media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    assert reason in refused(make({**files, **{name: media[source] for name, source in change.items()}}), workspace)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"status": "processing"}, "not finished"),
        ({"file_size": 5}, "size"),
        ({"recording_start": "2026-11-17T15:00:00Z"}, "another recording"),
    ],
)
def test_unfinished_and_foreign_downloads_are_refused(
    more: Entry, reason: str, media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    files: Files = {
        f"{STAMP}.mp4": media["video.mp4"],
        "api.json": meeting(entry("video.mp4", media, kind="shared_screen_with_speaker_view", **more)),
    }
    assert reason in refused(make(files), workspace)


def test_a_part_of_the_participants_files_is_refused(media: Media, make: MakeFolder, workspace: Workspace) -> None:
    own = tuple(
        entry("mixed.m4a", media, kind="audio_only", id=f"own{name}1", file_name=f"Audio only - {name}")
        for name in ("Ana", "Bo")
    )
    files: Files = {
        f"{STAMP}.mp4": media["video.mp4"],
        "Audio only - Ana.m4a": media["mixed.m4a"],
        "api.json": meeting(own=own),
    }
    assert "1 of the participants' 2" in refused(make(files), workspace)


@given(
    st.one_of(
        st.text(),
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(st.sampled_from(["recording_files", "id", "timeline", "users", "username"]), inner)
                | st.dictionaries(st.sampled_from(["participants", "name", "join_time", "status", "id"]), inner)
            ),
        ).map(json.dumps),
    )
)
def test_any_json_is_read_or_not_zooms(text: str) -> None:
    assert isinstance(zoom_api.recordings(text), tuple)
    assert zoom_api.speakers(text) is None or isinstance(zoom_api.speakers(text), tuple)
    report = participants.parse(text)
    assert report is None or all(row.name for row in report.rows)
