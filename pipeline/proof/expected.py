"""What a finished sound must be, worked out from session and plan alone: nothing here is asked of the renderer."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline import spans
from pipeline.media import decode
from pipeline.records import ApprovedPlan, RedactionInterval, Session

# What comes at most at a time of silence, so that a late start of hours takes no memory.
STRETCH = 1 << 16
Seconds = tuple[float, float]
Samples = NDArray[np.float32]


class Sources(Protocol):
    """Where sealed media lie; the vault is one."""

    def path(self, digest: str) -> Path:
        """The file with this digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundSource:
    """One sound that went into a finished one; ``offset_s`` is where its first sample lies on the session's clock."""

    track_id: str
    path: Path
    stream: int
    offset_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedSound:
    """One sound stream of a finished file: these tracks, mixed, but for the windows.

    ``length_s`` is None where nobody knows how long it must be, ``sources`` is empty where only the finished file is
    there; with ``tone`` a tone stands where every track is silent.
    """

    track_ids: tuple[str, ...]
    windows: tuple[RedactionInterval, ...]
    length_s: float | None
    tone: bool = False
    sources: tuple[SoundSource, ...] = ()

    def taken_from(self, track_id: str | None) -> list[Seconds]:
        """What is taken out of one track, in seconds, merged; a window without a track concerns every track."""
        return spans.merge(spans.times(window for window in self.windows if window.track_id in (None, track_id)))

    @property
    def toned(self) -> list[Seconds]:
        """Where a tone may stand: in the windows that concern every track."""
        return self.taken_from(self.track_ids[0]) if len(self.track_ids) == 1 else self.taken_from(None)

    @property
    def silent(self) -> list[Seconds]:
        """Where every one of the tracks is taken out, in seconds, merged: there the mix must be silent."""
        if not self.track_ids:
            return []
        first, *others = (self.taken_from(track_id) for track_id in self.track_ids)
        for other in others:
            first = spans.intersect(first, other)
        return first if self.length_s is None else spans.clip(first, 0.0, self.length_s)


def expected_of(session: Session, plan: ApprovedPlan, *, vault: Sources, tone: bool) -> ExpectedSound:
    """The sound that a plan wants of a session."""
    kept = [track for track in session.tracks if track.track_id in plan.keep_tracks]
    return ExpectedSound(
        track_ids=tuple(track.track_id for track in kept),
        windows=plan.windows,
        length_s=session.duration_s,
        tone=tone,
        sources=tuple(
            SoundSource(
                track_id=track.track_id, path=vault.path(track.digest), stream=track.stream, offset_s=track.offset_s
            )
            for track in kept
        ),
    )


class TrackReader:
    """The samples of one source on the session's clock, shape (n, ``channels``), one stretch after the other."""

    def __init__(self, source: SoundSource, *, rate: int, channels: int) -> None:
        self._blocks: Generator[Samples] = decode(source.path, stream=source.stream, rate=rate, channels=channels)
        offset = round(source.offset_s * rate)
        self._silence, self._dropped = max(0, offset), max(0, -offset)
        self._held = np.zeros((0, channels), np.float32)

    def read(self, count: int) -> Samples:
        """The next ``count`` samples; silence where the source has not begun or has ended."""
        parts, missing = [], count
        while missing:
            part = self._next(missing)
            parts.append(part)
            missing -= len(part)
        return parts[0] if len(parts) == 1 else np.concatenate([self._held[:0], *parts])

    def skip(self, count: int) -> None:
        """Leave out the next ``count`` samples."""
        while count:
            count -= len(self._next(count))

    def close(self) -> None:
        """Read no more."""
        self._blocks.close()

    def _next(self, most: int) -> Samples:
        """At least one sample of what follows, and at most ``most``."""
        if self._silence:
            silent = min(self._silence, most, STRETCH)
            self._silence -= silent
            return np.zeros((silent, self._held.shape[1]), np.float32)
        while not len(self._held):
            block = next(self._blocks, None)
            if block is None:
                return np.zeros((min(most, STRETCH), self._held.shape[1]), np.float32)
            dropped = min(self._dropped, len(block))
            self._dropped -= dropped
            self._held = block[dropped:]
        part, self._held = self._held[:most], self._held[most:]
        return part
