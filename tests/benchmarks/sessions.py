"""Long recordings made from the spoken samples or from real clips, and a way to run a command and account for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.conftest import SESSIONS

SPOKEN = SESSIONS / "2026-11-18-b-halcyon-freight-mixed" / "recording.m4a"


@dataclass(frozen=True)
class Cost:
    """Wall seconds of a command, its processor seconds, and the peak memory of its largest process in megabytes."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def timed(*arguments: str | Path, one_worker: bool = True) -> Cost:
    """Runs the command line as a process of its own; raises when it fails outright."""
    environment = os.environ | {
        "OFFRECORD_RUN__STABLE_FOR_S": "0",
        "OFFRECORD_RUN__WORKERS": "1" if one_worker else "0",
    }
    code = (
        "import resource, sys\n"
        "from multiprocessing import forkserver\n"
        "from pipeline.cli import main\n"
        "try:\n    main()\n"
        "finally:\n"
        "    forkserver._forkserver._stop()\n"  # waited for, so that what its workers used counts
        "    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)\n"
        "    used = [resource.getrusage(who) for who in whose]\n"
        "    cpu_s = sum(one.ru_utime + one.ru_stime for one in used)\n"
        "    print('cost', cpu_s, max(one.ru_maxrss for one in used), file=sys.stderr)\n"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], env=environment, capture_output=True, text=True, check=False
    )
    wall_s = time.monotonic() - began
    if done.returncode not in (0, 3):
        raise RuntimeError(f"exit code {done.returncode}: {done.stderr[-300:]}")
    cpu_s, peak_kb = done.stderr.split("cost ")[-1].split()
    return Cost(wall_s, float(cpu_s), int(peak_kb) / 1024)


def session_folder(inbox: Path, name: str, *, repeats: int, pause_s: float) -> Path:
    """A session with everybody's yes: the same talk over and over with silence between."""
    folder = inbox / name
    shutil.copytree(SPOKEN.parent, folder)
    (folder / "captions.vtt").unlink()
    (folder / "recording.m4a").unlink()
    facts = (folder / "session.toml").read_text("utf-8")
    lines = [line for line in facts.splitlines() if not line.startswith("captions")]
    (folder / "session.toml").write_text("\n".join(lines) + "\n", "utf-8")
    graph = f"[0:a]aresample=16000,apad=pad_dur={pause_s},aloop=loop={repeats - 1}:size=2e9[out]"
    command = ["ffmpeg", "-v", "error", "-i", str(SPOKEN), "-filter_complex", graph, "-map", "[out]", "-ac", "1"]
    subprocess.run([*command, str(folder / "recording.flac")], check=True, stdin=subprocess.DEVNULL)
    return folder


REAL_FACTS = """
title = "Readers"
host = "Lumen Labs"
recorder_location = "US-TX"
purposes = ["transcribe", "internal_improve", "internal_share"]
notice = "asserted"
participants_complete = true
started_at = 2026-11-18T10:00:00Z
"""
REAL_PARTICIPANTS = tuple(
    dict(zip(("name", "company", "role", "location", "email"), person, strict=True))
    for person in (
        ("Hannah Berg", "Lumen Labs", "staff", "US-VT", "hannah.berg@lumenlabs.example"),
        ("Priya Raman", "Halcyon Freight", "customer", "US-NY", "priya.raman@halcyon.example"),
        ("Tomasz Nowak", "Northwind Traders", "customer", "PL", "tomasz.nowak@northwind.example"),
        ("Maria Lopez", "Brightwater Bank", "customer", "US-NY", "maria.lopez@brightwater.example"),
    )
)
"""Four people of the samples who let everything be done inside: none of them is named in the clips."""


def real_session_folder(inbox: Path, name: str, clips: Path, *, repeats: int, pause_s: float) -> Path:
    """A session with everybody's yes that is the real clips of a folder with a ``reference.json``, one after another.

    With silence after each, and all of them said ``repeats`` times; the pieces are joined as 16 kHz, one channel.
    """
    folder = inbox / name
    folder.mkdir(parents=True)
    people = "".join(
        "\n[[participants]]\n" + "".join(f'{key} = "{value}"\n' for key, value in person.items())
        for person in REAL_PARTICIPANTS
    )
    (folder / "session.toml").write_text(REAL_FACTS + people, "utf-8")
    files = [clips / clip["file"] for clip in json.loads((clips / "reference.json").read_text("utf-8"))]
    padded = "".join(
        f"[{number}:a]aresample=16000,aformat=channel_layouts=mono,apad=pad_dur={pause_s}[c{number}];"
        for number in range(len(files))
    )
    joined = "".join(f"[c{number}]" for number in range(len(files)))
    graph = f"{padded}{joined}concat=n={len(files)}:v=0:a=1,aloop=loop={repeats - 1}:size=2e9[out]"
    inputs = [argument for path in files for argument in ("-i", str(path))]
    command = ["ffmpeg", "-v", "error", *inputs, "-filter_complex", graph, "-map", "[out]", "-ac", "1"]
    subprocess.run([*command, str(folder / "recording.flac")], check=True, stdin=subprocess.DEVNULL)
    return folder
