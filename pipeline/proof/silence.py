"""Proof (ii): the finished file, decoded again, is silent inside every window and as long as it should be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import spans
from pipeline.lexicon.counted import counted
from pipeline.media import Probe, decode
from pipeline.media.decode import SILENCE_DBFS
from pipeline.media.hidden_video import has_edit_list
from pipeline.media.packets import edit_list_hides
from pipeline.media.tone import FREQUENCY_HZ
from pipeline.proof.expected import ExpectedSound, Samples, Seconds
from pipeline.proof.residue import Residue
from pipeline.records import Check, ProofVerdict

LEVEL, LENGTH = "level in the windows", "length"
# What AAC makes of exact zeros was heard at -66.8 dBFS at most, away from the edges: ``SILENCE_DBFS`` is over it. What
# is left of the tone after its wave is taken away has more room, for its fades and what coding makes of it.
FLOOR_TONE_DBFS = -50.0
# A lossy codec smears its neighbours into a window, in AAC up to 1,470 samples above -60 dBFS (30.6 ms at 48 kHz): less
# than one frame of 2048. They are not what was taken out.
EDGE_S = 0.043
EXACT_EDGE_S = 0.001
# An encoder's first samples, which an edit list hides: 1024 of AAC, at most 2112 of others.
PRIMING_S = 0.05
# Over more, a sliver of sound beside silence would be averaged away.
CHUNK_S = 0.01
# A lossy codec's own filter swings slowly back to zero behind a cut: a curve so smooth is no sound that anybody hears.
SLOW_S, SLOW_LEAST_S, SLOW_DEGREE = 0.04, 0.03, 2
# Two frames at each end may be there in part.
LENGTH_TOLERANCE_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """One decoding: the loudest place in any core, how many cores were met, and how long it lasted."""

    level_dbfs: float
    at_s: float
    met: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decoding:
    """How a stream is decoded: ``lossy`` codecs swing back to zero behind a cut, ``tone`` is taken away first.

    ``early`` samples come before the start of the session: Matroska counts the time that Opus needs to begin as well.
    """

    stream: int
    rate: int
    channels: int
    edit_list: bool
    lossy: bool
    tone: bool
    early: int


def sound_checks(path: Path, probe: Probe, stream: int, expected: ExpectedSound, *, exact: bool) -> Iterator[Check]:
    """Whether a sound stream stays under -60 dBFS in every window's core and is as long as expected, within 0.1 s.

    Both are looked at once more without the edit list, which may hide sound: not by ear where the same packets come
    without it. The level is the effective value of 10 ms, in a lossy file without what is slower than any voice; with a
    tone the tone is taken away first and the floor is -50. ``exact`` says that the codec smears nothing. Where the
    sources are known, what is decoded is compared with them too.
    """
    edge_s = EXACT_EDGE_S if exact else EDGE_S
    for edit_list in (True, False) if has_edit_list(probe) else (True,):
        if not edit_list and not edit_list_hides(path, stream=stream):
            detail = f"stream {stream}, edit list ignored: the same packets"
            yield Check(name=LEVEL, verdict=ProofVerdict.PROVED, detail=detail)
            return
        # Without the edit list the sound begins earlier by its priming, and all its times are later by that.
        cores = spans.pad(expected.silent, -(edge_s if edit_list else edge_s + PRIMING_S))
        sound = probe.audio[stream]
        residue = None
        if edit_list and expected.sources:
            residue = Residue(expected, rate=sound.sample_rate, channels=sound.channels)
        how = _Decoding(
            stream=stream,
            rate=sound.sample_rate,
            channels=sound.channels,
            edit_list=edit_list,
            lossy=not exact,
            tone=expected.tone,
            early=max(0, round(-probe.start_s * sound.sample_rate)),
        )
        heard = _listen(path, how, cores, residue)
        yield from _verdicts(heard, how, len(cores), expected.length_s)
        if residue is not None:
            yield residue.check()


def _verdicts(heard: _Heard, how: _Decoding, cores: int, length_s: float | None) -> Iterator[Check]:
    place = f"stream {how.stream}{'' if how.edit_list else ', edit list ignored'}"
    level = f"{place}: {heard.met} windows, at most {max(heard.level_dbfs, -200.0):.1f} dBFS"
    if heard.level_dbfs > _floor_dbfs(how.tone):
        yield Check(name=LEVEL, verdict=ProofVerdict.LEAK, detail=level, at_s=heard.at_s)
    elif heard.met < cores:
        detail = f"{place}: {counted(cores - heard.met, 'window')} behind its end"
        yield Check(name=LEVEL, verdict=ProofVerdict.UNCHECKED, detail=detail)
    else:
        yield Check(name=LEVEL, verdict=ProofVerdict.PROVED, detail=level)
    if length_s is not None:
        right = abs(heard.seconds - length_s) <= LENGTH_TOLERANCE_S
        detail = f"{place}: {heard.seconds:.3f} of {length_s:.3f} s"
        yield Check(name=LENGTH, verdict=ProofVerdict.PROVED if right else ProofVerdict.LEAK, detail=detail)


def _listen(path: Path, how: _Decoding, cores: Sequence[Seconds], residue: Residue | None) -> _Heard:
    rate = how.rate
    loudest, at_s, met, at = -math.inf, 0.0, set[Seconds](), -how.early
    shape = {"rate": rate, "channels": how.channels}
    blocks = decode(path, stream=how.stream, edit_list=how.edit_list, strict=how.edit_list, **shape)
    for block in blocks:
        if residue is not None:
            residue.hear(block[max(0, -at) :])
        for core in spans.overlapping(cores, at / rate, (at + len(block)) / rate):
            first, last = (round(edge_s * rate) - at for edge_s in core)
            if first >= len(block) or last <= max(0, first):
                continue
            met.add(core)
            level, index = _loudest(block[max(0, first) : last], at + max(0, first), how)
            if level > loudest:
                loudest, at_s = level, (at + max(0, first) + index) / rate
        at += len(block)
    return _Heard(level_dbfs=loudest, at_s=at_s, met=len(met), seconds=at / rate)


def _loudest(core: Samples, at: int, how: _Decoding) -> tuple[float, int]:
    """The loudest 10 ms of a core whose first sample is number ``at``, in dBFS, and where in it they start."""
    level, index = _level(core, at, how.rate, tone=how.tone)
    if level > _floor_dbfs(how.tone) and how.lossy:
        return _level(_quick(core, how.rate), at, how.rate, tone=how.tone)
    return level, index


def _floor_dbfs(tone: bool) -> float:
    return FLOOR_TONE_DBFS if tone else SILENCE_DBFS


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
