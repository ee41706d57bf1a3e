"""A night over what each platform leaves on disk: who is known goes through, whoever is not is named and holds."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from pipeline.records import Session
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.end_to_end.conftest import INLINE, SESSIONS, SPHINX, offrecord, prepared
from tests.ingest.documents import docx

pytestmark = pytest.mark.slow

TALK = SESSIONS / "2026-11-18-a-own-tracks"
WHO = {
    "Hannah Berg": ("hannah-berg", "hannah.berg@lumenlabs.example"),
    "Priya Raman": ("priya-raman", "priya.raman@halcyon.example"),
    "Tomasz Nowak": ("tomasz-nowak", "tomasz.nowak@northwind.example"),
}
FACTS = (
    'timezone = "UTC"\nseries = "office-hours"\nrecorder_location = "US-TX"\nhost = "Lumen Labs"\nnotice = "asserted"\n'
)
LISTED = "".join(f'[[participants]]\nname = "{name}"\nemail = "{email}"\n' for name, (_, email) in WHO.items())
TEAMS = "Office hours-20261118_150000-Meeting Recording.mp4"
MEET = "Office hours (2026-11-18 at 15_00 GMT)"
CLOUD = "GMT20261118-150000_Recording"
VTT = "WEBVTT\n\n00:00:00.500 --> 00:00:05.000\n<v Hannah Berg>Welcome to office hours.</v>\n"
TRACKS = '[[series]]\nseries = "office-hours"\n' + "".join(
    f'[[series.tracks]]\nnumber = {number}\nname = "{name}"\nemail = "{email}"\n'
    for number, (name, (_, email)) in enumerate(WHO.items(), 1)
)


class Layouts:
    """Writes one folder a layout, each with talk of its own length, since the same recording is the same session."""

    def __init__(self, inbox: Path) -> None:
        self.inbox = inbox
        self._made = 0

    def sound(self, target: Path, *people: str, apart: bool = False) -> None:
        """Some seconds of talk of these people, mixed, or each as a stream of its own."""
        target.parent.mkdir(parents=True, exist_ok=True)
        inputs = [word for who in people for word in ("-i", str(TALK / f"{WHO[who][0]}.flac"))]
        streams = [word for number in range(len(people)) for word in ("-map", f"{number}")]
        mix = ["-filter_complex", f"amix=inputs={len(people)}:normalize=0"]
        command = ["ffmpeg", "-nostdin", "-v", "error", *inputs, *(streams if apart else mix)]
        subprocess.run([*command, "-ac", "1", "-t", f"{6 + self._made / 10}", str(target)], check=True)

    def folder(self, name: str, recording: str, texts: dict[str, str | bytes]) -> None:
        """A folder of one mixed recording and texts."""
        self._made += 1
        self.sound(self.inbox / name / recording, *WHO)
        for file, text in texts.items():
            (self.inbox / name / file).write_bytes(text if isinstance(text, bytes) else text.encode())

    def craig(self) -> None:
        self._made += 1
        folder = self.inbox / "craig"
        slugs = [slug.replace("-", "") for slug, _ in WHO.values()]
        users = [f"\t{name} ({slug}#0) (10000000{at})" for at, (name, slug) in enumerate(zip(WHO, slugs, strict=True))]
        started = "Start time:\t2026-11-18T15:00:00.000Z"
        info = ["Recording k", "Guild:\t\tX (1)", started, "", "Tracks:", *users]
        folder.mkdir(parents=True)
        with zipfile.ZipFile(folder / "craig_k.oggflac.zip", "w") as archive:
            archive.writestr("info.txt", "\n".join(info))
            for number, name in enumerate(WHO, 1):
                track = self.inbox.parent / f"{number}-x_0.ogg"
                self.sound(track, name)
                archive.write(track, track.name)
        (folder / "session.toml").write_text(FACTS.split("\n", 1)[1] + LISTED)

    def own_files(self) -> None:
        self._made += 1
        for name, (slug, _) in WHO.items():
            self.sound(self.inbox / "one file each" / f"ep12-{slug}.flac", name)

    def several_sounds(self) -> None:
        self._made += 1
        self.sound(self.inbox / "obs" / "2026-11-18 15-00-00.mkv", *WHO, apart=True)
        (self.inbox / "obs" / "session.toml").write_text("started_at = 2026-11-18T15:00:00Z\n" + FACTS)


def zoom_report() -> str:
    rows = (f"{name},{email},11/18/2026 02:59:40 PM,11/18/2026 03:30:00 PM,31,Yes" for name, (_, email) in WHO.items())
    return "\n".join(("Name (original name),Email,Join time,Leave time,Duration (minutes),Guest", *rows)) + "\n"


def teams_report() -> bytes:
    times = "11/18/26, 2:59:40 PM\t11/18/26, 3:30:00 PM\t31m"
    people = [f"{name}\t{times}\t{email}\t{email}\tPresenter" for name, (_, email) in WHO.items()]
    header = "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole"
    lines = ("1. Summary", "Meeting title\tOffice hours", "", "2. Participants", header, *people, "")
    return b"\xff\xfe" + "\r\n".join(lines).encode("utf-16-le")


def meet_report() -> str:
    rows = (f"{name},{email},31 min,2:59 PM,3:30 PM" for name, (_, email) in WHO.items())
    return "\n".join(("Name,Email,Duration,Time joined,Time exited", *rows)) + "\n"


def meet_api() -> str:
    users = ({"signedinUser": {"user": f"users/{at}", "displayName": name}} for at, name in enumerate(WHO))
    return json.dumps({"participants": [{**user, "earliestStartTime": "2026-11-18T14:59:30Z"} for user in users]})


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, Session]]:
    """The status and the record of each session, by its folder."""
    root = tmp_path_factory.mktemp("layouts")
    layouts = Layouts(root / "inbox")
    stranger = VTT.replace("Hannah Berg", "Somebody Else")
    document = docx("Attendees", ", ".join(WHO), "00:00:00", "Hannah Berg: Welcome to office hours.")
    told: dict[str, str | bytes] = {"session.toml": FACTS}
    layouts.folder("cloud", f"{CLOUD}.m4a", {**told, "who.csv": zoom_report(), f"{CLOUD}.transcript.vtt": VTT})
    layouts.folder("teams", TEAMS, {**told, "report.csv": teams_report(), "Office hours.vtt": VTT})
    layouts.folder("stranger", TEAMS, {**told, "report.csv": teams_report(), "Office hours.vtt": stranger})
    layouts.folder("meet", f"{MEET}.mp4", {**told, "a.csv": meet_report(), f"{MEET} - Transcript.docx": document})
    layouts.folder("meet api", f"{MEET}.mp4", {**told, "participants.json": meet_api()})
    layouts.folder("loose", "call.m4a", {})
    shutil.move(layouts.inbox / "loose" / "call.m4a", layouts.inbox / "call.m4a")
    (layouts.inbox / "loose").rmdir()
    layouts.craig()
    layouts.own_files()
    layouts.several_sounds()
    workspace = prepared(root / "ws", SPHINX)
    (workspace / "tracks.toml").write_text(TRACKS)
    done = offrecord("run", layouts.inbox, "--workspace", workspace, *INLINE)
    assert done.returncode == 3, done.stderr
    registry = Registry(Workspace.open(workspace).db)
    states = registry.states()
    return {
        Path(entry.path).name: (str(states[entry.session_id].result.status), registry.session(entry.session_id))
        for entry in registry.entries().values()
        if entry.session_id
    }


def test_every_layout_is_a_session(night: dict[str, tuple[str, Session]]) -> None:
    assert sorted(night) == sorted(
        ("call.m4a", "cloud", "craig", "meet", "meet api", "obs", "one file each", "stranger", "teams")
    )


@pytest.mark.parametrize("layout", ["cloud", "teams", "meet", "craig", "obs"])
def test_who_is_listed_with_an_address_goes_through(layout: str, night: dict[str, tuple[str, Session]]) -> None:
    status, session = night[layout]
    assert [who.name for who in session.participants] == list(WHO)
    assert [who.email for who in session.participants] == [email for _, email in WHO.values()]
    assert status == "done"


@pytest.mark.parametrize(
    ("layout", "names", "stops_as"),
    [
        # Nobody knows that somebody whom only captions name was told of the recording: where that needs a yes, C11.
        ("stranger", [*WHO, "Somebody Else"], "refused"),
        ("meet api", [*WHO], "held"),
        ("one file each", ["hannah berg", "priya raman", "tomasz nowak"], "held"),
        ("call.m4a", [], "held"),
    ],
)
def test_whoever_is_not_known_stops_it(
    layout: str, names: list[str], stops_as: str, night: dict[str, tuple[str, Session]]
) -> None:
    status, session = night[layout]
    assert [who.name for who in session.participants] == names
    assert status == stops_as
