"""Proof (ii), second half: what was taken out of each track is not in the finished sound, even under other voices.

The finished file is compared with the sources: in every window the removed sound is fitted to what is left after the
voices that stay are taken away. A fit of 1 means it is all there, 0 that it is not. Where the removed sound is fainter
than the coding noise of the others, nothing can be told: there the zeros before encoding are the evidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline import spans
from pipeline.media.tone import FREQUENCY_HZ, LEVEL_DBFS
from pipeline.proof.expected import ExpectedSound, Samples, Seconds, TrackReader
from pipeline.records import Check, ProofVerdict

NAME = "removed sound is gone"
# Long pieces average the coding noise away; at the edges of a window one AAC packet that was left by mistake (21 ms at
# 48 kHz) must not be averaged away with it.
CHUNK_S, EDGE_S, LEAST_S = 0.1, 0.02, 0.005
# Of 1,200 pieces of coding noise, up to four times as loud as the voice that stays, none fits by more than 0.3; what is
# left at 40 % of its level does (tests/proof/test_residue.py).
LEAST_ALIKE = 0.6
MOST_FIT = 0.3
# Speech that is fainter drowns in the coding noise of AAC at 96 kbit/s a channel.
QUIET_DBFS = -50.0
# Containers round the length of what they hold; nothing is looked for behind the end of either sound.
END_S = 0.05
# Less than a fit of MOST_FIT would leave of the faintest sound that is looked for.
FAINT = 10 ** (QUIET_DBFS / 10) * MOST_FIT**2
# How tracks are mixed, as docs/rendering.md says it: loud peaks are bent from here on, the tone is faded at both ends.
KNEE, FADE_S = 0.8, 0.01
Mask = NDArray[np.bool_]


class Residue:
    """Hears the finished sound beside its sources, block by block, and remembers the best fit of what was removed."""

    def __init__(self, expected: ExpectedSound, *, rate: int, channels: int) -> None:
        self._expected = expected
        self._rate = rate
        self._length = round((expected.length_s or 0.0) * rate)
        self._toned = expected.toned if expected.tone else []
        self._taken = [expected.taken_from(source.track_id) for source in expected.sources]
        sources = expected.sources if expected.windows else ()
        self._readers = [TrackReader(source, rate=rate, channels=channels) for source in sources]
        self._at = self._compared = self._behind = 0
        self._worst = 0.0
        self._leak_s: float | None = None

    def hear(self, heard: Samples) -> None:
        """The next block of the finished sound, at ``rate``.

        The sources are decoded up to the last block in which something is left that could be theirs, and no further.
        """
        wanted = min(len(heard), self._length - self._at)
        if not self._readers or wanted <= 0:
            return
        masks = [_mask(taken, self._at, wanted, self._rate) for taken in self._taken]
        if any(mask.any() for mask in masks) and not self._is_quiet(heard[:wanted], masks):
            self._compare(heard[:wanted], masks)
        else:
            self._behind += wanted
        self._at += wanted

    def _is_quiet(self, heard: Samples, masks: Sequence[Mask]) -> bool:
        """Whether one track alone was to be heard, and less than could tell is left of it in every piece."""
        if len(masks) > 1:
            return False
        kept = self._with_tone(np.zeros(heard.shape))
        pieces = list(_pieces(masks[0], self._rate))
        self._compared += len(pieces)
        return all(float(np.mean(np.square(heard[start:end] - kept[start:end]))) < FAINT for start, end in pieces)

    def _compare(self, heard: Samples, masks: Sequence[Mask]) -> None:
        for reader in self._readers:
            reader.skip(self._behind)
        self._behind = 0
        tracks = [reader.read(len(heard)) for reader in self._readers]
        staying = self._with_tone(
            _mixed([np.where(mask[:, None], 0, track) for mask, track in zip(masks, tracks, strict=True)])
        )
        for mask, track in zip(masks, tracks, strict=True):
            for start, end in _pieces(mask, self._rate):
                removed = _about_zero(track[start:end]) / math.sqrt(len(tracks))
                kept = _about_zero(staying[start:end])
                fit = _fit(removed, _about_zero(heard[start:end]) - kept, kept)
                self._note(fit, self._at + start, compared=len(tracks) > 1)

    def _note(self, fit: float, at: int, *, compared: bool) -> None:
        self._compared, self._worst = self._compared + compared, max(self._worst, abs(fit))
        if abs(fit) > MOST_FIT and self._leak_s is None:
            self._leak_s = at / self._rate

    def _with_tone(self, staying: NDArray[np.float64]) -> NDArray[np.float64]:
        """What stays of a block, with the tone where every track is taken out."""
        block_s = self._at / self._rate, (self._at + len(staying)) / self._rate
        for start_s, end_s in spans.overlapping(self._toned, *block_s):
            start, end = math.floor(start_s * self._rate), math.ceil(end_s * self._rate)
            first, last = max(start, self._at), min(end, self._at + len(staying))
            if first < last:
                number = np.arange(first, last)
                fade = np.minimum(1.0, np.minimum(number - start, end - 1 - number) / (FADE_S * self._rate))
                wave = 10 ** (LEVEL_DBFS / 20) * np.sin(2 * np.pi * FREQUENCY_HZ * number / self._rate)
                staying[first - self._at : last - self._at] = (wave * fade)[:, None]
        return staying

    def check(self) -> Check:
        """The verdict, after the last block."""
        for reader in self._readers:
            reader.close()
        if not self._expected.windows:
            return Check(name=NAME, verdict=ProofVerdict.PROVED, detail="no windows")
        if self._leak_s is not None:
            return Check(name=NAME, verdict=ProofVerdict.LEAK, detail=f"fit {self._worst:.2f}", at_s=self._leak_s)
        if self._at < self._length - END_S * self._rate:
            detail = "the finished file is shorter than the session"
            return Check(name=NAME, verdict=ProofVerdict.UNCHECKED, detail=detail)
        detail = f"{self._compared} pieces compared, best fit {self._worst:.2f}"
        return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=detail)


def _mixed(tracks: Sequence[NDArray[np.floating]]) -> NDArray[np.float64]:
    """The tracks as they are heard together: one as it is, several with headroom, their peaks bent above the knee."""
    total = np.sum(tracks, axis=0, dtype=np.float64) / math.sqrt(len(tracks))
    if len(tracks) == 1:
        return np.asarray(np.clip(total, -1.0, 1.0))
    over = np.maximum(np.abs(total) - KNEE, 0.0) / (1 - KNEE)
    return np.asarray(np.sign(total) * (np.minimum(np.abs(total), KNEE) + (1 - KNEE) * np.tanh(over)))


def _about_zero(piece: NDArray[np.floating]) -> NDArray[np.float64]:
    """The samples of all channels in one row, each channel's offset taken off: it tells nothing, and codecs move it."""
    return np.asarray(piece - piece.mean(axis=0, dtype=np.float64)).ravel()


def _pieces(mask: Mask, rate: int) -> Iterator[tuple[int, int]]:
    """Every window in the block in pieces: short ones at its edges, where a packet too few would show, then long ones.

    A rest of less than 5 ms is left to the check before encoding.
    """
    size, short, least = (round(length_s * rate) for length_s in (CHUNK_S, EDGE_S, LEAST_S))
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        cuts = sorted({start, min(start + short, end), max(end - short, start), end})
        for first, last in pairwise(cuts):
            for at in range(first, last, size):
                if min(at + size, last) - at >= least:
                    yield at, min(at + size, last)


def _fit(removed: NDArray[np.float64], left: NDArray[np.float64], kept: NDArray[np.float64]) -> float:
    """The share of ``removed`` in ``left``, 0 where it is too faint to be told from coding noise.

    Voices spill from one microphone into another: what both share with the voice that stays is set aside first.
    """
    energy = float(kept @ kept)
    if energy > 0:
        removed = removed - kept * (float(removed @ kept) / energy)
        left = left - kept * (float(left @ kept) / energy)
    there, rest = float(removed @ removed), float(left @ left)
    if there < 10 ** (QUIET_DBFS / 10) * len(removed) or there < rest / 4:
        return 0.0
    alike = abs(float(removed @ left)) / math.sqrt(there * rest) if rest > 0 else 0.0
    return float(removed @ left) / there if alike > LEAST_ALIKE else 0.0


def _mask(taken: Sequence[Seconds], at: int, size: int, rate: int) -> Mask:
    """Which of the samples lie in what is taken out: the middle of each decides."""
    mask = np.zeros(size, np.bool_)
    for start_s, end_s in spans.overlapping(taken, at / rate, (at + size) / rate):
        first, last = (max(0, int(edge_s * rate) - at) for edge_s in (start_s, end_s))
        part = slice(max(0, first - 1), last + 2)
        times_s = (at + part.start + np.arange(len(mask[part])) + 0.5) / rate
        mask[part] |= (times_s >= start_s) & (times_s < end_s)
    return mask
