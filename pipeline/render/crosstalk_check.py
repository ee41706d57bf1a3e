"""Voices that are left out: where they bleed into tracks that stay, and that none is in the finished sound."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.media import decode
from pipeline.proof.crosstalk import RATE, STEP, Voice, listen
from pipeline.records import ApprovedPlan, Check, Crosstalk, ProofVerdict, RedactionInterval, Session, Track
from pipeline.render.mix import aligned
from pipeline.render.sample_ranges import samples_of
from pipeline.render.sound import BLOCK, length_of

NAME = "voices left out are gone"
JOIN_S, BEFORE_S, AFTER_S = 0.5, 0.1, 0.3
Blocks = Generator[NDArray[np.float32]]


class Sources(Protocol):
    """Where sealed media lie; the vault is one."""

    def path(self, digest: str) -> Path:
        """The file with this digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One person's own track and the windows in which nothing of it may be heard."""

    track: Track
    windows: tuple[RedactionInterval, ...]


def left_out(session: Session, plan: ApprovedPlan) -> tuple[LeftOut, ...]:
    """The own tracks that are left out, throughout or in a part."""
    found = []
    for track in session.tracks:
        if track.participant_id is None:
            continue
        if track.participant_id in plan.removed:
            windows = [RedactionInterval(start_s=0.0, end_s=session.duration_s)]
        else:
            gone = [one for one in plan.removed_intervals if one.participant_id == track.participant_id]
            windows = [RedactionInterval(start_s=one.start_s, end_s=one.end_s) for one in gone]
        if windows:
            found.append(LeftOut(track=track, windows=tuple(windows)))
    return tuple(found)


def bleeding(
    session: Session, left: Iterable[LeftOut], kept: Sequence[Track], *, vault: Sources
) -> tuple[Crosstalk, ...]:
    """Where a voice left out is heard in the tracks that stay."""
    return tuple(
        bleed
        for one in left
        for track in kept
        if track.track_id != one.track.track_id
        for bleed in _bleeding(_compared(session, one, _of_track(session, track, vault), vault), track, one)
    )


def left_out_is_gone(path: Path, session: Session, plan: ApprovedPlan, *, vault: Sources) -> Check:
    """Whether no voice that is left out can be found in the finished sound."""
    worst, count = Voice(), 0
    for one in left_out(session, plan):
        finished = decode(path, stream=0, rate=RATE, channels=1)
        heard = _compared(session, one, _in_frames(session, finished, 0), vault)
        count, worst = count + 1, max(worst, heard, key=lambda voice: voice.strength)
    detail = f"{count} tracks, at most {worst.strength:.2f} of what counts as heard"
    if worst.is_there:
        return Check(name=NAME, verdict=ProofVerdict.LEAK, detail=detail, at_s=worst.at_s)
    return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=detail)


def _compared(session: Session, one: LeftOut, sound: Blocks, vault: Sources) -> Voice:
    with ExitStack() as stack:
        stays = stack.enter_context(closing(sound))
        removed = stack.enter_context(closing(_of_track(session, one.track, vault)))
        return listen(zip(_only(removed, one.windows, session), stays, strict=True))


def _of_track(session: Session, track: Track, vault: Sources) -> Blocks:
    blocks = decode(vault.path(track.digest), stream=track.stream, rate=RATE, channels=1)
    return _in_frames(session, blocks, round(track.offset_s * RATE))


def _in_frames(session: Session, blocks: Iterator[NDArray[np.float32]], offset: int) -> Blocks:
    return aligned(blocks, offset=offset, length=length_of(session.duration_s, RATE), size=BLOCK, channels=1)


def _only(blocks: Blocks, windows: Sequence[RedactionInterval], session: Session) -> Iterator[NDArray[np.float32]]:
    """The sound inside the windows, zeros elsewhere."""
    ranges = samples_of(windows, None, rate=RATE, length=length_of(session.duration_s, RATE))
    at = 0
    for block in blocks:
        inside = np.zeros_like(block)
        for start, end in ranges:
            span = slice(max(0, start - at), max(0, end - at))
            inside[span] = block[span]
        yield inside
        at += len(block)


def _bleeding(voice: Voice, track: Track, one: LeftOut) -> Iterator[Crosstalk]:
    """While the voice speaks, and as much later as it comes: pauses of half a second go with it."""
    if not voice.is_there:
        return
    step_s = STEP / RATE
    spans: list[tuple[float, float]] = []
    for number in (number for number, speaks in enumerate(voice.steps) if speaks):
        start_s, end_s = number * step_s, (number + 1) * step_s
        if spans and start_s - spans[-1][1] <= JOIN_S:
            start_s, _ = spans.pop()
        spans.append((start_s, end_s))
    for start_s, end_s in spans:
        yield Crosstalk(
            track_id=track.track_id,
            start_s=max(0.0, start_s - BEFORE_S),
            end_s=end_s + voice.late_s + AFTER_S,
            of=one.track.track_id,
        )
