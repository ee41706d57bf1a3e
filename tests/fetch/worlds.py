"""What the platforms of the test server have: one office hour of three people of the samples, as each API lists it."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

from tests.end_to_end.conftest import SESSIONS
from tests.ingest.documents import docx

TALK = SESSIONS / "2026-11-18-a-own-tracks"
WHO = {
    "Hannah Berg": ("hannah-berg", "hannah.berg@lumenlabs.example"),
    "Priya Raman": ("priya-raman", "priya.raman@halcyon.example"),
    "Tomasz Nowak": ("tomasz-nowak", "tomasz.nowak@northwind.example"),
}
TITLE = "Office hours with Halcyon Freight"
UUID = "/aB//c+dEf/gH==="
"""As bad as Zoom's may be: it begins with a slash and holds two in a row."""
ACCOUNT, SECRET = "account-id-secret", "client-secret-secret"
DAY, BEGAN, ENDED = "2026-11-18", "2026-11-18T15:00:00Z", "2026-11-18T15:00:20Z"
VTT = "WEBVTT\n\n00:00:00.500 --> 00:00:05.000\n<v Hannah Berg>Welcome to office hours.</v>\n"
METADATA = (
    "WEBVTT\n\n00:00:00.500 --> 00:00:05.000\n"
    '{"startDateTime":"2026-11-18T15:00:00.5Z","endDateTime":"2026-11-18T15:00:05Z","speakerName":"Hannah Berg",'
    '"spokenText":"Welcome to office hours.","spokenLanguage":"en-us"}\n'
)
CHAT = "00:00:02\tPriya Raman:\tHello all\n"


def make_files(folder: Path) -> None:
    """The media and texts that the platforms have; each recording a length of its own, as real ones have."""
    sounds = [TALK / f"{slug}.flac" for slug, _ in WHO.values()]
    _encode(folder / "zoom.m4a", *sounds, seconds=6.1)
    _encode(folder / "zoom.mp4", *sounds, seconds=6.1, picture=True)
    _encode(folder / "teams.mp4", *sounds, seconds=6.4, picture=True)
    _encode(folder / "meet.mp4", *sounds, seconds=6.7, picture=True)
    for number, sound in enumerate(sounds, 1):
        _encode(folder / f"own{number}.m4a", sound, seconds=6.1)
    texts = {"zoom.vtt": VTT, "zoom.txt": CHAT, "teams.vtt": VTT, "teams-metadata.vtt": METADATA}
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "meet.docx").write_bytes(
        docx("Attendees", ", ".join(WHO), "00:00:00", "Hannah Berg: Welcome to office hours.")
    )
    users = [{"username": "Hannah Berg"}]
    (folder / "zoom.json").write_text(json.dumps({"timeline": [{"ts": "00:00:00.500", "users": users}]}))


def _encode(target: Path, *sounds: Path, seconds: float, picture: bool = False) -> None:
    inputs = [word for sound in sounds for word in ("-i", str(sound))]
    mix = f"amix=inputs={len(sounds)}:normalize=0[a]" if len(sounds) > 1 else "[0:a]anull[a]"
    shown = ["-f", "lavfi", "-i", "color=navy:s=64x48:r=5"] if picture else []
    mapped = ["-map", f"{len(sounds)}:v", "-pix_fmt", "yuv420p"] if picture else []
    command = ["ffmpeg", "-nostdin", "-v", "error", *inputs, *shown, "-filter_complex", mix, "-map", "[a]", *mapped]
    subprocess.run([*command, "-ac", "1", "-t", str(seconds), str(target)], check=True)


def zoom(files: Path, port: int) -> dict[str, Any]:
    """One meeting of a user of Zoom, with two pictures, the sound, everybody's own sound, and texts."""
    kinds = (
        *(
            ("gallery", "zoom.mp4", "MP4", "gallery_view"),
            ("picture", "zoom.mp4", "MP4", "shared_screen_with_speaker_view"),
        ),
        *(("sound", "zoom.m4a", "M4A", "audio_only"), ("words", "zoom.vtt", "TRANSCRIPT", "audio_transcript")),
        *(("chat", "zoom.txt", "CHAT", "chat_file"), ("times", "zoom.json", "TIMELINE", "timeline")),
    )

    def entry(file_id: str, name: str, kind: str, **more: str) -> dict[str, Any]:
        return {
            "id": file_id,
            "meeting_id": UUID,
            "recording_start": BEGAN,
            "recording_end": ENDED,
            "file_type": kind,
            "file_extension": name.rpartition(".")[2].upper(),
            "file_size": (files / name).stat().st_size,
            "status": "completed",
            "download_url": f"http://127.0.0.1:{port}/rec/download/{name}",
            "play_url": "https://zoom.example/rec/play/secret-play",
            **more,
        }

    return {
        "users": {
            "hannah.berg@lumenlabs.example": [
                {
                    "uuid": UUID,
                    "id": 85512345678,
                    "type": 2,
                    "topic": TITLE,
                    "start_time": BEGAN,
                    "share_url": "https://zoom.example/rec/share/secret-share",
                    "password": "secret-passcode",
                    "recording_files": [entry(i, name, kind, recording_type=view) for i, name, kind, view in kinds],
                    "participant_audio_files": [
                        entry(f"own-{number}", f"own{number}.m4a", "M4A", file_name=f"Audio only - {name}")
                        for number, name in enumerate(WHO, 1)
                    ],
                }
            ]
        },
        "participants": {
            UUID: [
                {
                    "id": f"zoom-user-{number}",
                    "name": name,
                    "user_email": email,
                    "join_time": "2026-11-18T14:59:50Z",
                    "leave_time": "2026-11-18T15:10:00Z",
                    "status": "in_meeting",
                }
                for number, (name, (_, email)) in enumerate(WHO.items(), 1)
            ]
        },
    }


MESSAGES = (
    *(("25T15:00:30", "next week"), ("18T15:00:04", "Pasted the <b>link</b>"), ("18T15:00:02", "Hello")),
    *(("11T15:00:01", "last week"), ("04T15:00:01", "long ago"), ("04T15:00:00", "before that")),
)
"""When each message of a meeting's chat was written and what, the newest first; the chat is that of a series."""


def message(number: int, at: str, text: str) -> dict[str, Any]:
    """A message of a chat as Microsoft Graph has it."""
    return {
        "id": f"{number}",
        "createdDateTime": at,
        "webUrl": "https://teams.example/secret-share",
        "from": {"user": {"id": "entra-1", "displayName": next(iter(WHO))}},
        "body": {"contentType": "html", "content": f"<p>{text}</p>"},
        "reactions": [],
    }


def teams() -> dict[str, Any]:
    """One meeting of an organiser in Teams, with a transcript and two attendance reports, one of another day."""
    times = {"createdDateTime": BEGAN, "endDateTime": ENDED, "meetingId": "MSo1=", "contentCorrelationId": "corr-1"}
    last_week = {"createdDateTime": "2026-11-11T15:00:00Z", "endDateTime": "2026-11-11T15:30:00Z", "meetingId": "MSo1="}
    return {
        "organiser-1": {
            "subject": TITLE,
            "thread": "19:meeting_abc@thread.v2",
            "messages": [message(number, f"2026-11-{at}Z", text) for number, (at, text) in enumerate(MESSAGES)],
            "recordings": [{"id": "rec/1=", **times}],
            "transcripts": [{"id": "tra/0=", **last_week}, {"id": "tra/1=", **times}],
            "files": {
                "rec/1=/video": "teams.mp4",
                "tra/1=/content": "teams.vtt",
                "tra/1=/metadataContent": "teams-metadata.vtt",
            },
            "reports": [
                {
                    "id": "rep-0",
                    "meetingStartDateTime": "2026-11-11T15:00:00Z",
                    "meetingEndDateTime": "2026-11-11T16:00:00Z",
                },
                {"id": "rep-1", "meetingStartDateTime": BEGAN, "meetingEndDateTime": "2026-11-18T15:10:00Z"},
            ],
            "records": {
                "rep-1": [
                    {
                        "emailAddress": email,
                        "role": "Presenter",
                        "identity": {"id": f"entra-{number}", "displayName": name},
                        "attendanceIntervals": [
                            {"joinDateTime": "2026-11-18T14:59:50Z", "leaveDateTime": "2026-11-18T15:10:00Z"}
                        ],
                    }
                    for number, (name, (_, email)) in enumerate(WHO.items(), 1)
                ]
            },
        }
    }


def meet(files: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """One conference of a user of Meet with its recording and transcript, and what Drive has of these."""
    name = "conferenceRecords/abc-1"
    people = [
        {
            "name": f"{name}/participants/{number}",
            "earliestStartTime": "2026-11-18T14:59:50Z",
            "latestEndTime": "2026-11-18T15:10:00Z",
            "signedinUser": {"user": f"users/{number}", "displayName": who},
        }
        for number, who in enumerate(WHO, 1)
    ]
    stays = [{"name": "s", "startTime": "2026-11-18T14:59:50Z", "endTime": "2026-11-18T15:10:00Z"}]
    entry = {
        "participant": f"{name}/participants/1",
        "text": "Welcome to <office> hours.",
        "startTime": "2026-11-18T15:00:00.500Z",
        "endTime": "2026-11-18T15:00:05Z",
    }
    span = {"startTime": BEGAN, "endTime": ENDED, "state": "FILE_GENERATED"}
    lists = {
        "recordings": [{"name": f"{name}/recordings/r1", "driveDestination": {"file": "drive-video"}, **span}],
        "transcripts": [{"name": f"{name}/transcripts/t1", "docsDestination": {"document": "drive-doc"}, **span}],
        "transcripts/t1/entries": [entry],
        "participants": people,
        **{f"participants/{number}/participantSessions": stays for number, _ in enumerate(people, 1)},
    }
    video = (files / "meet.mp4").read_bytes()
    drive = {
        "drive-video": {
            "name": f"{TITLE} - 2026/11/18 15:00 GMT - Recording",
            "mimeType": "video/mp4",
            "size": str(len(video)),
            "md5Checksum": hashlib.md5(video, usedforsecurity=False).hexdigest(),
            "sha256Checksum": hashlib.sha256(video).hexdigest(),
            "stored": "meet.mp4",
        },
        "drive-doc": {"name": "Transcript", "stored": "meet.docx"},
    }
    return {"hannah.berg@lumenlabs.example": [{"name": name, "startTime": BEGAN, "lists": lists}]}, drive
