"""Wall and processor time of a night over those of the bare recogniser on the same sound, one core each."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.sessions import session_folder, timed
from tests.end_to_end.conftest import prepared

_BARE = """
import subprocess, sys
from pocketsphinx import Decoder
sound = subprocess.run(["ffmpeg", "-v", "error", "-i", sys.argv[1], "-f", "s16le", "-ar", "16000", "-ac", "1", "-"],
                       capture_output=True, check=True).stdout
decoder = Decoder(loglevel="FATAL")
decoder.start_utt()
decoder.process_raw(sound, full_utt=True)
decoder.end_utt()
print(len(decoder.hyp().hypstr))
"""


def measure(folder: Path) -> list[str]:
    """Ten minutes of talk taken through the whole line, and recognised bare before and after that."""
    made = session_folder(folder / "inbox", "long", repeats=9, pause_s=0.5)
    workspace = prepared(folder / "ws")
    before = _bare(made / "recording.flac")
    run = timed("run", folder / "inbox", "--workspace", workspace)
    bare_s, bare_cpu_s = (sum(both) / 2 for both in zip(before, _bare(made / "recording.flac"), strict=True))
    return [
        f"run {run.wall_s:.1f} s, bare pocketsphinx {bare_s:.1f} s, ratio {run.wall_s / bare_s:.2f} (goal 1.15)",
        f"the same in processor time: {run.cpu_s:.1f} s, {bare_cpu_s:.1f} s, ratio {run.cpu_s / bare_cpu_s:.2f}",
    ]


def _bare(recording: Path) -> tuple[float, float]:
    """Wall and processor seconds of the recogniser alone."""
    began, before_s = time.monotonic(), _children_s()
    subprocess.run([sys.executable, "-c", _BARE, str(recording)], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began, _children_s() - before_s


def _children_s() -> float:
    """Processor seconds of all processes that this one started and that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
