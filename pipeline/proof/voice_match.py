"""Finds one voice in another sound, however faint, late or coloured by a room: crosstalk of a removed track.

A microphone picks up what a loudspeaker beside it plays: so the voice of somebody whose track is left out may be in the
track of somebody who stays. Both sounds are evened out, in time (every 50 ms as loud as the next) and in frequency
(every band as strong as the next), and correlated over the delays that crosstalk can have. A voice that is not there
gives noise of a known strength, one that is there a peak: its height over that noise is the measure. Only the places
where the sound that stays is not much louder than the removed voice count, so that voices that talk at once do not hide
it.
What was measured stands in docs/rendering.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

RATE = 16_000
STEP = RATE // 20
# Less than 0.2 s of voice in a frame tells nothing.
FEWEST_STEPS = 4
# A loudspeaker's sound comes up to a second late through a call; earlier only by what the clocks of tracks differ.
FRAME = RATE * 3
EARLY, LATE = RATE * 3 // 100, RATE
# In units of the noise. On the own tracks of five sample sessions (32 pairs) the highest peak without crosstalk is 0.77
# of these limits, and with 5 % of the voice through an invented room at least 2.8, with 1 % at least 1.3.
MOST_IN_FRAME, MOST_IN_GROUP = 8.0, 7.0
GROUP_FRAMES = 20
ACTIVE = 10 ** (-50 / 20)
# A microphone that plays the voice back louder than twice the voice's own track is beyond what is looked for.
LOUDER = 2.0
GRAIN = 0.03
FLOOR = 10 ** (-72 / 20)
# Speech; below there is hum, above there is mostly codec noise.
BAND_HZ = (120.0, 6000.0)
SIZE = 1 << 17
Samples = NDArray[np.float32]
Mono = NDArray[np.float64]


@dataclass(slots=True)
class VoiceMatch:
    """What is known of a removed voice in another sound, on the clock of both.

    ``steps`` says for each 50 ms whether the removed voice speaks; ``strength`` over 1 is crosstalk, and ``late_s`` is
    how late it comes at most; ``at_s`` is where it is strongest.
    """

    steps: list[bool] = field(default_factory=list)
    strength: float = 0.0
    at_s: float = 0.0
    late_s: float = 0.0

    @property
    def is_there(self) -> bool:
        """Whether the voice was found."""
        return self.strength > 1.0

    def note(self, peak: float, lag: int, *, limit: float, at_s: float) -> None:
        """Keeps the strongest place, and the latest that is crosstalk."""
        if peak / limit > self.strength:
            self.strength, self.at_s = peak / limit, at_s
        if peak > limit:
            self.late_s = max(self.late_s, lag / RATE)


@dataclass(frozen=True, slots=True)
class _Frame:
    at_s: float
    active: int
    removed: Mono
    stays: Mono


def match_voice(pairs: Iterable[tuple[Samples, Samples]]) -> VoiceMatch:
    """Looks for the first sound of each pair in the second; both of shape (n, 1) at ``RATE``, of one length in a pair.

    Frames are at most 3 seconds long and follow one another. Zeros in the first sound are places nobody asks about.
    """
    voice, group, count = VoiceMatch(), np.zeros(EARLY + LATE), 0
    # Behind the end is noise, in both, as beside words in the middle of a recording: with nothing there, a short last
    # frame has no noise at later delays, and any height that it has at earlier ones counted as a voice.
    behind = np.random.default_rng(11).standard_normal((2, FRAME + LATE))
    for frame, after in pairwise(chain(_frames(pairs, voice), [_Frame(0.0, 0, np.zeros(0), np.zeros(0))])):
        if frame.active < FEWEST_STEPS:
            continue
        removed = np.concatenate((frame.removed, GRAIN * behind[0, : max(0, FRAME - len(frame.removed))]))
        stays = np.concatenate((frame.stays, after.stays, behind[1]))[: len(removed) + LATE]
        correlation = _correlated(removed, stays * _faded(np.ones(len(stays) // STEP)))
        voice.note(*_peak(correlation), limit=MOST_IN_FRAME, at_s=frame.at_s)
        group += correlation * np.sqrt(frame.active)
        count += 1
        voice.note(*_peak(group), limit=MOST_IN_GROUP, at_s=frame.at_s)
        if count % GROUP_FRAMES == 0:
            group[:] = 0.0
    return voice


def _frames(pairs: Iterable[tuple[Samples, Samples]], voice: VoiceMatch) -> Iterator[_Frame]:
    """Each pair evened out in time; faint noise of their own in both, so that nothing but a voice is alike in them."""
    noise, before, at = np.random.default_rng(7), np.zeros(RATE // STEP), 0
    for removed, stays in pairs:
        size = len(removed) // STEP * STEP
        if size == 0:
            return
        voice_sound = removed[:size, 0].astype(np.float64)
        stay_sound = stays[:size, 0] + FLOOR * noise.standard_normal(size)
        levels, others = _levels(voice_sound), _levels(stay_sound)
        active = levels > ACTIVE
        voice.steps += active.tolist()
        recent = np.concatenate((before, levels))
        loudest = sliding_window_view(recent, len(before) + 1).max(axis=1)
        comparable = np.repeat(others <= LOUDER * loudest, STEP)
        yield _Frame(
            at_s=at / RATE,
            active=int(active.sum()),
            removed=voice_sound * _faded(active / (levels + FLOOR)) + GRAIN * noise.standard_normal(size),
            stays=np.where(comparable, stay_sound / np.repeat(others + FLOOR, STEP), noise.standard_normal(size)),
        )
        before = recent[len(recent) - len(before) :]
        at += len(removed)


def _levels(sound: Mono) -> Mono:
    """The effective value of each 50 ms."""
    return np.asarray(np.sqrt((sound.reshape(-1, STEP) ** 2).mean(axis=1)))


def _faded(gains: Mono) -> Mono:
    """The gain of each sample, without an edge between steps or at the ends that would look like sound."""
    centres = (np.arange(len(gains)) + 0.5) * STEP
    size = len(gains) * STEP
    return np.asarray(np.interp(np.arange(size), [0.0, *centres, size], [0.0, *gains, 0.0]))


def _correlated(removed: Mono, stays: Mono) -> Mono:
    """How alike they are at each delay from ``-EARLY`` to ``LATE`` samples, every frequency counting the same."""
    first, second = np.fft.rfft(removed, SIZE), np.fft.rfft(stays, SIZE)
    hertz = np.fft.rfftfreq(SIZE, 1 / RATE)
    band = (hertz > BAND_HZ[0]) & (hertz < BAND_HZ[1])
    alike = np.fft.irfft(np.where(band, np.conj(first) * second / (np.abs(first) * np.abs(second) + 1e-9), 0), SIZE)
    return np.concatenate((alike[-EARLY:], alike[:LATE]))


def _peak(correlation: Mono) -> tuple[float, int]:
    """The height of the highest peak over the noise, and its delay in samples."""
    heights = np.abs(correlation)
    highest = int(np.argmax(heights))
    noise = float(np.median(heights)) / 0.6745
    return (float(heights[highest]) / noise if noise > 0 else 0.0), highest - EARLY
