"""A real workspace, and small media made with ffmpeg."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from pipeline.ingest.listing import ListedFile, Listing
from pipeline.ingest.session_toml import SessionToml
from pipeline.store import Workspace

SNOWFLAKES = ("417263548190273645", "528374651902837465")
INFO = "\r\n".join(
    [
        "Recording kQ7bVw2LmX9d",
        "",
        "Guild:\t\tLumen Community (611223344556677889)",
        "Channel:\toffice-hours (622334455667788990)",
        f"Requester:\tPriya Raman (a.b#0) ({SNOWFLAKES[0]})",
        "Start time:\t2026-11-18T16:00:00.000Z",
        "",
        "Tracks:",
        f"\tPriya Raman (a.b#0) ({SNOWFLAKES[0]})",
        f"\ta_b#1234 ({SNOWFLAKES[1]})",
        "",
        "Notes:",
        "\t0:00:31: something",
        "",
    ]
)
CONF = json.dumps({"items": [{"audio": "audio1123456789.m4a", "process": 100, "video": ""}], "magic_number": "1"})
REPORT = (
    "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
    "Priya Raman (Pri),priya@halcyon.example,11/18/2026 03:59:00 PM,11/18/2026 04:30:00 PM,31,Yes\n"
    "Hannah Berg,hannah@lumen.example,11/18/2026 04:10:00 PM,11/18/2026 04:30:00 PM,20,No\n"
)


Media = dict[str, Path]
"""Media files by their names."""
Files = dict[str, Path | str | bytes]
"""What a folder holds by its names: a file that is copied, or a content that is written."""


class MakeFolder(Protocol):
    """What the fixture ``make`` is."""

    def __call__(self, files: Mapping[str, Path | str | bytes], name: str = "some folder") -> Path: ...


def ffmpeg(*words: str, target: Path) -> Path:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *words, str(target)], check=True)
    return target


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Media:
    """Two seconds each, but for long.m4a with six; video.mp4 has a picture, captioned.mkv a subtitle track."""
    root = tmp_path_factory.mktemp("media")
    made = {}
    for name, frequency, length_s in (
        ("one.flac", 300, 2),
        ("two.flac", 500, 2),
        ("mixed.m4a", 400, 2),
        ("long.m4a", 400, 6),
    ):
        sound = f"sine=frequency={frequency}:duration={length_s}:sample_rate=16000"
        made[name] = ffmpeg("-f", "lavfi", "-i", sound, target=root / name)
    picture = ("-f", "lavfi", "-i", "testsrc=duration=2:size=64x64:rate=5")
    made["video.mp4"] = ffmpeg("-i", str(made["mixed.m4a"]), *picture, "-shortest", target=root / "video.mp4")
    (root / "s.srt").write_text("1\n00:00:00,100 --> 00:00:01,500\nHannah Berg: hello\n")
    tag = ("-metadata", "title=FALCONSECRET")
    made["captioned.mkv"] = ffmpeg(
        "-i", str(made["mixed.m4a"]), "-i", str(root / "s.srt"), "-c:a", "copy", *tag, target=root / "captioned.mkv"
    )
    return made


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    root = tmp_path / "ws"
    new_workspace(root)
    (root / "offrecord.toml").write_text("[run]\nstable_for_s = 0\n")
    return Workspace.open(root)


@pytest.fixture
def make(tmp_path: Path) -> MakeFolder:
    """Makes a folder of the named files: a ``Path`` value is copied, a string or bytes written."""

    def write(files: Mapping[str, Path | str | bytes], name: str = "some folder") -> Path:
        root = tmp_path / "inbox" / name
        for file_name, content in files.items():
            path = root / file_name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                shutil.copyfile(content, path)
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        root.mkdir(parents=True, exist_ok=True)
        return root

    return write


@pytest.fixture
def craig_zip(tmp_path: Path, media: Media) -> Path:
    path = tmp_path / "inbox" / "craig.flac.zip"
    path.parent.mkdir(exist_ok=True)
    tracks = {str(n): {"id": i, "username": "x", "bot": n == 2} for n, i in enumerate(SNOWFLAKES, 1)}
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(media["one.flac"], "1-a_b_0.flac")
        archive.write(media["two.flac"], "2-a_b_1234.flac")
        archive.writestr("info.txt", INFO)
        archive.writestr("raw.dat", json.dumps({"tracks": tracks}) + "\nbinary")
        archive.writestr("readme.html", "not understood")
    return path


def listed(files: Mapping[str, str | bytes], tmp_path: Path, title: str = "2026-11-18 16.00.00 Topic") -> Listing:
    """A listing of small text files, for readers."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
    found = [ListedFile(name, tmp_path / name, (tmp_path / name).stat().st_size, 0) for name in files]
    return Listing(title, tuple(sorted(found, key=lambda entry: entry.name)))


NOTHING_TOLD = SessionToml()
