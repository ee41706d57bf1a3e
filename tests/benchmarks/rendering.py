"""Rendering and proof of an hour, as ratios to a plain encode of the same hour: processor time on one core, one run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

SAMPLES = Path(__file__).parents[2] / "sample_media" / "sessions"
SPEECH = SAMPLES / "2026-11-18-b-halcyon-freight-mixed" / "recording.m4a"
HOUR_S, TEN_S = 3600, 600
SPAN_S = 0.5
OTHERS = {
    "wav": ("-c:a", "pcm_s16le"),
    "flac": ("-c:a", "flac"),
    "opus": ("-c:a", "libopus", "-b:a", "192k"),
    "mp3": ("-c:a", "libmp3lame", "-b:a", "192k"),
    "ogg": ("-c:a", "libvorbis", "-b:a", "192k"),
}
# In a process of its own, so that its peak memory is its own.
_REDACT = """
import json, sys
from pathlib import Path
from tests.benchmarks.rendering import parts
print(json.dumps(parts(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))))
"""


def measure(folder: Path) -> Iterator[str]:
    """The sound is speech of the sample sessions, in stereo at 48 kHz, over and over."""
    yield from _smart(folder)
    yield from _others(folder)


def _smart(folder: Path) -> Iterator[str]:
    hour, three = _hours(folder, 1), _hours(folder, 3)
    plain_s = _cpu_of(["ffmpeg", "-v", "error", "-threads", "1", "-i", hour, "-c:a", "aac", folder / "plain.m4a"])
    yield f"plain AAC encode of an hour: {plain_s:.1f} s of processor time, the measure of all ratios to 1"
    peaks = {}
    for count, goal in ((100, 0.06), (1000, 0.20)):
        found = _redact(folder, hour, HOUR_S, count)
        peaks[f"1 h and {count} windows"] = found["peak_mb"]
        figures = f"smart render {found['render'] / plain_s:.3f} (goal {goal:.2f})"
        proof = f"proof {found['proof'] / plain_s:.3f} (goal 0.10)"
        whole = f"with the check of the input {found['whole'] / plain_s:.3f}"
        yield f"{count} windows: {figures}, {proof}, {whole}"
    peaks["3 h and 100 windows"] = _redact(folder, three, 3 * HOUR_S, 100)["peak_mb"]
    figures = ", ".join(f"{name} {peak:.0f} MB" for name, peak in peaks.items())
    yield f"largest process: {figures} (goal 200 MB, the same for all)"


def _others(folder: Path) -> Iterator[str]:
    """The smaller of two figures each: they are short, and whatever else runs would show."""
    for suffix, codec in OTHERS.items():
        source = _sound(folder / f"ten.{suffix}", TEN_S, codec)
        plain: list[str | Path] = [
            "ffmpeg",
            "-v",
            "error",
            "-y",
            "-threads",
            "1",
            "-i",
            source,
            *codec,
            folder / f"plain.{suffix}",
        ]
        both = [(_cpu_of(plain), _redact(folder, source, TEN_S, 20)["render"]) for _ in range(2)]
        ratio = min(render_s for _, render_s in both) / min(plain_s for plain_s, _ in both)
        yield f"{suffix} ({codec[1]}), ten minutes: render {ratio:.2f} of its plain encode (goal 1.15)"


def parts(source: Path, spans: Path, out: Path) -> dict[str, float]:
    """Redact ``source`` and say what rendering, proof and the whole took in processor time, and the peak memory."""
    from pipeline.render import single_file

    spent = {"render": 0.0, "proof": 0.0}
    for name, part in (
        ("write_sound", "render"),
        ("mux", "render"),
        ("media_checks", "proof"),
        ("untouched_packets", "proof"),
    ):
        setattr(single_file, name, _timed(getattr(single_file, name), spent, part))
    with _counted(spent, "whole"):
        single_file.redact(source, spans_file=spans, out=out)
    return {**spent, "peak_mb": max(_own_peak_kb(), getrusage(RUSAGE_CHILDREN).ru_maxrss) / 1024}


def _own_peak_kb() -> int:
    """Of this program alone: what ``getrusage`` says begins with the peak of the one that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return getrusage(RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def _timed(function: Callable[..., object], spent: dict[str, float], part: str) -> Callable[..., object]:
    def timed(*args: object, **named: object) -> object:
        with _counted(spent, part):
            result = function(*args, **named)
            return list(result) if isinstance(result, Iterator) else result

    return timed


@contextmanager
def _counted(spent: dict[str, float], part: str) -> Iterator[None]:
    began = _cpu_s()
    yield
    spent[part] = spent.get(part, 0.0) + _cpu_s() - began


def _cpu_s() -> float:
    both = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def _redact(folder: Path, source: Path, length_s: int, count: int) -> dict[str, float]:
    step_s = length_s / (count + 1)
    spans, out = folder / "spans.json", folder / f"out{source.suffix}"
    spans.write_text(json.dumps([{"start_s": n * step_s, "end_s": n * step_s + SPAN_S} for n in range(1, count + 1)]))
    out.unlink(missing_ok=True)
    argv = [*_one_core(), sys.executable, "-c", _REDACT, source, spans, out]
    done = subprocess.run([str(word) for word in argv], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _hours(folder: Path, hours: int) -> Path:
    """Ten minutes of AAC again and again, packet after packet without a gap, as one file."""
    ten, many, path = folder / "ten.aac", folder / "many.aac", folder / f"{hours}.m4a"
    if not path.exists():
        if not ten.exists():
            _sound(ten, TEN_S, ("-c:a", "aac", "-aac_coder", "fast", "-b:a", "128k"))
        with many.open("wb") as file:
            for _ in range(hours * HOUR_S // TEN_S):
                file.write(ten.read_bytes())
        _run(["ffmpeg", "-v", "error", "-i", many, "-c", "copy", path])
    return path


def _sound(path: Path, seconds: int, codec: Sequence[str]) -> Path:
    again: tuple[str | Path, ...] = ("-stream_loop", "-1", "-i", SPEECH, "-t", str(seconds))
    words = (*again, "-ac", "2", "-ar", "48000", "-af", "asetpts=N/SR/TB", *codec, path)
    _run(["ffmpeg", "-v", "error", *words])
    return path


def _cpu_of(argv: Sequence[str | Path]) -> float:
    """Seconds of processor time that a command takes on one core."""
    began = _cpu_s()
    _run([*_one_core(), *argv])
    return _cpu_s() - began


def _run(argv: Sequence[str | Path]) -> None:
    subprocess.run([str(word) for word in argv], check=True, stdin=subprocess.DEVNULL)


def _one_core() -> list[str]:
    """Words that keep a command on one core, where the system has cores to choose from."""
    if not hasattr(os, "sched_getaffinity"):
        return []
    return ["taskset", "-c", str(min(os.sched_getaffinity(0)))]
