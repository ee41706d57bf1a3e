"""Proof (ii): the finished file, decoded again, is silent inside every window and as long as it should be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.media import Probe, decode
from pipeline.media.hidden_video import has_edit_list
from pipeline.media.tone import FREQUENCY_HZ
from pipeline.proof.packets import hides_nothing
from pipeline.proof.residue import Residue
from pipeline.proof.silent import Seconds
from pipeline.records import Check, ProofVerdict
from pipeline.render.sound import BLOCK

LEVEL, LENGTH = "level in the windows", "length"
FLOOR_DBFS = -60.0
FLOOR_TONE_DBFS = -50.0
# A lossy codec smears its neighbours up to one frame of 2048 samples into a window: they are not what was taken out.
EDGE_S = 0.043
EXACT_EDGE_S = 0.001
PRIMING_S = 0.05
CHUNK_S = 0.01
# A lossy codec's own filter swings slowly back to zero behind a cut: a curve so smooth is no sound that anybody hears.
SLOW_S, SLOW_LEAST_S, SLOW_DEGREE = 0.04, 0.03, 2
LENGTH_TOLERANCE_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """One decoding: the loudest place in any core, how many cores were met, and how long it lasted."""

    level_dbfs: float
    at_s: float
    met: int
    seconds: float


def sound_checks(
    path: Path,
    probe: Probe,
    stream: int,
    windows: Sequence[Seconds],
    *,
    length_s: float | None,
    edge_s: float = EDGE_S,
    tone: bool = False,
    residue: Residue | None = None,
) -> Iterator[Check]:
    """Whether a sound stream stays under -60 dBFS in every window's core and lasts ``length_s``, within 0.1 s.

    Both are looked at once more without the edit list, which may hide sound: not by ear where the same packets come
    without it. The level is the effective value of 10 ms, in a lossy file without what is slower than any voice; with
    ``tone`` the tone is taken away first and the floor is -50. ``length_s`` None asks for no length. ``residue`` hears
    what is decoded, and its verdict comes with the others.
    """
    for edit_list in (True, False) if has_edit_list(probe) else (True,):
        if not edit_list and hides_nothing(path, stream=stream):
            detail = f"stream {stream}, edit list ignored: the same packets"
            yield Check(name=LEVEL, verdict=ProofVerdict.PROVED, detail=detail)
            return
        cores = _cores(windows, edge_s if edit_list else edge_s + PRIMING_S)
        heard = _listen(
            path,
            probe,
            stream,
            cores,
            edit_list=edit_list,
            tone=tone,
            lossy=edge_s >= EDGE_S,
            residue=residue if edit_list else None,
        )
        behind = "" if edit_list else ", edit list ignored"
        place = f"stream {stream}{behind}"
        level = f"{place}: {heard.met} windows, at most {max(heard.level_dbfs, -200.0):.1f} dBFS"
        if heard.level_dbfs > _floor_dbfs(tone):
            yield Check(name=LEVEL, verdict=ProofVerdict.LEAK, detail=level, at_s=heard.at_s)
        elif heard.met < len(cores):
            detail = f"{place}: {len(cores) - heard.met} windows lie behind its end"
            yield Check(name=LEVEL, verdict=ProofVerdict.UNCHECKED, detail=detail)
        else:
            yield Check(name=LEVEL, verdict=ProofVerdict.PROVED, detail=level)
        if length_s is not None:
            right = abs(heard.seconds - length_s) <= LENGTH_TOLERANCE_S
            detail = f"{place}: {heard.seconds:.3f} of {length_s:.3f} s"
            yield Check(name=LENGTH, verdict=ProofVerdict.PROVED if right else ProofVerdict.LEAK, detail=detail)
        if residue is not None and edit_list:
            yield residue.check()


def _cores(windows: Sequence[Seconds], margin_s: float) -> list[Seconds]:
    """Windows that touch are one: their inner edges have no neighbour to smear in."""
    joined: list[Seconds] = []
    for start_s, end_s in sorted(windows):
        if joined and start_s <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end_s))
        else:
            joined.append((start_s, end_s))
    return [(start_s + margin_s, end_s - margin_s) for start_s, end_s in joined if end_s - start_s > 2 * margin_s]


def _listen(
    path: Path,
    probe: Probe,
    stream: int,
    cores: Sequence[Seconds],
    *,
    edit_list: bool,
    tone: bool,
    lossy: bool,
    residue: Residue | None,
) -> _Heard:
    rate, channels = probe.audio[stream].sample_rate, probe.audio[stream].channels
    if residue is not None:
        rate, channels = residue.score.rate, residue.score.channels
    loudest, at_s, met, at, next_core = -math.inf, 0.0, set[int](), 0, 0
    floor_dbfs = _floor_dbfs(tone)
    block_s = BLOCK / rate
    for block in decode(path, stream=stream, rate=rate, channels=channels, block_s=block_s, edit_list=edit_list):
        if residue is not None:
            residue.hear(block)
        while next_core < len(cores) and cores[next_core][1] * rate < at:
            next_core += 1
        for number in range(next_core, len(cores)):
            first, last = (round(edge * rate) - at for edge in cores[number])
            if first >= len(block):
                break
            if last > max(0, first):
                met.add(number)
                core = block[max(0, first) : last]
                level, index = _level(core, at + max(0, first), rate, tone=tone)
                if level > floor_dbfs and lossy:
                    level, index = _level(_quick(core, rate), at + max(0, first), rate, tone=tone)
                if level > loudest:
                    loudest, at_s = level, (at + max(0, first) + index) / rate
        at += len(block)
    return _Heard(level_dbfs=loudest, at_s=at_s, met=len(met), seconds=at / rate)


def _floor_dbfs(tone: bool) -> float:
    return FLOOR_TONE_DBFS if tone else FLOOR_DBFS


def _quick(sound: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """What is left of each 40 ms or so beside the smoothest curve through it: all that is faster than about 40 Hz.

    What is too short to tell a curve from a voice stays as it is.
    """
    quick = sound.astype(np.float64)
    count = round(len(quick) / (SLOW_S * rate))
    for piece in np.array_split(quick, count) if count else ():
        if len(piece) >= SLOW_LEAST_S * rate:
            powers = np.vander(np.linspace(-1, 1, len(piece)), SLOW_DEGREE + 1)
            piece -= powers @ np.linalg.lstsq(powers, piece, rcond=None)[0]
    return quick


def _level(sound: NDArray[np.floating], at: int, rate: int, *, tone: bool) -> tuple[float, int]:
    """The loudest 10 ms, in dBFS, and where it starts."""
    size = max(1, round(CHUNK_S * rate))
    powers = []
    for start in range(0, len(sound), size) if tone else ():
        chunk = sound[start : start + size].astype(np.float64)
        if len(chunk) > 4:
            turns = 2 * np.pi * FREQUENCY_HZ * (at + start + np.arange(len(chunk))) / rate
            waves = np.stack((np.sin(turns), np.cos(turns)), axis=1)
            chunk = chunk - waves @ np.linalg.lstsq(waves, chunk, rcond=None)[0]
        powers.append(float(np.mean(chunk**2, axis=0).max()))
    if not tone:
        starts = np.arange(0, len(sound), size)
        sums = np.add.reduceat(np.square(sound, dtype=np.float64), starts, axis=0)
        powers = (sums / np.diff(starts, append=len(sound))[:, None]).max(axis=1).tolist()
    loudest = max(range(len(powers)), key=powers.__getitem__)
    return 10 * math.log10(powers[loudest]) if powers[loudest] > 0 else -math.inf, loudest * size
