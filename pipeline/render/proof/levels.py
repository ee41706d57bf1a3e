"""Proof (ii): the finished file, decoded again, is silent inside every window and as long as it should be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.media import Probe, decode
from pipeline.media.picture import has_edit_list
from pipeline.media.tone import FREQUENCY_HZ
from pipeline.records import Check, ProofVerdict

FLOOR_DBFS = -60.0
FLOOR_TONE_DBFS = -50.0
# A lossy codec smears its neighbours up to one frame of 2048 samples into a window: they are not what was taken out.
EDGE_S = 0.043
EXACT_EDGE_S = 0.001
PRIMING_S = 0.05
CHUNK_S = 0.01
LENGTH_TOLERANCE_S = 0.1
Seconds = tuple[float, float]


def silent_inside(
    path: Path, probe: Probe, stream: int, windows: Sequence[Seconds], *, edge_s: float = EDGE_S, tone: bool = False
) -> Check:
    """Whether a sound stream stays under -60 dBFS in the core of every window, with what an edit list hides too.

    The level is the effective value of 10 ms; with ``tone`` the tone itself is taken away first and the floor is -50.
    """
    ways = [(True, edge_s)]
    if has_edit_list(probe):
        ways.append((False, edge_s + PRIMING_S))
    loudest, cores = -math.inf, 0
    for edit_list, margin_s in ways:
        wanted = _cores(windows, margin_s)
        level, at_s, count = _loudest(path, probe, stream, wanted, edit_list=edit_list, tone=tone)
        loudest, cores = max(loudest, level), max(cores, count)
        if level > (FLOOR_TONE_DBFS if tone else FLOOR_DBFS):
            name = "level in the windows" if edit_list else "level behind the edit list"
            return Check(name=name, verdict=ProofVerdict.LEAK, detail=f"{level:.1f} dBFS", at_s=at_s)
        if count < len(wanted):
            detail = f"stream {stream}: {len(wanted) - count} windows lie behind its end"
            return Check(name="level in the windows", verdict=ProofVerdict.UNCHECKED, detail=detail)
    detail = f"stream {stream}: {len(windows)} windows, {cores} measured, at most {max(loudest, -200.0):.1f} dBFS"
    return Check(name="level in the windows", verdict=ProofVerdict.PROVED, detail=detail)


def right_length(path: Path, probe: Probe, stream: int, expected_s: float) -> Check:
    """Whether the stream lasts ``expected_s`` seconds, within 0.1 s, with and without its edit list."""
    name = "length"
    for edit_list in (True, False) if has_edit_list(probe) else (True,):
        seconds = _length_s(path, probe, stream, edit_list=edit_list)
        if abs(seconds - expected_s) > LENGTH_TOLERANCE_S:
            detail = f"stream {stream}: {seconds:.3f} s instead of {expected_s:.3f} s"
            return Check(name=name, verdict=ProofVerdict.LEAK, detail=detail)
    return Check(name=name, verdict=ProofVerdict.PROVED, detail=f"stream {stream}: {expected_s:.3f} s")


def _cores(windows: Sequence[Seconds], margin_s: float) -> list[Seconds]:
    """Windows that touch are one: their inner edges have no neighbour to smear in."""
    joined: list[Seconds] = []
    for start_s, end_s in sorted(windows):
        if joined and start_s <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end_s))
        else:
            joined.append((start_s, end_s))
    return [(start_s + margin_s, end_s - margin_s) for start_s, end_s in joined if end_s - start_s > 2 * margin_s]


def _loudest(
    path: Path, probe: Probe, stream: int, cores: Sequence[Seconds], *, edit_list: bool, tone: bool
) -> tuple[float, float | None, int]:
    """The highest level in any core, in dBFS, where it is in seconds, and how many cores were met."""
    rate, channels = probe.audio[stream].sample_rate, probe.audio[stream].channels
    loudest, where, met, at = -math.inf, None, set[int](), 0
    for block in decode(path, stream=stream, rate=rate, channels=channels, edit_list=edit_list):
        for number, (start_s, end_s) in enumerate(cores):
            first, last = max(0, round(start_s * rate) - at), min(len(block), round(end_s * rate) - at)
            if first >= last:
                continue
            met.add(number)
            level, index = _level(block[first:last], at + first, rate, tone=tone)
            if level > loudest:
                loudest, where = level, (at + first + index) / rate
        at += len(block)
    return loudest, where, len(met)


def _level(sound: NDArray[np.float32], at: int, rate: int, *, tone: bool) -> tuple[float, int]:
    size = max(1, round(CHUNK_S * rate))
    loudest, where = -math.inf, 0
    for start in range(0, len(sound), size):
        chunk = sound[start : start + size].astype(np.float64)
        if tone and len(chunk) > 4:
            turns = 2 * np.pi * FREQUENCY_HZ * (at + start + np.arange(len(chunk))) / rate
            waves = np.stack((np.sin(turns), np.cos(turns)), axis=1)
            chunk = chunk - waves @ np.linalg.lstsq(waves, chunk, rcond=None)[0]
        power = float(np.mean(chunk**2, axis=0).max())
        level = 10 * math.log10(power) if power > 0 else -math.inf
        if level > loudest:
            loudest, where = level, start
    return loudest, where


def _length_s(path: Path, probe: Probe, stream: int, *, edit_list: bool) -> float:
    rate = probe.audio[stream].sample_rate
    return sum(len(block) for block in decode(path, stream=stream, rate=rate, channels=1, edit_list=edit_list)) / rate
