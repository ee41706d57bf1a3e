"""The layouts of two platforms: what Zoom leaves in its local folder, and the archive that Craig makes."""

import csv
import io
import json
import tempfile
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

from captions import write_vtt, write_zoom_chat
from encode import encode_sound, encode_video
from layouts import Heard
from people import Person
from performance import Performance

ZOOM_MEETING_ID = "85512345678"
ZOOM_SUFFIX = "1855512345"  # the segment and the number that all files of one recording share
ZOOM_CHAT = (
    (21.0, "Kenji Sato", "Everyone", "this is our test broker: edge.internal.harbor.example"),
    (33.5, "Kenji Sato", "Hannah Berg(Direct Message)", "the key is AKIAIOSFODNN7EXAMPLE, only for you"),
    (38.0, "Olivia Foster", "Everyone", "that would help us at Silver Lake Media a lot"),
    (44.0, "Kenji Sato", "Everyone", "kenji.sato@harbor.example or +1 212 555 0187"),
    (50.0, "Olivia Foster", "Everyone", "could you please add an audit log for Silver Lake Media?"),
)
ZOOM_COLUMNS = (
    "Name (Original Name)",
    "User Email",
    "Join Time",
    "Leave Time",
    "Duration (Minutes)",
    "Guest",
    "Recording Consent",
)

CRAIG_ID = "kQ7bVw2LmX9d"
CRAIG_GUILD = "Lumen Community (611223344556677889)"
CRAIG_CHANNEL = "office-hours (622334455667788990)"


def zoom(folder: Path, performance: Performance, started_at: datetime) -> Heard:
    """Zoom's local folder: the meeting, one file a person, captions, chat and the participants' report."""
    (folder / "Audio Record").mkdir()
    heard: Heard = {}
    for number, (key, person) in enumerate(performance.people.items(), 1):
        name = person.name.replace(" ", "")
        heard[key] = f"Audio Record/audio{name}{number}{ZOOM_SUFFIX}.m4a"
        encode_sound(performance.tracks[key], folder / heard[key])
    encode_sound(performance.mixed, folder / f"audio{ZOOM_SUFFIX}.m4a")
    encode_video(performance, folder / f"video{ZOOM_SUFFIX}.mp4")
    item = {"audio": f"audio{ZOOM_SUFFIX}.m4a", "prefix": "", "process": 100, "video": f"video{ZOOM_SUFFIX}.mp4"}
    texts = {
        "recording.conf": json.dumps({"items": [item], "magic_number": "1"}, separators=(",", ":")),
        "closed_caption.vtt": write_vtt(performance),
        "meeting_saved_chat.txt": write_zoom_chat(ZOOM_CHAT, started_at),
        f"participants_{ZOOM_MEETING_ID}.csv": _zoom_report(performance, started_at),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return heard


def _zoom_report(performance: Performance, started_at: datetime) -> str:
    joined = started_at - timedelta(seconds=40)
    left = started_at + timedelta(seconds=performance.duration_s + 5)
    report = io.StringIO()
    writer = csv.writer(report, lineterminator="\n")
    writer.writerow(ZOOM_COLUMNS)
    for person in performance.people.values():
        times = [f"{at:%m/%d/%Y %I:%M:%S %p}" for at in (joined, left)]
        guest = "No" if person.role == "staff" else "Yes"
        writer.writerow([person.name, person.email, *times, 2, guest, "OK"])
    return report.getvalue()


def craig(folder: Path, performance: Performance, started_at: datetime) -> Heard:
    """Craig's archive for the Discord channel: a FLAC track a person, info.txt and the head of raw.dat."""
    people = performance.people
    archive = f"craig_{CRAIG_ID}_{started_at:%Y-%m-%d}.flac.zip"
    members = {key: f"{number}-{_username(person)}_0.flac" for number, (key, person) in enumerate(people.items(), 1)}
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(folder / archive, "w") as zipped:
        for key, member in members.items():
            encode_sound(performance.tracks[key], Path(name) / member)
            _add(zipped, member, (Path(name) / member).read_bytes(), started_at)
        _add(zipped, "info.txt", _craig_info(people, started_at).encode(), started_at)
        _add(zipped, "raw.dat", _craig_head(people).encode(), started_at)
    return {key: f"{archive}/{member}" for key, member in members.items()}


def _add(zipped: zipfile.ZipFile, name: str, content: bytes, at: datetime) -> None:
    zipped.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), content)


def _username(person: Person) -> str:
    return person.name.lower().replace(" ", "")


def _craig_info(people: dict[str, Person], started_at: datetime) -> str:
    users = [f"{person.name} ({_username(person)}#0) ({person.discord_id})" for person in people.values()]
    lines = [
        f"Recording {CRAIG_ID}",
        "",
        f"Guild:\t\t{CRAIG_GUILD}",
        f"Channel:\t{CRAIG_CHANNEL}",
        f"Requester:\t{users[0]}",
        f"Start time:\t{started_at:%Y-%m-%dT%H:%M:%S}.000Z",
        "",
        "Tracks:",
        *(f"\t{user}" for user in users),
        "",
        "Notes:",
        "\t0:00:31: Sofia Rossi wants to hide prices",
        "",
    ]
    return "\r\n".join(lines)


def _craig_head(people: dict[str, Person]) -> str:
    tracks = {
        str(number): {
            "id": person.discord_id,
            "username": _username(person),
            "discriminator": "0",
            "globalName": person.name,
            "bot": False,
        }
        for number, person in enumerate(people.values(), 1)
    }
    return json.dumps({"format": 1, "tracks": tracks}, separators=(",", ":")) + "\n"
