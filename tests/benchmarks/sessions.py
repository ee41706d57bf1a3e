"""Long recordings made from the spoken samples, and a way to run a command and account for it."""

from __future__ import annotations

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
