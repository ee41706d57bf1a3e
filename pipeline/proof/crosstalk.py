"""Voices that are left out: where they are heard in tracks that stay, and that none is in the finished sound."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline import spans
from pipeline.lexicon.counted import counted
from pipeline.proof.expected import Samples, SoundSource, Sources, TrackReader
from pipeline.proof.voice_match import RATE, STEP, VoiceMatch, match_voice
from pipeline.records import ApprovedPlan, Check, Crosstalk, ProofVerdict, RedactionInterval, Session, Track

NAME = "voices left out are gone"
BLOCK = 3 * RATE
# Pauses up to half a second go with the voice around them, so do a breath before it and the rest of a room after it.
JOIN_S, BEFORE_S, AFTER_S = 0.5, 0.1, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedVoice:
    """One person's own track and the windows in which nothing of it may be heard."""

    track: Track
    windows: tuple[RedactionInterval, ...]


def removed_voices(session: Session, plan: ApprovedPlan) -> tuple[RemovedVoice, ...]:
    """The own tracks that are left out, throughout or in a part."""
    voices = []
    for track in session.tracks:
        if track.participant_id is None:
            continue
        if track.participant_id in plan.removed:
            windows = [RedactionInterval(start_s=0.0, end_s=session.duration_s)]
        else:
            parts = [part for part in plan.removed_intervals if part.participant_id == track.participant_id]
            windows = [RedactionInterval(start_s=part.start_s, end_s=part.end_s) for part in parts]
        if windows:
            voices.append(RemovedVoice(track=track, windows=tuple(windows)))
    return tuple(voices)


def find_crosstalk(
    session: Session, voices: Iterable[RemovedVoice], kept: Sequence[Track], *, vault: Sources
) -> tuple[Crosstalk, ...]:
    """Where a voice that is left out is heard in the tracks that stay."""
    return tuple(
        crosstalk
        for voice in voices
        for track in kept
        if track.track_id != voice.track.track_id
        for crosstalk in _crosstalk(_compared(session, voice, _source(track, vault), vault), track, voice)
    )


def removed_voices_are_gone(path: Path, session: Session, plan: ApprovedPlan, *, vault: Sources) -> Check:
    """Whether no voice that is left out can be found in the finished sound."""
    worst, voices = VoiceMatch(), removed_voices(session, plan)
    for voice in voices:
        match = _compared(session, voice, SoundSource(track_id="", path=path, stream=0), vault)
        worst = max(worst, match, key=lambda heard: heard.strength)
    detail = f"{counted(len(voices), 'track')}, at most {worst.strength:.2f} of what counts as heard"
    if worst.is_there:
        return Check(name=NAME, verdict=ProofVerdict.LEAK, detail=detail, at_s=worst.at_s)
    return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=detail)


def _source(track: Track, vault: Sources) -> SoundSource:
    return SoundSource(
        track_id=track.track_id, path=vault.path(track.digest), stream=track.stream, offset_s=track.offset_s
    )


def _compared(session: Session, voice: RemovedVoice, sound: SoundSource, vault: Sources) -> VoiceMatch:
    length = math.ceil(session.duration_s * RATE)
    with ExitStack() as stack:
        stays = stack.enter_context(closing(TrackReader(sound, rate=RATE, channels=1)))
        removed = stack.enter_context(closing(TrackReader(_source(voice.track, vault), rate=RATE, channels=1)))
        return match_voice(_pairs(removed, stays, voice.windows, length))


def _pairs(
    removed: TrackReader, stays: TrackReader, windows: Sequence[RedactionInterval], length: int
) -> Iterator[tuple[Samples, Samples]]:
    """Both sounds block by block; of the first what lies in the windows, zeros elsewhere."""
    taken = spans.merge((math.floor(window.start_s * RATE), math.ceil(window.end_s * RATE)) for window in windows)
    for at in range(0, length, BLOCK):
        size = min(BLOCK, length - at)
        voice, inside = removed.read(size), np.zeros((size, 1), np.float32)
        for start, end in spans.overlapping(taken, at, at + size):
            part = slice(max(0, start - at), end - at)
            inside[part] = voice[part]
        yield inside, stays.read(size)


def _crosstalk(match: VoiceMatch, track: Track, voice: RemovedVoice) -> Iterator[Crosstalk]:
    """While the voice speaks, and as much later as it comes."""
    if not match.is_there:
        return
    step_s = STEP / RATE
    speaking = ((number * step_s, (number + 1) * step_s) for number, speaks in enumerate(match.steps) if speaks)
    for start_s, end_s in spans.merge(speaking, gap=JOIN_S):
        yield Crosstalk(
            track_id=track.track_id,
            start_s=max(0.0, start_s - BEFORE_S),
            end_s=end_s + match.late_s + AFTER_S,
            of=voice.track.track_id,
        )
