"""Processor time of a night over that of the bare recogniser on the same sound, by length and by stage, on one core.

Of made talk that is dense in names, and of real speech where ``EVAL`` names a folder with ``audio/reference.json``.
With Python's byte code kept, as every run but the first after an installation has it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.executors.worker_environment import WORKER_ENVIRONMENT
from pipeline.speech.engines.whisper_model import locate
from tests.benchmarks.sessions import real_session_folder, session_folder
from tests.end_to_end.conftest import HAS_MODEL, prepared

LENGTHS = (1, 3, 9)
"""How often the minute of talk is said."""
REAL_LENGTHS = (1, 2, 3)
"""How often all real clips are played."""
PAUSE_S = 0.5
Made = Callable[[Path, int], Path]
"""Makes a session in an inbox, of talk that is said so often."""
FASTEST = 60
"""What runs beside the recogniser is to take a second of one core for so many of sound."""
STAGES_BESIDE = ("times of words", "search of the sound", "rendering", "proof", "listening again")
"""What takes longer for longer sound; the rest is nearly the same for any."""

_REPORT = """
import resource, sys
both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
cpu_s, kernel_s = sum(one.ru_utime + one.ru_stime for one in both), sum(one.ru_stime for one in both)
sys.stderr.write(f"\\n[{cpu_s}, {kernel_s}]\\n")
"""
_BARE_WHISPER = """
import sys
from faster_whisper import BatchedInferencePipeline, WhisperModel
model = WhisperModel(sys.argv[2], device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
segments, _ = BatchedInferencePipeline(model).transcribe(sys.argv[1], language="en", batch_size=8, temperature=0.0)
print(sum(len(segment.text) for segment in segments))
"""
_BARE_SPHINX = """
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


@dataclass(frozen=True)
class Spent:
    """Processor seconds, and those of them in the kernel."""

    cpu_s: float
    kernel_s: float

    @property
    def kernel_share(self) -> float:
        """The kernel's part, 0 to 1."""
        return self.kernel_s / self.cpu_s


def measure(folder: Path) -> Iterator[str]:
    """Talk of some lengths taken through the whole line, beside the recogniser alone, in batches where it can."""
    list(_measured(folder / "compiled", LENGTHS[0], _made, folder / "bytecode"))
    for repeats in LENGTHS:
        yield from _measured(folder / "made" / str(repeats), repeats, _made, folder / "bytecode")
    real = Path(os.environ.get("EVAL") or "") / "audio"
    if not (real / "reference.json").is_file():
        yield "real speech was not measured: EVAL names no folder with audio/reference.json"
        return
    for repeats in REAL_LENGTHS:
        lines = _measured(
            folder / "real" / str(repeats),
            repeats,
            lambda inbox, repeats: real_session_folder(inbox, "real", real, repeats=repeats, pause_s=PAUSE_S),
            folder / "bytecode",
        )
        yield from (f"real speech, {line}" for line in lines)


def _made(inbox: Path, repeats: int) -> Path:
    return session_folder(inbox, "long", repeats=repeats, pause_s=PAUSE_S)


def _measured(folder: Path, repeats: int, make: Made, bytecode: Path) -> Iterator[str]:
    sound = make(folder / "inbox", repeats) / "recording.flac"
    workspace, length_s = prepared(folder / "ws"), _length_s(sound)
    bare, stages = _bare(sound, bytecode), _night(folder / "inbox", workspace, bytecode)
    night = Spent(sum(stage.cpu_s for stage in stages.values()), sum(stage.kernel_s for stage in stages.values()))
    beside_s = sum(stages[name].cpu_s for name in STAGES_BESIDE if name in stages)
    yield (
        f"{length_s:.0f} s of sound: night {night.cpu_s:.1f} s of processor time, {night.kernel_share:.2f} of it in the"
        f" kernel; bare {'whisper-base in batches' if HAS_MODEL else 'pocketsphinx'} {bare.cpu_s:.1f} s,"
        f" {bare.kernel_share:.2f}; ratio {night.cpu_s / bare.cpu_s:.2f} (goal 1.5)"
    )
    parts = sorted(stages.items(), key=lambda pair: -pair[1].cpu_s)
    yield "  by stage: " + ", ".join(f"{name} {spent.cpu_s:.1f} s" for name, spent in parts)
    yield f"  beside recognition {length_s / beside_s:.0f} times real time (goal {FASTEST})"


def _bare(recording: Path, bytecode: Path) -> Spent:
    """What the recogniser alone takes, with the start of its program."""
    code, more = (_BARE_WHISPER, [str(locate("whisper-base").folder)]) if HAS_MODEL else (_BARE_SPHINX, [])
    command = [sys.executable, "-c", code + _REPORT, str(recording), *more]
    return Spent(*json.loads(_last_line(command, bytecode)))


def _night(inbox: Path, workspace: Path, bytecode: Path) -> dict[str, Spent]:
    arguments = ["run", str(inbox), "--workspace", str(workspace), "--executor", "inline"]
    stages = json.loads(_last_line([sys.executable, "-m", "tests.benchmarks.stages", *arguments], bytecode))
    return {name: Spent(*spent) for name, spent in stages.items()}


def _last_line(command: list[str], bytecode: Path) -> str:
    """The last line on the standard error of a program that ends well, with the environment of a worker."""
    environment = os.environ | WORKER_ENVIRONMENT | {"HF_HUB_OFFLINE": "1", "OFFRECORD_RUN__STABLE_FOR_S": "0"}
    environment |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(bytecode)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stderr.strip().splitlines()[-1]


def _length_s(recording: Path) -> float:
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(recording)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
